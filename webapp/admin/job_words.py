"""What a job of the catalogue did, in the page's language."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import format_datetime, format_decimal, format_percent, lazy_gettext, ngettext

from catalog.feed_models import FeedState
from catalog.findings import FindingKind
from webapp.admin.classification_report import MODEL_WORDS
from webapp.admin.putting_right import KIND_WORDS
from webapp.admin.suggestion_words import FIELD_WORDS
from webapp.feed_words import in_words
from webapp.jobs.models import Job, Outcome

_ = lazy_gettext

_STOPPED = _("It was stopped before its end.")
_STOPPED_WORDS = {
    "undo_changes": _("The undo stopped before its end; undo again, and it goes on."),
    "undo_feed_import": _("The undo stopped before its end; undo again, and it goes on."),
    "train_classifier": _("It was stopped before its end: the classifier of before answers."),
    "look_for_what_is_wrong": _("It was stopped before its end: doubles and categories stay as they were."),
}
_STATE_WORDS = {
    FeedState.PAUSED: _("The import is paused and can go on."),
    FeedState.CANCELLED: _("The import was stopped for good."),
}


def job_words(job: Job) -> list[str]:
    """Return a job's report in sentences; none where it did not end, failed, or kept no outcome."""
    return outcome_words(job.task, job.outcome) if job.outcome else []


def outcome_words(task: str, outcome: Outcome) -> list[str]:
    """Return what a task of the catalogue did in sentences; that it was stopped comes first."""
    stopped = [] if outcome.get("finished", True) else [_STOPPED_WORDS.get(task, _STOPPED)]
    return [str(sentence) for sentence in (*stopped, *_WORDS[task](outcome))]


def _index(outcome: Outcome) -> Iterator[Any]:
    if "built_at" in outcome:
        built_at = format_datetime(datetime.fromisoformat(outcome["built_at"]), "short")
        yield _("The index of %(date)s answers again.", date=built_at)
    yield _(
        "%(rows)s rows: %(embedded)s embedded, %(reused)s embeddings reused, %(removed)s removed.",
        **_numbers(outcome, "rows", "embedded", "reused", "removed"),
    )
    if outcome["unreadable"]:
        skus, count = outcome["unreadable_skus"], outcome["unreadable"]
        named = ", ".join(skus) + (" …" if count > len(skus) else "")
        yield _("Pictures that cannot be read: %(count)s (%(skus)s).", count=format_decimal(count), skus=named)


def _bulk_edit(outcome: Outcome) -> Iterator[Any]:
    yield ngettext("%(num)d product was changed.", "%(num)d products were changed.", outcome["changed"])


def _undo(outcome: Outcome) -> Iterator[Any]:
    yield ngettext(
        "%(count)s product is again as it was before.",
        "%(count)s products are again as they were before.",
        outcome["put_back"],
        count=format_decimal(outcome["put_back"]),
    )
    if outcome["left_alone"]:
        yield ngettext(
            "%(count)s was changed again since: that stays.",
            "%(count)s were changed again since: that stays.",
            outcome["left_alone"],
            count=format_decimal(outcome["left_alone"]),
        )


def _fetch(outcome: Outcome) -> Iterator[Any]:
    if outcome["problem"]:
        yield in_words(outcome["problem"])
    else:
        size = format_decimal(-(-outcome["bytes"] // 1000))
        yield _("%(size)s kB were fetched; their import is the next job.", size=size)


def _check(outcome: Outcome) -> Iterator[Any]:
    if outcome["problem"]:
        yield in_words(outcome["problem"])
    elif outcome["state"] == FeedState.CHECKED:
        yield _("Rows: %(rows)s; rejected: %(rejected)s.", **_numbers(outcome, "rows", "rejected"))
    else:
        yield _STOPPED


def _import(outcome: Outcome) -> Iterator[Any]:
    if outcome["problem"]:
        yield in_words(outcome["problem"])
    if outcome["state"] in _STATE_WORDS:
        yield _STATE_WORDS[outcome["state"]]
    if "created" in outcome:
        yield _(
            "New products: %(created)s; changed: %(updated)s; unchanged: %(unchanged)s; rejected: %(rejected)s.",
            **_numbers(outcome, "created", "updated", "unchanged", "rejected"),
        )


def _training(outcome: Outcome) -> Iterator[Any]:
    if "products" in outcome:
        learned = _numbers(outcome, "products", "seconds")
        yield _("It learned from %(products)s products in %(seconds)s seconds.", **learned)
        yield _("Right on products kept apart: %(shares)s.", shares=_shares(outcome["accuracy"], FIELD_WORDS))


def _suggestions(outcome: Outcome) -> Iterator[Any]:
    yield _(
        "Products looked at: %(products)s; fields with a suggestion: %(suggested)s.",
        **_numbers(outcome, "products", "suggested"),
    )


def _accepted(outcome: Outcome) -> Iterator[Any]:
    yield ngettext("%(num)d field was filled in.", "%(num)d fields were filled in.", outcome["accepted"])


def _comparison(outcome: Outcome) -> Iterator[Any]:
    if "products" in outcome:
        yield _("Products compared: %(products)s.", **_numbers(outcome, "products"))
        yield _("Right answers: %(shares)s.", shares=_shares(outcome["accuracy"], MODEL_WORDS))


def _findings(outcome: Outcome) -> Iterator[Any]:
    found = outcome["found"]
    for kind in FindingKind:
        if kind in found:
            yield _("%(what)s: %(count)s", what=KIND_WORDS[kind], count=format_decimal(found[kind]))
    if not found:
        yield _("Nothing was found.")


_WORDS: Mapping[str, Callable[[Outcome], Iterator[Any]]] = {
    "update_index": _index,
    "roll_back_index": _index,
    "bulk_edit": _bulk_edit,
    "undo_changes": _undo,
    "undo_feed_import": _undo,
    "fetch_feed": _fetch,
    "check_feed": _check,
    "import_feed": _import,
    "train_classifier": _training,
    "suggest_for_catalogue": _suggestions,
    "accept_sure": _accepted,
    "compare_classifiers": _comparison,
    "look_for_what_is_wrong": _findings,
}


def _numbers(outcome: Outcome, *names: str) -> dict[str, str]:
    return {name: format_decimal(outcome[name]) for name in names}


def _shares(accuracy: Mapping[str, float], words: Mapping[str, Any]) -> str:
    return ", ".join(f"{words.get(name, name)} {format_percent(share)}" for name, share in accuracy.items())
