"""Listings that classify themselves: the review queue, the classifier's training, one product's suggestions."""

import re
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.history import changes_by
from catalog.models import Product
from catalog.products import product_by_sku
from privacy.audit_notes import note
from recommender.errors import NoSuchSuggestion
from recommender.listing_suggestions import (
    ProductInQueue,
    QueueFilter,
    accept,
    correct,
    keep,
    open_suggestions,
    queue,
    queue_counts,
)
from recommender.listing_training import active_model, earlier_model, fits, roll_back, trained_models
from recommender.listings import LISTING_FIELDS
from storage.database import db
from webapp.account.session_user import permission_required
from webapp.admin.routes import admin
from webapp.admin.suggestion_words import FIELD_WORDS, ShownSuggestion, choices_of, shown, shown_answer
from webapp.classifying import classified, sent_listing
from webapp.errors import BadRequestValue
from webapp.filters import whole_number
from webapp.i18n import current_language
from webapp.jobs.queue import enqueue, open_job
from webapp.visitor import current_visitor
from webapp.wiring import serving, wiring

_PRODUCTS_A_PAGE = 12
_KINDS = ("", "unsure", "doubtful")
_MOST_CHARACTERS = 80
_CONTENT_HASH = re.compile(r"[0-9a-f]{64}")


@admin.get("/classification")
@permission_required(Permission.CLASSIFY)
def classification() -> str:
    """The classifier's facts, and the products whose suggestions wait for a decision, the least certain first."""
    sure_from = wiring().settings.suggestion_sure_from
    wanted = _wanted()
    page = whole_number(request.args, "page", default=1, lowest=1, highest=100_000)
    model = active_model()
    return render_template(
        "admin/classification.html",
        model=model,
        fits=model is None or fits(model, serving().image_encoder.identity),
        earlier=earlier_model(wiring().listing_classifiers),
        models=trained_models(),
        jobs={task: open_job(task) for task in ("train_classifier", "suggest_for_catalogue", "accept_sure")},
        counts=queue_counts(sure_from=sure_from),
        page=(found := queue(wanted, page=page, page_size=_PRODUCTS_A_PAGE)),
        suggestions={one.product.sku: _shown(one) for one in found.items},
        wanted=wanted,
        kind=request.args.get("kind", ""),
        field_words=FIELD_WORDS,
        sure_from=sure_from,
    )


@admin.post("/classification/train")
@permission_required(Permission.CLASSIFY)
def train_classifier() -> Response:
    """Train a new classifier in the background; the one in use answers until it is done."""
    job = enqueue("train_classifier")
    note("catalogue.classifier_trained", actor=current_visitor().pseudonym)
    db.session.commit()
    return redirect(url_for(".show_job", job_id=job.id), code=303)


@admin.post("/classification/suggest-all")
@permission_required(Permission.CLASSIFY)
def suggest_for_catalogue() -> Response:
    """Look through the whole catalogue in the background for fields that are empty or doubtful."""
    job = enqueue("suggest_for_catalogue")
    note("catalogue.suggestions_asked", actor=current_visitor().pseudonym)
    db.session.commit()
    return redirect(url_for(".show_job", job_id=job.id), code=303)


@admin.post("/classification/accept-sure")
@permission_required(Permission.CLASSIFY)
def accept_all_sure() -> Response:
    """Fill every empty field of which the classifier is sure, in the background; the history can take it back."""
    actor = current_visitor().pseudonym
    sure_from = wiring().settings.suggestion_sure_from
    job = enqueue("accept_sure", actor=actor, role=current_user.role.value, sure_from=sure_from)
    note("catalogue.suggestions_accepted", actor=actor, details={"sure_from": str(sure_from)})
    db.session.commit()
    return redirect(url_for(".show_job", job_id=job.id), code=303)


@admin.post("/classification/roll-back")
@permission_required(Permission.CLASSIFY)
def roll_back_classifier() -> Response:
    """Let the classifier before this one answer again."""
    note("catalogue.classifier_rolled_back", actor=current_visitor().pseudonym)
    roll_back(wiring().listing_classifiers)
    flash(_("The earlier classifier answers again."), "success")
    return redirect(url_for(".classification"), code=303)


