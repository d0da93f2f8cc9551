"""The pictures of a feed on their way into the shop: those by address fetched some ahead, each of them stored once.

Rows share pictures (a shirt in five sizes), and a host answers slowly. So a picture that was stored is remembered for
a while, and of those that will be asked for next some are under way: a few from all hosts, fewer from each. Memory
holds one whole picture and the beginnings of the others, which rest in temporary files.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from threading import Thread
from typing import IO

from catalog.errors import PictureNotUsable
from catalog.feed_pictures import FoundPicture
from catalog.pictures import StoredPicture, store_picture
from storage.blobs import BlobStore
from storage.errors import BadImage

_REMEMBERED = 20_000
_BYTES_IN_MEMORY = 1 << 20
_SECONDS_BETWEEN_LOOKS = 0.25

_Key = tuple[str, tuple[str | int, ...]]


@dataclass(frozen=True)
class FetchLimits:
    """How many pictures are fetched by address at the same time."""

    at_once: int = 8
    from_a_host: int = 4


class PictureIntake:
    """Stores pictures; asked by one thread, in the order in which it was told of them."""

    def __init__(
        self, blobs: BlobStore, *, limits: FetchLimits = FetchLimits(), heed: Callable[[], None] = lambda: None
    ) -> None:
        """`heed` is called while a picture is waited for; what it raises ends the waiting."""
        self._blobs = blobs
        self._limits = limits
        self._heed = heed
        self._done: OrderedDict[_Key, StoredPicture | str] = OrderedDict()
        """Stored, or why not."""
        self._next: deque[FoundPicture] = deque()
        self._under_way: dict[_Key, tuple[str, Future[IO[bytes]]]] = {}

    def expect(self, pictures: Iterable[FoundPicture]) -> None:
        """Fetch these ahead, as far as they lie elsewhere: they will be asked for in this order."""
        wanted = {_key(picture): picture for picture in pictures if picture.fetch}
        self._next = deque(picture for key, picture in wanted.items() if key not in self._done)
        self._under_way = {key: fetched for key, fetched in self._under_way.items() if key in wanted}
        self._fetch_ahead()

    def stored(self, picture: FoundPicture) -> StoredPicture:
        """Return the picture, stored. Raises PictureNotUsable, and OSError when the disk is full."""
        key = _key(picture)
        if key not in self._done:
            self._done[key] = self._outcome(picture)
        self._done.move_to_end(key)
        while len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)
        found = self._done[key]
        if isinstance(found, str):
            raise PictureNotUsable(picture.name, found)
        return found

    def _outcome(self, picture: FoundPicture) -> StoredPicture | str:
        try:
            return store_picture(self._content(picture), blobs=self._blobs)
        except BadImage as error:
            return str(error)
        except PictureNotUsable as error:
            return error.advice

    def _content(self, picture: FoundPicture) -> bytes:
        if picture.fetch is None:
            return picture.read()
        key = _key(picture)
        if key not in self._under_way:
            self._next = deque(each for each in self._next if _key(each) != key)
            self._begin(picture)
        with self._waited_for(self._under_way[key][1]) as file:
            del self._under_way[key]
            self._fetch_ahead()
            file.seek(0)
            return file.read()

    def _waited_for(self, fetched: "Future[IO[bytes]]") -> IO[bytes]:
        while True:
            self._heed()
            try:
                return fetched.result(timeout=_SECONDS_BETWEEN_LOOKS)
            except NotYet:
                self._fetch_ahead()

    def _fetch_ahead(self) -> None:
        """Begin with the next ones, in order; a host that is busy enough holds up those behind it."""
        while self._next and len(self._under_way) < self._limits.at_once:
            host = self._next[0].host
            busy = sum(each == host and not fetched.done() for each, fetched in self._under_way.values())
            if busy >= self._limits.from_a_host:
                return
            self._begin(self._next.popleft())

    def _begin(self, picture: FoundPicture) -> None:
        fetched: Future[IO[bytes]] = Future()
        self._under_way[_key(picture)] = picture.host, fetched
        # A daemon: an import that was stopped, or its process, does not wait for what a host still sends.
        Thread(target=_fetch, args=(picture, fetched), name="picture", daemon=True).start()


def _fetch(picture: FoundPicture, fetched: "Future[IO[bytes]]") -> None:
    assert picture.fetch is not None
    file = SpooledTemporaryFile(max_size=_BYTES_IN_MEMORY)  # noqa: SIM115 - who takes the picture closes it
    try:
        picture.fetch(file)
        fetched.set_result(file)
    except BaseException as error:  # noqa: BLE001 - the border of the thread: whoever waits gets it
        file.close()
        fetched.set_exception(error)


def _key(picture: FoundPicture) -> _Key:
    return picture.name, picture.state
