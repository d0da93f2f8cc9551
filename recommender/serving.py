"""Which index and which encoders answer: always a pair that agrees, changed while the shop is open."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from recommender.errors import IndexBuiltWithAnotherEncoder, IndexMissing, RecommenderError
from recommender.index_builds import IndexBuilds, Stamp
from recommender.ports import ImageEncoder, IndexManifest, TextEncoder, VectorIndex

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Encoders:
    """Both encoders of one space."""

    images: ImageEncoder
    texts: TextEncoder


@dataclass(frozen=True)
class Serving:
    """What answers a query from its first step to its last: the index, and the encoders that it was built with."""

    index: VectorIndex
    image_encoder: ImageEncoder
    text_encoder: TextEncoder


class ServingSwitch:
    """Follows the active build of an index: when another one is swapped in, encoders and index change together.

    When the encoder of the active build cannot be had any more (its weights are gone or were replaced), the chosen
    encoders are used: queries then raise IndexBuiltWithAnotherEncoder until an update has built the index anew.
    """

    def __init__(self, builds: IndexBuilds, encoders_of: Callable[[str], Encoders], chosen: str) -> None:
        """encoders_of: the encoders that a setting names, or a RecommenderError; chosen: what ENCODER says."""
        self._builds = builds
        self._encoders_of = encoders_of
        self._chosen = chosen
        self._switching = Lock()
        self._known: tuple[Stamp | None, Serving] | None = None

    def current(self) -> Serving:
        """Return the pair in use. Costs a look at one file's time, unless another build was swapped in."""
        stamp, known = self._builds.stamp, self._known
        if known is not None and known[0] == stamp:
            return known[1]
        # While one thread loads the new encoders the others answer with the old pair.
        if not self._switching.acquire(blocking=known is None):
            assert known is not None
            return known[1]
        try:
            if self._known is None or self._known[0] != stamp:
                self._known = stamp, self._pair()
            return self._known[1]
        finally:
            self._switching.release()

    def roll_back(self) -> IndexManifest:
        """Make the build before the active one active again and return what is in it.

        Raises NoEarlierIndex, IndexDamaged, and what its encoder raises when that cannot be loaded.
        """
        manifest = self._builds.earlier().manifest
        self._loaded(manifest)
        self._builds.roll_back()
        return manifest

    def _pair(self) -> Serving:
        try:
            index = self._builds.active()
            encoders = self._loaded(index.manifest)
            return Serving(index, encoders.images, encoders.texts)
        except IndexMissing:
            _log.info("there is no index yet")
        except RecommenderError as error:
            _log.warning("the active index cannot be served: %s", error)
        chosen = self._encoders_of(self._chosen)
        return Serving(self._builds, chosen.images, chosen.texts)

    def _loaded(self, manifest: IndexManifest) -> Encoders:
        encoders = self._encoders_of(manifest.encoder.setting)
        if encoders.images.identity != manifest.encoder:
            raise IndexBuiltWithAnotherEncoder(manifest.encoder, encoders.images.identity)
        return encoders