@admin.post("/classification/suggest")
@permission_required(Permission.CLASSIFY)
def suggest_beside_form() -> str:
    """Return what the classifier says of a product form that is being filled in, as a part of a page."""
    picture = _picture()
    answer = classified(sent_listing(picture=picture))
    return render_template(
        "admin/suggested_values.html",
        suggestions=shown_answer(answer.fields, sure_from=wiring().settings.suggestion_sure_from, picture=picture),
    )


@admin.post("/products/<sku>/suggestions")
@permission_required(Permission.CLASSIFY)
def decide(sku: str) -> Response:
    """Accept one suggestion or all of a product, say something else, or keep the product as it is."""
    product = product_by_sku(sku)
    actor, role = current_visitor().pseudonym, current_user.role.value
    try:
        with changes_by(actor, kind="suggestion", role=role):
            words = _decided(product, role)
    except NoSuchSuggestion:
        db.session.rollback()
        flash(_("This suggestion was decided on meanwhile."), "warning")
        return redirect(_address_back(sku), code=303)
    note("catalogue.suggestion_decided", actor=actor, details={"sku": sku})
    db.session.commit()
    flash(words, "success")
    return redirect(_address_back(sku), code=303)


def _picture() -> str:
    """Return the content hash of the form's first stored picture, or an empty text. Raises BadRequestValue."""
    content_hash = request.form.get("picture", "")
    if content_hash and not _CONTENT_HASH.fullmatch(content_hash):
        raise BadRequestValue("picture", _("This picture is not here (any more)."))
    return content_hash


def _decided(product: Product, role: str) -> str:
    """Do what the pressed button says; return it in words."""
    if "keep" in request.form:
        keep(product, _id("keep"), decided_as=role)
        return str(_("The product stays as it is, and the classifier learns from that."))
    if "correct" in request.form:
        suggestion_id = _id("correct")
        correct(product, suggestion_id, _value(product, suggestion_id), decided_as=role)
        return str(_("Your own word is saved, and the classifier learns from it."))
    takes_all = request.form.get("accept") == "all"
    ids = [one.id for one in open_suggestions(product.id)] if takes_all else [_id("accept")]
    accepted = len(accept(product, ids, decided_as=role))
    return str(ngettext("%(num)d field was filled in.", "%(num)d fields were filled in.", accepted))


def _id(button: str) -> int:
    return whole_number(request.form, button, default=0, lowest=1, highest=999_999_999)


def _value(product: Product, suggestion_id: int) -> str:
    """Return the word that was chosen instead of a suggestion. Raises BadRequestValue, NoSuchSuggestion."""
    field = next((one.field for one in open_suggestions(product.id) if one.id == suggestion_id), "")
    name = f"value-{suggestion_id}"
    value = " ".join(request.form.get(name, "").split())
    if not field:
        raise NoSuchSuggestion(product.sku, suggestion_id)
    allowed = [choice for choice, _words in choices_of(field, current_language())]
    if allowed and value not in allowed:
        raise BadRequestValue(name, _("Choose one of %(allowed)s.", allowed=", ".join(allowed)))
    if not value or len(value) > _MOST_CHARACTERS:
        raise BadRequestValue(name, _("Write 1 to %(most)d characters.", most=_MOST_CHARACTERS))
    return value


def _wanted() -> QueueFilter:
    field, kind = request.args.get("field", ""), request.args.get("kind", "")
    if field and field not in LISTING_FIELDS:
        raise BadRequestValue("field", _("Choose one of %(allowed)s.", allowed=", ".join(LISTING_FIELDS)))
    if kind not in _KINDS:
        raise BadRequestValue("kind", _("Choose one of %(allowed)s.", allowed=", ".join(_KINDS[1:])))
    below = wiring().settings.suggestion_sure_from if kind == "unsure" else QueueFilter.below
    return QueueFilter(field=field, doubtful_only=kind == "doubtful", below=below)


def _shown(queued: ProductInQueue) -> list[ShownSuggestion]:
    return shown(queued.suggestions, sure_from=wiring().settings.suggestion_sure_from)


def _address_back(sku: str) -> str:
    """Return the page that the button stood on: the queue, with its filters, or the product's."""
    if "queue" not in request.form:
        return url_for(".product", sku=sku)
    kept: dict[str, Any] = {name: request.form[name] for name in ("field", "kind", "page") if request.form.get(name)}
    return url_for(".classification", **kept, _anchor="queue")
