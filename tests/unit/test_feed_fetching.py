"""Feeds and pictures by address: what is fetched, and every way into the shop's own network that is shut."""

import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from catalog.errors import AddressRefused, FetchFailed, HostSilent, PictureNotUsable
from catalog.feed_fetching import Fetcher, WebPictures, is_public
from catalog.feed_intake import SILENCES_BORNE, FetchLimits, PictureIntake
from storage.blobs import BlobStore
from storage.network import AllowedHost
from tests.factories import encoded, photo

NAME = "cdn.example"


class Answers(BaseHTTPRequestHandler):
    """A host with a file, redirects, and bad manners."""

    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.headers["Host"], self.path))
        page = self.path.partition("?")[0].strip("/")
        getattr(self, f"_{page.replace('-', '_')}", self._missing)()

    def _file(self) -> None:
        self._send(200, b"x" * 100_000)

    def _moved(self) -> None:
        self._send(302, Location="/file")

    def _loop(self) -> None:
        self._send(302, Location="/loop")

    def _to_metadata(self) -> None:
        self._send(302, Location="http://169.254.169.254/latest/meta-data/")

    def _to_elsewhere(self) -> None:
        self._send(307, Location="http://evil.example/file")

    def _to_a_file(self) -> None:
        self._send(302, Location="file:///etc/passwd")

    def _nowhere(self) -> None:
        self._send(302)

    def _zipped(self) -> None:
        self._send(200, b"x", **{"Content-Encoding": "gzip"})

    def _cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x")

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 10_000)

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def _slow_head(self) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\n")
        while True:
            self.wfile.write(b"X")
            self.wfile.flush()
            time.sleep(0.05)

    def _picture(self) -> None:
        self._send(200, encoded(photo(30, 45)))

    def _hang_up(self) -> None:
        self.close_connection = True

    def _missing(self) -> None:
        self._send(404)

    def _send(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        """Tests are quiet."""

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            return  # the fetcher hung up, as it should


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def looking_up(find: Callable[[str], list[str] | None]) -> Callable[..., list[Any]]:
    """A resolver with names of its own; an IP address means itself."""

    def look_up(host: str, port: int, *options: Any, **more: Any) -> list[Any]:
        found = [host] if host[0].isdigit() or ":" in host else find(host)
        if found is None:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET6 if ":" in ip else socket.AF_INET, 1, 6, "", (ip, port)) for ip in found]

    return look_up


