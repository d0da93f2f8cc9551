"""What the pages and the API share: an uploaded photo -> its garments, with the time each stage took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import FileStorage, MultiDict

from catalog.products import ProductFilter
from recommender.from_photo import PhotoReading, embed_garments, read_garments
from recommender.judging import Shelf
from segmentation.garments import Garment
from segmentation.ports import Pixels
from storage.images import encode_jpeg, read_photo, shrink
from webapp.errors import BadRequestValue, ShopBusy
from webapp.merchandising import arrangement_in_force
from webapp.wiring import serving, wiring

_CROP_SIDE_PIXELS = 240


@dataclass
class StageTimes:
    """Wall and core milliseconds a stage, in order; sent as a Server-Timing header and read by the benchmark."""

    wall_ms: dict[str, float] = field(default_factory=dict)
    core_ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block under `name`."""
        started, started_core = time.perf_counter(), time.thread_time()
        yield
        self.wall_ms[name] = (time.perf_counter() - started) * 1000
        # With one inference thread the models run in the caller's thread: its time is the stage's.
        self.core_ms[name] = (time.thread_time() - started_core) * 1000

    def header(self) -> str:
        """Return the Server-Timing header's value: `decode;dur=61.2, decode-core;dur=60.9, …` in milliseconds."""
        return ", ".join(
            f"{name};dur={self.wall_ms[name]:.1f}, {name}-core;dur={self.core_ms[name]:.1f}" for name in self.wall_ms
        )


@dataclass(frozen=True)
class SeenPhoto:
    """An uploaded photo, what was seen in it, and the crops."""

    pixels: Pixels
    garments: list[Garment]
    reading: PhotoReading


def uploaded_photo(files: MultiDict[str, FileStorage]) -> FileStorage:
    """Return the `photo` part of a form; its bytes stay unread. Raises BadRequestValue when there is none."""
    photos = [photo for photo in files.getlist("photo") if photo.filename]
    if not photos:
        raise BadRequestValue("photo", _("Choose a photo first."))
    if len(photos) > 1:
        raise BadRequestValue("photo", _("Send one photo at a time."))
    return photos[0]


def shelf(wanted: ProductFilter) -> Shelf:
    """Return where this request's answers come from."""
    return Shelf(serving().index, wiring().match_calibration, wanted, arrangement_in_force())


@contextmanager
def photo_slot() -> Iterator[None]:
    """Wait for a place to work on a photo. Raises ShopBusy when none is free in time."""
    adapters = wiring()
    if not adapters.photo_slots.acquire(timeout=adapters.settings.busy_after_seconds):
        raise ShopBusy
    try:
        yield
    finally:
        adapters.photo_slots.release()


def parts_of(seen: SeenPhoto) -> dict[str, bytes]:
    """Return what is kept of a photo, by the names of its parts: itself, what was read in it, its crops."""
    crops = {
        f"crop-{number}.jpg": encode_jpeg(shrink(garment.crop, side_pixels=_CROP_SIDE_PIXELS))
        for number, garment in enumerate(seen.garments)
    }
    return {"photo.jpg": encode_jpeg(seen.pixels), "reading.json": seen.reading.to_json()} | crops


def see(photo: FileStorage, times: StageTimes) -> SeenPhoto:
    """Decode, segment and embed an uploaded photo whose consent is given. Raises BadImage."""
    adapters = wiring()
    with photo_slot():
        with times.stage("decode"):
            pixels = read_photo(photo.read(), file_name=photo.filename or "", limits=adapters.photo_limits)
        with times.stage("segment"):
            garments = read_garments(pixels, adapters.segmenter)
        with times.stage("embed"):
            reading = embed_garments(pixels, garments, serving().image_encoder)
    return SeenPhoto(pixels, garments, reading)
