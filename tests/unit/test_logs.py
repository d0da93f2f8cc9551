"""No log line holds an id, an address, an e-mail, a token or a query."""

import logging
from collections.abc import Iterator

import pytest

from webapp.logs import LogWords, clean_logs

SECRET = b"a key of thirty-two bytes, or so"
PHOTO = "3f9c0e7a12b84d5690aa77e1c2d3b4f5"


@pytest.fixture
def words() -> LogWords:
    return LogWords(SECRET)


@pytest.fixture
def cleaned() -> Iterator[LogWords]:
    """Clean the records of this process for one test."""
    before = logging.getLogRecordFactory()
    yield clean_logs(SECRET)
    logging.setLogRecordFactory(before)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"GET /photos/{PHOTO}/picture", PHOTO),
        (f"no blob is stored under 'photos/{PHOTO}/crop-0.jpg'", PHOTO),
        (f"photo_{PHOTO.upper()}_x", PHOTO.upper()),
        ("account 0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0 locked", "0b1c2d3e-4f50"),
        ("letter to Élodie.Martin+shop@mail.example.com refused", "Martin"),
        ("GET /login/anna%40example.com", "anna"),
        ("GET /products?q=red+dress&size=M HTTP/1.1", "dress"),
        ("http://shop.example/reset?token=abc", "abc"),
        ("Referer: https://shop.example/photos?x", "?x"),
        ("GET /account/confirm/ImFubmEi.Z0x1Yw.kJ8sQ2vX9mP4nL7tR1wB5yC3dF0 200", "kJ8s"),
        ("GET /account/reset/qX7_wB5yC3dF0kJ8sQ2vX9mP4nL7tR1w", "wB5y"),
        ("otpauth secret=JBSWY3DPEHPK3PXPJBSWY3DP", "JBSW"),
        ("GET /privacy-desk/requests/417/letter", "417"),
        ("Invalid request from ip=203.0.113.77: bad", "203.0.113.77"),
        ("peer 2001:db8:85a3::8a2e:370:7334 closed", "8a2e"),
        ("peer ::ffff:203.0.113.77 closed", "203.0"),
    ],
)
def test_what_tells_of_a_person_is_taken_out(words: LogWords, text: str, hidden: str) -> None:
    assert hidden in text
    assert hidden not in words.clean(text)


@pytest.mark.parametrize(
    "text",
    [
        "Listening at: http://127.0.0.1:8000 (4711)",
        "[21/Nov/2026:22:15:12 +0000] GET /products/TSHIRT-00123 200 5120 bytes 12 ms",
        "job 17 (update_index) failed",
        "shop.show_photo: photo_unreadable",
        "12:30:45.123 index of 6500 rows built",
        "torchvision::nms and std::vector, what?",
        "storage.errors.OutgoingConnectionRefused: no connection to hub.example",
        '  File "/srv/fashion-insta/webapp/jobs/worker.py", line 98, in run_next_job',
        "is that so? yes",
    ],
)
def test_what_an_operator_needs_stays(words: LogWords, text: str) -> None:
    assert words.clean(text) == text


def test_an_id_has_the_same_hash_everywhere_and_another_under_another_key(words: LogWords) -> None:
    page = words.page("/photos/<photo_id>/crops/<int:number>", {"photo_id": PHOTO, "number": 2})
    assert page == f"/photos/{words.hashed(PHOTO)}/crops/2"
    assert words.hashed(PHOTO) in words.clean(f"about photos/{PHOTO}/photo.jpg")
    assert words.clean(page) == page
    assert LogWords(b"another key").hashed(PHOTO) != words.hashed(PHOTO)


def test_a_name_in_an_address_cannot_forge_a_line(words: LogWords) -> None:
    assert "\n" not in words.page("/products/<sku>", {"sku": "a\nGET /admin 200"})


def test_an_unknown_part_of_an_address_counts_as_personal(words: LogWords) -> None:
    assert "anna" not in words.page("/x/<whoever>", {"whoever": "anna"})


def test_every_logger_and_its_tracebacks_are_cleaned(cleaned: LogWords, caplog: pytest.LogCaptureFixture) -> None:
    try:
        try:
            raise KeyError(PHOTO)
        except KeyError as error:
            raise RuntimeError(f"anna@example.com could not see {PHOTO}") from error
    except RuntimeError:
        logging.getLogger("some.library").exception("photo %s of %s failed", PHOTO, "203.0.113.77", stack_info=True)
    assert "RuntimeError" in caplog.text
    assert cleaned.hashed(PHOTO) in caplog.text
    for personal in (PHOTO, "anna@", "203.0.113"):
        assert personal not in caplog.text


def test_a_message_whose_arguments_do_not_fit_is_logged_without_them(
    cleaned: LogWords, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("some.library").error("%d photos of %s", PHOTO)
    assert "its arguments do not fit" in caplog.text
    assert PHOTO not in caplog.text


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ["a", "/", "a.", "1:", "a/?", "A1", "a@", "1.", "f", "%40", "=", " /1"])
def test_a_line_of_a_megabyte_is_cleaned_in_linear_time(words: LogWords, piece: str) -> None:
    # A quadratic pattern would need hours.
    assert isinstance(words.clean(piece * (1_000_000 // len(piece))), str)
