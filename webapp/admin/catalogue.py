"""The list of products: found by words, by look or by filter; views that are kept; changes of many at once."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.bulk_edit import (
    ENDINGS,
    BulkEdit,
    BulkPreview,
    Which,
    apply,
    preview,
    products_to_change,
    read_bulk_edit,
    those,
)
from catalog.errors import InvalidBulkEdit, InvalidSavedView
from catalog.feed_uploads import upload_in_import
from catalog.history_reading import find_act
from catalog.models import Product
from catalog.product_list import (
    FIELDS,
    NOT_STATED,
    choices,
    conditions,
    find_products,
    newest_id,
    products_by_ids,
)
from catalog.products import Page
from catalog.saved_views import drop_view, rename_view, save_view, views_of
from catalog.vocabulary import TERMS, Kind
from privacy.audit_notes import note
from recommender.desk_search import products_like
from recommender.errors import RecommenderError
from recommender.similar import Query, QueryKind
from storage.database import begin_writing, db, id_in
from storage.errors import BadImage
from webapp.account.session_user import permission_required
from webapp.admin.acting import staff_changes
from webapp.admin.history_words import plain, value_words
from webapp.admin.list_words import (
    BULK_WORDS,
    ORDER_WORDS,
    SEARCH_WORDS,
    STATE_WORDS,
    STOCK_WORDS,
    bulk_words,
    list_choices,
    list_filters_in_force,
    list_value,
    new_value_words,
    price_ending,
)
from webapp.admin.routes import admin
from webapp.errors import BadRequestValue, ShopBusy, answer_for
from webapp.i18n import current_language
from webapp.jobs.queue import enqueue, enqueue_after_a_change, job_of_batch
from webapp.list_query import ListQuery, as_text, list_query_from, query_of
from webapp.photo_flow import StageTimes, see, uploaded_photo
from webapp.visitor import current_visitor
from webapp.wiring import serving, wiring
from webapp.words import MAX_WORDS_CHARACTERS

_PRODUCTS_A_PAGE = 50
_LIKE_SHOWN = 60
_MOST_SUGGESTED = 200
_MOST_TICKED = 1000
CHANGED_AT_ONCE = 2000
"""More products than that are changed by a background job."""
_BATCH = re.compile(r"[0-9a-f]{32}")
_ADVICE = {
    "action": lazy_gettext("Choose what to change."),
    "missing": lazy_gettext("Give a value: every product has one."),
    "long": lazy_gettext("Give at most 60 characters."),
    "percent": lazy_gettext("Write percent from -95 to 500, such as -20 or +5.5; 0 only to round prices."),
    "amount": lazy_gettext("Write a price above 0 without its currency, such as 1299.00 or 1 299,00."),
    "ending": lazy_gettext("Choose one of the endings."),
    "pieces": lazy_gettext("A stock is a whole number from 0 to 1000000."),
    "letters": lazy_gettext("Use Latin letters or digits."),
    "id": lazy_gettext("Tick the products that you want to change."),
    "many": lazy_gettext("At most %(most)d products are ticked one by one. Tick all of the list.", most=_MOST_TICKED),
}
_VIEW_PROBLEMS = {
    "length": lazy_gettext("Give the view a name of 1 to 60 characters."),
    "taken": lazy_gettext("Another of your views has that name. Choose another one."),
    "too much": lazy_gettext("This view holds too many filters to be kept. Remove some."),
    "too many": lazy_gettext("You keep 30 views already. Remove one first."),
}


@admin.get("/")
@permission_required(Permission.READ_CATALOGUE)
def catalogue() -> tuple[str, int]:
    """The list of products that the address asks for; what cannot be asked for is left out, and said."""
    problem: BadRequestValue | None = None
    try:
        query = list_query_from(request.args)
    except BadRequestValue as error:
        problem, usable = error, MultiDict(request.args)
        usable.poplist(error.field)
        query = list_query_from(usable)
    found = _found_by_look(query) if query.is_by_look else _found(query)
    return _list_page(query, found, problem=problem), 400 if problem else 200


@admin.post("/search-by-picture")
@permission_required(Permission.READ_CATALOGUE)
def search_by_picture() -> Response:
    """Look for the products most like a picture that was dropped, among those that the address's filters let pass.

    The picture is not kept: the answer's address names what was found, so that the Back button finds it again.
    """
    text = request.query_string.decode("ascii", "replace")
    query = list_query_from(query_of(text))
    try:
        seen = see(uploaded_photo(request.files), StageTimes()).reading
    except (BadImage, ShopBusy) as error:
        flash(answer_for(error).words, "warning")
        return _back_to_list(text)
    garment = Query(seen.garments[0].embedding, seen.encoder, QueryKind.PHOTO)
    found = ",".join(str(product.id) for product in _like(garment, query).items)
    asked = as_text(query_of(text))
    address = url_for(".found_by_picture", found=found or "0")
    return redirect(f"{address}&{asked}" if asked else address, code=303)


@admin.get("/search-by-picture")
@permission_required(Permission.READ_CATALOGUE)
def found_by_picture() -> str | Response:
    """What a picture found, in its order; the list itself where the address does not say."""
    named = request.args.get("found", "").split(",")
    ids = [number for text in named[:_LIKE_SHOWN] if (number := id_in(text)) is not None]
    if not any(named):
        return _back_to_list(request.query_string.decode("ascii", "replace"))
    found = products_by_ids(list(dict.fromkeys(ids)))
    page = Page(found, total=len(found), page=1, page_size=_LIKE_SHOWN)
    return _list_page(list_query_from(query_of(as_text(request.args))), page, by_picture=True)


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


@admin.post("/views/rename")
@permission_required(Permission.READ_CATALOGUE)
def rename_saved_view() -> Response:
    """Give one of the person's views another name; its list is shown."""
    view_id, name = id_in(request.form.get("view", "")), request.form.get("name", "")
    try:
        view = rename_view(current_visitor().pseudonym, view_id or 0, name)
    except InvalidSavedView as error:
        raise BadRequestValue("name", _VIEW_PROBLEMS[error.why]) from error
    if view is None:
        raise BadRequestValue("view", _("This view is no longer kept. Choose one of the list."))
    db.session.commit()
    flash(_("The view is renamed."), "success")
    return _back_to_list(view.query)


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
def preview_bulk_edit() -> str | Response:
    """What a change of the ticked products, or of the whole list, would do; nothing is written."""
    try:
        edit, chosen = _edit(), _chosen()
    except BadRequestValue as error:
        # Without a script; with one the list says so itself, and keeps what is ticked.
        flash(error.words, "warning")
        return _back_to_list(request.form.get("query", ""))
    return _bulk_page(edit, chosen, preview(edit, chosen.which))


