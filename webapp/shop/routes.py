"""The shopper's journey: landing -> photo and consent -> garments and matches -> product."""

import io
from collections.abc import Collection

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from catalog.products import facets, list_products
from privacy.consent import Purpose, purposes_named, require_consent
from privacy.photo_vault import OpenPhoto, new_photo_id
from recommender.abstention import UNJUDGED
from recommender.from_photo import PhotoReading, embed_again
from recommender.garment_corrections import NOTHING_CORRECTED, corrections_of
from recommender.judging import Answer
from recommender.questions import search_of_garment
from recommender.similar_items import similar_items
from storage.database import db
from storage.images import read_picture
from webapp.account.taste import new_arrivals, own_sizes
from webapp.correction_choices import correction_choices
from webapp.errors import BadRequestValue
from webapp.filters import filter_from, whole_number
from webapp.i18n import current_language
from webapp.merchandising import arrangement_in_force, rules_in_force, shown_product
from webapp.photo_consents import (
    act_on_consents,
    forget,
    in_words,
    purposes_on_offer,
    record_consents,
    refuse_purposes,
    showing_purpose,
    switches_of,
)
from webapp.photo_flow import SeenPhoto, StageTimes, parts_of, see, shelf, uploaded_photo
from webapp.places import is_online, shops_with
from webapp.redirects import local_address
from webapp.settings import LANGUAGES
from webapp.shop.looks import LOOKS_FOLDER, looks_on_offer
from webapp.shop.presenters import present_photo
from webapp.shop.searches import note_garment_search, note_opened_match, search_of_words, shown_search
from webapp.visitor import Visitor, current_visitor
from webapp.wiring import serving, wiring
from webapp.words import matches_of_words

shop = Blueprint("shop", __name__)

_MATCHES_A_PAGE = 24
_PRODUCTS_A_PAGE = 24


@shop.get("/")
def landing() -> str:
    """The front page: choose or take a photo, or try a drawn look."""
    return render_template(
        "shop/landing.html",
        purposes=in_words(purposes_on_offer(current_visitor())),
        looks=looks_on_offer(wiring().blobs),
        new_arrivals=new_arrivals(8),
        max_upload_megabytes=wiring().settings.max_upload_bytes // 1_000_000,
    )


@shop.post("/photos")
def upload_photo() -> AnyResponse:
    """Take a photo whose owner agrees, see its garments, keep both sealed, and show the result."""
    purposes = purposes_named(request.form.getlist("consent"))
    require_consent(purposes, Purpose.RECOMMENDATION)
    refuse_purposes(purposes, current_visitor())
    return _keep_and_show(see(uploaded_photo(request.files), StageTimes()), purposes)


@shop.post("/looks/<slug>")
def try_look(slug: str) -> AnyResponse:
    """The same with one of the shop's drawn looks: nobody is in it, so there is no consent to ask for."""
    picture = wiring().blobs.get(f"{LOOKS_FOLDER}/{slug}.jpg")
    return _keep_and_show(see(FileStorage(io.BytesIO(picture), f"{slug}.jpg"), StageTimes()), frozenset())


@shop.get("/photos/<photo_id>")
def show_photo(photo_id: str) -> str | AnyResponse:
    """The photo with its garments outlined; `garment` chooses one, filters narrow its matches.

    One that is kept for something else, its search withdrawn, shows what it may be used for instead.
    """
    if _is_kept_without_search(photo_id):
        return redirect(url_for(".show_consents", photo_id=photo_id), code=303)
    kept = _open(photo_id)
    reading = _reading_of(kept)
    db.session.commit()
    last = len(reading.garments) - 1
    chosen = whole_number(request.args, "garment", default=0, lowest=0, highest=last)
    wanted = filter_from(request.args)
    correction = corrections_of(kept).get(chosen, NOTHING_CORRECTED)
    answer = shelf(wanted).answer_garment(
        reading.garments[chosen], reading, limit=_MATCHES_A_PAGE, correction=correction
    )
    if wanted.is_empty and not kept.is_drawing:
        note_garment_search(photo_id, chosen, answer)
    return render_template(
        "shop/photo.html",
        correction=correction,
        correction_choices=correction_choices(current_language()),
        photo=present_photo(photo_id, reading, chosen),
        switches=[] if kept.is_drawing else switches_of(photo_id, current_visitor()),
        matches=answer.matches,
        search=shown_search(search_of_garment(photo_id, chosen), answer.matches),
        # What is probable was learned from photos: the demo's drawings look strange to it.
        no_good_match=answer.judgement.no_good_match and not kept.is_drawing,
        wanted=wanted,
        facets=facets(wanted, rules_in_force()),
    )


@shop.get("/photos/<photo_id>/picture")
def photo_picture(photo_id: str) -> Response:
    """The kept photo's pixels, for its owner, as long as a purpose keeps it."""
    return _private_jpeg(_open(photo_id, showing_purpose(photo_id)).read("photo.jpg"))


@shop.get("/photos/<photo_id>/crops/<int:number>")
def photo_crop(photo_id: str, number: int) -> Response:
    """One garment of the photo on white, for its owner."""
    return _private_jpeg(_open(photo_id, showing_purpose(photo_id)).read(f"crop-{number}.jpg"))


