"""The garment segmenter: EfficientNet-lite2, a light feature pyramid, class logits at a quarter of the size."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.backbone import LiteFeatures

WIDTH = 96
FINE_WIDTH = 64


class Separable(nn.Sequential):
    """Depthwise 3×3, then pointwise convolution, each with batch norm; ReLU at the end."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False),
            nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


def lateral(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


def twice_as_large(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)


class GarmentNetwork(nn.Module):
    """Images, ImageNet-normalised RGB (n, 3, H, W) with H and W multiples of 32 -> logits (n, classes, H/4, W/4)."""

    def __init__(self, backbone: LiteFeatures, classes: int) -> None:
        super().__init__()
        at4, at8, at16, at32 = backbone.variant.channels
        self.backbone = backbone
        self.lateral32, self.lateral16, self.lateral8 = lateral(at32, WIDTH), lateral(at16, WIDTH), lateral(at8, WIDTH)
        self.lateral4 = lateral(at4, FINE_WIDTH)
        self.whole_scene = nn.Sequential(nn.Conv2d(at32, WIDTH, 1), nn.ReLU(inplace=True), nn.Conv2d(WIDTH, WIDTH, 1))
        self.merge32 = Separable(WIDTH, WIDTH)
        self.merge16 = nn.Sequential(Separable(WIDTH, WIDTH), Separable(WIDTH, WIDTH))
        self.merge8 = nn.Sequential(Separable(WIDTH, WIDTH), Separable(WIDTH, WIDTH))
        self.narrow = lateral(WIDTH, FINE_WIDTH)
        self.merge4 = nn.Sequential(Separable(FINE_WIDTH, FINE_WIDTH), Separable(FINE_WIDTH, FINE_WIDTH))
        self.dropout = nn.Dropout2d(0.1)
        self.classify = nn.Conv2d(FINE_WIDTH, classes, 1)

    def forward(self, images: Tensor) -> Tensor:
        at4, at8, at16, at32 = self.backbone.scales(images)
        scene = self.whole_scene(at32.mean(dim=(2, 3), keepdim=True))
        merged = self.merge32(functional.relu(self.lateral32(at32) + scene))
        merged = self.merge16(functional.relu(self.lateral16(at16) + twice_as_large(merged)))
        merged = self.merge8(functional.relu(self.lateral8(at8) + twice_as_large(merged)))
        fine = self.merge4(functional.relu(self.lateral4(at4) + twice_as_large(self.narrow(merged))))
        logits: Tensor = self.classify(self.dropout(fine))
        return logits


class AveragedWeights:
    """The exponential moving average of a network's weights, which is what is exported."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.state = {name: value.detach().clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in network.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[name].lerp_(value, 1 - decay)
            else:
                self.state[name].copy_(value)
