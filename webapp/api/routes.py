"""The API, version 1: photo -> recommendations, photo -> segmentation, products."""

import io
from collections.abc import Sequence

from flask import Blueprint, Response, abort, jsonify, make_response, request
from flask_babel import gettext as _
from PIL import Image

from catalog.products import list_products
from privacy.audit_notes import note
from privacy.consent import Purpose, is_recorded, purposes_named, require_consent, withdraw_consent
from privacy.errors import PhotoNotFound
from privacy.photo_vault import new_photo_id
from privacy.statistics import CountedGarment, count_garments
from recommender.judging import Answer
from recommender.photo_garments import main_colour
from recommender.search_counts import SearchedGarment
from segmentation.ports import Segmentation
from segmentation.rle import encode_mask
from storage.database import db, now
from storage.images import read_photo
from webapp.api.presenters import garment_json, judgement_json, match_json, product_json, region_json
from webapp.errors import BadRequestValue
from webapp.filters import filter_from, whole_number
from webapp.i18n import current_language
from webapp.merchandising import rules_in_force
from webapp.photo_consents import record_consents, settle_withdrawals
from webapp.photo_flow import SeenPhoto, StageTimes, photo_slot, see, shelf, uploaded_photo
from webapp.wiring import wiring
from webapp.words import matches_of_words

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.post("/recommendations")
def recommendations() -> Response:
    """Photo -> its garments, each with the products most like it. The photo is not kept."""
    _require_form()
    purposes = purposes_named(request.form.getlist("consent"))
    require_consent(purposes, Purpose.RECOMMENDATION)
    if purposes - {Purpose.RECOMMENDATION, Purpose.STATISTICS}:
        raise BadRequestValue("consent", _("No photo is kept here: consent to recommendation and statistics only."))
    limit = whole_number(request.form, "limit", default=10, lowest=1, highest=50)
    wanted = filter_from(request.form)
    times = StageTimes()
    seen = see(uploaded_photo(request.files), times)
    # Before the search: a commit would make every product be read again.
    with times.stage("record"):
        photo_id = _record(purposes, seen)
    with times.stage("search"):
        shown = shelf(wanted)
        found = [shown.answer_garment(garment, seen.reading, limit=limit) for garment in seen.reading.garments]
    if Purpose.STATISTICS in purposes:
        _note_searches(photo_id, found)
    with times.stage("render"):
        garments = [
            garment_json(garment, answer, current_language())
            for garment, answer in zip(seen.reading.garments, found, strict=True)
        ]
        response = jsonify(
            photo={"width": seen.reading.width_pixels, "height": seen.reading.height_pixels},
            whole_photo_used=seen.reading.whole_photo_used,
            garments=garments,
            photo_id=photo_id,
            consents=sorted(purposes),
        )
    response.headers["Server-Timing"] = times.header()
    return response


@api.delete("/photos/<photo_id>/consents/<purpose>")
def take_back(photo_id: str, purpose: str) -> Response:
    """Withdraw what an earlier call agreed to; whoever knows the photo's id sent it. A second time changes nothing."""
    [named] = purposes_named([purpose])
    pseudonym = wiring().pseudonyms.of_visit(photo_id)
    if not is_recorded(photo_id, pseudonym):
        raise PhotoNotFound
    if withdraw_consent(photo_id, named):
        note("consent.withdrawn", actor=pseudonym, subject=pseudonym, details={"purpose": named.value})
    db.session.commit()
    settle_withdrawals(photo_id)
    return Response(status=204)


@api.post("/segmentations")
def segmentations() -> Response:
    """Photo -> its class-id mask, as an indexed PNG or as JSON with run-length masks, by `Accept`.

    Nothing of the photo is kept, recorded or matched; who sends it answers for it.
    """
    offered = ["application/json", "image/png"]
    _require_form()
    accepted = request.accept_mimetypes
    format_wanted = (accepted.best_match(offered) if accepted else offered[0]) or abort(406)
    photo = uploaded_photo(request.files)
    with photo_slot():
        pixels = read_photo(photo.read(), file_name=photo.filename or "", limits=wiring().photo_limits)
        segmentation = wiring().segmenter.segment(pixels)
    return _png(segmentation) if format_wanted == "image/png" else _json(segmentation)


@api.get("/products")
def products() -> Response:
    """The catalogue, filtered and paged; with words in `q`, the products that they describe best."""
    words = request.args.get("q", "").strip()
    if words:
        return _described_by(words)
    page = whole_number(request.args, "page", default=1, lowest=1, highest=100_000)
    size = whole_number(request.args, "limit", default=24, lowest=1, highest=100)
    found = list_products(filter_from(request.args), page=page, page_size=size, rules=rules_in_force())
    return jsonify(
        products=[product_json(product, current_language()) for product in found.items],
        total=found.total,
        page=found.page,
        pages=found.pages,
    )


def _require_form() -> None:
    if request.mimetype != "multipart/form-data":
        abort(415)


def _described_by(words: str) -> Response:
    limit = whole_number(request.args, "limit", default=24, lowest=1, highest=100)
    answer = matches_of_words(words, filter_from(request.args), limit=limit)
    found = [match_json(match, current_language()) for match in answer.matches]
    return jsonify(products=found, total=len(found), page=1, pages=1, **judgement_json(answer.judgement))


def _record(purposes: frozenset[Purpose], seen: SeenPhoto) -> str:
    """Record the consents, count what may be counted, and return the id by which the caller can take them back."""
    # Each call is a visit of its own: nothing links one photo of an API client to the next.
    photo_id = new_photo_id()
    pseudonym = wiring().pseudonyms.of_visit(photo_id)
    record_consents(purposes, pseudonym=pseudonym, photo_id=photo_id)
    if Purpose.STATISTICS in purposes:
        garments = [CountedGarment(garment.label, main_colour(garment.crop)) for garment in seen.garments]
        count_garments(pseudonym=pseudonym, photo_id=photo_id, day=now().date(), garments=garments)
    db.session.commit()
    return photo_id


def _note_searches(photo_id: str, answers: Sequence[Answer]) -> None:
    """Leave notes for the statistics: counted later, so that the call waits for nothing."""
    pseudonym, day = wiring().pseudonyms.of_visit(photo_id), now().date()
    for number, answer in enumerate(answers):
        answered = not answer.judgement.no_good_match
        wiring().searches.add(SearchedGarment(pseudonym, photo_id, number, answered, day))


def _json(segmentation: Segmentation) -> Response:
    names = wiring().segmenter.label_set.names
    height, width = segmentation.class_ids.shape
    return jsonify(
        width=width,
        height=height,
        labels=dict(enumerate(names)),
        model=wiring().segmenter.model_id,
        regions=[
            region_json(region, names, encode_mask(segmentation.class_ids == region.class_id))
            for region in segmentation.regions
        ],
    )


def _png(segmentation: Segmentation) -> Response:
    image = Image.fromarray(segmentation.class_ids, mode="P")
    image.putpalette(_palette(len(wiring().segmenter.label_set.names)))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    response = make_response(buffer.getvalue())
    response.mimetype = "image/png"
    return response


def _palette(classes: int) -> list[int]:
    """Return RGB triples, black for the background and well-separated hues for the classes."""
    colours: list[int] = [0, 0, 0]
    for number in range(1, classes):
        colours += [(number * 67) % 200 + 40, (number * 113) % 200 + 40, (number * 181) % 200 + 40]
    return colours
