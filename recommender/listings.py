"""A listing: what a seller says and shows of a product before the shop has sorted it in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from recommender.ports import Embedding

LISTING_FIELDS = ("category", "sub_category", "colour", "pattern", "gender")
"""What is suggested for a listing, in the order in which a form asks for it."""


@dataclass(frozen=True)
class Listing:
    """The words and the photo of a product; either may be missing."""

    title: str = ""
    description: str = ""
    photo: Embedding | None = None
    """The photo as the encoder of the classifier sees it."""

    @property
    def has_words(self) -> bool:
        """Whether anything is said."""
        return bool(self.title.strip() or self.description.strip())


@dataclass(frozen=True)
class ListingExample:
    """A listing that a person has sorted in; a field that nobody filled is absent from `values`, or empty."""

    key: str
    """The shop's own name for it, such as the SKU."""
    listing: Listing
    values: Mapping[str, str]


@dataclass(frozen=True)
class RankedValue:
    """One value and the calibrated probability, 0 to 1, that it is the right one."""

    value: str
    probability: float


@dataclass(frozen=True)
class NearExample:
    """An example that resembles the listing; similarity is the mean cosine of what both have, -1 to 1."""

    key: str
    similarity: float
    values: Mapping[str, str]


@dataclass(frozen=True)
class FieldSuggestion:
    """What a field should say: values, likeliest first, and the nearest examples that have the likeliest one."""

    ranked: tuple[RankedValue, ...]
    examples: tuple[NearExample, ...]
    basis: str
    """What was looked at: text, image or both."""

    @property
    def best(self) -> RankedValue:
        """The likeliest value."""
        return self.ranked[0]


@dataclass(frozen=True)
class FieldFacts:
    """How well a field is told, by basis (text, image, both), on examples that were kept apart from training.

    Near-duplicates of an example are kept apart with it. One degree of freedom, the temperature of the probabilities,
    is fitted on the same examples that calibration_error (ECE, 15 bins) is measured on.
    """

    examples: int
    values: int
    kept_apart: int
    accuracy: Mapping[str, float] = field(default_factory=dict)
    calibration_error: Mapping[str, float] = field(default_factory=dict)
