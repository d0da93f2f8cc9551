"""What can go wrong in segmentation; each says what to do."""


class SegmentationError(Exception):
    """Base of this package's errors."""


class SegmenterWeightsMissing(SegmentationError):
    """The weights folder lacks a file. Restore it from the repository or train it again (training/segmenter.py)."""


class SegmenterWeightsDamaged(SegmentationError):
    """A weights file cannot be read or is not the one that its facts describe. Restore both from the repository."""


class MalformedMask(SegmentationError):
    """A run-length encoded mask does not cover its size exactly. The sender has to encode it again."""