@admin.post("/bulk")
@permission_required(Permission.EDIT_CATALOGUE)
def bulk_edit() -> Response | tuple[str, int]:
    """Make the change that was previewed, once: sent again, it changes nothing; a large one in the background.

    Where the products are no longer as in the preview, it is shown again.
    """
    edit, batch = _edit(), request.form.get("batch", "")
    if not _BATCH.fullmatch(batch):
        raise BadRequestValue("batch", _("Look at the preview first."))
    if job := job_of_batch(batch):
        return redirect(url_for(".show_job", job_id=job.id), code=303)
    if find_act(batch) is None:
        chosen = _chosen()
        planned = preview(edit, chosen.which)
        if planned.fingerprint != request.form.get("fingerprint"):
            return _bulk_page(edit, chosen, planned, has_changed=True), 409
        if planned.total > CHANGED_AT_ONCE:
            return _in_background(edit, chosen, batch, planned.changing)
        _change_now(edit, chosen, batch)
    return _back_to_list(request.form.get("query", ""), done=batch)


@dataclass(frozen=True)
class _Chosen:
    """The products that a change is about: those that were ticked, or (none ticked) all of a list."""

    query: str
    """The list's address behind its question mark."""
    which: Which
    ids: tuple[int, ...] = ()


def _chosen() -> _Chosen:
    text = as_text(query_of(request.form.get("query", "")))
    query = list_query_from(query_of(text))
    if request.form.get("all") == "1" and not query.is_by_look:
        return _Chosen(text, conditions(query.wanted))
    if request.form.get("all") == "1":
        ids = [product.id for product in _found_by_look(query).items]
    else:
        ids = _ids([*request.form.getlist("id"), *filter(None, request.form.get("ids", "").split(","))])
    if not ids:
        raise BadRequestValue("id", _ADVICE["id"])
    return _Chosen(text, those(ids), tuple(ids))


def _bulk_page(edit: BulkEdit, chosen: _Chosen, planned: BulkPreview, *, has_changed: bool = False) -> str:
    return render_template(
        "admin/bulk.html",
        edit=edit,
        about=bulk_words(edit, request.form.get("value", "")),
        new_value=new_value_words(edit),
        planned=planned,
        has_changed=has_changed,
        importing=upload_in_import(),
        in_background=planned.total > CHANGED_AT_ONCE,
        ids=",".join(map(str, chosen.ids)),
        batch=uuid.uuid4().hex,
        back=chosen.query,
        value=request.form.get("value", ""),
        ending="" if edit.ending is None else edit.ending,
        words=lambda change, value: value_words(change.field, plain(value), change.product),
    )


