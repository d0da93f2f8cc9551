"""What a shopper would see without a rule, and with it, for one photo, look or words."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, MultiDict

from catalog.merchandising import Rule, Rules
from catalog.products import ProductFilter
from catalog.rule_editing import rule_of, stored_rules
from recommender.arranging import Arrangement
from recommender.judging import Answer, Shelf
from recommender.similar import Match
from webapp.errors import BadRequestValue
from webapp.merchandising import shop_day
from webapp.photo_flow import StageTimes, see, uploaded_photo
from webapp.presenting import GARMENT_WORDS
from webapp.shop.looks import LOOKS_FOLDER, looks_on_offer
from webapp.wiring import serving, wiring
from webapp.words import MAX_WORDS_CHARACTERS

_SHOWN = 8


@dataclass(frozen=True)
class PreviewMatch:
    """One product of a list, and how the rule changes its place: `moved` places up (None: not in the other list)."""

    match: Match
    moved: int | None
    is_taken: bool
    """Whether the rule decided its place."""


@dataclass(frozen=True)
class PreviewPart:
    """The two lists of one garment, or of the words."""

    title: str
    without: list[PreviewMatch]
    with_rule: list[PreviewMatch]

    @property
    def is_changed(self) -> bool:
        return [one.match.product.sku for one in self.without] != [one.match.product.sku for one in self.with_rule]


def preview_of(rule: Rule, asked: "MultiDict[str, str]", files: "MultiDict[str, FileStorage]") -> list[PreviewPart]:
    """Return one part a garment of the photo or look, or one for the words, changed ones first; no photo is kept.

    The rule counts as in force, whatever its dates and its switch say. Raises BadRequestValue without anything to look
    for, BadImage.
    """
    shelves = _shelves(rule)
    parts = [_part(rule, title, *map(answer, shelves)) for title, answer in _questions(asked, files).items()]
    return sorted(parts, key=lambda part: not part.is_changed)


def _shelves(rule: Rule) -> tuple[Shelf, Shelf]:
    day = max(shop_day(), rule.starts_on or shop_day())
    others = [other for other in map(rule_of, stored_rules()) if other.id != rule.id]
    ours = replace(rule, is_on=True, starts_on=None, ends_on=None)
    without, with_rule = (Arrangement.of(Rules.of(rules, day)) for rules in (others, [*others, ours]))
    index, calibration = serving().index, wiring().match_calibration
    return (
        Shelf(index, calibration, ProductFilter(), without),
        Shelf(index, calibration, ProductFilter(), with_rule),
    )


def _questions(
    asked: "MultiDict[str, str]", files: "MultiDict[str, FileStorage]"
) -> Mapping[str, Callable[[Shelf], Answer]]:
    words, look = asked.get("words", "").strip()[:MAX_WORDS_CHARACTERS], asked.get("look", "")
    if any(photo.filename for photo in files.getlist("photo")):
        return _questions_of_photo(uploaded_photo(files))
    if words:
        encoder = serving().text_encoder
        embedding = encoder.encode_texts([words])[0]
        return {words: lambda shelf: shelf.answer_words(words, embedding, encoder.identity, limit=_SHOWN)}
    if look in {one.slug for one in looks_on_offer(wiring().blobs)}:
        picture = wiring().blobs.get(f"{LOOKS_FOLDER}/{look}.jpg")
        return _questions_of_photo(FileStorage(io.BytesIO(picture), f"{look}.jpg"))
    raise BadRequestValue("preview", _("Choose a look or a photo, or write words, to see what a shopper would see."))


def _questions_of_photo(photo: FileStorage) -> Mapping[str, Callable[[Shelf], Answer]]:
    reading = see(photo, StageTimes()).reading
    questions: dict[str, Callable[[Shelf], Answer]] = {}
    for number, garment in enumerate(reading.garments, start=1):
        name = str(GARMENT_WORDS.get(garment.label, garment.label))
        title = name if name not in questions else f"{name} ({number})"
        questions[title] = lambda shelf, seen=garment: shelf.answer_garment(seen, reading, limit=_SHOWN)  # type: ignore[misc]
    return questions


def _part(rule: Rule, title: str, without: Answer, with_rule: Answer) -> PreviewPart:
    before, after = ([match.product.sku for match in answer.matches] for answer in (without, with_rule))
    return PreviewPart(
        title,
        [PreviewMatch(one, _moved(one, before, after), rule.takes(one.product)) for one in without.matches],
        [PreviewMatch(one, _moved(one, before, after), rule.takes(one.product)) for one in with_rule.matches],
    )


def _moved(match: Match, before: list[str], after: list[str]) -> int | None:
    sku = match.product.sku
    return before.index(sku) - after.index(sku) if sku in before and sku in after else None
