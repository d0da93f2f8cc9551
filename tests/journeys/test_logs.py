"""The real web server with its access log on: all that it prints tells of pages, never of people."""

import http.client
import socket
from pathlib import Path
from urllib.parse import urlsplit

from privacy.keys import read_key_file
from tests.factories import demo_settings, drawn_look
from tests.journeys.conftest import LiveShop, csrf_token, serve
from webapp.logs import LogWords

VISITOR = "203.0.113.77"
BROWSER = "Telltale/7.0"
EMAIL = "anna.secret@example.com"
TOKEN = "ImFubmEi.Z0x1Yw.kJ8sQ2vX9mP4nL7tR1wB5yC3dF0"


class Caller:
    """A visitor behind a proxy, over a plain connection, who keeps cookies."""

    def __init__(self, shop: LiveShop) -> None:
        self._address = urlsplit(shop.url)
        self._cookie = ""

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "text/plain") -> tuple[str, bytes]:
        """Return (Location, body) of the answer."""
        connection = http.client.HTTPConnection(str(self._address.hostname), self._address.port, timeout=60)
        headers = {
            "X-Forwarded-For": VISITOR,
            "User-Agent": BROWSER,
            "Referer": f"http://elsewhere.example/{EMAIL}",
            "Content-Type": kind,
            "Cookie": self._cookie,
        }
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        self._cookie = (answer.getheader("Set-Cookie") or self._cookie).partition(";")[0]
        connection.close()
        return answer.getheader("Location") or "", content

    def send_photo(self) -> str:
        """Send a drawn look; return the result page's path."""
        token = csrf_token(self.ask("GET", "/")[1].decode())
        parts = [("csrf_token", token.encode(), ""), ("consent", b"recommendation", "")]
        parts.append(("photo", drawn_look(), '; filename="anna-at-home.jpg"'))
        body = b"".join(
            f'--edge\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"
            for name, value, more in parts
        )
        location, _ = self.ask("POST", "/photos", body + b"--edge--\r\n", "multipart/form-data; boundary=edge")
        return urlsplit(location).path

    def say(self, line: bytes) -> None:
        """Send a line that is no HTTP."""
        with socket.create_connection((str(self._address.hostname), self._address.port or 80), timeout=60) as raw:
            raw.sendall(line)
            raw.recv(1000)


def test_the_log_of_a_visit_names_pages_and_nobody(instance: Path, tmp_path: Path) -> None:
    printed = tmp_path / "printed.log"
    with serve(instance, log=printed, ACCESS_LOG="1", TRUSTED_PROXIES="1") as shop:
        visitor = Caller(shop)
        page = visitor.send_photo()
        photo_id = page.rpartition("/")[2]
        visitor.ask("GET", f"{page}?garment=0&note={EMAIL}")
        visitor.ask("GET", f"{page}/picture")
        for blob in (instance / "blobs").rglob(f"{photo_id}/photo.jpg"):
            blob.write_bytes(b"damaged")
        visitor.ask("GET", f"{page}/picture")
        visitor.ask("GET", "/products?q=my+secret+wish")
        visitor.ask("GET", f"/no/such/page/{EMAIL}")
        visitor.ask("GET", f"/account/reset/{TOKEN}")
        visitor.say(f"GET /photos/{photo_id} HTTP/9.9\r\nX-Forwarded-For: {VISITOR}\r\n\r\n".encode())
    said = printed.read_text()
    words = LogWords(read_key_file(demo_settings(instance).secret_key))
    assert f" GET /photos/{words.hashed(photo_id)}/picture 200 " in said
    assert f" GET /photos/{words.hashed(photo_id)}/picture 500 " in said
    assert "photo_unreadable" in said
    assert " GET /products 200 " in said
    assert "(no such page) 404" in said
    personal = [
        photo_id,
        EMAIL,
        "anna",
        VISITOR,
        BROWSER,
        TOKEN,
        "kJ8sQ2",
        "secret+wish",
        "elsewhere.example",
        "garment=",
    ]
    assert [word for word in personal if word in said] == []


def test_without_the_setting_no_request_is_printed(instance: Path, tmp_path: Path) -> None:
    printed = tmp_path / "printed.log"
    with serve(instance, log=printed) as shop:
        Caller(shop).ask("GET", "/products")
    assert "Listening at" in printed.read_text()
    assert "/products" not in printed.read_text()
