"""The desk's queue of what seems wrong in the catalogue: why, and what to do about it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.editing import soft_delete
from catalog.finding_models import StoredFinding
from catalog.findings import FindingKind, finding, findings_of, has_changed, open_counts, open_findings, settle
from catalog.history import changes_by
from catalog.models import Product
from catalog.vocabulary import Kind, label_of
from privacy.audit_notes import note
from storage.database import db, id_in
from webapp.account.session_user import permission_required
from webapp.admin.routes import admin
from webapp.errors import BadRequestValue
from webapp.filters import whole_number
from webapp.i18n import current_language
from webapp.jobs.models import JobState
from webapp.jobs.queue import enqueue, latest_jobs, open_job
from webapp.presenting import money_words
from webapp.visitor import current_visitor

_A_PAGE = 24
_TASK = "look_for_what_is_wrong"
_JOBS_ASKED = 20

KIND_WORDS = {
    FindingKind.MISSING_PICTURE: lazy_gettext("Without a picture"),
    FindingKind.TWIN: lazy_gettext("Twice in the catalogue"),
    FindingKind.SAME_PICTURE: lazy_gettext("The same picture"),
    FindingKind.PRICE_BELOW_COST: lazy_gettext("Sold at a loss"),
    FindingKind.ODD_PRICE: lazy_gettext("Odd prices"),
    FindingKind.OTHER_CURRENCY: lazy_gettext("Another currency"),
    FindingKind.CATEGORY: lazy_gettext("Doubtful categories"),
    FindingKind.STRAY_STOCK: lazy_gettext("Stock in closed shops"),
    FindingKind.LONG_SOLD_OUT: lazy_gettext("Sold out for long"),
}


@admin.get("/to-put-right")
@permission_required(Permission.READ_CATALOGUE)
def to_put_right() -> str:
    """What seems wrong, a kind at a time; `right=1` shows what was said to be right instead."""
    counts = open_counts()
    kind = _kind(request.args.get("kind", "")) or next(iter(counts), FindingKind.MISSING_PICTURE)
    page = whole_number(request.args, "page", default=1, lowest=1, highest=100_000)
    right = request.args.get("right") == "1"
    if not right:
        # The last one of a page may just have been put right.
        page = min(page, max(1, -(-counts.get(kind, 0) // _A_PAGE)))
    shown = findings_of(kind, page=page, page_size=_A_PAGE + 1, right=right)
    return render_template(
        "admin/to_put_right.html",
        counts=counts,
        kind=kind,
        kinds=FindingKind,
        kind_words=KIND_WORDS,
        findings=shown[:_A_PAGE],
        has_next=len(shown) > _A_PAGE,
        page=page,
        right=right,
        reason_of=reason_of,
        has_changed=has_changed,
        looked_at=_looked_at(),
        job=open_job(_TASK),
    )


@admin.post("/to-put-right/look")
@permission_required(Permission.EDIT_CATALOGUE)
def look_for_faults() -> Response:
    """Queue a look through the whole catalogue."""
    job = enqueue(_TASK)
    note("catalogue.looked_through", actor=current_visitor().pseudonym)
    db.session.commit()
    return redirect(url_for(".show_job", job_id=job.id), code=303)


@admin.post("/to-put-right/right")
@permission_required(Permission.EDIT_CATALOGUE)
def say_these_are_right() -> Response:
    """Take those of a page (`id`, repeated) off the list for good; what is no longer open is left as it is."""
    kind = _kind(request.form.get("kind", "")) or FindingKind.MISSING_PICTURE
    settled = [found for found in open_findings(kind, _ids()) if not has_changed(found)]
    for found in settled:
        settle(found, right_as=current_user.role)
    details: dict[str, str | int] = {"what": kind.value, "act": "right", "findings": len(settled)}
    note("catalogue.put_right", actor=current_visitor().pseudonym, details=details)
    db.session.commit()
    words = ngettext("%(num)d is noted as right.", "%(num)d are noted as right.", len(settled))
    flash(words, "success")
    return redirect(url_for(".to_put_right", kind=kind), code=303)


@admin.post("/to-put-right/<int:finding_id>/right")
@permission_required(Permission.EDIT_CATALOGUE)
def say_it_is_right(finding_id: int) -> Response:
    """Take it off the list for good; with `again` put it back."""
    found = finding(finding_id)
    if request.form.get("again") == "1":
        found.right_as = ""
        db.session.flush()
    else:
        settle(found, right_as=current_user.role)
        flash(_("Noted: this is right. It is not asked again unless it changes."), "success")
    return _noted(found, "again" if request.form.get("again") == "1" else "right")


@admin.post("/to-put-right/<int:finding_id>/withdraw")
@permission_required(Permission.EDIT_CATALOGUE)
def withdraw_found(finding_id: int) -> Response:
    """Withdraw the product, or of two the one whose SKU is sent."""
    found = finding(finding_id)
    both = {one.sku: one for one in (found.product, found.other) if one is not None}
    product = both.get(request.form.get("sku", found.product.sku))
    if product is None:
        raise BadRequestValue("sku", _("Choose one of %(allowed)s.", allowed=", ".join(both)))
    with _changes():
        soft_delete(product.sku)
    settle(found)
    flash(_("%(sku)s is withdrawn from sale. The catalogue’s history can take that back.", sku=product.sku), "success")
    return _noted(found, "withdrawn")


@admin.post("/to-put-right/<int:finding_id>/category")
@permission_required(Permission.EDIT_CATALOGUE)
def take_category(finding_id: int) -> Response:
    """Give the product the category that its neighbours have."""
    found = finding(finding_id)
    if found.kind != FindingKind.CATEGORY.value:
        raise BadRequestValue("finding", _("This suggests no category."))
    suggested = str(found.evidence["suggested"])
    product = found.product
    if product.category != found.evidence["category"]:
        raise BadRequestValue("finding", _("The category has changed meanwhile: look at the item again."))
    with _changes():
        product.category = suggested
    settle(found)
    words = label_of(Kind.CATEGORY, suggested, current_language())
    flash(_("%(sku)s is now in %(category)s.", sku=product.sku, category=words), "success")
    return _noted(found, "category")


def reason_of(found: StoredFinding) -> str:
    """Return why something seems wrong, as a sentence."""
    told = found.evidence
    match FindingKind(found.kind):
        case FindingKind.MISSING_PICTURE:
            words: Any = _missing_picture(told)
        case FindingKind.TWIN:
            words = _(
                "Brand, category and most words are the same, and the pictures differ in %(bits)d of 256 points.",
                bits=told["bits_apart"],
            )
        case FindingKind.SAME_PICTURE:
            words = _(
                "The pictures differ in %(bits)d of 256 points only; brand, category or words are others.",
                bits=told["bits_apart"],
            )
        case FindingKind.PRICE_BELOW_COST:
            words = _("It costs the shop %(cost)s.", cost=money_words(told["cost"], told["currency"]))
        case FindingKind.ODD_PRICE:
            words = _(
                "The %(among)d items of its category cost about %(usual)s; this is %(score)s usual deviations away.",
                among=told["among"],
                usual=money_words(told["usual"], told["currency"]),
                score=told["score"],
            )
        case FindingKind.OTHER_CURRENCY:
            words = _("Nearly everything else is priced in %(main)s.", main=told["main"])
        case FindingKind.CATEGORY:
            words = ngettext(
                "Of the ten items that look most like it %(num)d is in %(suggested)s: %(like)s.",
                "Of the ten items that look most like it %(num)d are in %(suggested)s: %(like)s …",
                told["votes"],
                suggested=label_of(Kind.CATEGORY, told["suggested"], current_language()),
                like=", ".join(told["like"]),
            )
        case FindingKind.STRAY_STOCK:
            words = ngettext(
                "%(num)d piece lies in “%(place)s”, which is none of the shops.",
                "%(num)d pieces lie in “%(place)s”, which is none of the shops.",
                told["pieces"],
                place=told["place"],
            )
        case FindingKind.LONG_SOLD_OUT:
            words = ngettext("No piece for %(num)d day.", "No piece for %(num)d days.", told["days"])
    return str(words)


def _missing_picture(told: Mapping[str, Any]) -> str:
    if "lost" in told:
        words: Any = ngettext(
            "The file of %(num)d of its pictures is gone: pages show a gap. Add the picture again.",
            "The files of %(num)d of its pictures are gone: pages show gaps. Add the pictures again.",
            told["lost"],
        )
    elif told:
        words = _("The file of its picture is gone or damaged: no search finds it. Add the picture again.")
    else:
        words = _("No photo can find it, and lists show a gap.")
    return str(words)


def _kind(name: str) -> FindingKind | None:
    if not name:
        return None
    try:
        return FindingKind(name)
    except ValueError as error:
        raise BadRequestValue("kind", _("Choose one of %(allowed)s.", allowed=", ".join(FindingKind))) from error


def _looked_at() -> datetime | None:
    """Return when the catalogue was last looked through to the end; None: not yet."""
    ended = (job.finished_at for job in latest_jobs(_JOBS_ASKED, [_TASK]) if job.state == JobState.DONE)
    return next(ended, None)


def _ids() -> list[int]:
    """Return the findings that the form names, a page of them at most."""
    return [number for text in request.form.getlist("id")[:_A_PAGE] if (number := id_in(text)) is not None]


def _changes() -> Any:
    return changes_by(current_visitor().pseudonym, kind="put right", role=current_user.role)


def _noted(found: StoredFinding, act: str) -> Response:
    kind = found.kind
    product: Product = found.product
    note(
        "catalogue.put_right",
        actor=current_visitor().pseudonym,
        details={"what": kind, "sku": product.sku, "act": act},
    )
    db.session.commit()
    page = whole_number(request.form, "page", default=1, lowest=1, highest=100_000)
    return redirect(url_for(".to_put_right", kind=kind, page=page if page > 1 else None), code=303)