Resolve = Callable[..., None]


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Let names resolve as the test says."""

    def set_names(**names: list[str]) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", looking_up(lambda host: names.get(host.replace(".", "_"))))

    return set_names


@pytest.fixture
def fetcher(port: int, resolve: Resolve) -> Fetcher:
    """Of a host that resolves to this machine, which counts as public here."""
    resolve(cdn_example=["127.0.0.1"], evil_example=["127.0.0.1"])
    return Fetcher([AllowedHost.read(f"{NAME}:{port}")], seconds=5, is_public=lambda ip: str(ip) == "127.0.0.1")


def content_of(fetcher: Fetcher, address: str, *, max_bytes: int) -> bytes:
    file = io.BytesIO()
    fetcher.fetch(address, file, max_bytes=max_bytes)
    return file.getvalue()


def fetched(fetcher: Fetcher, port: int, page: str, **options: Any) -> bytes:
    return content_of(fetcher, f"http://{NAME}:{port}/{page}", **{"max_bytes": 1_000_000} | options)


def test_a_file_of_an_allowed_host_is_fetched_under_the_hosts_name(fetcher: Fetcher, port: int) -> None:
    assert fetched(fetcher, port, "file?size=1") == b"x" * 100_000
    assert Answers.asked[-1] == (f"{NAME}:{port}", "/file?size=1")


def test_a_redirect_within_the_list_is_followed(fetcher: Fetcher, port: int) -> None:
    assert len(fetched(fetcher, port, "moved")) == 100_000


def test_an_address_that_is_too_long_is_told_so(fetcher: Fetcher, port: int) -> None:
    begin = f"http://{NAME}:{port}/"
    assert fetcher.check(begin.ljust(2_000, "a")) == f"{NAME}:{port}"
    with pytest.raises(AddressRefused, match="2000 characters at most"):
        fetcher.check(begin.ljust(2_001, "a"))


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("to-metadata", "169.254.169.254 is not on the list"),
        ("to-elsewhere", "evil.example is not on the list"),
        ("to-a-file", "must begin with https://"),
    ],
)
def test_a_redirect_out_of_the_list_is_refused(fetcher: Fetcher, port: int, page: str, words: str) -> None:
    with pytest.raises(AddressRefused, match=words):
        fetched(fetcher, port, page)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("loop", "again and again"),
        ("nowhere", "again and again"),
        ("missing", "answers 404"),
        ("zipped", "compressed"),
        ("cut", "breaks off"),
        ("endless", "more than 1 MB"),
    ],
)
def test_what_is_not_the_file_is_a_named_failure(fetcher: Fetcher, port: int, page: str, words: str) -> None:
    with pytest.raises(FetchFailed, match=words):
        fetched(fetcher, port, page)


def test_a_file_that_is_announced_too_large_is_not_begun(fetcher: Fetcher, port: int) -> None:
    into = io.BytesIO()
    with pytest.raises(FetchFailed, match="more than 0 MB"):
        fetcher.fetch(f"http://{NAME}:{port}/file", into, max_bytes=1000)
    assert into.getvalue() == b""


@pytest.mark.parametrize("page", ["drip", "slow-head"])
def test_a_host_that_drips_is_left_when_the_time_is_up(fetcher: Fetcher, port: int, page: str) -> None:
    into = io.BytesIO()
    with pytest.raises(FetchFailed, match="too long"):
        fetcher.fetch(f"http://{NAME}:{port}/{page}", into, max_bytes=1_000_000, seconds=0.3)
    assert len(into.getvalue()) < 100


def test_a_certificate_that_nobody_signed_is_refused(resolve: Resolve, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    resolve(cdn_example=["127.0.0.1"])
    fetcher = Fetcher([AllowedHost(NAME, server.server_port)], seconds=5, is_public=lambda ip: True)
    with pytest.raises(FetchFailed, match="certificate"):
        content_of(fetcher, f"https://{NAME}:{server.server_port}/file", max_bytes=1_000_000)
    server.shutdown()


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    today = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, today - timedelta(1), today + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(secret + pem)
    return path


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "198.18.0.1", "168.63.129.16", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::", "64:ff9b::7f00:1", "64:ff9b::a00:1",
        "64:ff9b:1::7f00:1", "::127.0.0.1", "::ffff:0:127.0.0.1", "fec0::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_into_a_private_network_is_refused(resolve: Resolve, ip: str) -> None:
    assert not is_public(ip_address(ip))
    resolve(cdn_example=["93.184.215.14", ip])
    with pytest.raises(AddressRefused, match="private network"):
        content_of(Fetcher([AllowedHost(NAME)]), f"http://{NAME}/a.jpg", max_bytes=10)


@pytest.mark.parametrize("ip", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_an_address_of_the_internet_is_public(ip: str) -> None:
    assert is_public(ip_address(ip))


def test_the_connection_goes_to_the_address_that_was_checked(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]])
    monkeypatch.setattr(socket, "getaddrinfo", looking_up(lambda host: next(answers)))
    fetcher = Fetcher([AllowedHost(NAME, port)], seconds=5, is_public=lambda ip: str(ip) == "127.0.0.1")
    assert fetched(fetcher, port, "file")
    with pytest.raises(AddressRefused, match="private network"):
        fetched(fetcher, port, "file")


@pytest.mark.parametrize(
    "address",
    [
        "http://evil.example/a.jpg",
        "http://cdn.example.evil.net/a.jpg",
        "http://cdn.example@evil.example/a.jpg",
        "http://user:secret@cdn.example/a.jpg",
        "http://cdn.example:22/a.jpg",
        "http://cdn.example:99999/a.jpg",
        "ftp://cdn.example/a.jpg",
        "file:///etc/passwd",
        "gopher://cdn.example/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://localhost/",
        "http:///a.jpg",
        "http://cdn.example\\@evil.example/",
        "http://cdn.example/a\r\nHost: evil",
        "http://cdn.example/a b.jpg",
        "http://cdn。example/a.jpg",
        "http://" + "a" * 3000,
    ],
)
def test_an_address_off_the_list_is_refused_before_any_look_up(resolve: Resolve, address: str) -> None:
    resolve()
    with pytest.raises(AddressRefused):
        content_of(Fetcher([AllowedHost(NAME)]), address, max_bytes=10)


@pytest.mark.parametrize("address", ["https://cdn.example/a.jpg", "HTTP://CDN.example./a", "http://cdn.example:443/a"])
def test_an_allowed_address_passes_the_check_without_a_look_up(resolve: Resolve, address: str) -> None:
    resolve()
    Fetcher([AllowedHost(NAME)]).check(address)


def test_a_host_that_has_no_address_is_a_failure(resolve: Resolve) -> None:
    resolve()
    with pytest.raises(FetchFailed, match="not found"):
        content_of(Fetcher([AllowedHost(NAME)]), f"http://{NAME}/", max_bytes=10)


def test_a_picture_is_fetched_when_it_is_read_and_not_when_it_is_found(fetcher: Fetcher, port: int) -> None:
    before = len(Answers.asked)
    found = WebPictures(fetcher).find(f"http://{NAME}:{port}/file")
    assert len(Answers.asked) == before
    assert len(found.read()) == 100_000
    with pytest.raises(PictureNotUsable, match="answers 404"):
        WebPictures(fetcher).find(f"http://{NAME}:{port}/none").read()
    with pytest.raises(PictureNotUsable, match="FEED_HOSTS"):
        WebPictures(fetcher).find("http://evil.example/a.jpg")


@pytest.fixture
def mute_port() -> Iterator[int]:
    """Of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield server.getsockname()[1]


