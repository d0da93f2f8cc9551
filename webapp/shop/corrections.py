"""A person corrects what the shop reads in their photo: the next search follows their word."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from recommender.errors import NoSuchAttributeValue, NoSuchGarment
from recommender.from_photo import PhotoReading
from recommender.garment_corrections import GarmentCorrection, correct_garment
from storage.database import db
from webapp.errors import BadRequestValue
from webapp.shop.routes import shop
from webapp.visitor import current_visitor
from webapp.wiring import wiring


@shop.post("/photos/<photo_id>/garments/<int:number>/correction")
def correct(photo_id: str, number: int) -> Response:
    """Keep the type and colour that the owner says; empty ones let the models speak again."""
    visitor = current_visitor()
    kept = wiring().vault.open(photo_id, pseudonym=visitor.pseudonym, has_account=visitor.has_account)
    correction = GarmentCorrection(request.form.get("category", ""), request.form.get("colour", ""))
    garments = len(PhotoReading.from_json(kept.read("reading.json")).garments)
    try:
        correct_garment(kept, number, correction, garments=garments, pseudonym=visitor.pseudonym)
    except NoSuchAttributeValue as error:
        raise BadRequestValue(
            error.attribute, _("Choose one of %(allowed)s.", allowed=", ".join(error.known))
        ) from error
    except NoSuchGarment as error:
        raise BadRequestValue("number", _("This photo has no such piece.")) from error
    db.session.commit()
    flash(_("Thank you: what you said comes first now."), "success")
    return redirect(url_for(".show_photo", photo_id=photo_id, garment=number), code=303)
