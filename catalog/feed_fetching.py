"""Feeds and pictures by address: only from listed hosts, and never from inside the network that the shop is in.

An address in a feed is written by others. So its host must be on the list, every address that the host's name resolves
to must be public, and the connection goes to the very address that was checked (a name could resolve to another one a
moment later). Each redirect begins anew.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from typing import IO
from urllib.parse import urljoin, urlsplit

from catalog.errors import AddressRefused, FetchFailed, HostSilent, PictureHostSilent, PictureNotUsable
from catalog.feed_pictures import MAX_FILE_BYTES, FoundPicture
from storage.errors import is_full
from storage.network import AllowedHost

IpAddress = IPv4Address | IPv6Address

_PORTS = {"http": 80, "https": 443}
_MAX_REDIRECTS = 4
_MAX_ADDRESS_CHARACTERS = 2_000
_CHUNK_BYTES = 1 << 16
_TOO_LATE = "it takes too long"
_NO_ANSWER = "the host does not answer, or breaks off"
_REDIRECTS = (301, 302, 303, 307, 308)
_IPV4_BEHIND_IPV6 = IPv6Network("64:ff9b::/96")
_AZURE_PLATFORM = IPv4Address("168.63.129.16")
"""Looks public; there a machine at Azure finds what Azure knows of it alone."""
_UNICAST = IPv6Network("2000::/3")
"""What the Internet routes; elsewhere are ways back to private addresses (64:ff9b:1::/48, ::/96, fec0::/10)."""


def is_public(address: IpAddress) -> bool:
    """Say whether anyone on the Internet reaches the same machine under this address."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _IPV4_BEHIND_IPV6:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address not in _UNICAST:
            return False
    return address.is_global and not address.is_multicast and address != _AZURE_PLATFORM


@dataclass(frozen=True)
class _Target:
    """A checked address, and where the host of its name really is."""

    scheme: str
    host: str
    port: int
    path: str
    ips: tuple[str, ...] = ()

    @property
    def server(self) -> str:
        """The host, with its port unless that is the one of https: two ports of a host may be two servers."""
        return self.host if self.port == _PORTS["https"] else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Fetcher:
    """Gets files by http and https from the hosts that it is given."""

    hosts: Sequence[AllowedHost]
    seconds: float = 30
    """For one picture, redirects included."""
    is_public: Callable[[IpAddress], bool] = is_public

    def check(self, address: str) -> str:
        """Return the host that the address is at, with its port unless that is the one of https.

        Raises AddressRefused unless it is an allowed one; nothing is looked up.
        """
        return self._target(address).server

    def fetch(self, address: str, into: IO[bytes], *, max_bytes: int, seconds: float | None = None) -> int:
        """Write what the address holds to `into`, and return how many bytes.

        Raises AddressRefused, FetchFailed; of the latter HostSilent when no host answers, or not to the end in time.
        """
        deadline = time.monotonic() + (self.seconds if seconds is None else seconds)
        for _ in range(_MAX_REDIRECTS + 1):
            target = self._resolved(address)
            with _answer(address, target, deadline) as answer:
                if answer.status not in _REDIRECTS:
                    return _Copy(address, target.server, max_bytes, deadline).write(answer, into)
                further = urljoin(address, answer.headers.get("Location") or "")
            if target.scheme == "https" and not further.lower().startswith("https:"):
                raise AddressRefused(further, "a redirect from https must not lead to http")
            address = further
        raise FetchFailed(address, "it redirects again and again")

    def _target(self, address: str) -> _Target:
        if len(address) > _MAX_ADDRESS_CHARACTERS:
            raise AddressRefused(address, f"an address has {_MAX_ADDRESS_CHARACTERS} characters at most")
        if not address.isascii() or not address.isprintable():
            raise AddressRefused(address, "write it in ASCII, without control characters")
        try:
            parts = urlsplit(address)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError as error:
            raise AddressRefused(address, "this is no address") from error
        if parts.scheme not in _PORTS or not host or " " in address or "\\" in address:
            raise AddressRefused(address, "it must begin with https:// or http:// and a host")
        if parts.username is not None or parts.password is not None:
            raise AddressRefused(address, "it must not hold a name or password")
        port = port or _PORTS[parts.scheme]
        entries = [entry for entry in self.hosts if entry.covers(host)]
        if not entries:
            raise AddressRefused(address, f"the host {host} is not on the list FEED_HOSTS")
        if not any(entry.port == port or (entry.port == 0 and port in _PORTS.values()) for entry in entries):
            raise AddressRefused(address, f"the port {port} is not on the list FEED_HOSTS")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return _Target(parts.scheme, host, port, path)

    def _resolved(self, address: str) -> _Target:
        target = self._target(address)
        try:
            found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise HostSilent(address, f"the host {target.host} is not found", host=target.server) from error
        ips = tuple(dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found))
        # One inner address among public ones is reason enough: the next look-up may give it alone.
        if not ips or not all(self.is_public(ip_address(ip)) for ip in ips):
            raise AddressRefused(address, f"the host {target.host} lies in a private network")
        return _Target(target.scheme, target.host, target.port, target.path, ips)