def one_after_another(fetcher: Fetcher, *addresses: str, limits: FetchLimits = FetchLimits(1, 1)) -> list[str]:
    """Return why each picture was not had, or nothing for one that was."""
    intake = PictureIntake(BlobStore("memory://silent-hosts"), limits=limits)
    pictures = [WebPictures(fetcher).find(address) for address in addresses]
    intake.expect(pictures)
    reasons = []
    for picture in pictures:
        try:
            intake.stored(picture)
            reasons.append("")
        except PictureNotUsable as error:
            reasons.append(error.advice)
    return reasons


@pytest.mark.parametrize("page", ["hang-up", "drip", "slow-head"])
def test_no_answer_in_time_is_told_from_one_that_is_no_file(fetcher: Fetcher, port: int, page: str) -> None:
    with pytest.raises(HostSilent) as silent:
        fetcher.fetch(f"http://{NAME}:{port}/{page}", io.BytesIO(), max_bytes=1_000_000, seconds=0.3)
    assert silent.value.host == f"{NAME}:{port}"
    for answer in ("missing", "cut", "zipped"):
        with pytest.raises(FetchFailed) as failed:
            fetched(fetcher, port, answer)
        assert not isinstance(failed.value, HostSilent)


@pytest.mark.parametrize("limits", [FetchLimits(1, 1), FetchLimits(8, 4)])
def test_a_host_that_does_not_answer_several_times_in_a_row_is_asked_no_more(
    resolve: Resolve, port: int, mute_port: int, limits: FetchLimits
) -> None:
    resolve(cdn_example=["127.0.0.1"])
    hosts = [AllowedHost(NAME, port), AllowedHost(NAME, mute_port)]
    fetcher = Fetcher(hosts, seconds=0.2, is_public=lambda ip: True)
    mute = [f"http://{NAME}:{mute_port}/{number}.jpg" for number in range(30)]
    reasons = one_after_another(fetcher, *mute, f"http://{NAME}:{port}/picture", limits=limits)
    given_up = (
        f"the host {NAME}:{mute_port} did not answer {SILENCES_BORNE} times in a row, the rest was not tried: "
        "import the feed again when it does"
    )
    assert reasons[0] == "it takes too long"
    assert reasons[SILENCES_BORNE + limits.from_a_host : -1] == [given_up] * (30 - SILENCES_BORNE - limits.from_a_host)
    assert reasons[-1] == "", "the other server of that name answers"
    assert one_after_another(fetcher, mute[0]) == ["it takes too long"], "another import asks again"


def test_any_answer_of_a_host_begins_the_count_anew(fetcher: Fetcher, port: int) -> None:
    def asked(*pages: str) -> list[str]:
        return one_after_another(fetcher, *(f"http://{NAME}:{port}/{page}?{n}" for n, page in enumerate(pages)))

    silent = ["hang-up"] * (SILENCES_BORNE - 1)
    reasons = asked(*silent, "missing", *silent, "picture", *silent, "hang-up", "picture")
    assert [bool(reason) for reason in reasons].count(False) == 1
    assert reasons[SILENCES_BORNE - 1] == "the host answers 404 instead of the file"
    assert reasons[2 * SILENCES_BORNE - 1] == ""
    assert reasons[-2] == "the host does not answer, or breaks off"
    assert "did not answer 5 times in a row" in reasons[-1]
