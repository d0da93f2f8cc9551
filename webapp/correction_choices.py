"""What a garment can be corrected to, in the page's language."""

from dataclasses import dataclass

from catalog.vocabulary import Kind, label_of, slugs


@dataclass(frozen=True)
class CorrectionChoices:
    """(slug, words) of every type and colour, in the order of the words."""

    categories: tuple[tuple[str, str], ...]
    colours: tuple[tuple[str, str], ...]


def correction_choices(language: str) -> CorrectionChoices:
    """Return the choices in `language`."""
    return CorrectionChoices(_choices(Kind.CATEGORY, language), _choices(Kind.COLOUR, language))


def _choices(kind: Kind, language: str) -> tuple[tuple[str, str], ...]:
    named = ((slug, label_of(kind, slug, language)) for slug in slugs(kind))
    return tuple(sorted(named, key=lambda choice: choice[1].casefold()))
