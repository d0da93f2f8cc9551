"""Letters by SMTP, encrypted on the way to the mail server."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from accounts.errors import MailAddressOfServerUnknown, MailNotSent
from accounts.letter_message import message_of
from accounts.ports import Letter
from storage.database import now

_TIMEOUT_SECONDS = 20
_PORTS = {"smtp": 587, "smtps": 465}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class SmtpServer:
    """Where the mail server is and how it is spoken to."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls_at_once: bool = False
    """smtps: TLS from the first byte; otherwise STARTTLS."""

    @classmethod
    def at(cls, url: str) -> "SmtpServer":
        """Read `smtp://user:password@host:port` or `smtps://…`. Raises MailAddressOfServerUnknown."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise MailAddressOfServerUnknown(str(error)) from error
        if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
            raise MailAddressOfServerUnknown("write smtp://user:password@host:port or smtps://user:password@host:port")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, port or _PORTS[parts.scheme], user, password, parts.scheme == "smtps")

    @property
    def is_on_this_machine(self) -> bool:
        return self.host in _LOOPBACK


class SmtpMailer:
    """`Mailer` by SMTP; one connection a letter, and no copy kept."""

    def __init__(self, server: SmtpServer, *, sender: str, tls: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._sender = sender
        self._tls = tls or ssl.create_default_context()

    def send(self, letter: Letter) -> None:
        """Hand the letter to the mail server. Raises MailNotSent."""
        message = message_of(letter, sender=self._sender, at=now())
        try:
            with self._connected() as connection:
                connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            is_lasting = all(500 <= status < 600 for status, _words in error.recipients.values())
            raise MailNotSent("the mail server refused the address", is_lasting=is_lasting) from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            # Its text may hold the address: only the kind of failure is told.
            raise MailNotSent(f"the mail server {self._server.host} did not take it: {type(error).__name__}") from error

    def kept_letters(self, name: str) -> Sequence[str]:
        """Nothing is kept here."""
        return ()

    def erase_letters(self, name: str) -> int:
        """Nothing is kept here."""
        return 0

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        where = self._server
        if where.tls_at_once:
            with smtplib.SMTP_SSL(where.host, where.port, timeout=_TIMEOUT_SECONDS, context=self._tls) as connection:
                self._log_in(connection)
                yield connection
            return
        with smtplib.SMTP(where.host, where.port, timeout=_TIMEOUT_SECONDS) as connection:
            connection.ehlo()
            # To a server elsewhere no letter and no password goes in the clear.
            if not where.is_on_this_machine or connection.has_extn("starttls"):
                connection.starttls(context=self._tls)
            self._log_in(connection)
            yield connection

    def _log_in(self, connection: smtplib.SMTP) -> None:
        if self._server.user:
            connection.login(self._server.user, self._server.password)