@shop.post("/photos/<photo_id>/forget")
def forget_photo(photo_id: str) -> AnyResponse:
    """Erase the photo and all that was made of it; with an account, the page of its erasure shows steps and receipt."""
    erasure = forget(photo_id, current_visitor().pseudonym)
    flash(_("Your photo and all that was made of it are erased."), "success")
    if erasure is None:
        return redirect(url_for(".landing"), code=303)
    return redirect(url_for("erasures.show", code=wiring().erasures.link_code(erasure.id)), code=303)


@shop.get("/products")
def browse() -> str:
    """The catalogue: all of it, or what words describe; filters narrow both."""
    wanted = filter_from(request.args)
    words = request.args.get("q", "").strip()
    page = whole_number(request.args, "page", default=1, lowest=1, highest=100_000)
    shown = None if words else list_products(wanted, page=page, page_size=_PRODUCTS_A_PAGE, rules=rules_in_force())
    if shown and page > shown.pages:
        abort(404)
    answer = matches_of_words(words, wanted, limit=2 * _PRODUCTS_A_PAGE) if words else Answer([], UNJUDGED)
    search = search_of_words(words, answer, narrowed=not wanted.is_empty) if words else None
    return render_template(
        "shop/browse.html",
        words=words,
        matches=answer.matches,
        search=shown_search(search, answer.matches) if search else None,
        no_good_match=answer.judgement.no_good_match,
        page=shown,
        wanted=wanted,
        facets=facets(wanted, rules_in_force()),
    )


@shop.get("/products/<sku>")
def product(sku: str) -> str:
    """One product and what is similar to it."""
    found = shown_product(sku)
    note_opened_match()
    similar = similar_items(
        found,
        encoder=serving().image_encoder.identity,
        index=serving().index,
        arrangement=arrangement_in_force(),
    )
    return render_template(
        "shop/product.html",
        product=found,
        similar=similar,
        own_sizes=own_sizes(),
        shops=shops_with(found),
        is_online=is_online(found),
    )


@shop.get("/media/<path:key>")
def media(key: str) -> AnyResponse:
    """A product's or a drawn look's picture. Keys of products name their content, so they never change but cut-outs."""
    if not key.startswith(("products/", f"{LOOKS_FOLDER}/")):
        abort(404)
    response = make_response(wiring().blobs.get(key))
    response.cache_control.public = True
    if key.endswith(".webp"):
        # A cut-out may be made again: it is asked for anew each time, and sent when it has changed.
        response.mimetype = "image/webp"
        response.cache_control.no_cache = True
        response.add_etag()
        return response.make_conditional(request)
    response.mimetype = "image/jpeg"
    response.cache_control.max_age = 31_536_000 if key.startswith("products/") else 3600
    return response


@shop.post("/language")
def choose_language() -> AnyResponse:
    """Remember the language for this visit and return to the page."""
    language = request.form.get("language")
    if language not in LANGUAGES:
        raise BadRequestValue("language", _("Choose one of %(allowed)s.", allowed=", ".join(LANGUAGES)))
    session["language"] = language
    return redirect(local_address(request.form.get("next", "")) or url_for(".landing"), code=303)


def _open(photo_id: str, purpose: Purpose = Purpose.RECOMMENDATION) -> OpenPhoto:
    visitor = current_visitor()
    return wiring().vault.open(photo_id, pseudonym=visitor.pseudonym, has_account=visitor.has_account, purpose=purpose)


def _is_kept_without_search(photo_id: str) -> bool:
    kept = wiring().vault.kept(photo_id, pseudonym=current_visitor().pseudonym)
    return not kept.is_drawing and showing_purpose(photo_id) is not Purpose.RECOMMENDATION


def _keep_and_show(seen: SeenPhoto, purposes: Collection[Purpose]) -> AnyResponse:
    """Keep a photo for what its owner agreed to; a drawing asks for no consent, so nobody agreed to anything."""
    visitor, photo_id = current_visitor(), new_photo_id()
    try:
        _keep(seen, purposes, visitor, photo_id)
    except Exception:
        # A full disk, an erasure that overtook it: nothing half-done stays until the sweep.
        db.session.rollback()
        wiring().vault.abandon(photo_id)
        raise
    return redirect(url_for(".show_photo", photo_id=photo_id), code=303)


def _keep(seen: SeenPhoto, purposes: Collection[Purpose], visitor: Visitor, photo_id: str) -> None:
    record_consents(purposes, pseudonym=visitor.pseudonym, photo_id=photo_id)
    kept = wiring().vault.keep(
        photo_id=photo_id, pseudonym=visitor.pseudonym, has_account=visitor.has_account, is_drawing=not purposes
    )
    for name, content in parts_of(seen).items():
        kept.write(name, content)
    act_on_consents(kept, purposes, visitor)
    db.session.commit()


def _reading_of(kept: OpenPhoto) -> PhotoReading:
    reading = PhotoReading.from_json(kept.read("reading.json"))
    encoder = serving().image_encoder
    if reading.encoder == encoder.identity:
        return reading
    # The index was swapped for one of another encoder since the photo was sent.
    crops = [read_picture(kept.read(f"crop-{number}.jpg")) for number in range(len(reading.garments))]
    reading = embed_again(reading, read_picture(kept.read("photo.jpg")), crops, encoder)
    kept.write("reading.json", reading.to_json())
    return reading


def _private_jpeg(content: bytes) -> Response:
    response = make_response(content)
    response.mimetype = "image/jpeg"
    return response