@dataclass(frozen=True)
class WebPictures:
    """Pictures by address. One whose address stays is not fetched again: a new picture needs a new address."""

    fetcher: Fetcher

    def find(self, name: str) -> FoundPicture:
        try:
            host = self.fetcher.check(name)
        except AddressRefused as error:
            raise PictureNotUsable(name, error.advice) from error
        return FoundPicture(name, (), partial(self._read, name), host, partial(self._fetch, name))

    def _read(self, name: str) -> bytes:
        buffer = io.BytesIO()
        self._fetch(name, buffer)
        return buffer.getvalue()

    def _fetch(self, name: str, into: IO[bytes]) -> None:
        try:
            self.fetcher.fetch(name, into, max_bytes=MAX_FILE_BYTES)
        except HostSilent as error:
            raise PictureHostSilent(name, error.advice, host=error.host) from error
        except (AddressRefused, FetchFailed) as error:
            raise PictureNotUsable(name, error.advice) from error


class _Pinned(http.client.HTTPConnection):
    """Talks to one IP address under the name of a host."""

    def __init__(self, target: _Target, ip: str, *, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self.default_port = _PORTS[target.scheme]
        self._target = target
        self._ip = ip
        self._seconds = seconds

        # The socket's own limit begins anew with every byte; this one holds for all of them.
        self._watch = Timer(seconds, self._cut)
        self._watch.daemon = True

    def connect(self) -> None:
        self.sock = socket.create_connection((self._ip, self.port), self._seconds)
        self._watch.start()
        if self._target.scheme == "https":
            wrapped = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self.sock = wrapped
            wrapped.do_handshake()

    def close(self) -> None:
        self._watch.cancel()
        super().close()

    def _cut(self) -> None:
        # It may have been closed meanwhile. Not TLS's own way of ending: that would wait for the other side.
        with suppress(OSError, AttributeError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


@contextmanager
def _answer(address: str, target: _Target, deadline: float) -> Iterator[http.client.HTTPResponse]:
    connection = _Pinned(target, target.ips[0], seconds=max(0.1, deadline - time.monotonic()))
    answer = None
    try:
        connection.request("GET", target.path, headers={"User-Agent": "Fashion-Insta", "Accept-Encoding": "identity"})
        answer = connection.getresponse()
        yield answer
    except (OSError, http.client.HTTPException) as error:
        if is_full(error):
            raise
        if time.monotonic() > deadline:
            raise HostSilent(address, _TOO_LATE, host=target.server) from error
        if isinstance(error, ssl.SSLError):
            raise FetchFailed(address, "the host's certificate is not valid, or it speaks no TLS") from error
        if answer is None:
            raise HostSilent(address, _NO_ANSWER, host=target.server) from error
        raise FetchFailed(address, _NO_ANSWER) from error
    finally:
        connection.close()


@dataclass(frozen=True)
class _Copy:
    """An answer's bytes on their way into a file."""

    address: str
    server: str
    max_bytes: int
    deadline: float

    def write(self, answer: http.client.HTTPResponse, into: IO[bytes]) -> int:
        announced, copied = self._accepted_length(answer), 0
        while chunk := answer.read1(_CHUNK_BYTES):
            copied += len(chunk)
            self._check(copied)
            into.write(chunk)
        self._check(copied)
        if announced is not None and copied < announced:
            raise FetchFailed(self.address, "it breaks off")
        return copied

    def _accepted_length(self, answer: http.client.HTTPResponse) -> int | None:
        if answer.status != http.HTTPStatus.OK:
            raise FetchFailed(self.address, f"the host answers {answer.status} instead of the file")
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise FetchFailed(self.address, "the host sends it compressed, though that was not asked for")
        self._check(answer.length or 0)
        return answer.length

    def _check(self, size: int) -> None:
        if size > self.max_bytes:
            raise FetchFailed(self.address, f"the file has more than {self.max_bytes // 1_000_000} MB")
        if time.monotonic() > self.deadline:
            raise HostSilent(self.address, _TOO_LATE, host=self.server)
