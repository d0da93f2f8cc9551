"""The list of products: found by words, by look or by filter; views that are kept; changes of many at once."""

import re
import uuid
from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.bulk_edit import MOST_PRODUCTS, BulkAction, BulkEdit, apply, preview, read_bulk_edit
from catalog.errors import ChangeBatchNotFound, InvalidBulkEdit, InvalidSavedView
from catalog.history_reading import Act, act
from catalog.models import Product
from catalog.product_list import FIELDS, NOT_STATED, choices, find_products, product_ids, products_by_ids
from catalog.products import Page
from catalog.saved_views import drop_view, save_view, views_of
from catalog.vocabulary import TERMS, Kind
from privacy.audit_notes import note
from recommender.desk_search import products_like
from recommender.errors import RecommenderError
from recommender.ports import IndexManifest
from recommender.similar import Query, QueryKind
from storage.database import db
from webapp.account.session_user import permission_required
from webapp.admin.acting import staff_changes
from webapp.admin.history_words import plain, value_words
from webapp.admin.list_query import ListQuery, as_text, list_query_from, query_of
from webapp.admin.list_words import (
    BULK_WORDS,
    ORDER_WORDS,
    SEARCH_WORDS,
    STATE_WORDS,
    STOCK_WORDS,
    list_choices,
    list_filters_in_force,
)
from webapp.admin.routes import admin
from webapp.errors import BadRequestValue
from webapp.i18n import current_language
from webapp.jobs.queue import enqueue, latest_jobs
from webapp.photo_flow import StageTimes, see, uploaded_photo
from webapp.visitor import current_visitor
from webapp.wiring import serving, wiring
from webapp.words import MAX_WORDS_CHARACTERS

_PRODUCTS_A_PAGE = 50
_LIKE_SHOWN = 60
_JOBS_SHOWN = 5
_MOST_SUGGESTED = 200
_BATCH = re.compile(r"[0-9a-f]{32}")
_ADVICE = {
    "action": lazy_gettext("Choose what to change."),
    "missing": lazy_gettext("Give a value: every product has one."),
    "long": lazy_gettext("Give at most 60 characters."),
    "percent": lazy_gettext("Write percent from -95 to 500, such as -20 or +5.5; not 0."),
    "pieces": lazy_gettext("A stock is a whole number from 0 to 1000000."),
    "letters": lazy_gettext("Use Latin letters or digits."),
}
_VIEW_PROBLEMS = {
    "length": lazy_gettext("Give the view a name of 1 to 60 characters."),
    "too much": lazy_gettext("This view holds too many filters to be kept. Remove some."),
    "too many": lazy_gettext("You keep 30 views already. Remove one first."),
}


@admin.get("/")
@permission_required(Permission.READ_CATALOGUE)
def catalogue() -> str:
    """The list of products that the address asks for, and the state of the index."""
    query = list_query_from(request.args)
    return _list_page(query, _found_by_look(query) if query.is_by_look else _found(query))


@admin.post("/search-by-picture")
@permission_required(Permission.READ_CATALOGUE)
def search_by_picture() -> str:
    """The products most like a picture that was dropped, among those that the address's filters let pass; the picture
    is not kept."""
    query = list_query_from(query_of(request.query_string.decode("ascii", "replace")))
    seen = see(uploaded_photo(request.files), StageTimes()).reading
    garment = Query(seen.garments[0].embedding, seen.encoder, QueryKind.PHOTO)
    return _list_page(query, _like(garment, query), by_picture=True)


@admin.post("/views")
@permission_required(Permission.READ_CATALOGUE)
def keep_view() -> Response:
    """Keep the list's filters, words and order under a name, for the person alone."""
    query = as_text(query_of(request.form.get("query", "")))
    try:
        save_view(current_visitor().pseudonym, request.form.get("name", ""), query)
    except InvalidSavedView as error:
        raise BadRequestValue("name", _VIEW_PROBLEMS[error.why]) from error
    db.session.commit()
    flash(_("The view is saved."), "success")
    return _back_to_list(query)


@admin.post("/views/<int:view_id>/remove")
@permission_required(Permission.READ_CATALOGUE)
def remove_view(view_id: int) -> Response:
    """Forget one of the person's views."""
    drop_view(current_visitor().pseudonym, view_id)
    db.session.commit()
    flash(_("The view is removed."), "success")
    return _back_to_list(request.form.get("query", ""))


@admin.post("/bulk/preview")
@permission_required(Permission.EDIT_CATALOGUE)
def preview_bulk_edit() -> str:
    """What a change of the ticked products, or of the whole list, would do; nothing is written."""
    edit, query = _edit(), request.form.get("query", "")
    ids = _all_of(query) if request.form.get("all") == "1" else _ids(request.form.getlist("id"))
    if not ids:
        raise BadRequestValue("id", _("Tick the products that you want to change."))
    planned = preview(edit, products_by_ids(ids))
    return render_template(
        "admin/bulk.html",
        edit=edit,
        action_words=BULK_WORDS[edit.action],
        planned=planned,
        ids=",".join(map(str, ids)),
        batch=uuid.uuid4().hex,
        back=as_text(query_of(query)),
        value=request.form.get("value", ""),
        words=lambda change, value: value_words(change.field, plain(value), change.product),
    )


