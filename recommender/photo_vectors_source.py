"""The vectors of a person's photos as a source of personal data."""

from collections.abc import Iterator, Mapping, Sequence

from privacy.canaries import Canary, CanaryKind
from privacy.photo_sources import READING, OnlyErased, folder_of, in_words, photo_ids_in
from privacy.photo_vault import PhotoVault
from privacy.sources import ErasureStep, Scope
from recommender.from_photo import PhotoReading
from storage.blobs import BlobStore


class PhotoVectors(OnlyErased):
    """The embeddings of a photo's garments, in its sealed reading; the index itself holds products alone."""

    name = "photo vectors"
    step = ErasureStep.VECTORS
    tables: frozenset[str] = frozenset()

    def __init__(self, blobs: BlobStore, vault: PhotoVault) -> None:
        self._blobs = blobs
        self._vault = vault

    def canaries(self, scope: Scope) -> Iterator[Canary]:
        for photo_id in photo_ids_in(scope):
            reading = self._vault.parts_for_canaries(photo_id).get(READING)
            for garment in PhotoReading.from_json(reading).garments if reading else ():
                yield Canary(CanaryKind.VECTOR, garment.embedding.astype("<f4").tobytes())

    def kept(self, scope: Scope) -> Mapping[str, int]:
        return {"sealed readings": sum(self._blobs.has(f"{folder_of(i)}/{READING}") for i in photo_ids_in(scope))}

    def erase(self, scope: Scope) -> None:
        for photo_id in photo_ids_in(scope):
            # The last of the photo's blobs: its folder goes too, for it bears the photo's id.
            self._blobs.delete_all(folder_of(photo_id))

    def remains(self, scope: Scope) -> Sequence[str]:
        folders = sum(self._blobs.has_folder(folder_of(photo_id)) for photo_id in photo_ids_in(scope))
        return in_words({"folders": folders}, "photo vectors")
