"""What can go wrong in segmentation; each says what to do."""

from collections.abc import Iterable


class SegmentationError(Exception):
    """Base of this package's errors."""


class SegmenterWeightsMissing(SegmentationError):
    """The weights folder lacks a file. Restore it from the repository or train it again (training/segmenter.py)."""


class SegmenterWeightsDamaged(SegmentationError):
    """A weights file cannot be read or is not the one that its facts describe. Restore both from the repository."""


class MalformedMask(SegmentationError):
    """A run-length encoded mask does not cover its size exactly. The sender has to encode it again."""


class EvaluationSetMissing(SegmentationError):
    """A folder of labelled photos is not there: what it would measure is left out."""

    def __init__(self, folder: object) -> None:
        super().__init__(f"there is no folder {folder}")


class EvaluationSetMalformed(SegmentationError):
    """A folder of labelled photos has another form than expected: name the right one, or bring it into that form."""

    def __init__(self, folder: object, reason: str) -> None:
        super().__init__(f"{folder} {reason}")


class SegmenterUnavailable(SegmentationError):
    """A public model cannot be loaded (not installed, out of reach, no such name): change SEGMENTER."""

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(f"SEGMENTER=transformers:{model} cannot be loaded: {reason}")


class LabelsUnknown(SegmentationError):
    """A checkpoint's classes fit none of our maps: choose another checkpoint, or add a map (label_maps.py)."""

    def __init__(self, labels: Iterable[str], known: Iterable[str]) -> None:
        super().__init__(f"its classes are {', '.join(labels)}; the maps known are {', '.join(known)}")
