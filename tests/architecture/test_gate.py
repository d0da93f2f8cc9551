"""No path goes around the gate: what opens sealed things is called in few, named places, each for its reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "webapp",
    "trends",
    "tryon",
    "recommender",
    "segmentation",
    "catalog",
    "accounts",
    "privacy",
    "storage",
    "demo",
)

VAULT = "privacy/photo_vault.py"
ALLOWED: dict[str, dict[str, str]] = {
    # What decrypts.
    "unseal": {
        VAULT: "photos, behind the gate",
        "privacy/sealed_columns.py": "columns; photos are no columns",
        "privacy/local_key_file.py": "wrapped keys",
        "privacy/legacy_keys.py": "wrapped keys, from before the keys store",
        "privacy/erasure.py": "what an erasure's scan looks for, under a key of its own",
        "privacy/archives.py": "the copies that people asked for, each under a key of its own",
    },
    # What decrypts, below that.
    "AESGCM": {"privacy/encryption.py": "the one place that knows the cipher"},
    # What unwraps a data key.
    "unwrap": {
        "privacy/key_store.py": "every data key",
        "privacy/moving_key_service.py": "hands on to another service",
        "privacy/key_backups.py": "asks whether the keys of a backup open, and are of this shop",
    },
    # What gives a data key away.
    "open_key": {
        VAULT: "photos, behind the gate",
        "privacy/key_ring.py": "keys of the whole shop",
        "privacy/key_rotation.py": "asks whether a key opens, and drops it",
        "privacy/key_backups.py": "the keys of the ring: whose backup is it",
        "privacy/erasure.py": "the key of an erasure's scan",
        "privacy/archives.py": "the key of a copy that somebody asked for",
    },
    # What a reader of photos holds in hand, and how one comes to be kept.
    "OpenPhoto": {VAULT: "made by the gate alone"},
    "KeptPhoto": {VAULT: "made by the vault alone"},
}

READERS_OF_BLOBS = {
    VAULT: "photos, behind the gate",
    "privacy/photo_sources.py": "the first sealed bytes of what is erased: the scan knows them again",
    "privacy/archives.py": "the copies that people asked for, each under a key of its own",
    "webapp/shop/routes.py": "the shop's own pictures: keys of `products/` and `looks/`",
    "webapp/shop/looks.py": "the drawn looks on offer",
    "webapp/admin/routes.py": "product pictures",
    "catalog/pictures.py": "product pictures, under the SHA-256 of their content",
    "recommender/putting_right.py": "product pictures",
    "webapp/classifying.py": "product pictures: keys of `products/`",
    "webapp/admin/panels.py": "the drawn looks on offer, and the cut-outs of panels: keys of `panels/`",
    "webapp/admin/rule_preview.py": "the drawn looks on offer",
    "catalog/feed_writing.py": "product pictures",
}


def calls_in(source: str) -> Iterator[str]:
    """The names of everything that a module calls: `f()`, `thing.f()`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr


def imports_in(source: str) -> Iterator[tuple[str, str]]:
    """Each (module, name) that a module imports by `from … import …`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def blob_reads_in(source: str) -> int:
    """How often a module reads from a blob store: `blobs.get(…)`, `self._blobs.get(…)`, `wiring().blobs.get(…)`."""
    reads = (
        node.func.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get"
    )
    return sum(ast.unparse(store).rpartition(".")[-1].strip("_") == "blobs" for store in reads)


def modules() -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }


@pytest.mark.parametrize("name", ALLOWED)
def test_what_opens_sealed_things_is_called_in_its_places_alone(name: str) -> None:
    callers = {path for path, source in modules().items() if name in calls_in(source)}
    assert callers, f"nobody calls {name}: was it renamed?"
    assert callers <= set(ALLOWED[name]), f"{name} goes around the gate"


def test_the_cipher_and_its_opening_are_imported_where_they_are_called() -> None:
    for path, source in modules().items():
        for module, name in imports_in(source):
            if (module, name) == ("privacy.encryption", "unseal"):
                assert path in ALLOWED["unseal"], path
            if name == "AESGCM" or module.endswith("ciphers.aead"):
                assert path in ALLOWED["AESGCM"], path


def test_the_cipher_is_not_reached_under_another_name() -> None:
    for path, source in modules().items():
        whole = {
            alias.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for alias in node.names
        }
        assert not any(name.startswith(("privacy.encryption", "cryptography")) for name in whole), path


def test_blobs_are_read_in_their_places_alone() -> None:
    readers = {path for path, source in modules().items() if blob_reads_in(source)}
    assert VAULT in readers
    assert readers <= set(READERS_OF_BLOBS)


@pytest.mark.parametrize(
    ("planted", "name"),
    [
        ("from privacy.encryption import unseal\nunseal(k, b, about='x')", "unseal"),
        ("kept = OpenPhoto(row, blobs, key)", "OpenPhoto"),
        ("wiring().key_store.open_key('photo/1')", "open_key"),
        ("db.session.add(models.KeptPhoto(id='1'))", "KeptPhoto"),
    ],
)
def test_a_path_around_the_gate_would_be_seen(planted: str, name: str) -> None:
    assert name in calls_in(planted)


def test_a_read_of_a_blob_would_be_seen() -> None:
    for planted in ("wiring().blobs.get(key)", "self._blobs.get(f'photos/{photo_id}/photo.jpg')", "blobs.get('a')"):
        assert blob_reads_in(planted) == 1
    assert blob_reads_in("request.args.get('blobs')") == 0
