"""Which hosts this process may talk to: all others are refused where Python connects or looks a name up.

A library that opens sockets below Python (PostgreSQL's, say) is not seen here; a firewall is the second lock. The hosts
that the settings name are allowed, so nothing that works is lost by it.
"""

import socket
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from storage.errors import NotAHost, OutgoingConnectionRefused

_LOCAL_NAMES = {"", "localhost", "ip6-localhost", "localhost.localdomain"}
_HIGHEST_PORT = 65_535


@dataclass(frozen=True)
class AllowedHost:
    """One entry of the list: a name, `*.name` for all below it, or an address; port 0 stands for every port."""

    name: str
    port: int = 0

    @classmethod
    def read(cls, text: str) -> "AllowedHost":
        """Return the entry that `host`, `host:port`, `*.host` or `[IPv6]:port` means. Raises NotAHost."""
        name, colon, port = text.strip().rpartition(":")
        if not colon or _is_address(text.strip()):
            name, port = text.strip(), "0"
        name = name.strip("[]").lower().rstrip(".")
        plain = name.removeprefix("*.")
        if not port.isdecimal() or int(port) > _HIGHEST_PORT or not (_is_address(plain) or _is_name(plain)):
            raise NotAHost(text)
        return cls(name, int(port))

    def covers(self, host: str) -> bool:
        """Say whether a name or address is meant, whatever the port."""
        return host.endswith(self.name[1:]) if self.name.startswith("*.") else host == self.name


class Gate:
    """Refuses connections of this process to hosts off the list; this machine itself is always allowed."""

    def __init__(self, allowed: Iterable[AllowedHost]) -> None:
        self.allowed = frozenset(allowed)
        self._ports_of_address: dict[str, set[int]] = {}

    def check_name(self, host: Any) -> str:
        """Return the host's plain name. Raises OutgoingConnectionRefused when no entry covers it.

        A name is checked before it is looked up: the look-up alone would carry it outside.
        """
        name = (host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")).lower().rstrip(".")
        if name in _LOCAL_NAMES or _is_address(name) or name == socket.gethostname().lower() or self._entries(name):
            return name
        raise OutgoingConnectionRefused(name)

    def remember(self, name: str, addresses: Iterable[str]) -> None:
        """Note what an allowed name was resolved to: a connection shows the address alone."""
        ports = {entry.port for entry in self._entries(name)}
        for address in addresses:
            self._ports_of_address.setdefault(address, set()).update(ports)

    def check_address(self, address: Any) -> None:
        """Raise OutgoingConnectionRefused unless the socket address is this machine's, or of an allowed host."""
        if not isinstance(address, tuple) or len(address) < 2:
            return  # a socket file
        host, port = str(address[0]).partition("%")[0], address[1]
        if not _is_address(host):
            # A socket that is given a name looks it up by itself.
            name = self.check_name(host)
            ports = {entry.port for entry in self._entries(name)} or {0}
        else:
            found = ip_address(host)
            # IPv4 inside IPv6 (::ffff:192.0.2.1) is the same machine.
            found = getattr(found, "ipv4_mapped", None) or found
            host = str(found)
            if found.is_loopback or found.is_unspecified:
                return
            ports = {entry.port for entry in self._entries(host)} | self._ports_of_address.get(host, set())
        if not ports & {0, port}:
            raise OutgoingConnectionRefused(f"{host}:{port}")

    def _entries(self, host: str) -> list[AllowedHost]:
        return [entry for entry in self.allowed if entry.covers(host)]


_gate: Gate | None = None
_look_up = socket.getaddrinfo


def allow_outgoing(hosts: Iterable[AllowedHost]) -> None:
    """Let this process talk to these hosts alone from now on; a later call replaces the list."""
    global _gate
    first = _gate is None
    _gate = Gate(hosts)
    if first:
        socket.getaddrinfo = _remembering_look_up
        sys.addaudithook(_watch)


def _remembering_look_up(host: Any, *arguments: Any, **options: Any) -> list[Any]:
    found = _look_up(host, *arguments, **options)
    if _gate is not None and host and not _is_address(str(host)):
        _gate.remember(_gate.check_name(host), {str(one[4][0]) for one in found})
    return found


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    # Called for everything that Python audits, so the usual answer comes first.
    if not event.startswith("socket.") or _gate is None:
        return
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if arguments[1] is not None:
            _gate.check_address(arguments[1])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        _gate.check_name(arguments[0])


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def _is_name(text: str) -> bool:
    labels = text.split(".")
    return len(text) < 254 and all(
        0 < len(label) < 64 and label.replace("-", "").replace("_", "").isalnum() and label.isascii()
        for label in labels
    )
