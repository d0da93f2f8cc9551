"""The only module that chooses adapters: which real thing is plugged in where."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import BoundedSemaphore
from typing import cast

from flask import Flask, current_app

from privacy.errors import KeyFileUnsafe
from privacy.keys import PersonalDataKeys, create_key_file, read_key_file
from privacy.photo_vault import PhotoRetention, PhotoVault
from privacy.pseudonyms import Pseudonymiser
from recommender.faiss_index import FaissIndex
from recommender.onnx_encoder import OnnxImageEncoder, OnnxTextEncoder
from recommender.ports import ImageEncoder, TextEncoder, VectorIndex
from segmentation.onnx_segmenter import OnnxSegmenter
from segmentation.ports import Segmenter
from storage.blobs import BlobStore
from storage.images import ImageLimits
from webapp.settings import Settings, SettingsError

_ROOT = Path(__file__).resolve().parent.parent
_ENCODER_WEIGHTS = _ROOT / "recommender" / "weights"
_SEGMENTER_WEIGHTS = _ROOT / "segmentation" / "weights"


@dataclass(frozen=True)
class Wiring:
    """The adapters of one process, each made when it is first asked for."""

    settings: Settings

    @cached_property
    def image_encoder(self) -> ImageEncoder:
        return OnnxImageEncoder(_ENCODER_WEIGHTS, threads=self.settings.inference_threads)

    @cached_property
    def text_encoder(self) -> TextEncoder:
        return OnnxTextEncoder(_ENCODER_WEIGHTS, threads=self.settings.inference_threads)

    @cached_property
    def segmenter(self) -> Segmenter:
        return OnnxSegmenter(_SEGMENTER_WEIGHTS, threads=self.settings.inference_threads)

    @cached_property
    def photo_slots(self) -> BoundedSemaphore:
        """Taken while a photo is worked on: more at once than cores would be no faster and fill the memory."""
        return BoundedSemaphore(self.settings.photos_at_once)

    @cached_property
    def index(self) -> VectorIndex:
        return FaissIndex(self.settings.index_folder)

    @cached_property
    def blobs(self) -> BlobStore:
        return BlobStore(self.settings.blobs)

    @cached_property
    def keys(self) -> PersonalDataKeys:
        return PersonalDataKeys.derived_from(read_key_file(self.settings.master_key))

    @cached_property
    def pseudonyms(self) -> Pseudonymiser:
        return Pseudonymiser(self.keys.pseudonyms)

    @cached_property
    def vault(self) -> PhotoVault:
        retention = PhotoRetention(self.settings.visit_minutes, self.settings.account_photo_days)
        return PhotoVault(self.blobs, self.keys.photos, retention)

    @property
    def photo_limits(self) -> ImageLimits:
        return ImageLimits(max_pixels=self.settings.max_photo_pixels)

    def session_secret(self) -> bytes:
        """Return the key that signs session cookies; the demo makes both key files at its first start.

        Raises SettingsError when a key file is missing or unsafe: better at the start than at the first photo.
        """
        # Only its own: a file that was named and is not there is a mistake, not a wish for a new key.
        if self.settings.demo and self.settings.secret_key_file is None:
            create_key_file(self.settings.secret_key)
        if self.settings.demo and self.settings.master_key_file is None:
            create_key_file(self.settings.master_key)
        try:
            secret = read_key_file(self.settings.secret_key)
            read_key_file(self.settings.master_key)
        except KeyFileUnsafe as error:
            raise SettingsError(f"MASTER_KEY_FILE, SECRET_KEY_FILE: {error}") from error
        return secret


def wiring(app: Flask | None = None) -> Wiring:
    """Return the adapters of the running application."""
    return cast(Wiring, (app or current_app).extensions["wiring"])
