"""Text, image and both compared: the report page, and the comparison in the background."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import LazyString, lazy_gettext
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.vocabulary import Kind, label_of
from privacy.audit_notes import note
from recommender.listing_comparison import kept_reports
from storage.database import db
from webapp.account.session_user import permission_required
from webapp.admin.routes import admin
from webapp.filters import whole_number
from webapp.i18n import current_language
from webapp.jobs.queue import enqueue, open_job
from webapp.visitor import current_visitor

_ = lazy_gettext

MODEL_WORDS = {"text": _("Text"), "image": _("Photo"), "both": _("Both")}
_STEP = 0.1
_SURE_FROM_P = 0.05


@dataclass(frozen=True)
class ChartRow:
    """One model's accuracy with its 95 % interval; x: hundredths of the chart's width."""

    name: LazyString
    figures: Mapping[str, Any]
    x: float
    x_low: float
    x_high: float


@dataclass(frozen=True)
class Gain:
    """What one model is better than another, and whether that may be chance."""

    first: LazyString
    second: LazyString
    gain: float
    low: float
    high: float
    p: float
    p_pooled: float
    is_significant: bool


@dataclass(frozen=True)
class CategoryRow:
    """How often each model is right about one category; None where a model has no answer."""

    name: str
    accuracy: tuple[float | None, ...]


@dataclass(frozen=True)
class Compared:
    """One comparison in words and in places of a chart, whose ends are shares from 0 to 1."""

    rows: tuple[ChartRow, ...]
    begins: float
    gains: tuple[Gain, ...]
    categories: tuple[CategoryRow, ...]
    # Not in the template: it would write constants once for all languages, in that of the first visitor.
    ends: float = 1.0
    interval: float = 0.95
    least_p: float = 0.001


@admin.get("/classification/report")
@permission_required(Permission.CLASSIFY)
def classification_report() -> str:
    """The latest comparison, or with `number` an earlier one."""
    reports = kept_reports()
    number = whole_number(request.args, "number", default=0, lowest=0, highest=999_999_999)
    report = next((one for one in reports if one.id == number), None) if number else next(iter(reports), None)
    if number and report is None:
        abort(404)
    masked = report.report.get("masked") if report else None
    return render_template(
        "admin/classification_report.html",
        report=report,
        compared=compared(report.report) if report else None,
        masked=compared(masked) if masked else None,
        reports=reports,
        model_words=MODEL_WORDS,
        job=open_job("compare_classifiers"),
    )


@admin.post("/classification/report")
@permission_required(Permission.CLASSIFY)
def compare_classifiers() -> Response:
    """Compare text, image and both on the shop's own products, in the background."""
    job = enqueue("compare_classifiers")
    note("catalogue.classifiers_compared", actor=current_visitor().pseudonym)
    db.session.commit()
    return redirect(url_for(".show_job", job_id=job.id), code=303)


def compared(found: Mapping[str, Any]) -> Compared:
    """Return a report, as `flask classify report` writes it, for the page."""
    models = {name: figures for name, figures in found["models"].items() if figures}
    lowest = min((figures["accuracy_low"] for figures in models.values()), default=0.0)
    begins = min(0.9, max(0.0, floor(lowest / _STEP - 1e-9) * _STEP))

    def place(share: float) -> float:
        return round(100 * (share - begins) / (1 - begins), 2)

    rows = tuple(
        ChartRow(
            MODEL_WORDS[name],
            figures,
            place(figures["accuracy"]),
            place(figures["accuracy_low"]),
            place(figures["accuracy_high"]),
        )
        for name, figures in models.items()
    )
    gains = tuple(_gain(one) for one in found["comparisons"] if {one["first"], one["second"]} <= models.keys())
    return Compared(rows, begins, gains, _by_category(models))


def _gain(one: Mapping[str, Any]) -> Gain:
    p = one["by_product"]["p"]
    first, second = MODEL_WORDS[one["first"]], MODEL_WORDS[one["second"]]
    return Gain(first, second, one["gain"], one["gain_low"], one["gain_high"], p, one["pooled"]["p"], p < _SURE_FROM_P)


def _by_category(models: Mapping[str, Mapping[str, Any]]) -> tuple[CategoryRow, ...]:
    names = sorted({name for figures in models.values() for name in figures["accuracy_by_category"]})
    return tuple(
        CategoryRow(
            label_of(Kind.CATEGORY, name, current_language()),
            tuple(
                models[model]["accuracy_by_category"].get(name) if model in models else None for model in MODEL_WORDS
            ),
        )
        for name in names
    )
