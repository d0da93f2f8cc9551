"""Words that are agreed to: all versions stay, none is changed in silence."""

import re

import pytest

from privacy.consent import CONSENT_TEXTS, Purpose, purposes_named, require_consent
from privacy.consent_texts import EARLIER_TEXTS, versions_of, words_with_hash
from privacy.errors import ConsentMissing, UnknownPurpose

PUBLISHED = {
    (Purpose.RECOMMENDATION, "2026-11"): ("02c265f7b17a", "abd0f619598d"),
    (Purpose.RECOMMENDATION, "2026-11-22"): ("298691caa0a8", "05000a51f08c"),
    (Purpose.WARDROBE, "2026-11-22"): ("1f45031bbb4d", "bf78e9f530c0"),
    (Purpose.STATISTICS, "2026-11-22"): ("4a0b8af7f9fb", "da2af1f724d3"),
    (Purpose.STATISTICS, "2026-11-23"): ("92c3923181b0", "fbc75fb1be64"),
    (Purpose.TRAINING, "2026-11-22"): ("487eff44cd5b", "413290c4f67d"),
}
"""The first digits of each published text's hash, French and English: who changes words makes a new version."""


def test_every_purpose_has_words_in_both_languages() -> None:
    assert set(CONSENT_TEXTS) == set(Purpose)
    for purpose in Purpose:
        for text in versions_of(purpose):
            assert len(text.fr) > 100
            assert len(text.en) > 100
            assert text.sha256("fr") != text.sha256("en")
            assert text.words("fr") == text.fr


def test_words_once_published_are_never_changed() -> None:
    published = {
        (purpose, text.version): (text.sha256("fr")[:12], text.sha256("en")[:12])
        for purpose in Purpose
        for text in versions_of(purpose)
    }
    assert published == PUBLISHED


@pytest.mark.parametrize("purpose", Purpose)
def test_an_old_record_s_hash_leads_to_the_words_that_were_read(purpose: Purpose) -> None:
    for text in versions_of(purpose):
        assert words_with_hash(purpose, text.sha256("fr")) == text.fr
        assert words_with_hash(purpose, text.sha256("en")) == text.en
    assert words_with_hash(purpose, "0" * 64) is None


def test_a_version_names_one_text_alone() -> None:
    assert EARLIER_TEXTS
    for purpose in Purpose:
        versions = [text.version for text in versions_of(purpose)]
        assert len(versions) == len(set(versions))


def test_purposes_are_taken_from_their_names_and_count_once() -> None:
    assert purposes_named(["recommendation", "", "statistics", "recommendation"]) == {
        Purpose.RECOMMENDATION,
        Purpose.STATISTICS,
    }


@pytest.mark.parametrize("word", ["yes", "on", "RECOMMENDATION", " recommendation", "recommendation,wardrobe"])
def test_a_purpose_that_does_not_exist_is_named(word: str) -> None:
    with pytest.raises(UnknownPurpose, match="recommendation, wardrobe, statistics or training"):
        purposes_named(["recommendation", word])


@pytest.mark.parametrize("given", [[], [Purpose.STATISTICS], [Purpose.WARDROBE, Purpose.TRAINING]])
def test_one_purpose_is_no_consent_to_another(given: list[Purpose]) -> None:
    with pytest.raises(ConsentMissing):
        require_consent(given, Purpose.RECOMMENDATION)


def test_french_typography_is_kept_in_the_words() -> None:
    for purpose in Purpose:
        assert not re.search(r" [:;!?»]|« |'", CONSENT_TEXTS[purpose].fr), purpose
