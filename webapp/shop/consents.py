"""What a photo may be used for: one page and one switch a purpose."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accounts.errors import NoSuchGarment
from accounts.wardrobe import keep_garments, numbers_kept_of
from privacy.consent import Purpose, consents_in_force, purposes_named
from recommender.photo_garments import garment_labels
from storage.database import db
from webapp.errors import BadRequestValue
from webapp.photo_consents import agree, is_on_hold, is_shown, refuse_drawing, switches_of, withdraw
from webapp.redirects import local_address
from webapp.shop.routes import shop
from webapp.visitor import Visitor, current_visitor
from webapp.wiring import wiring


@shop.get("/photos/<photo_id>/consents")
def show_consents(photo_id: str) -> str:
    """The photo, its purposes with the words of each, and which of its garments are in the wardrobe."""
    visitor = current_visitor()
    photo = wiring().vault.kept(photo_id, pseudonym=visitor.pseudonym)
    refuse_drawing(photo_id, visitor)
    return render_template(
        "shop/consents.html",
        photo=photo,
        garments=_garments_to_choose_from(photo_id, visitor),
        in_wardrobe=numbers_kept_of(photo_id),
        switches=switches_of(photo_id, visitor),
        searched=Purpose.RECOMMENDATION in consents_in_force(photo_id),
        on_hold=is_on_hold(visitor),
        shown=is_shown(photo_id, visitor),
    )


@shop.post("/photos/<photo_id>/consents/<purpose>")
def switch_consent(photo_id: str, purpose: str) -> Response:
    """Agree to a purpose (`agreed` 1) or take it back (0); acts from the next request on."""
    [chosen] = purposes_named([purpose])
    if request.form.get("agreed") not in ("0", "1"):
        raise BadRequestValue("agreed", _("Choose one of %(allowed)s.", allowed="0, 1"))
    if request.form["agreed"] == "1":
        agree(photo_id, chosen)
        flash(_("Noted: you agree. You can change your mind at any time."), "success")
        return _back(photo_id)
    return _after_withdrawal(photo_id, still_kept=withdraw(photo_id, chosen))


@shop.post("/photos/<photo_id>/wardrobe")
def choose_for_wardrobe(photo_id: str) -> Response:
    """Keep exactly the chosen garments of a photo; none is the same as taking the consent back."""
    visitor = current_visitor()
    numbers = _chosen_numbers(request.form.getlist("garment"))
    if not numbers:
        return _after_withdrawal(photo_id, still_kept=withdraw(photo_id, Purpose.WARDROBE))
    kept = wiring().vault.open(
        photo_id, pseudonym=visitor.pseudonym, has_account=visitor.has_account, purpose=Purpose.WARDROBE
    )
    labels = dict(enumerate(garment_labels(kept)))
    keep_garments(pseudonym=visitor.pseudonym, photo_id=photo_id, garments=labels, chosen=numbers)
    db.session.commit()
    flash(_("Your wardrobe holds what you chose."), "success")
    return _back(photo_id)


def _garments_to_choose_from(photo_id: str, visitor: Visitor) -> list[str]:
    """Return the labels of a photo in the wardrobe; any other is not opened to show its switches."""
    if Purpose.WARDROBE not in consents_in_force(photo_id) or is_on_hold(visitor):
        return []
    kept = wiring().vault.open(
        photo_id, pseudonym=visitor.pseudonym, has_account=visitor.has_account, purpose=Purpose.WARDROBE
    )
    return garment_labels(kept)


def _chosen_numbers(words: list[str]) -> set[int]:
    if not all(word.isdecimal() and len(word) < 4 for word in words):
        raise NoSuchGarment
    return {int(word) for word in words}


def _after_withdrawal(photo_id: str, *, still_kept: bool) -> Response:
    if still_kept:
        flash(_("Taken back: what rested on it is erased."), "success")
        return _back(photo_id)
    flash(_("Taken back. Nothing else kept the photo: it is erased, with all that was made of it."), "success")
    landing = url_for("account.my_page") if current_visitor().has_account else url_for(".landing")
    return redirect(landing, code=303)


def _back(photo_id: str) -> Response:
    back = local_address(request.form.get("next", ""))
    return redirect(back or url_for(".show_consents", photo_id=photo_id), code=303)
