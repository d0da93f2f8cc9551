"""The contract of the blob store, on files and in memory."""

import uuid
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


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../up", "a/../b", "a//b", "a/", "A", ".hidden", "a/.partial", "a\n"]
)
def test_a_key_cannot_leave_its_store(blobs: BlobStore, key: str) -> None:
    for operation in (blobs.get, blobs.has, blobs.delete, lambda name: blobs.put(name, b"")):
        with pytest.raises(InvalidBlobKey):
            operation(key)


def test_an_unknown_scheme_is_named() -> None:
    with pytest.raises(BlobStoreUnknown, match="carrier-pigeon"):
        BlobStore("carrier-pigeon://loft")