def _change_now(edit: BulkEdit, chosen: _Chosen, batch: str) -> None:
    with staff_changes("bulk edit", batch=batch):
        begin_writing()
        changed = apply(edit, products_to_change(edit, chosen.which))
    _note_bulk_edit(edit, batch, changed)
    if edit.moves_sale:
        enqueue_after_a_change("update_index", rebuild=False)
    db.session.commit()


def _in_background(edit: BulkEdit, chosen: _Chosen, batch: str, changing: int) -> Response:
    _note_bulk_edit(edit, batch, changing)
    job = enqueue(
        "bulk_edit",
        action=edit.action.value,
        value=request.form.get("value", ""),
        ending="" if edit.ending is None else str(edit.ending),
        query=chosen.query,
        up_to=newest_id(),
        batch=batch,
        actor=current_visitor().pseudonym,
        role=current_user.role.value,
    )
    db.session.commit()
    return redirect(url_for(".show_job", job_id=job.id), code=303)


def _note_bulk_edit(edit: BulkEdit, batch: str, products: int) -> None:
    details: dict[str, str | int | bool] = {"action": edit.action.value, "products": products, "batch": batch}
    note("catalogue.bulk_edited", actor=current_visitor().pseudonym, details=details)


def _list_page(
    query: ListQuery, found: Page[Product], *, by_picture: bool = False, problem: BadRequestValue | None = None
) -> str:
    in_use = {field: choices(field) for field in FIELDS}
    return render_template(
        "admin/catalogue.html",
        page=found,
        query=query,
        query_text=as_text(request.args),
        by_picture=by_picture,
        problem=problem,
        search_words=SEARCH_WORDS,
        order_words=ORDER_WORDS,
        state_words=STATE_WORDS,
        stock_words=STOCK_WORDS,
        choices=list_choices(query, in_use),
        filters_in_force=list_filters_in_force(query),
        views=views_of(current_visitor().pseudonym),
        done=find_act(request.args.get("done", "")),
        bulk_actions=BULK_WORDS,
        endings={ending: price_ending(ending) for ending in ENDINGS},
        advice={why: str(words) for why, words in _ADVICE.items()},
        suggestions=_suggestions(in_use),
        has_index=_has_index(),
        most_ticked=_MOST_TICKED,
    )


def _found(query: ListQuery) -> Page[Product]:
    found = find_products(query.wanted, order=query.order, page=query.page, page_size=_PRODUCTS_A_PAGE)
    if found.total and not found.items:
        # The list has become shorter, or the number was a guess.
        return find_products(query.wanted, order=query.order, page=found.pages, page_size=_PRODUCTS_A_PAGE)
    return found


def _found_by_look(query: ListQuery) -> Page[Product]:
    encoder = serving().text_encoder
    words = encoder.encode_texts([query.wanted.words[:MAX_WORDS_CHARACTERS]])[0]
    return _like(Query(words, encoder.identity, QueryKind.WORDS), query)


def _like(query: Query, asked: ListQuery) -> Page[Product]:
    found = products_like(query, index=serving().index, wanted=asked.without_words, limit=_LIKE_SHOWN)
    return Page(found, total=len(found), page=1, page_size=_LIKE_SHOWN)


def _suggestions(in_use: Mapping[str, Mapping[str, int]]) -> dict[str, list[str]]:
    """Return the words that the value of a change may be, for each field: the shop's labels, then values in use."""
    language = current_language()
    suggested = {kind.value: [term.fr if language == "fr" else term.en for term in TERMS[kind]] for kind in Kind}
    for field, values in in_use.items():
        used = [str(list_value(field, value)) for value in values if value != NOT_STATED][:_MOST_SUGGESTED]
        suggested[field] = list(dict.fromkeys([*suggested.get(field, []), *used]))
    return suggested


def _edit() -> BulkEdit:
    try:
        asked = (request.form.get(name, "") for name in ("action", "value", "ending"))
        return read_bulk_edit(*asked)
    except InvalidBulkEdit as error:
        raise BadRequestValue(error.field, _ADVICE[error.why]) from error


def _ids(texts: Sequence[str]) -> list[int]:
    if len(texts) > _MOST_TICKED:
        raise BadRequestValue("id", _ADVICE["many"])
    ids = [number for text in texts if (number := id_in(text)) is not None]
    if len(ids) < len(texts):
        raise BadRequestValue("id", _ADVICE["id"])
    return list(dict.fromkeys(ids))


def _back_to_list(query: str, *, done: str | None = None) -> Response:
    values: MultiDict[str, str] = query_of(query)
    parts = [part for part in (as_text(values), f"done={done}" if done else "") if part]
    return redirect(url_for(".catalogue") + ("?" + "&".join(parts) if parts else ""), code=303)


def _has_index() -> bool:
    try:
        return bool(wiring().index.manifest)
    except RecommenderError:
        # The page says so.
        return False
