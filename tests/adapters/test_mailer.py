"""The contract of the mailer, on the double, on a folder and on SMTP to a real server on loopback."""

import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from accounts.errors import MailAddressOfServerUnknown, MailNotSent
from accounts.folder_mailer import FolderMailer
from accounts.ports import Letter, Mailer
from accounts.smtp_mailer import SmtpMailer, SmtpServer
from privacy.pseudonyms import Pseudonymiser
from storage.database import now
from tests.doubles import InMemoryMailer

SENDER = "Maison Élan <shop@example.com>"
PSEUDONYMS = Pseudonymiser(b"k" * 32)
hash_of = PSEUDONYMS.of_email


class MailServer:
    """Takes letters; refuses the mailbox `gone@`, and everything while `is_full`."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.is_full = False

    async def handle_RCPT(self, _server: SMTP, _session: object, envelope: Envelope, address: str, _o: object) -> str:
        if address.startswith("gone@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: object, envelope: Envelope) -> str:
        if self.is_full:
            return "452 no room now"
        assert isinstance(envelope.content, bytes)
        self.received.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@dataclass
class Post:
    """A mailer and a way to read what it carried."""

    mailer: Mailer
    arrived: Callable[[], list[EmailMessage]]


@pytest.fixture
def server() -> Iterator[tuple[MailServer, int]]:
    mail = MailServer()
    with _running(mail, enable_SMTPUTF8=True) as port:
        yield mail, port


@pytest.fixture(params=["memory", "folder", "smtp"])
def post(request: pytest.FixtureRequest, tmp_path: Path, server: tuple[MailServer, int]) -> Post:
    if request.param == "memory":
        double = InMemoryMailer(hash_of)
        return Post(
            double,
            lambda: [
                message_from_string(double.kept_letters(hash_of(one.to))[-1], policy=default) for one in double.sent
            ],
        )
    if request.param == "folder":
        folder = tmp_path / "mail"
        mailer = FolderMailer(folder, sender=SENDER, hash_of=hash_of)
        return Post(
            mailer,
            lambda: [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))],
        )
    mail, port = server
    return Post(SmtpMailer(SmtpServer("127.0.0.1", port), sender=SENDER), lambda: mail.received)


def test_a_letter_arrives_with_its_words_whole(post: Post) -> None:
    words = "Bonjour Zoé,\n\nvoici le lien : https://shop.example/a?b=c&d=é\n.\n" + "très long " * 200 + "\n"
    post.mailer.send(Letter("zoe@example.com", "Confirmez votre adresse – à bientôt", words, html="<p>é</p>"))
    [message] = post.arrived()
    assert message["To"] == "zoe@example.com"
    assert message["Subject"] == "Confirmez votre adresse – à bientôt"
    assert "example.com" in message["From"]
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == words.splitlines()
    laid_out = message.get_body(("html",))
    assert laid_out is not None
    assert laid_out.get_content().strip() == "<p>é</p>"


@pytest.mark.parametrize(
    "address", ["zoë@example.com", "zoe@maison-élan.example", "Zoe@Example.com", "a+b.c@x.example"]
)
def test_addresses_of_other_alphabets_are_written_to(post: Post, address: str) -> None:
    post.mailer.send(Letter(address, "s", "words"))
    assert len(post.arrived()) == 1


@pytest.mark.parametrize(
    "address", ["a@b.example\nBcc: all@world.example", "a b@c.example", "@x", "x@", "", "a@b..example", "a@@b.c"]
)
def test_an_address_that_no_header_can_hold_is_refused_and_nothing_goes_out(post: Post, address: str) -> None:
    with pytest.raises(MailNotSent):
        post.mailer.send(Letter(address, "s", "words"))
    assert post.arrived() == []


def test_a_subject_cannot_smuggle_in_a_header(post: Post) -> None:
    with pytest.raises(MailNotSent):
        post.mailer.send(Letter("a@b.example", "hello\r\nBcc: all@world.example", "words"))
    assert post.arrived() == []


def test_kept_letters_are_found_by_address_and_by_person_and_can_be_erased(post: Post) -> None:
    old = Letter("old@example.com", "s", "words", person="p" * 32)
    post.mailer.send(old)
    post.mailer.send(Letter("new@example.com", "s", "words", person="p" * 32))
    post.mailer.send(Letter("other@example.com", "s", "words", person="q" * 32))
    kept = len(post.mailer.kept_letters("p" * 32))
    assert kept in (0, 2)
    assert len(post.mailer.kept_letters(hash_of("OLD@example.com "))) == kept // 2
    assert post.mailer.erase_letters("p" * 32) == kept
    assert post.mailer.kept_letters("p" * 32) == () or post.mailer.kept_letters("p" * 32) == []
    assert len(post.mailer.kept_letters(hash_of("old@example.com"))) == 0
    assert len(post.mailer.kept_letters("q" * 32)) == kept // 2
    assert post.mailer.erase_letters("p" * 32) == 0


def test_a_letter_does_not_show_its_words_when_it_is_printed() -> None:
    assert "secret" not in repr(Letter("a@b.example", "s", "secret", html="secret"))


def test_files_of_letters_are_for_their_owner_alone_and_their_names_tell_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    FolderMailer(folder, sender=SENDER, hash_of=hash_of).send(Letter("zoe@example.com", "s", "words"))
    [path] = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "zoe" not in path.name
    assert "example" not in path.name


def test_a_folder_that_cannot_be_written_is_named_and_leaves_no_half_letter(tmp_path: Path) -> None:
    in_the_way = tmp_path / "mail"
    in_the_way.write_text("a file")
    with pytest.raises(MailNotSent, match="folder of letters"):
        FolderMailer(in_the_way, sender=SENDER, hash_of=hash_of).send(Letter("zoe@example.com", "s", "words"))
    assert in_the_way.read_text() == "a file"


def test_a_mailbox_that_is_gone_is_a_lasting_failure_and_a_full_server_is_not(server: tuple[MailServer, int]) -> None:
    mail, port = server
    mailer = SmtpMailer(SmtpServer("127.0.0.1", port), sender=SENDER)
    with pytest.raises(MailNotSent) as gone:
        mailer.send(Letter("gone@example.com", "s", "words"))
    assert gone.value.is_lasting
    assert "gone@" not in str(gone.value)
    mail.is_full = True
    with pytest.raises(MailNotSent) as full:
        mailer.send(Letter("zoe@example.com", "s", "words"))
    assert not full.value.is_lasting


def test_a_mail_server_that_is_down_is_named() -> None:
    with pytest.raises(MailNotSent, match=r"127\.0\.0\.1"):
        SmtpMailer(SmtpServer("127.0.0.1", 9), sender=SENDER).send(Letter("zoe@example.com", "s", "words"))


def test_the_password_goes_over_tls_alone(tmp_path: Path) -> None:
    server_side, client_side = _certificate(tmp_path)
    mail, seen = MailServer(), list[bytes]()

    def check(_s: object, _session: object, _e: object, _m: object, data: LoginPassword) -> AuthResult:
        seen.append(data.password)
        return AuthResult(success=data.password == b"p@ss/word")

    with _running(mail, tls_context=server_side, require_starttls=True, authenticator=check) as port:
        right = SmtpServer.at(f"smtp://user:p%40ss%2Fword@localhost:{port}")
        SmtpMailer(right, sender=SENDER, tls=client_side).send(Letter("zoe@example.com", "s", "words"))
        assert len(mail.received) == 1
        with pytest.raises(MailNotSent):
            # A certificate that nobody vouches for: no password, no letter.
            SmtpMailer(right, sender=SENDER).send(Letter("zoe@example.com", "s", "words"))
        wrong = SmtpServer.at(f"smtp://user:guess@localhost:{port}")
        with pytest.raises(MailNotSent):
            SmtpMailer(wrong, sender=SENDER, tls=client_side).send(Letter("zoe@example.com", "s", "words"))
    assert seen == [b"p@ss/word", b"guess"]
    assert len(mail.received) == 1


def test_tls_from_the_first_byte_works_too(tmp_path: Path) -> None:
    server_side, client_side = _certificate(tmp_path)
    mail = MailServer()
    with _running(mail, ssl_context=server_side) as port:
        mailer = SmtpMailer(SmtpServer.at(f"smtps://localhost:{port}"), sender=SENDER, tls=client_side)
        mailer.send(Letter("zoe@example.com", "s", "words"))
    assert len(mail.received) == 1


def test_a_server_elsewhere_that_offers_no_tls_gets_no_letter(
    server: tuple[MailServer, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail, port = server
    monkeypatch.setattr(SmtpServer, "is_on_this_machine", property(lambda _self: False))
    with pytest.raises(MailNotSent):
        SmtpMailer(SmtpServer("127.0.0.1", port), sender=SENDER).send(Letter("zoe@example.com", "s", "words"))
    assert mail.received == []


@pytest.mark.parametrize(
    "url", ["http://x", "smtp://", "mail.example", "smtp://h:port", "smtp://h:99999", "smtp://h/x"]
)
def test_a_mail_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(MailAddressOfServerUnknown):
        SmtpServer.at(url)


def test_ports_have_their_usual_defaults() -> None:
    assert SmtpServer.at("smtp://mail.example").port == 587
    assert SmtpServer.at("smtps://mail.example").port == 465


@contextmanager
def _running(mail: MailServer, **options: Any) -> Iterator[int]:
    """Run a mail server on loopback until the block ends; gives its port."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    controller = Controller(mail, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def _certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate for localhost: the server's side, and a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(pem)
    return server_side, ssl.create_default_context(cafile=str(pem))
