"""A recommendation happens on this machine: pages and API, with the real models, open no connection and ask no name."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from storage.errors import OutgoingConnectionRefused
from tests.factories import demo_settings, drawn_look
from tests.journeys.conftest import csrf_token
from webapp import create_app

_OUTWARDS = ("socket.connect", "socket.getaddrinfo", "socket.gethostby", "socket.sendto", "socket.sendmsg")
_listeners: list[list[str]] = []


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_OUTWARDS):
        for heard in _listeners:
            heard.append(f"{event} {arguments[1:]}")


sys.addaudithook(_listen)


@contextmanager
def listening() -> Iterator[list[str]]:
    """Yield the list of what leaves the process while the block runs."""
    heard: list[str] = []
    _listeners.append(heard)
    yield heard
    _listeners.remove(heard)


def test_the_listener_hears_a_connection(app: Flask) -> None:
    import socket

    with listening() as heard, pytest.raises(OutgoingConnectionRefused):
        socket.create_connection(("hub.example", 443))
    assert len(heard) == 1
    assert app is not None


def test_a_recommendation_through_the_pages_opens_no_connection(client: FlaskClient) -> None:
    with listening() as heard:
        data = {
            "csrf_token": csrf_token(client.get("/").text),
            "consent": "recommendation",
            "photo": (io.BytesIO(drawn_look()), "a.jpg"),
        }
        answer = client.post("/photos", data=data, content_type="multipart/form-data")
        page = client.get(answer.location)
        client.get(f"{answer.location}/picture")
    assert "/products/" in page.text
    assert heard == []


def test_a_recommendation_through_the_api_opens_no_connection(client: FlaskClient) -> None:
    data = {"consent": "recommendation", "photo": (io.BytesIO(drawn_look()), "a.jpg")}
    with listening() as heard:
        answer = client.post("/api/v1/recommendations", data=data, content_type="multipart/form-data")
    assert answer.json["garments"][0]["matches"]
    assert heard == []


def test_a_model_of_the_hub_is_not_fetched_and_the_error_says_what_to_set(instance: Any, open_clip_folder: Any) -> None:
    app = create_app(demo_settings(instance, encoder="open_clip:hf-hub:nobody/no-such-model-here"))
    result = app.test_cli_runner().invoke(args=["index", "rebuild"])
    assert result.exit_code != 0
    assert "OUTGOING_HOSTS" in result.output
