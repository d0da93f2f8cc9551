"""The merchandiser's panel: its blueprint, one product, and what is photographed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.listing import any_product
from catalog.models import Product
from privacy.audit_notes import note
from recommender.attribute_corrections import corrections_of, replace_corrections
from recommender.attributes import ATTRIBUTES, AttributeReading, known_values, largest_garment_view, read_attributes
from recommender.errors import EncoderReadsNoAttributes, NoSuchAttributeValue
from storage.database import db
from storage.errors import BadImage, BlobNotFound
from storage.images import read_picture
from webapp.account.session_user import permission_required
from webapp.admin.attribute_words import ShownAttribute, shown_attributes, shown_colours
from webapp.admin.suggestion_words import shown_suggestions
from webapp.errors import BadRequestValue
from webapp.garment_statistics import statistics_page
from webapp.i18n import current_language
from webapp.photo_flow import photo_slot
from webapp.places import in_places
from webapp.visitor import current_visitor
from webapp.wiring import wiring

admin = Blueprint("admin", __name__, url_prefix="/admin")


@admin.get("/what-is-photographed")
@permission_required(Permission.SEE_INSIGHT)
def statistics() -> str:
    """Counts of photographed garments, where enough people stand behind them."""
    return statistics_page(navigation="admin/navigation.html")


@admin.get("/products/<sku>")
@permission_required(Permission.READ_CATALOGUE)
def product(sku: str) -> str:
    """One product: its stock by place, its first picture, what the models read of it, and a form to correct that."""
    found = any_product(sku)
    corrections = corrections_of(found.images[0].content_hash) if found.images else {}
    reading, is_readable = None, True
    try:
        reading = _reading(found, corrections) if found.images else None
    except (BadImage, BlobNotFound):
        # The page says so: it is where the picture can be replaced.
        is_readable = False
    return render_template(
        "admin/product.html",
        product=found,
        is_readable=is_readable,
        colours=shown_colours(reading) if reading else (),
        attributes=_shown(reading, corrections) if reading else (),
        stock=in_places(found),
        suggestions=[] if found.deleted_at else shown_suggestions(found, sure_from=_sure_from()),
    )


@admin.post("/products/<sku>/attributes")
@permission_required(Permission.EDIT_CATALOGUE)
def correct_product(sku: str) -> Response:
    """Store what the form says of the product's first picture; an empty choice lets the models speak again."""
    images = any_product(sku).images
    content_hash = images[0].content_hash if images else ""
    if not images or request.form.get("content_hash") != content_hash:
        flash(_("The picture has changed meanwhile: look at it again."), "warning")
        return redirect(url_for(".product", sku=sku), code=303)
    said = {name: request.form.get(name, "") for name in ATTRIBUTES}
    try:
        replace_corrections(
            content_hash, said, known=known_values(wiring().attribute_reader), corrected_as=current_user.role
        )
    except NoSuchAttributeValue as error:
        raise BadRequestValue(
            error.attribute, _("Choose one of %(allowed)s.", allowed=", ".join(error.known))
        ) from error
    note("catalogue.attributes_corrected", actor=current_visitor().pseudonym, details={"sku": sku})
    db.session.commit()
    flash(_("The corrections are saved."), "success")
    return redirect(url_for(".product", sku=sku), code=303)


def _sure_from() -> float:
    return wiring().settings.suggestion_sure_from


def _reading(found: Product, corrections: dict[str, str]) -> AttributeReading | None:
    """Return what is read of the product's first picture; None where the weights read no attributes."""
    adapters = wiring()
    try:
        reader = adapters.attribute_reader
    except EncoderReadsNoAttributes:
        # The page says so.
        return None
    with photo_slot():
        pixels = read_picture(adapters.blobs.get(found.images[0].blob_key))
        return read_attributes(largest_garment_view(pixels, adapters.segmenter), reader, corrections)


def _shown(reading: AttributeReading, corrections: dict[str, str]) -> list[ShownAttribute]:
    return shown_attributes(reading, known_values(wiring().attribute_reader), corrections, current_language())
