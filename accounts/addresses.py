"""What counts as an e-mail address here: one mailbox, one domain, in any alphabet."""

import re
import unicodedata

from accounts.errors import NotAnEmail

MAX_CHARACTERS = 254  # RFC 5321: a path is 256 octets, with its angle brackets
_MAX_NAME_OCTETS = 64
# Quoted names ("a b"@c) are legal and used by nobody but attackers of mail software.
_NAME = re.compile(r"""[^\s"(),:;<>@\[\\\]\x00-\x1f\x7f.]+(\.[^\s"(),:;<>@\[\\\]\x00-\x1f\x7f.]+)*""")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


def email_address(text: str) -> str:
    """Return the address as it is kept: trimmed, one way of writing accents (NFC). Raises NotAnEmail."""
    email = unicodedata.normalize("NFC", text.strip())
    name, at, domain = email.partition("@")
    if not at or not 0 < len(email) <= MAX_CHARACTERS or len(name.encode()) > _MAX_NAME_OCTETS:
        raise NotAnEmail
    if not email.isprintable() or not _NAME.fullmatch(name):
        raise NotAnEmail
    labels = domain_for_dns(domain).split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise NotAnEmail
    return email


def domain_for_dns(domain: str) -> str:
    """Return the domain as DNS spells it (IDNA): `é.fr` is `xn--9ca.fr`. Raises NotAnEmail."""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise NotAnEmail from error
