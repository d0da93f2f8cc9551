"""The product form: a new product, and one that is changed. Nothing that was typed or sent is lost on an error."""

import json
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.editing import restore, soft_delete
from catalog.errors import SkuTaken
from catalog.history import changes_by
from catalog.listing import (
    SHOWN,
    ListedPicture,
    Listing,
    any_product,
    create_listing,
    fingerprints,
    listing_of,
    lock_product,
    merge,
    write_listing,
)
from catalog.models import Product
from catalog.pictures import store_cutout, store_picture, stored_pixels
from catalog.places import WEB
from catalog.products import usual_currency, values_in_use
from catalog.stock import stock_by_place
from catalog.vocabulary import Kind, label_of, slugs
from privacy.audit_notes import note
from recommender.cutting_out import cut_out_garment
from recommender.listing_suggestions import learn_from_form
from recommender.listings import LISTING_FIELDS
from segmentation.errors import SegmenterUnavailable
from storage.database import db
from storage.errors import BadImage, ImageTooSmall
from webapp.account.session_user import permission_required
from webapp.admin.listing_form import (
    MOST_PICTURES,
    STOCK,
    Typed,
    empty_form,
    listed_picture,
    parse,
    places_of,
    typed_in,
    typed_of,
)
from webapp.admin.routes import admin
from webapp.errors import ShopBusy, answer_for
from webapp.i18n import current_language
from webapp.jobs.queue import enqueue_after_a_change
from webapp.photo_flow import photo_slot
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_OFFERED_WORDS = 300
_LEAST_SIDE_PIXELS = 50
_MOST_SUGGESTED = 80
_PLAIN_AMOUNT = re.compile(r"\d+\.\d{1,2}")
Page = tuple[str, int] | Response


@admin.get("/new-product")
@permission_required(Permission.EDIT_CATALOGUE)
def new_product() -> str:
    """The empty form."""
    return _form_page(None, empty_form(usual_currency() or "EUR"))


@admin.post("/new-product")
@permission_required(Permission.EDIT_CATALOGUE)
def take_in_product() -> Page:
    """Do what the pressed button says with the form: change its pictures, or save the new product."""
    typed, problems = _sent(None)
    if problems or request.form.get("act", "save") != "save":
        return _form_page(None, typed, problems), 422 if problems else 200
    parsed = parse(typed, places=_places(None))
    if parsed.listing is None:
        return _form_page(None, typed, parsed.problems), 422
    try:
        with _my_changes():
            create_listing(parsed.listing)
        return _saved(parsed.listing, "catalogue.product_created", _("The item is in the shop."))
    except (SkuTaken, IntegrityError):
        db.session.rollback()
        words = _("This reference is taken, perhaps by a withdrawn item: choose another, or open that item.")
        return _form_page(None, typed, {"sku": words}), 409


@admin.get("/products/<sku>/edit")
@permission_required(Permission.EDIT_CATALOGUE)
def edit_product(sku: str) -> str:
    """The form with what is known."""
    product = any_product(sku)
    typed = typed_of(listing_of(product))
    return _form_page(product, typed, at_start=fingerprints(typed.fields))


@admin.post("/products/<sku>/edit")
@permission_required(Permission.EDIT_CATALOGUE)
def save_product_form(sku: str) -> Page:
    """Do what the pressed button says with the form: change its pictures, or save it over what is stored now.

    What somebody else changed meanwhile, and this form did not, is kept; what both changed is asked about.
    """
    product = any_product(sku)
    at_start = _at_start()
    typed, problems = _sent(product)
    if problems or request.form.get("act", "save") != "save":
        return _form_page(product, typed, problems, at_start=at_start), 422 if problems else 200
    parsed = parse(typed, places=_places(product))
    if parsed.listing is None:
        return _form_page(product, typed, parsed.problems, at_start=at_start), 422
    return _save_over(lock_product(sku), parsed.listing, at_start)


@admin.post("/products/<sku>/sale")
@permission_required(Permission.EDIT_CATALOGUE)
def sell_product(sku: str) -> Response:
    """Withdraw the product from sale, or with `on_sale` put it back; its history can undo both."""
    on_sale = request.form.get("on_sale") == "1"
    with changes_by(current_visitor().pseudonym, kind="on sale" if on_sale else "off sale", role=current_user.role):
        product = restore(sku) if on_sale else soft_delete(sku)
    action = "catalogue.product_restored" if on_sale else "catalogue.product_withdrawn"
    note(action, actor=current_visitor().pseudonym, details={"sku": product.sku})
    enqueue_after_a_change("update_index")
    db.session.commit()
    flash(_("The item is on sale again.") if on_sale else _("The item is withdrawn from sale."), "success")
    return redirect(url_for(".product", sku=sku), code=303)