@admin.post("/bulk")
@permission_required(Permission.EDIT_CATALOGUE)
def bulk_edit() -> Response:
    """Make the change that was previewed, once: sent again, it changes nothing."""
    edit, batch = _edit(), request.form.get("batch", "")
    ids = _ids(request.form.get("ids", "").split(","))
    if not _BATCH.fullmatch(batch):
        raise BadRequestValue("batch", _("Look at the preview first."))
    if _known_act(batch) is None:
        with staff_changes("bulk edit", batch=batch):
            changed = apply(edit, products_by_ids(ids))
        details: dict[str, str | int | bool] = {"action": edit.action.value, "products": changed, "batch": batch}
        note("catalogue.bulk_edited", actor=current_visitor().pseudonym, details=details)
        if edit.action in (BulkAction.WITHDRAW, BulkAction.RESTORE):
            enqueue("update_index", rebuild=False)
        db.session.commit()
    return _back_to_list(request.form.get("query", ""), done=batch)


def _list_page(query: ListQuery, found: Page[Product], *, by_picture: bool = False) -> str:
    in_use = {field: choices(field) for field in FIELDS}
    return render_template(
        "admin/catalogue.html",
        page=found,
        query=query,
        query_text=as_text(request.args),
        by_picture=by_picture,
        search_words=SEARCH_WORDS,
        order_words=ORDER_WORDS,
        state_words=STATE_WORDS,
        stock_words=STOCK_WORDS,
        choices=list_choices(query, in_use),
        filters_in_force=list_filters_in_force(query),
        views=views_of(current_visitor().pseudonym),
        done=_known_act(request.args.get("done", "")),
        bulk_actions=BULK_WORDS,
        suggestions=_suggestions(in_use),
        most_products=MOST_PRODUCTS,
        manifest=_manifest(),
        jobs=latest_jobs(_JOBS_SHOWN),
    )


def _found(query: ListQuery) -> Page[Product]:
    return find_products(query.wanted, order=query.order, page=query.page, page_size=_PRODUCTS_A_PAGE)


def _found_by_look(query: ListQuery) -> Page[Product]:
    encoder = serving().text_encoder
    words = encoder.encode_texts([query.wanted.words[:MAX_WORDS_CHARACTERS]])[0]
    return _like(Query(words, encoder.identity, QueryKind.WORDS), query)


def _like(query: Query, asked: ListQuery) -> Page[Product]:
    found = products_like(query, index=serving().index, wanted=asked.without_words, limit=_LIKE_SHOWN)
    return Page(found, total=len(found), page=1, page_size=_LIKE_SHOWN)


def _suggestions(in_use: Mapping[str, Mapping[str, int]]) -> dict[str, list[str]]:
    """Return the words that the value of a change may be, for each field: the shop's labels, else values in use."""
    language = current_language()
    labels = {kind.value: [term.fr if language == "fr" else term.en for term in TERMS[kind]] for kind in Kind}
    used = {
        field: [value for value in values if value != NOT_STATED][:_MOST_SUGGESTED]
        for field, values in in_use.items()
        if field not in labels
    }
    return labels | used


def _edit() -> BulkEdit:
    try:
        return read_bulk_edit(request.form.get("action", ""), request.form.get("value", ""))
    except InvalidBulkEdit as error:
        raise BadRequestValue(error.field, _ADVICE[error.why]) from error


def _all_of(query_text: str) -> Sequence[int]:
    query = list_query_from(query_of(query_text))
    if query.is_by_look:
        return [product.id for product in _found_by_look(query).items]
    ids = product_ids(query.wanted, limit=MOST_PRODUCTS + 1)
    _refuse_too_many(ids)
    return ids


def _ids(texts: Sequence[str]) -> list[int]:
    _refuse_too_many(texts)
    if not all(text.isascii() and text.isdigit() and len(text) <= 9 for text in texts):
        raise BadRequestValue("id", _("Tick the products that you want to change."))
    return list(dict.fromkeys(map(int, texts)))


def _refuse_too_many(some: Sequence[object]) -> None:
    if len(some) > MOST_PRODUCTS:
        raise BadRequestValue(
            "id", _("At most %(most)d products are changed at once. Narrow the list down.", most=MOST_PRODUCTS)
        )


def _known_act(batch: str) -> Act | None:
    try:
        return act(batch) if batch else None
    except ChangeBatchNotFound:
        # An edit that changed nothing left no act, and an old address may name one that has lapsed.
        return None


def _back_to_list(query: str, *, done: str | None = None) -> Response:
    values: MultiDict[str, str] = query_of(query)
    parts = [part for part in (as_text(values), f"done={done}" if done else "") if part]
    return redirect(url_for(".catalogue") + ("?" + "&".join(parts) if parts else ""), code=303)


def _manifest() -> IndexManifest | None:
    try:
        return wiring().index.manifest
    except RecommenderError:
        # The page says that there is no usable index and offers to make one.
        return None
