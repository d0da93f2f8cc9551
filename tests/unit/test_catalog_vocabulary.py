import pytest

from catalog.vocabulary import TERMS, Kind, as_slug, canonical, canonical_category, label_of, slugs


@pytest.mark.parametrize("kind", list(Kind))
def test_every_slug_and_label_means_its_own_term(kind: Kind | str) -> None:
    for term in TERMS[kind]:
        assert [canonical(kind, name) for name in (term.slug, term.fr, term.en)] == [term.slug] * 3


@pytest.mark.parametrize("kind", list(Kind))
def test_case_spaces_and_accents_of_a_feed_do_not_matter(kind: Kind | str) -> None:
    for term in TERMS[kind]:
        assert canonical(kind, f"  {term.fr.upper()} ") == term.slug
        assert canonical(kind, term.en.replace(" ", "_")) == term.slug


@pytest.mark.parametrize(
    ("kind", "word", "slug"),
    [
        ("category", "Tshirts", "t-shirt"),
        ("category", "ROBES", "dress"),
        ("category", "Scarves", "scarf"),
        ("category", "manteaux", "coat"),
        ("category", "Sac à main", "bag"),
        ("category", "vestes", "jacket"),
        ("colour", "bleu  marine", "navy"),
        ("colour", "Off-White", "cream"),
        ("colour", "GRAY", "grey"),
        ("gender", "Ladies", "women"),
        ("gender", "garçons", "boys"),
    ],
)
def test_plurals_and_synonyms_in_both_languages_become_slugs(kind: Kind | str, word: str, slug: str) -> None:
    assert canonical(kind, word) == slug


def test_slugs_are_fit_for_addresses() -> None:
    for kind in Kind:
        assert all(as_slug(slug) == slug for slug in slugs(kind))
        assert len(set(slugs(kind))) == len(slugs(kind))


def test_an_unknown_category_is_kept_as_a_slug_of_its_own() -> None:
    assert canonical_category("Cape d'été") == "cape-d-ete"


def test_an_unknown_colour_is_not_guessed() -> None:
    assert canonical("colour", "octarine") is None


def test_labels_speak_both_languages_and_fall_back_to_the_slug_as_words() -> None:
    assert label_of("category", "dress", "fr") == "Robe"
    assert label_of("category", "dress", "en") == "Dress"
    assert label_of("category", "cape-d-ete", "fr") == "Cape d ete"
