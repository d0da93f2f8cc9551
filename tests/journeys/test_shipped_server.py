"""deploy/nginx.conf in a real nginx on loopback, with the real shop behind it."""

import contextlib
import http.client
import io
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPMessage
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient

from accounts.throttle import LOG_INS_FROM_ADDRESS
from storage.database import now
from tests.factories import demo_settings
from tests.journeys.conftest import LiveShop, csrf_token, free_port, serve
from tests.needs import nginx
from webapp import create_app

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "deploy" / "nginx.conf"


@dataclass(frozen=True)
class Answer:
    """What came back through nginx."""

    status: int
    headers: HTTPMessage
    content: bytes


@dataclass(frozen=True)
class Front:
    """A running nginx."""

    tls_port: int
    plain_port: int
    folder: Path
    """Everything that it writes: logs, and bodies if it put any on the disk."""
    certificate: Path
    process: int

    def tls(self, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
        """Return a client that speaks this version alone."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.minimum_version = context.maximum_version = version
        return context

    @contextmanager
    def connected(self, name: str = "shop.example", tls: ssl.SSLContext | None = None) -> Iterator[ssl.SSLSocket]:
        """Yield a connection to the site of this name."""
        with (
            socket.create_connection(("127.0.0.1", self.tls_port), timeout=60) as raw,
            (tls or self.tls()).wrap_socket(raw, server_hostname=name) as spoken,
        ):
            yield spoken

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Ask shop.example for a page."""
        with self.connected() as spoken:
            connection = http.client.HTTPConnection("shop.example")
            connection.sock = spoken
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def written(self) -> dict[str, bytes]:
        """Return what nginx wrote to the disk, its start configuration aside."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and path.suffix not in (".conf", ".pid")]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}

    def open_bodies(self) -> list[str]:
        """Return the files in which nginx holds bodies now: they have no name any more, only its processes see them."""
        workers = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        links = [link.readlink() for worker in workers for link in Path(f"/proc/{worker}/fd").iterdir()]
        return [str(link) for link in links if str(self.folder) in str(link) and link.suffix != ".log"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for shop.example, its key beside it (.key)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.example")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "shop.crt"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    no_password = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password)
    path.with_suffix(".key").write_bytes(pem)
    return path


@contextmanager
def front(behind: str, certificate: Path, folder: Path) -> Iterator[Front]:
    """Run nginx with the shipped file; only its ports, files and what lies behind it are this machine's."""
    tls_port, plain_port = free_port(), free_port()
    site = SHIPPED.read_text(encoding="utf-8")
    for shipped, here in (
        ("server 127.0.0.1:8000;", f"server {behind};"),
        ("listen 443 ", f"listen 127.0.0.1:{tls_port} "),
        ("listen 80 ", f"listen 127.0.0.1:{plain_port} "),
        ("/etc/nginx/fashion-insta.crt", str(certificate)),
        ("/etc/nginx/fashion-insta.key", str(certificate.with_suffix(".key"))),
        ("/var/log/nginx/", f"{folder}/"),
    ):
        assert shipped in site
        site = site.replace(shipped, here)
    (folder / "site.conf").write_text(site)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    bodies = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    # Debian's own file logs by default: the shipped one must turn that off.
    logs = f"access_log {folder}/access.log; error_log {folder}/error.log;"
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/nginx.pid; error_log {folder}/start.log;\n"
        f"events {{}}\nhttp {{ {bodies} {logs} include {folder}/site.conf; }}\n"
    )
    command = [nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(tls_port)
        yield Front(tls_port, plain_port, folder, certificate, server.pid)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError("nginx did not start in 10 seconds")


@pytest.fixture(scope="module")
def shop(
    seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory, certificate: Path
) -> Iterator[tuple[LiveShop, Front]]:
    """The shop as in earnest (no demo), one process of two threads, and nginx before it."""
    nginx()
    folder = tmp_path_factory.mktemp("front")
    instance = Path(shutil.copytree(seeded_instance, folder / "instance"))
    written = folder / "nginx"
    written.mkdir()
    apart = folder / "keys"
    apart.mkdir()
    for file in instance.glob("wrapped_keys.sqlite3*"):
        file.rename(apart / file.name)
    in_earnest = {
        "DEMO": "0",
        "KEYS_DATABASE_URL": f"sqlite:///{apart / 'wrapped_keys.sqlite3'}",
        "MASTER_KEY_FILE": str(demo_settings(instance).master_key),
        "SECRET_KEY_FILE": str(demo_settings(instance).secret_key),
        "MAIL_URL": "smtp://localhost:2525",
        "PUBLIC_URL": "https://shop.example",
        "COMPANY_NAME": "A real shop",
        "COMPANY_ADDRESS": "2 rue du Marché, 69001 Lyon, France",
        "PRIVACY_CONTACT": "privacy@shop.example",
        "TRUSTED_PROXIES": "1",
        "WEB_THREADS": "2",
    }
    with (
        serve(instance, **in_earnest) as live,
        front(live.url.removeprefix("http://"), certificate, written) as before,
    ):
        yield live, before


def test_only_the_newest_tls_is_spoken(shop: tuple[LiveShop, Front]) -> None:
    _, before = shop
    for name in ("shop.example", "another.example"):
        older = before.connected(name, before.tls(ssl.TLSVersion.TLSv1_2))
        with pytest.raises(ssl.SSLError, match=r"(?i)version"), older:
            pass
    with before.connected() as spoken:
        assert spoken.version() == "TLSv1.3"


def test_another_name_than_the_shops_gets_no_answer(shop: tuple[LiveShop, Front]) -> None:
    _, before = shop
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized"), before.connected("another.example"):
        pass
    assert before.ask("GET", "/", Host="another.example").status == 421


def test_browsers_are_told_to_stay_with_https_once(shop: tuple[LiveShop, Front]) -> None:
    _, before = shop
    for path, status in (("/", 200), ("/no/such/page", 404)):
        answer = before.ask("GET", path)
        assert answer.status == status
        assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=63072000; includeSubDomains"]
        assert answer.headers["Server"] == "nginx"


def test_plain_http_only_points_to_https(shop: tuple[LiveShop, Front]) -> None:
    _, before = shop
    connection = http.client.HTTPConnection("127.0.0.1", before.plain_port, timeout=30)
    connection.request("GET", "/products?q=x")
    answer = connection.getresponse()
    assert answer.status == 301
    assert answer.headers["Location"] == "https://shop.example/products?q=x"


def log_in(before: Front, number: int, **headers: str) -> int:
    """Try a wrong password as person `number`; return the status."""
    page = before.ask("GET", "/account/login")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    token = csrf_token(page.content.decode())
    form = urlencode({"csrf_token": token, "email": f"anna{number}@example.com", "password": "wrong password"})
    headers |= {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie.partition(";")[0]}
    return before.ask("POST", "/account/login", form.encode(), **headers).status


def test_the_shop_knows_that_the_visitor_came_by_https(shop: tuple[LiveShop, Front]) -> None:
    _, before = shop
    # Over HTTPS alone, a form must say which page it was sent from.
    assert log_in(before, 0) == 400
    assert log_in(before, 0, Referer="https://shop.example/account/login") != 400


def test_a_forged_address_does_not_evade_the_limit_of_log_ins(shop: tuple[LiveShop, Front]) -> None:
    _, before = shop
    referer = "https://shop.example/account/login"
    tries = range(1, LOG_INS_FROM_ADDRESS.free + 2)
    forged = [log_in(before, n, Referer=referer, **{"X-Forwarded-For": f"203.0.113.{n}"}) for n in tries]
    assert forged[0] == 401
    assert forged[-1] == 429


def test_an_upload_over_the_limit_is_refused_before_the_shop_sees_it(shop: tuple[LiveShop, Front]) -> None:
    _, before = shop
    answer = before.ask("POST", "/photos", b"", **{"Content-Length": str(17 * 1024 * 1024)})
    assert answer.status == 413
    assert answer.headers["Strict-Transport-Security"]


def test_a_large_feed_is_taken_from_a_merchandiser_alone(
    seeded_instance: Path, tmp_path: Path, certificate: Path
) -> None:
    nginx()
    instance = Path(shutil.copytree(seeded_instance, tmp_path / "instance"))
    (tmp_path / "nginx").mkdir()
    with (
        serve(instance) as live,
        front(live.url.removeprefix("http://"), certificate, tmp_path / "nginx") as before,
    ):
        refused = before.ask("POST", "/admin/feeds", b"", **{"Content-Length": str(17 * 1024 * 1024)})
        assert refused.status == 303, "nobody is asked for a body before the log-in"
        assert refused.headers["Location"] == "https://shop.example/account/login?next=/admin/feeds"
        cookie = cookie_of(live, before, "merchandiser")
        page = before.ask("GET", "/admin/feeds", Cookie=cookie)
        token, cookie = csrf_token(page.content.decode()), str(page.headers["Set-Cookie"]).partition(";")[0]
        large = io.BytesIO()
        with zipfile.ZipFile(large, "w") as archive:
            archive.writestr(
                "products.csv", "sku;title;category;price;currency;stock;image\nL-1;Robe;dress;10;EUR;1;a.jpg"
            )
            archive.writestr("images/a.jpg", bytes(17_000_000))
        body = (
            b'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode() + b"\r\n"
            b'--edge\r\nContent-Disposition: form-data; name="feed"; filename="large.zip"\r\n\r\n'
            + large.getvalue()
            + b"\r\n--edge--\r\n"
        )
        form = {"Content-Type": "multipart/form-data; boundary=edge", "Referer": "https://shop.example/admin/feeds"}
        taken = before.ask("POST", "/admin/feeds", body, Cookie=cookie, **form)
        assert taken.status == 303
        assert "/mapping" in taken.headers["Location"]
        shopper = cookie_of(live, before, "shopper")
        assert before.ask("POST", "/admin/feeds", b"x", Cookie=shopper, **form).status == 403


def cookie_of(live: LiveShop, before: Front, role: str) -> str:
    """Log an account of the demo in; return its cookie."""
    page = before.ask("GET", "/account/login")
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    account = live.accounts[role]
    form = {"csrf_token": csrf_token(page.content.decode()), "email": account.email, "password": account.password}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": cookie,
        "Referer": "https://shop.example/account/login",
    }
    entered = before.ask("POST", "/account/login", urlencode(form).encode(), **headers)
    return str(entered.headers["Set-Cookie"]).partition(";")[0]


