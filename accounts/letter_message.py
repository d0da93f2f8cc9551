"""A letter as a MIME message (RFC 5322), the same for every way of sending it."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, make_msgid

from accounts.addresses import domain_for_dns, email_address
from accounts.errors import MailNotSent
from accounts.ports import Letter


def message_of(
    letter: Letter, *, sender: str, at: datetime, policy: "EmailPolicy[EmailMessage]" = SMTP
) -> EmailMessage:
    """Return the message. Raises MailNotSent for an address or a subject that cannot stand in a header."""
    message = EmailMessage(policy=policy)
    try:
        message["From"] = sender
        message["To"] = _address(letter.to)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = make_msgid(domain=_domain_of(sender))
        # Answers from machines (out of office) are not wanted: RFC 3834.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        if letter.html:
            message.add_alternative(letter.html, subtype="html")
    except ValueError as error:
        # The error's own words may hold the address.
        words = f"the letter cannot be written as a message: {type(error).__name__}"
        raise MailNotSent(words, is_lasting=True) from error
    return message


def _address(email: str) -> Address:
    name, _, domain = email_address(email).partition("@")
    return Address(username=name, domain=domain_for_dns(domain))


def _domain_of(sender: str) -> str:
    return sender.rstrip(">").rpartition("@")[2] or "localhost"
