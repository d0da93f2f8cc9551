"""What counts as an e-mail address."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.addresses import email_address
from accounts.errors import NotAnEmail
from privacy.pseudonyms import Pseudonymiser


@pytest.mark.parametrize(
    "text",
    ["a@b.fr", "a.b+c_d'e@sub.example.com", "zoë@example.com", "用户@例子.公司", "a@maison-élan.example", "A@B.FR"],
)
def test_addresses_of_every_alphabet_are_taken(text: str) -> None:
    assert email_address(f"  {text}\n") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "@",
        "a@",
        "@b.fr",
        "a@b",
        "a@@b.fr",
        "a@b@c.fr",
        "a b@c.fr",
        "a@b c.fr",
        ".a@b.fr",
        "a.@b.fr",
        "a..b@c.fr",
        "a@.b.fr",
        "a@b..fr",
        "a@-b.fr",
        "a@b.fr\nBcc: c@d.fr",
        "a\0@b.fr",
        "<a@b.fr>",
        '"a"@b.fr',
        "a,c@b.fr",
        "a@[127.0.0.1]",
        "a\u202e@b.fr",
        "a" * 65 + "@b.fr",
        "a@" + "b" * 64 + ".fr",
        "a@" + "b." * 130 + "fr",
        "é" * 33 + "@b.fr",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(NotAnEmail, match=r"name@domain\.example"):
        email_address(text)


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with suppress(NotAnEmail):
        assert email_address(email_address(text)) == email_address(text)


def test_the_same_address_written_differently_is_one_person() -> None:
    hash_of = Pseudonymiser(b"k" * 32).of_email
    assert hash_of("Zoe\u0308@Example.com") == hash_of(" zo\u00eb@example.COM ")
    assert hash_of("zoe@example.com") != hash_of("zoë@example.com")
