"""The contract of the blob store, on files and in memory."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.blobs import BlobStore
from storage.errors import BlobNotFound, BlobStoreUnknown, InvalidBlobKey


@pytest.fixture(params=["file", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return BlobStore(f"file://{tmp_path}/new/blobs" if request.param == "file" else f"memory://{uuid.uuid4().hex}")


def test_what_is_put_comes_back_and_may_be_replaced(blobs: BlobStore) -> None:
    blobs.put("a/b.jpg", b"one")
    blobs.put("a/b.jpg", b"two")
    assert blobs.get("a/b.jpg") == b"two"
    assert blobs.has("a/b.jpg")
    assert list(blobs.keys("a")) == ["a/b.jpg"]


def test_a_deleted_blob_is_gone_and_may_be_deleted_again(blobs: BlobStore) -> None:
    blobs.put("a/b", b"")
    blobs.delete("a/b")
    blobs.delete("a/b")
    assert not blobs.has("a/b")
    with pytest.raises(BlobNotFound, match="a/b"):
        blobs.get("a/b")


def test_keys_below_a_folder_are_that_folders_alone(blobs: BlobStore) -> None:
    for key in ("photos/1/a", "photos/1/b/c", "photos/12/a", "products/1"):
        blobs.put(key, b"x")
    assert list(blobs.keys("photos/1")) == ["photos/1/a", "photos/1/b/c"]
    assert list(blobs.keys("nothing")) == []


def test_a_folder_goes_with_partial_writes_and_its_own_name(blobs: BlobStore) -> None:
    for key in ("photos/1/a", "photos/1/b/c", "photos/12/a"):
        blobs.put(key, b"x")
    blobs._files.pipe_file(f"{blobs._root}/photos/1/.killed.partial", b"half a photo")
    blobs.delete_all("photos/1")
    blobs.delete_all("photos/1")
    assert not blobs.has_folder("photos/1")
    assert list(blobs.keys()) == ["photos/12/a"]
    assert not any("killed" in path for path in blobs._files.find(blobs._root))


def test_all_entries_are_told_partial_writes_and_folders_too(blobs: BlobStore) -> None:
    assert list(blobs.entries()) == []
    blobs.put("photos/1/a", b"x")
    blobs._files.pipe_file(f"{blobs._root}/photos/1/.killed.partial", b"half")
    told = {name: (content, written is None) for name, written, content in blobs.entries()}
    assert told == {
        "photos": (b"", True),
        "photos/1": (b"", True),
        "photos/1/a": (b"x", False),
        "photos/1/.killed.partial": (b"half", False),
    }


def test_a_blob_knows_when_it_was_written(blobs: BlobStore) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    blobs.put("a", b"x")
    assert before < blobs.written_at("a") < datetime.now(UTC) + timedelta(seconds=2)
    with pytest.raises(BlobNotFound):
        blobs.written_at("b")


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../up", "a/../b", "a//b", "a/", "A", ".hidden", "a/.partial", "a\n"]
)
def test_a_key_cannot_leave_its_store(blobs: BlobStore, key: str) -> None:
    for operation in (blobs.get, blobs.has, blobs.delete, blobs.delete_all, lambda name: blobs.put(name, b"")):
        with pytest.raises(InvalidBlobKey):
            operation(key)


def test_an_unknown_scheme_is_named() -> None:
    with pytest.raises(BlobStoreUnknown, match="carrier-pigeon"):
        BlobStore("carrier-pigeon://loft")