def _save_over(product: Product, mine: Listing, at_start: dict[str, str]) -> Page:
    stored = typed_of(listing_of(product))
    own = typed_of(mine)
    merged = merge(_all_fields(own, stored), stored.fields, at_start=at_start)
    typed = _typed_again(merged.fields, own, stored)
    if merged.contested:
        now_stored = {name: _shown(name, stored.fields.get(name, "")) for name in merged.contested}
        page = _form_page(
            product, typed, at_start=fingerprints(stored.fields), contested=now_stored, taken_over=merged.taken_over
        )
        db.session.rollback()
        return page, 409
    parsed = parse(typed, places=_places(product))
    if parsed.listing is None:
        page = _form_page(product, typed, parsed.problems, at_start=fingerprints(stored.fields))
        db.session.rollback()
        return page, 409
    with _my_changes():
        write_listing(product, parsed.listing)
    if merged.taken_over:
        flash(_("Somebody else changed this item meanwhile; what you did not touch is kept as they left it."), "info")
    return _saved(parsed.listing, "catalogue.product_changed", _("The item is saved."))


def _my_changes() -> AbstractContextManager[str]:
    return changes_by(current_visitor().pseudonym, kind="form", role=current_user.role)


def _saved(listing: Listing, action: str, words: str) -> Response:
    sku = listing.details.sku
    note(action, actor=current_visitor().pseudonym, details={"sku": sku})
    learn_from_form(any_product(sku), _shown_beside(), labelled_as=current_user.role)
    enqueue_after_a_change("update_index")
    db.session.commit()
    flash(words, "success")
    return redirect(url_for(".product", sku=sku), code=303)


def _shown_beside() -> dict[str, str]:
    """Return what was suggested beside the form: field -> value."""
    shown = {field: request.form.get(f"suggested-{field}", "")[:_MOST_SUGGESTED] for field in LISTING_FIELDS}
    return {field: value for field, value in shown.items() if value}


def _sent(product: Product | None) -> tuple[Typed, dict[str, str]]:
    """Return the sent form once its pictures were taken in and its button obeyed, and what went wrong with them."""
    blobs = wiring().blobs
    typed, lost = typed_in(request.form, places=_places(product), blobs=blobs)
    if product:
        typed = Typed({**typed.texts, "sku": product.sku}, typed.pictures)
    problems = [_("A picture is no longer stored: upload it again.")] if lost else []
    typed = _with_uploads(typed, problems)
    act, _colon, content_hash = request.form.get("act", "save").partition(":")
    if act in ("up", "down"):
        typed = typed.moved(content_hash, -1 if act == "up" else 1)
    elif act == "remove":
        typed = typed.without(content_hash)
    elif act == "cut" and any(one.picture.content_hash == content_hash for one in typed.pictures):
        typed = typed.with_pictures([_cut_out(content_hash, typed, problems)])
    return typed, {"pictures": " ".join(dict.fromkeys(problems))} if problems else {}


def _with_uploads(typed: Typed, problems: list[str]) -> Typed:
    files = [file for file in request.files.getlist("pictures") if file.filename]
    room = MOST_PICTURES - len(typed.pictures)
    if len(files) > room:
        problems.append(_("An item has %(most)s pictures at most: the others were left out.", most=MOST_PICTURES))
    for file in files[: max(room, 0)]:
        content_hash = _taken_in(file, problems)
        if any(one.picture.content_hash == content_hash for one in typed.pictures):
            flash(_("%(name)s is among the pictures already.", name=(file.filename or "")[:80]), "info")
        elif content_hash:
            typed = typed.with_pictures([_cut_out(content_hash, typed, problems, is_new=True)])
    return typed


def _taken_in(file: FileStorage, problems: list[str]) -> str:
    """Store an uploaded picture and return its content's hash; empty for one that cannot be used."""
    try:
        with photo_slot():
            picture = store_picture(file.read(), blobs=wiring().blobs)
        if min(picture.width, picture.height) < _LEAST_SIDE_PIXELS:
            raise ImageTooSmall(f"The picture is only {picture.width} × {picture.height} pixels. Send a larger one.")
        return picture.content_hash
    except (BadImage, ShopBusy) as error:
        problems.append(f"{(file.filename or '')[:80]}: {answer_for(error).words}")
        return ""


