"""A text in French and English, where it is no page's but the law's: the register, the DPIA."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A text in both languages."""

    fr: str
    en: str

    def of(self, language: str) -> str:
        """Return the text in a language (fr or en)."""
        return self.fr if language == "fr" else self.en
