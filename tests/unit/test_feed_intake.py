"""Pictures by address come a few at a time, in order, each once, and nobody waits for them who was asked to stop."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

import pytest

from catalog.errors import PictureNotUsable
from catalog.feed_intake import FetchLimits, PictureIntake
from catalog.feed_pictures import FoundPicture
from storage.blobs import BlobStore
from tests.factories import encoded, photo

WAIT_SECONDS = 20


@dataclass
class Hosts:
    """Hosts that hold each answer back until they are let go."""

    open: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    busy: int = 0
    most_busy: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def picture(self, name: str, host: str = "cdn.example") -> FoundPicture:
        def fetch(into: IO[bytes]) -> None:
            with self.lock:
                self.asked.append(name)
                self.busy += 1
                self.most_busy = max(self.most_busy, self.busy)
            self.arrived.release()
            assert self.open.wait(WAIT_SECONDS)
            with self.lock:
                self.busy -= 1
            if name.startswith("gone"):
                raise PictureNotUsable(name, "the host answers 404 instead of the file")
            into.write(encoded(photo(seed=int(name.rpartition("-")[2]))))

        return FoundPicture(name, (), lambda: pytest.fail("it lies elsewhere"), host, fetch)

    def wait_for(self, number: int) -> None:
        for _ in range(number):
            assert self.arrived.acquire(timeout=WAIT_SECONDS)


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    made = Hosts()
    yield made
    made.open.set()


@pytest.fixture
def blobs() -> BlobStore:
    return BlobStore("memory://feed-intake")


def intake(blobs: BlobStore, limits: FetchLimits, heed: Callable[[], None] = lambda: None) -> PictureIntake:
    return PictureIntake(blobs, limits=limits, heed=heed)


def test_some_are_under_way_at_once_and_come_in_order(hosts: Hosts, blobs: BlobStore) -> None:
    pictures = [hosts.picture(f"p-{number}") for number in range(9)]
    taken = intake(blobs, FetchLimits(at_once=3, from_a_host=3))
    taken.expect(pictures)
    hosts.wait_for(3)
    hosts.open.set()
    hashes = [taken.stored(picture).content_hash for picture in pictures]
    assert len(set(hashes)) == 9
    assert (sorted(hosts.asked), hosts.most_busy) == (sorted(picture.name for picture in pictures), 3)


def test_a_host_is_asked_for_fewer_than_all_hosts_together(hosts: Hosts, blobs: BlobStore) -> None:
    pictures = [hosts.picture(f"a-{number}", "a.example") for number in range(4)]
    taken = intake(blobs, FetchLimits(at_once=8, from_a_host=2))
    taken.expect(pictures)
    hosts.wait_for(2)
    assert sorted(hosts.asked) == ["a-0", "a-1"]
    hosts.open.set()
    assert [taken.stored(picture).width for picture in pictures]
    assert hosts.most_busy == 2


def test_a_picture_that_several_rows_name_is_fetched_once(hosts: Hosts, blobs: BlobStore) -> None:
    hosts.open.set()
    picture, gone = hosts.picture("p-1"), hosts.picture("gone-1")
    taken = intake(blobs, FetchLimits())
    taken.expect([picture, gone, picture, gone])
    assert taken.stored(picture) == taken.stored(picture)
    for _ in range(2):
        with pytest.raises(PictureNotUsable, match="'gone-1': the host answers 404"):
            taken.stored(gone)
    taken.expect([picture])
    assert sorted(hosts.asked) == ["gone-1", "p-1"]


def test_who_asks_to_stop_waits_for_no_host(hosts: Hosts, blobs: BlobStore) -> None:
    def stop() -> None:
        raise InterruptedError

    picture = hosts.picture("p-1")
    taken = intake(blobs, FetchLimits(), heed=stop)
    taken.expect([picture])
    hosts.wait_for(1)
    with pytest.raises(InterruptedError):
        taken.stored(picture)


def test_a_picture_that_was_not_expected_is_fetched_all_the_same(hosts: Hosts, blobs: BlobStore) -> None:
    hosts.open.set()
    assert intake(blobs, FetchLimits()).stored(hosts.picture("p-1")).width > 0