def _cut_out(content_hash: str, typed: Typed, problems: list[str], *, is_new: bool = False) -> ListedPicture:
    """Return the picture with its garment cut out, where one is seen, the one of the form's category first.

    is_new: just uploaded; then a cut-out that is there stays, and none that can be made is no problem.
    """
    blobs = wiring().blobs
    listed = listed_picture(content_hash, blobs, is_shown=True)
    if listed.cutout and is_new:
        return listed
    try:
        with photo_slot():
            pixels = stored_pixels(content_hash, blobs=blobs)
            cutout = cut_out_garment(pixels, wiring().segmenter, category=typed.texts["category"])
    except (ShopBusy, SegmenterUnavailable) as error:
        problems.append(str(answer_for(error).words))
        return listed
    if cutout is None:
        if not is_new:
            problems.append(_("No garment stands out clearly in this picture, so nothing was cut out."))
        return listed
    store_cutout(content_hash, cutout, blobs=blobs)
    return ListedPicture(listed.picture, SHOWN)


def _at_start() -> dict[str, str]:
    """Return what the form's fields were when it was opened; nothing for a form that carries no readable record."""
    try:
        carried = json.loads(request.form.get("at_start", "{}"))
    except json.JSONDecodeError:
        return {}
    if not isinstance(carried, dict):
        return {}
    return {str(name): text for name, text in carried.items() if isinstance(text, str)}


def _all_fields(own: Typed, stored: Typed) -> dict[str, str]:
    """Every field of either: a shop that has no pieces in one's own form still counts as typed, empty."""
    return {**dict.fromkeys(stored.fields, ""), **own.fields}


def _typed_again(fields: Any, own: Typed, stored: Typed) -> Typed:
    texts = {name: text for name, text in fields.items() if name != "pictures"}
    pictures = own.pictures if fields["pictures"] == own.fields["pictures"] else stored.pictures
    return Typed(texts, pictures)


def _form_page(
    product: Product | None,
    typed: Typed,
    problems: Any = None,
    *,
    at_start: dict[str, str] | None = None,
    contested: dict[str, str] | None = None,
    taken_over: Sequence[str] = (),
) -> str:
    return render_template(
        "admin/listing.html",
        product=product,
        typed=typed,
        problems=problems or {},
        at_start=json.dumps(at_start or {}, sort_keys=True),
        contested=contested or {},
        taken_over=taken_over,
        places=_places_in_words(product),
        choices=_choices(typed),
        most_pictures=MOST_PICTURES,
        max_upload_bytes=request.max_content_length,
        shown=_shown,
        suggested=_shown_beside(),
    )


def _places(product: Product | None) -> list[str]:
    return places_of([shop.slug for shop in wiring().settings.places], stock_by_place(product) if product else ())


def _places_in_words(product: Product | None) -> list[tuple[str, str]]:
    names = {shop.slug: shop.name for shop in wiring().settings.places} | {WEB: _("Online")}
    return [(place, names.get(place) or _("%(place)s (no longer a shop)", place=place)) for place in _places(product)]


def _choices(typed: Typed) -> dict[str, list[tuple[str, str]]]:
    """Return what the form's lists offer: (value, words), in the order of the words."""
    language = current_language()

    def terms(kind: Kind, more: Sequence[str] = ()) -> list[tuple[str, str]]:
        values = dict.fromkeys([*slugs(kind), *more, *filter(None, [typed.texts[kind.value]])])
        return sorted(((value, label_of(kind, value, language)) for value in values), key=lambda choice: choice[1])

    return {
        "category": terms(Kind.CATEGORY, values_in_use(Product.category, limit=_OFFERED_WORDS)),
        "colour": terms(Kind.COLOUR),
        "gender": terms(Kind.GENDER),
        "pattern": terms(Kind.PATTERN),
        "season": [
            (label, label) for label in (label_of(Kind.SEASON, value, language) for value in slugs(Kind.SEASON))
        ],
        "brand": [(value, value) for value in values_in_use(Product.brand, limit=_OFFERED_WORDS)],
        "sub_category": [(value, value) for value in values_in_use(Product.sub_category, limit=_OFFERED_WORDS)],
    }


def _shown(name: str, text: str) -> str:
    """Return a field's text as the page shows it: seasons in words, amounts with the language's decimal sign."""
    if name == "season" and text in slugs(Kind.SEASON):
        return label_of(Kind.SEASON, text, current_language())
    if name in ("price", "cost") and current_language() == "fr" and _PLAIN_AMOUNT.fullmatch(text):
        return text.replace(".", ",")
    if name.startswith(STOCK):
        return text or "0"
    return text