def test_slow_uploads_keep_nobody_waiting_and_touch_no_disk(shop: tuple[LiveShop, Front]) -> None:
    _, before = shop
    head = (
        b"POST /photos HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 4000000\r\n"
        b"Content-Type: multipart/form-data; boundary=edge\r\n\r\n"
        b'--edge\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    )
    senders = []
    with contextlib.ExitStack() as slow:
        for _ in range(12):
            sender = slow.enter_context(before.connected())
            sender.sendall(head + bytes(2_000_000))
            senders.append(sender)
        # Six times as many senders as the shop has threads, all half-way: a page still comes.
        assert before.ask("GET", "/products").status == 200
        assert before.open_bodies() == []
        for sender in senders:
            sender.sendall(bytes(2_000_000 - len(head.partition(b"\r\n\r\n")[2])))
            assert sender.recv(100).startswith(b"HTTP/1.1 400"), "it came before the senders gave up"


def test_no_log_of_the_proxy_names_a_page_even_when_the_shop_is_gone(certificate: Path, tmp_path: Path) -> None:
    nginx()
    with front(f"127.0.0.1:{free_port()}", certificate, tmp_path) as before:
        assert before.ask("GET", "/photos/3f9c0e7a12b84d5690aa77e1c2d3b4f5?q=x").status == 502
        before.ask("GET", "/%00")
    said = b"".join(before.written().values())
    assert b"photos" not in said
    assert b"127.0.0.1" not in said


def failed_log_in(client: FlaskClient, forwarded: str) -> int:
    headers = {"X-Forwarded-For": forwarded}
    token = csrf_token(client.get("/account/login", headers=headers).text)
    form = {"csrf_token": token, "email": f"{token_hex(4)}@example.com", "password": "wrong password"}
    return client.post("/account/login", data=form, headers=headers).status_code


@pytest.mark.parametrize("proxies", [0, 1])
def test_limits_count_the_visitor_only_where_the_proxy_is_trusted(instance: Path, proxies: int) -> None:
    client = create_app(demo_settings(instance, trusted_proxies=proxies)).test_client()
    first = [failed_log_in(client, "spoofed, 203.0.113.1") for _ in range(LOG_INS_FROM_ADDRESS.free + 1)]
    assert first[-1] == 429
    # What a visitor writes before the proxy's own word changes nothing.
    assert failed_log_in(client, "198.51.100.9, 203.0.113.1") == 429
    assert failed_log_in(client, "spoofed, 203.0.113.2") == (401 if proxies else 429)


def test_the_shipped_file_and_the_settings_agree() -> None:
    shipped = SHIPPED.read_text(encoding="utf-8")
    limit = demo_settings(ROOT).max_upload_bytes
    for setting in ("client_max_body_size", "client_body_buffer_size"):
        found = re.search(rf"{setting} (\d+)m;", shipped)
        assert found
        assert limit <= int(found[1]) * 2**20 <= 1.2 * limit
    assert re.findall(r"ssl_protocols (.*);", shipped) == ["TLSv1.3", "TLSv1.3"]
