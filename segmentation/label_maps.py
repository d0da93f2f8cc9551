"""From the classes of a public checkpoint to one of our label sets."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentation.cleaning import Probabilities
from segmentation.errors import LabelsUnknown
from segmentation.labels import GARMENTS, STREET, LabelSet


@dataclass(frozen=True)
class LabelMap:
    """Which class of a label set each published class name goes to; names in lower case, words divided by spaces."""

    label_set: LabelSet
    names: Mapping[str, str]


ATR_18 = LabelMap(
    GARMENTS,
    {
        "background": "background",
        "hat": "hat",
        "hair": "hair",
        "sunglasses": "eyewear",
        "upper clothes": "top",
        "skirt": "skirt",
        "pants": "pants",
        "dress": "dress",
        "belt": "belt",
        "left shoe": "shoes",
        "right shoe": "shoes",
        "face": "skin",
        "left leg": "skin",
        "right leg": "skin",
        "left arm": "skin",
        "right arm": "skin",
        "bag": "bag",
        "scarf": "scarf",
    },
)
"""The 18 classes of the ATR data set (Liang et al. 2015), as `mattmdjaga/segformer_b2_clothes` has them."""

CITYSCAPES = LabelMap(STREET, {name: name for name in STREET.names[1:]})
"""The 19 train ids of Cityscapes (Cordts et al. 2016), as `nvidia/segformer-b0-finetuned-cityscapes-…` has them."""

LABEL_MAPS = {"ATR-18": ATR_18, "Cityscapes": CITYSCAPES}


@dataclass(frozen=True)
class MappedLabels:
    """A checkpoint's classes in a label set: `class_ids[i]` is where its class i goes."""

    label_set: LabelSet
    class_ids: tuple[int, ...]

    def probabilities(self, published: Probabilities) -> Probabilities:
        """Return the label set's probabilities, float32 (its classes, h, w); those of joined classes are added."""
        mapped: NDArray[np.float32] = np.zeros((len(self.label_set.names), *published.shape[1:]), np.float32)
        np.add.at(mapped, list(self.class_ids), published)
        return mapped


def mapped_labels(id2label: Mapping[int, str]) -> MappedLabels:
    """Return where a checkpoint's classes go, found by their names. Raises LabelsUnknown when no map has them all."""
    published = [id2label[number] for number in range(len(id2label))]
    for known in LABEL_MAPS.values():
        names = [known.names.get(_plain(name)) for name in published]
        if all(names):
            return MappedLabels(known.label_set, tuple(known.label_set.id_of(name) for name in names if name))
    raise LabelsUnknown(published, LABEL_MAPS)


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("-", " ").replace("_", " ").split())
