"""The pictures of a feed on their way into the shop: those by address fetched some ahead, each of them stored once.

Rows share pictures (a shirt in five sizes), and a host answers slowly. So a picture that was stored is remembered for
a while, and of those that will be asked for next some are under way: a few from all hosts, fewer from each. Memory
holds one whole picture and the beginnings of the others, which rest in temporary files.

A host that does not answer costs its whole time for a picture. When it did not several times in a row, this intake asks
it no more; the next import has another one, and asks again.
"""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from threading import Lock, Thread
from typing import IO

from catalog.errors import PictureHostSilent, PictureNotUsable
from catalog.feed_pictures import FoundPicture
from catalog.pictures import StoredPicture, store_picture
from storage.blobs import BlobStore
from storage.errors import BadImage

_REMEMBERED = 20_000
_BYTES_IN_MEMORY = 1 << 20
_SECONDS_BETWEEN_LOOKS = 0.25
SILENCES_BORNE = 5
"""So often in a row a host may not answer; a picture or two that its server hangs on are no silent host."""

_Key = tuple[str, tuple[str | int, ...]]


@dataclass(frozen=True)
class FetchLimits:
    """How many pictures are fetched by address at the same time."""

    at_once: int = 8
    from_a_host: int = 4


class _Silences:
    """How often each host of pictures did not answer since it last did; told by the threads that fetch."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._silent: defaultdict[str, list[str]] = defaultdict(list)
        """By the host of the addresses: who was silent, which is another one behind a redirect."""

    def note(self, host: str, error: BaseException | None) -> None:
        """Take what came of a fetch; any answer, a 404 too, is a sign of life."""
        with self._lock:
            if isinstance(error, PictureHostSilent):
                self._silent[host].append(error.host)
            else:
                self._silent.pop(host, None)

    def reason_against(self, host: str) -> str:
        """Return why a host is asked no more; empty while it is."""
        with self._lock:
            silent = self._silent.get(host, [])
            if len(silent) < SILENCES_BORNE:
                return ""
            return (
                f"the host {silent[-1]} did not answer {SILENCES_BORNE} times in a row, the rest was not tried: "
                "import the feed again when it does"
            )


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
        self._silences = _Silences()

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
            self._refuse_of_silent_host(picture)
            self._begin(picture)
        try:
            file = self._waited_for(picture, self._under_way[key][1])
        finally:
            del self._under_way[key]
        self._fetch_ahead()
        with file:
            file.seek(0)
            return file.read()

    def _waited_for(self, picture: FoundPicture, fetched: "Future[IO[bytes]]") -> IO[bytes]:
        while True:
            self._heed()
            try:
                return fetched.result(timeout=_SECONDS_BETWEEN_LOOKS)
            except NotYet:
                self._refuse_of_silent_host(picture)
                self._fetch_ahead()

    def _refuse_of_silent_host(self, picture: FoundPicture) -> None:
        if reason := self._silences.reason_against(picture.host):
            raise PictureNotUsable(picture.name, reason)

    def _fetch_ahead(self) -> None:
        """Begin with the next ones, in order; a host that is busy enough holds up those behind it."""
        while self._next and len(self._under_way) < self._limits.at_once:
            host = self._next[0].host
            if self._silences.reason_against(host):
                self._next.popleft()
                continue
            busy = sum(each == host and not fetched.done() for each, fetched in self._under_way.values())
            if busy >= self._limits.from_a_host:
                return
            self._begin(self._next.popleft())

    def _begin(self, picture: FoundPicture) -> None:
        fetched: Future[IO[bytes]] = Future()
        self._under_way[_key(picture)] = picture.host, fetched
        # A daemon: an import that was stopped, or its process, does not wait for what a host still sends.
        Thread(target=_fetch, args=(picture, fetched, self._silences), name="picture", daemon=True).start()


def _fetch(picture: FoundPicture, fetched: "Future[IO[bytes]]", silences: _Silences) -> None:
    assert picture.fetch is not None
    file = SpooledTemporaryFile(max_size=_BYTES_IN_MEMORY)  # noqa: SIM115 - who takes the picture closes it
    try:
        picture.fetch(file)
        silences.note(picture.host, None)
        fetched.set_result(file)
    except BaseException as error:  # noqa: BLE001 - the border of the thread: whoever waits gets it
        file.close()
        silences.note(picture.host, error)
        fetched.set_exception(error)


def _key(picture: FoundPicture) -> _Key:
    return picture.name, picture.state
