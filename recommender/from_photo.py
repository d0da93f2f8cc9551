"""The main flow: photo -> garments -> embeddings; `similar.py` takes each embedding to its matches."""

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from recommender.garment_colours import has_white_ground
from recommender.ports import Embedding, Embeddings, EncoderIdentity, ImageEncoder, Pixels
from recommender.similar import unit_length
from segmentation.garments import WHOLE, Garment, Polygon, garments_in, whole_photo
from segmentation.ports import Segmenter

MAX_GARMENTS = 8
WHOLE_WEIGHT = 2.0
"""How much the whole photo counts beside the crop of the one garment in it: found on held-out photos."""


@dataclass(frozen=True)
class SeenGarment:
    """One garment of a photo, ready to be searched for."""

    label: str
    box_xyxy_pixels: tuple[int, int, int, int]
    confidence: float
    outline: tuple[Polygon, ...]
    """Closed polygons in pixels of the photo (parts and holes: fill by the even-odd rule)."""
    embedding: Embedding


@dataclass(frozen=True)
class PhotoReading:
    """What was seen in a photo: its garments, largest first; the whole photo when none was found."""

    width_pixels: int
    height_pixels: int
    garments: tuple[SeenGarment, ...]
    encoder: EncoderIdentity
    whole_photo_used: bool

    def to_json(self) -> bytes:
        """Return the reading as JSON bytes (embeddings as base64 of little-endian float32)."""
        described = asdict(self)
        for garment, seen in zip(described["garments"], self.garments, strict=True):
            garment["embedding"] = base64.b64encode(seen.embedding.astype("<f4").tobytes()).decode()
        return json.dumps(described).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "PhotoReading":
        """Return the reading that `to_json` wrote."""
        described = json.loads(content)
        described["encoder"] = EncoderIdentity(**described["encoder"])
        described["garments"] = tuple(_garment_from(garment) for garment in described["garments"])
        return cls(**described)


def read_garments(photo: Pixels, segmenter: Segmenter) -> list[Garment]:
    """Return the photo's garments, largest first, at most MAX_GARMENTS; the whole photo when none is found."""
    garments = garments_in(photo, segmenter.segment(photo), segmenter.label_set)[:MAX_GARMENTS]
    return garments or [whole_photo(photo)]


def main_garment(photo: Pixels, segmenter: Segmenter) -> list[Garment]:
    """Return the one garment that a photo is about: its largest, or all of it for a catalogue's photo, on white ground.

    A catalogue's photo is learned whole: the encoder knows which of the worn garments it is about.
    """
    return [whole_photo(photo)] if has_white_ground(photo) else read_garments(photo, segmenter)


def embed_garments(photo: Pixels, garments: list[Garment], encoder: ImageEncoder) -> PhotoReading:
    """Return what is seen in a photo, one embedding a garment.

    A garment is embedded as its crop. One that is alone in the photo (lying, hanging) is embedded as the weighted
    mean of crop and whole photo: what the mask missed counts too (training/RESULTS.md has the gain).
    """
    embeddings = _embeddings(photo, [garment.crop for garment in garments], garments[0].label, encoder)
    seen = tuple(
        SeenGarment(garment.label, garment.box_xyxy_pixels, garment.confidence, garment.outline, embedding)
        for garment, embedding in zip(garments, embeddings, strict=True)
    )
    height, width = photo.shape[:2]
    return PhotoReading(width, height, seen, encoder.identity, whole_photo_used=garments[0].label == WHOLE)


def embed_again(reading: PhotoReading, photo: Pixels, crops: Sequence[Pixels], encoder: ImageEncoder) -> PhotoReading:
    """Return the same reading with embeddings of another encoder; photo and crops: as they were kept."""
    embeddings = _embeddings(photo, crops, reading.garments[0].label, encoder)
    garments = zip(reading.garments, embeddings, strict=True)
    seen = tuple(replace(garment, embedding=embedding) for garment, embedding in garments)
    return replace(reading, garments=seen, encoder=encoder.identity)


def _embeddings(photo: Pixels, crops: Sequence[Pixels], first_label: str, encoder: ImageEncoder) -> Embeddings:
    is_alone = len(crops) == 1 and first_label != WHOLE
    embeddings = encoder.encode_images([*crops, photo] if is_alone else crops)
    return unit_length(embeddings[0] + WHOLE_WEIGHT * embeddings[1])[None] if is_alone else embeddings


def _garment_from(described: dict[str, object]) -> SeenGarment:
    vector = np.frombuffer(base64.b64decode(str(described["embedding"])), "<f4").astype(np.float32)
    box = described["box_xyxy_pixels"]
    outline = described["outline"]
    assert isinstance(box, list)
    assert isinstance(outline, list)
    return SeenGarment(
        label=str(described["label"]),
        box_xyxy_pixels=(box[0], box[1], box[2], box[3]),
        confidence=float(str(described["confidence"])),
        outline=tuple(tuple((x, y) for x, y in polygon) for polygon in outline),
        embedding=vector,
    )
