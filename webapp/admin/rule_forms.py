"""The form of a merchandising rule: what was typed -> a rule, or what is wrong beside each field."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from catalog.merchandising import Act, Rule, Selection
from catalog.models import Product
from catalog.products import unknown_skus, values_on_sale
from webapp.admin.rule_words import summary_of
from webapp.filters import one_line

MOST_TITLE_CHARACTERS = 80
MOST_SKUS = 50
MOST_OFFERED = 200
_TICKED = {
    "categories": Product.category,
    "sub_categories": Product.sub_category,
    "brands": Product.brand,
    "colours": Product.colour,
    "genders": Product.gender,
    "seasons": Product.season,
}
_NUMBERS = {
    "min_stock": (0, 1_000_000),
    "max_stock": (0, 1_000_000),
    "min_margin_percent": (-1000, 100),
    "max_margin_percent": (-1000, 100),
}
_WHOLE = re.compile(r"-?\d{1,9}")

Typed = Mapping[str, Any]


@dataclass
class RuleForm:
    """What the page shows: the values as they were typed, what may be ticked, and the problems by field."""

    typed: Typed
    offered: Mapping[str, Mapping[str, int]]
    """Field -> value -> how many products on sale have it."""
    problems: dict[str, str] = field(default_factory=dict)


def typed_of(rule: Rule) -> Typed:
    """Return a rule as its form shows it."""
    chooses = rule.chooses
    bounds = {name: getattr(chooses, name) for name in _NUMBERS}
    return {
        "title": rule.title,
        "act": rule.act.value,
        "strength": str(rule.strength),
        "priority": str(rule.priority),
        "starts_on": rule.starts_on.isoformat() if rule.starts_on else "",
        "ends_on": rule.ends_on.isoformat() if rule.ends_on else "",
        "is_on": "1" if rule.is_on else "",
        "skus": " ".join(chooses.skus),
        **{name: sorted(getattr(chooses, name)) for name in _TICKED},
        **{name: "" if value is None else str(value) for name, value in bounds.items()},
    }


BLANK = typed_of(Rule("", Act.BOOST, Selection()))


def form_with(typed: Typed, kept: Rule | None = None) -> RuleForm:
    """Return the form; what the kept rule chose stays on offer when nothing of it is on sale any more."""
    return RuleForm(typed, {name: _offered(name, kept) for name in _TICKED})


def read_form(form: "ImmutableMultiDict[str, str] | MultiDict[str, str]", kept: Rule | None) -> tuple[RuleForm, Rule]:
    """Return the form as typed with its problems, and the rule that it says; to be used only when there are none."""
    texts = {name: one_line(form.get(name, "")) for name in BLANK if name not in _TICKED}
    shown = form_with({**texts, **{name: form.getlist(name) for name in _TICKED}}, kept)
    reader = _Reader(shown)
    act = reader.read("act", Act, Act.BOOST)
    ticked: dict[str, Any] = {name: reader.ticked(name) for name in _TICKED}
    bounds: dict[str, Any] = {name: reader.number(name, *limits) for name, limits in _NUMBERS.items()}
    chooses = Selection(
        skus=reader.skus(),
        **ticked,
        **bounds,
    )
    rule = Rule(
        title=texts["title"],
        act=act,
        chooses=chooses,
        strength=reader.number("strength", 1, 3) or 2,
        priority=reader.number("priority", 1, 100) or 50,
        starts_on=reader.day("starts_on"),
        ends_on=reader.day("ends_on"),
        is_on=texts["is_on"] == "1",
        id=kept.id if kept else None,
    )
    reader.check_together(rule)
    return shown, _named(rule)


def _named(rule: Rule) -> Rule:
    if rule.title:
        return rule
    summary = summary_of(rule)
    fits = len(summary) <= MOST_TITLE_CHARACTERS
    return replace(rule, title=summary.rstrip(".") if fits else summary[: MOST_TITLE_CHARACTERS - 1].rstrip() + "…")


@dataclass
class _Reader:
    """Reads one field after the other and notes what is wrong with each."""

    form: RuleForm

    def read(self, name: str, convert: Callable[[str], Any], otherwise: Any) -> Any:
        try:
            return convert(self.form.typed[name])
        except ValueError:
            self.form.problems[name] = _("Choose one of the values on offer.")
            return otherwise

    def number(self, name: str, lowest: int, highest: int) -> int | None:
        text = self.form.typed[name].replace("−", "-")
        if not text:
            return None
        if _WHOLE.fullmatch(text) and lowest <= int(text) <= highest:
            return int(text)
        words = _("This must be a whole number from %(lowest)d to %(highest)d.", lowest=lowest, highest=highest)
        self.form.problems[name] = words
        return None

    def day(self, name: str) -> date | None:
        text = self.form.typed[name]
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.form.problems[name] = _("Write a day as 2026-12-24.")
            return None

    def ticked(self, name: str) -> frozenset[str]:
        values = frozenset(self.form.typed[name])
        unknown = sorted(values - self.form.offered[name].keys())
        if unknown:
            self.form.problems[name] = _("No item on sale has this: %(values)s.", values=", ".join(unknown)[:200])
        return values

    def skus(self) -> tuple[str, ...]:
        wanted = tuple(dict.fromkeys(re.split(r"[\s,;]+", self.form.typed["skus"]))) if self.form.typed["skus"] else ()
        wanted = tuple(sku for sku in wanted if sku)
        if len(wanted) > MOST_SKUS:
            self.form.problems["skus"] = _("Name %(most)d items at most.", most=MOST_SKUS)
            return wanted[:MOST_SKUS]
        unknown = unknown_skus(wanted)
        if unknown:
            self.form.problems["skus"] = _("The shop has no item %(skus)s.", skus=", ".join(unknown)[:200])
        return wanted

    def check_together(self, rule: Rule) -> None:
        """Note what is wrong only when fields are looked at together."""
        chooses, problems = rule.chooses, self.form.problems
        if chooses.is_empty and rule.act is not Act.HIDE_SOLD_OUT:
            problems.setdefault("chooses", _("Say which items: as it is, the rule is about every one of them."))
        for least, most in (("min_stock", "max_stock"), ("min_margin_percent", "max_margin_percent")):
            low, high = getattr(chooses, least), getattr(chooses, most)
            if low is not None and high is not None and low > high:
                problems.setdefault(least, _("The lower bound is above the upper one."))
        if rule.starts_on and rule.ends_on and rule.starts_on > rule.ends_on:
            problems.setdefault("ends_on", _("The last day is before the first."))
        if len(rule.title) > MOST_TITLE_CHARACTERS:
            problems["title"] = _("Use at most %(most)d characters.", most=MOST_TITLE_CHARACTERS)


def _offered(name: str, kept: Rule | None) -> Mapping[str, int]:
    on_sale = dict(list(values_on_sale(_TICKED[name]).items())[:MOST_OFFERED])
    chosen: Collection[str] = getattr(kept.chooses, name) if kept else ()
    return on_sale | {value: 0 for value in sorted(chosen) if value not in on_sale}
