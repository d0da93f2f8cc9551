"""The gate, from outside: every page of a photo, before and after it is closed. The real decryption is counted."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import privacy.encryption
from privacy.models import ConsentRecord, KeptPhoto
from privacy.standing import change_standing
from storage.database import db, now
from tests.factories import drawn_look
from tests.journeys.conftest import csrf_token
from tests.journeys.test_shopper import photo_blobs, upload
from webapp.wiring import wiring

ARGUMENTS = {"number": 0, "purpose": "recommendation", "request_id": "c" * 32}
"""What the addresses of a photo's pages hold besides its id."""


class Decryptions:
    """Counts what the real cipher opens of photos; everything else passes uncounted."""

    def __init__(self, cipher: type) -> None:
        self._cipher = cipher
        self.of_photos = 0

    def __call__(self, key: bytes) -> "CountingCipher":
        return CountingCipher(self._cipher(key), self)


class CountingCipher:
    def __init__(self, cipher: object, counted: Decryptions) -> None:
        self._cipher = cipher
        self._counted = counted

    def encrypt(self, nonce: bytes, content: bytes, about: bytes) -> bytes:
        return self._cipher.encrypt(nonce, content, about)  # type: ignore[attr-defined, no-any-return]

    def decrypt(self, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
        content: bytes = self._cipher.decrypt(nonce, sealed, about)  # type: ignore[attr-defined]
        self._counted.of_photos += about.startswith((b"photos/", b"photo/"))
        return content


@pytest.fixture
def decryptions(monkeypatch: pytest.MonkeyPatch) -> Decryptions:
    counted = Decryptions(privacy.encryption.AESGCM)
    monkeypatch.setattr(privacy.encryption, "AESGCM", counted)
    return counted


@pytest.fixture(scope="module")
def look() -> bytes:
    return drawn_look()


@pytest.fixture
def photo_id(client: FlaskClient, look: bytes) -> str:
    return upload(client, look).location.rsplit("/", 1)[-1]


def pages_of(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "photo_id" in rule.arguments]


def visits(app: Flask, photo_id: str) -> Iterator[tuple[str, str, str]]:
    """Each (method, address, endpoint) of a photo's pages; a new argument must be given a value above."""
    with app.test_request_context():
        addresses = app.url_map.bind("localhost")
        for rule in pages_of(app):
            values = {"photo_id": photo_id} | {name: ARGUMENTS[name] for name in rule.arguments - {"photo_id"}}
            for method in sorted((rule.methods or set()) & {"GET", "POST", "DELETE", "PUT", "PATCH"}):
                yield method, addresses.build(rule.endpoint, values, method=method), rule.endpoint


def walk(app: Flask, client: FlaskClient, photo_id: str) -> dict[tuple[str, str], TestResponse]:
    token = csrf_token(client.get("/").text)
    answers = {}
    # What shows comes before what changes, and what erases the photo comes last.
    for method, address, endpoint in sorted(
        visits(app, photo_id), key=lambda one: (one[0] != "GET", "forget" in one[1])
    ):
        form = {"csrf_token": token} if method == "POST" else None
        answers[method, endpoint] = client.open(address, method=method, data=form)
    return answers


def withdraw(photo_id: str) -> None:
    db.session.execute(update(ConsentRecord).filter_by(photo_id=photo_id).values(withdrawn_at=now()))


def lapse(photo_id: str) -> None:
    db.session.execute(update(KeptPhoto).filter_by(id=photo_id).values(expires_at=now() - timedelta(seconds=1)))


def owner_of(photo_id: str) -> str:
    return db.session.get_one(KeptPhoto, photo_id).pseudonym


CLOSED: dict[str, Callable[[str], object]] = {
    "withdrawn": withdraw,
    "lapsed": lapse,
    "restricted": lambda photo_id: change_standing(owner_of(photo_id), restricted=True),
    "objected": lambda photo_id: change_standing(owner_of(photo_id), objects_to_personalisation=True),
    "being erased": lambda photo_id: change_standing(owner_of(photo_id), erasing=True),
    "forgotten": lambda photo_id: wiring().vault.forget(photo_id, pseudonym=owner_of(photo_id)),
    "key destroyed": lambda photo_id: wiring().key_store.destroy_key(f"photo/{photo_id}"),
}


def test_before_its_pages_do_open_the_photo(
    app: Flask, client: FlaskClient, photo_id: str, decryptions: Decryptions
) -> None:
    for page in ("", "/picture", "/crops/0"):
        before = decryptions.of_photos
        assert client.get(f"/photos/{photo_id}{page}").status_code == 200
        assert decryptions.of_photos > before, page
    assert len(pages_of(app)) >= 4


@pytest.mark.parametrize("how", CLOSED)
def test_after_the_gate_is_closed_no_page_decrypts_anything(
    app: Flask, client: FlaskClient, photo_id: str, decryptions: Decryptions, how: str
) -> None:
    with app.app_context():
        CLOSED[how](photo_id)
        db.session.commit()
    decryptions.of_photos = 0
    answers = walk(app, client, photo_id)
    assert len(answers) >= 4
    assert decryptions.of_photos == 0
    assert not [where for where, answer in answers.items() if answer.mimetype.startswith("image/")]


def test_a_stranger_makes_no_page_decrypt_anything(
    app: Flask, client: FlaskClient, photo_id: str, decryptions: Decryptions
) -> None:
    answers = walk(app, app.test_client(), photo_id)
    assert decryptions.of_photos == 0
    shown = {where: answer.status_code for where, answer in answers.items() if answer.status_code not in (400, 404)}
    assert shown == {("POST", "privacy_desk.look_at_photo"): 302}, "the desk alone answers, with its log-in page"
    assert client.get(f"/photos/{photo_id}").status_code == 200


def test_a_lifted_restriction_opens_the_gate_again(
    app: Flask, client: FlaskClient, photo_id: str, decryptions: Decryptions
) -> None:
    with app.app_context():
        change_standing(owner_of(photo_id), restricted=True)
        db.session.commit()
    assert client.get(f"/photos/{photo_id}").status_code == 403
    with app.app_context():
        change_standing(owner_of(photo_id), restricted=False)
        db.session.commit()
    assert client.get(f"/photos/{photo_id}").status_code == 200
    assert decryptions.of_photos > 0


def _swap(app: Flask, photo_id: str, other_id: str) -> None:
    one, other = (folder_of(app, name) / "photo.jpg" for name in (photo_id, other_id))
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def folder_of(app: Flask, photo_id: str) -> Path:
    return next(path for path in photo_blobs(app) if photo_id in path.parts).parent


@pytest.mark.parametrize(
    ("damage", "status"),
    [
        (lambda content: bytes([*content[:50], content[50] ^ 1, *content[51:]]), 500),
        (lambda content: content[:-10], 500),
        (lambda content: content[:5], 500),
        (lambda content: b"", 500),
        (None, 404),
    ],
    ids=["a flipped bit", "truncated", "a stump", "empty", "missing"],
)
def test_a_damaged_blob_is_a_clear_page_and_shows_nothing(
    app: Flask, client: FlaskClient, photo_id: str, damage: Callable[[bytes], bytes] | None, status: int
) -> None:
    blob = folder_of(app, photo_id) / "photo.jpg"
    if damage is None:
        blob.unlink()
    else:
        blob.write_bytes(damage(blob.read_bytes()))
    answer = client.get(f"/photos/{photo_id}/picture")
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert "<h1" in answer.text


def test_a_swapped_blob_is_noticed_on_both_photos(app: Flask, client: FlaskClient, look: bytes) -> None:
    ids = [upload(client, look).location.rsplit("/", 1)[-1] for _ in range(2)]
    _swap(app, *ids)
    assert [client.get(f"/photos/{one}/picture").status_code for one in ids] == [500, 500]


def test_a_swapped_key_is_noticed_on_both_photos(app: Flask, client: FlaskClient, look: bytes) -> None:
    ids = [upload(client, look).location.rsplit("/", 1)[-1] for _ in range(2)]
    with app.app_context(), db.engines["keys"].begin() as keys:
        for old, new in ((ids[0], "held"), (ids[1], ids[0]), ("held", ids[1])):
            keys.exec_driver_sql("UPDATE wrapped_key SET about = ? WHERE about = ?", (f"photo/{new}", f"photo/{old}"))
    assert [client.get(f"/photos/{one}/picture").status_code for one in ids] == [500, 500]


def test_with_another_master_key_nothing_opens_and_the_page_says_that_it_passes(
    app: Flask, client: FlaskClient, photo_id: str, decryptions: Decryptions
) -> None:
    path = app.extensions["wiring"].settings.master_key
    right = path.read_bytes()
    path.write_bytes(bytes(32))
    answer = client.get(f"/photos/{photo_id}/picture")
    assert answer.status_code == 503
    assert decryptions.of_photos == 0
    path.write_bytes(right)
    assert client.get(f"/photos/{photo_id}/picture").status_code == 200
