"""What a photo may be used for, and the words that a person agrees to, in every version that was ever shown."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """What a photo may be used for."""

    RECOMMENDATION = "recommendation"
    """Find similar items: without it the photo is not looked at."""
    WARDROBE = "wardrobe"
    """Keep the photo and its garments in the person's wardrobe."""
    STATISTICS = "statistics"
    """Count its garments in anonymous statistics."""
    TRAINING = "training"
    """Improve the models with it."""


@dataclass(frozen=True)
class ConsentText:
    """What a person agrees to; a change of words is a new version, and the old one moves to the history."""

    version: str
    fr: str
    en: str

    def words(self, language: str) -> str:
        """Return the text in `language` (fr or en)."""
        return self.fr if language == "fr" else self.en

    def sha256(self, language: str) -> str:
        """Return the hash of the words shown, hexadecimal: the record proves which text was read."""
        return hashlib.sha256(self.words(language).encode()).hexdigest()


CONSENT_TEXTS: Mapping[Purpose, ConsentText] = {
    Purpose.RECOMMENDATION: ConsentText(
        version="2026-11-22",
        fr=(
            "J’accepte que cette photo soit analysée pour y reconnaître des vêtements et me proposer des articles "
            "similaires. Elle est chiffrée ; sans mon accord, elle n’est montrée à personne d’autre et ne sert à rien "
            "d’autre. Je peux l’effacer à tout moment."
        ),
        en=(
            "I agree that this photo is analysed to recognise clothes and to suggest similar items. It is encrypted; "
            "unless I agree to it, it is shown to nobody else and used for nothing else. I can erase it at any time."
        ),
    ),
    Purpose.WARDROBE: ConsentText(
        version="2026-11-22",
        fr=(
            "J’accepte que cette photo et les vêtements que j’y choisis soient gardés, chiffrés, dans ma garde-robe, "
            "jusqu’à ce que je les retire. Si je n’utilise plus mon compte, ils sont effacés, et je suis prévenu avant."
        ),
        en=(
            "I agree that this photo and the garments that I choose in it are kept, encrypted, in my wardrobe until "
            "I take them out. If I stop using my account they are erased, and I am warned before."
        ),
    ),
    Purpose.STATISTICS: ConsentText(
        version="2026-11-23",
        fr=(
            "J’accepte que les vêtements de cette photo (leur genre, leur couleur, le jour) soient comptés, et avec "
            "eux si la boutique a quelque chose de semblable et si j’ouvre un des articles proposés. La boutique ne "
            "voit que des nombres derrière lesquels se trouvent beaucoup de personnes, jamais la photo ni qui l’a "
            "envoyée. Si j’efface la photo ou change d’avis, ce décompte est effacé ; si la photo arrive à son terme, "
            "il reste, sans lien avec elle."
        ),
        en=(
            "I agree that the garments of this photo (their kind, their colour, the day) are counted, and with them "
            "whether the shop has something like them and whether I open one of the items suggested. The shop sees "
            "only numbers with many people behind them, never the photo or who sent it. If I erase the photo or "
            "change my mind, the count is erased; if the photo’s time is up, it stays, without a link to the photo."
        ),
    ),
    Purpose.TRAINING: ConsentText(
        version="2026-11-22",
        fr=(
            "J’accepte que les vêtements découpés dans cette photo servent à améliorer les modèles qui reconnaissent "
            "les vêtements. L’équipe qui entraîne ces modèles peut voir ces découpes, jamais la photo entière. Si je "
            "change d’avis, les découpes sont effacées ; ce qu’un modèle a déjà appris ne peut pas être désappris."
        ),
        en=(
            "I agree that the garments cut out of this photo are used to improve the models that recognise clothes. "
            "The team that trains these models may see the cut-outs, never the whole photo. If I change my mind the "
            "cut-outs are erased; what a model has already learned cannot be unlearned."
        ),
    ),
}
"""The words in force."""

EARLIER_TEXTS: Mapping[Purpose, tuple[ConsentText, ...]] = {
    Purpose.RECOMMENDATION: (
        ConsentText(
            version="2026-11",
            fr=(
                "J’accepte que cette photo soit analysée pour y reconnaître des vêtements et me proposer des articles "
                "similaires. Elle est chiffrée, n’est montrée à personne d’autre, ne sert à rien d’autre, et je peux "
                "l’effacer à tout moment."
            ),
            en=(
                "I agree that this photo is analysed to recognise clothes and to suggest similar items. It is "
                "encrypted, shown to nobody else, used for nothing else, and I can erase it at any time."
            ),
        ),
    ),
    Purpose.STATISTICS: (
        ConsentText(
            version="2026-11-22",
            fr=(
                "J’accepte que les vêtements de cette photo (leur genre, leur couleur, le jour) soient comptés. La "
                "boutique ne voit que des nombres derrière lesquels se trouvent beaucoup de personnes, jamais la photo "
                "ni qui l’a envoyée. Ce décompte est effacé avec la photo."
            ),
            en=(
                "I agree that the garments of this photo (their kind, their colour, the day) are counted. The shop "
                "sees only numbers with many people behind them, never the photo or who sent it. The count is erased "
                "with the photo."
            ),
        ),
    ),
}
"""Words that were shown before, newest first: a record made under them can still be read."""

SEARCHES_COUNTED_SINCE = "2026-11-23"
"""From this version on, a consent to statistics speaks of the search too, not of the garments alone."""


def versions_of(purpose: Purpose) -> tuple[ConsentText, ...]:
    """Return every version of the purpose's text, the one in force first."""
    return (CONSENT_TEXTS[purpose], *EARLIER_TEXTS.get(purpose, ()))


def words_of_version(purpose: Purpose, version: str, language: str) -> str:
    """Return the words of a version in `language`; those in force for a version that never was."""
    found = (text for text in versions_of(purpose) if text.version == version)
    return next(found, CONSENT_TEXTS[purpose]).words(language)


def words_with_hash(purpose: Purpose, text_sha256: str) -> str | None:
    """Return the words (in the language that was read) whose hash a record holds; None when no version has it."""
    for text in versions_of(purpose):
        for language in ("fr", "en"):
            if text.sha256(language) == text_sha256:
                return text.words(language)
    return None
