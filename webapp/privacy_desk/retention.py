"""How long each category is kept: the periods, what a change would erase, the purges, and why each thing went."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import LazyString, lazy_gettext, ngettext
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from privacy.activities import ACTIVITIES
from privacy.declarations import Category
from privacy.purge import LapsedCount, next_purge_at
from privacy.retention import RULES, RetentionPolicy, Rule
from privacy.retention_models import Disposal, PurgeRun
from privacy.retention_periods import change_periods, changes_between
from storage.database import db, now
from webapp.account.session_user import permission_required
from webapp.i18n import current_language
from webapp.privacy_desk.routes import privacy_desk
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_PURGES_SHOWN = 7
_DISPOSALS_SHOWN = 50

DISPOSAL_REASONS = {"time is up": lazy_gettext("time is up"), "inactive": lazy_gettext("account not used")}


@dataclass(frozen=True)
class PeriodField:
    """One period on the page: what is in force, what was typed, what is wrong with it."""

    rule: Rule
    in_force: int
    typed: str
    problem: str | LazyString = ""


@dataclass(frozen=True)
class PreviewRow:
    """What of a category the next purge erases: by the periods in force, and by those that were typed."""

    now: LapsedCount
    then: LapsedCount


@privacy_desk.get("/retention")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def retention() -> str | tuple[str, int]:
    """The periods in force; with periods in the address, what they would erase."""
    return _page(request.args)


@privacy_desk.post("/retention")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def change_retention() -> Response | tuple[str, int] | str:
    """Put other periods in force, with a reason."""
    adapters = wiring()
    old, fields = adapters.retention_policy, _fields(request.form)
    if any(field.problem for field in fields):
        return _page(request.form)
    new = _policy_of(fields)
    changes = change_periods(old, new, actor=current_visitor().pseudonym, reason=request.form.get("reason", ""))
    adapters.photos_lapse.shorten(new)
    db.session.commit()
    words = ngettext("%(num)d period was changed.", "%(num)d periods were changed.", len(changes))
    flash(words, "success" if changes else "info")
    return redirect(url_for(".retention"), code=303)


@privacy_desk.post("/retention/purge")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def purge_everything() -> Response:
    """Erase now what has lapsed of every category (the server does so every night)."""
    adapters = wiring()
    report = adapters.purger.purge(adapters.retention_policy, now(), actor=current_visitor().pseudonym)
    words = ngettext(
        "%(num)d thing had lapsed and was erased.", "%(num)d things had lapsed and were erased.", report.total
    )
    flash(words, "success")
    return redirect(url_for(".retention"), code=303)


def _page(typed: Mapping[str, str]) -> str | tuple[str, int]:
    adapters, at = wiring(), now()
    fields = _fields(typed)
    is_wrong = any(field.problem for field in fields)
    policy, wanted = adapters.retention_policy, None if is_wrong else _policy_of(fields)
    page = render_template(
        "privacy_desk/retention.html",
        fields=fields,
        changes=changes_between(policy, wanted) if wanted else {},
        rules=RULES,
        preview=_preview(policy, wanted or policy),
        warnings=len(adapters.warning_letters.due(wanted or policy, at)),
        next_purge=next_purge_at(at, hour=adapters.settings.purge_hour, zone=ZoneInfo(adapters.settings.time_zone)),
        purges=db.session.scalars(select(PurgeRun).order_by(PurgeRun.id.desc()).limit(_PURGES_SHOWN)).all(),
        disposals=db.session.scalars(select(Disposal).order_by(Disposal.at.desc()).limit(_DISPOSALS_SHOWN)).all(),
        disposal_reasons=DISPOSAL_REASONS,
        category_title=category_title,
    )
    return (page, 400) if is_wrong else page


def category_title(category: str) -> str:
    """Return a category's name in the page's language."""
    return ACTIVITIES[Category(category)].words("title", current_language())


def _preview(policy: RetentionPolicy, wanted: RetentionPolicy) -> list[PreviewRow]:
    purger, at = wiring().purger, now()
    return [PreviewRow(*both) for both in zip(purger.preview(policy, at), purger.preview(wanted, at), strict=True)]


def _policy_of(fields: list[PeriodField]) -> RetentionPolicy:
    return RetentionPolicy.from_amounts({field.rule.name: int(field.typed) for field in fields})


def _fields(typed: Mapping[str, str]) -> list[PeriodField]:
    policy = wiring().retention_policy
    return [_field(rule, policy.amount(rule), typed.get(rule.name, "").strip()) for rule in RULES.values()]


def _field(rule: Rule, in_force: int, typed: str) -> PeriodField:
    if not typed:
        return PeriodField(rule, in_force, str(in_force))
    is_whole = typed.isascii() and typed.isdigit() and len(typed) < 10
    if is_whole and rule.least <= int(typed) <= rule.most:
        return PeriodField(rule, in_force, typed)
    problem = _("Choose a whole number from %(least)d to %(most)d.", least=rule.least, most=rule.most)
    return PeriodField(rule, in_force, typed, problem)
