"""Drafts of letters: complete in both languages, and never sent half-filled."""

import re
from dataclasses import replace
from datetime import date

import pytest

from privacy.rights_errors import LetterUnfinished
from privacy.rights_letters import CODE_MARK, REASON_MARK, LetterFacts, LetterKind, draft_letter, require_finished
from privacy.rights_models import RequestKind

FACTS = LetterFacts(
    reference="0123456789",
    kind=RequestKind.ACCESS,
    received_on=date(2026, 1, 31),
    due_on=date(2026, 2, 28),
    my_data_address="https://shop.example/account/my-data",
    code_days=3,
    export_days=7,
)
LANGUAGES = ("fr", "en")
TAKES_SOMETHING_AWAY = set(LetterKind) - {LetterKind.ACKNOWLEDGEMENT, LetterKind.IDENTITY}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("right", RequestKind)
def test_every_letter_names_the_request_and_leaves_no_placeholder(
    kind: LetterKind, right: RequestKind, language: str
) -> None:
    draft = draft_letter(kind, replace(FACTS, kind=right), language)
    assert FACTS.reference in draft.subject
    assert not re.search(r"\{\w*\}", draft.subject + draft.text)
    assert ("Bonjour" in draft.text) == (language == "fr")
    assert ("RGPD" in draft.text) == (language == "fr")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(TAKES_SOMETHING_AWAY))
def test_a_letter_that_decides_something_says_where_to_complain(kind: LetterKind, language: str) -> None:
    assert "cnil.fr" in draft_letter(kind, FACTS, language).text


@pytest.mark.parametrize(("language", "day"), [("fr", "28 février 2026"), ("en", "28 February 2026")])
def test_the_acknowledgement_names_the_last_day_and_says_nothing_of_an_account(language: str, day: str) -> None:
    text = draft_letter(LetterKind.ACKNOWLEDGEMENT, FACTS, language).text
    assert day in text
    assert not re.search(r"compte|account|my-data", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_that_nobody_gave_stops_the_letter(language: str) -> None:
    for kind in LetterKind:
        text = draft_letter(kind, FACTS, language).text
        if REASON_MARK in text:
            with pytest.raises(LetterUnfinished):
                require_finished(kind, text)
            require_finished(kind, text.replace(REASON_MARK, "Because."))
        else:
            require_finished(kind, text)


def test_the_code_belongs_in_a_proof_of_identity_alone() -> None:
    with pytest.raises(LetterUnfinished):
        require_finished(LetterKind.IDENTITY, "Hello, here is your code.")
    with pytest.raises(LetterUnfinished):
        require_finished(LetterKind.REFUSAL, f"No. {CODE_MARK}")


def test_the_letter_of_an_erasure_leads_to_its_receipt_once_there_is_one() -> None:
    done = replace(FACTS, kind=RequestKind.ERASURE, receipt_address="https://shop.example/erasures/ab-cd")
    assert done.receipt_address in draft_letter(LetterKind.ERASED, done, "fr").text
    assert REASON_MARK in draft_letter(LetterKind.ERASED, replace(done, receipt_address=""), "fr").text
