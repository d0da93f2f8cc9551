"""The wardrobe: one's garments as cards, to rename, take out, or search with again."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response as AnyResponse

from accounts.wardrobe import LONGEST_NAME_CHARACTERS, garment_of, rename_garment, take_out, wardrobe_of
from privacy.consent import Purpose, has_consent
from storage.database import db
from webapp.account.routes import account
from webapp.photo_consents import close_the_gate, is_on_hold
from webapp.visitor import current_visitor
from webapp.wiring import wiring


@account.get("/wardrobe")
@login_required  # type: ignore[untyped-decorator]
def wardrobe() -> str:
    """The garments that one keeps, newest first."""
    visitor = current_visitor()
    garments = wardrobe_of(visitor.pseudonym, wiring().keys)
    return render_template(
        "account/wardrobe.html",
        garments=garments,
        searchable={one.photo_id for one in garments if has_consent(one.photo_id, Purpose.RECOMMENDATION)},
        on_hold=is_on_hold(visitor),
        longest_name=LONGEST_NAME_CHARACTERS,
    )


@account.get("/wardrobe/<item_id>/picture")
@login_required  # type: ignore[untyped-decorator]
def wardrobe_picture(item_id: str) -> Response:
    """A garment on white, for its owner."""
    pseudonym = current_visitor().pseudonym
    garment = garment_of(item_id, pseudonym=pseudonym, keys=wiring().keys)
    kept = wiring().vault.open(garment.photo_id, pseudonym=pseudonym, has_account=True, purpose=Purpose.WARDROBE)
    response = make_response(kept.read(f"crop-{garment.number}.jpg"))
    response.mimetype = "image/jpeg"
    return response


@account.post("/wardrobe/<item_id>/name")
@login_required  # type: ignore[untyped-decorator]
def rename_in_wardrobe(item_id: str) -> AnyResponse:
    """Call a garment something else; without a name it is called what it is."""
    rename_garment(item_id, request.form.get("name", ""), pseudonym=current_visitor().pseudonym, keys=wiring().keys)
    db.session.commit()
    flash(_("The name is changed."), "success")
    return redirect(url_for(".wardrobe"), code=303)


@account.post("/wardrobe/<item_id>/take-out")
@login_required  # type: ignore[untyped-decorator]
def take_out_of_wardrobe(item_id: str) -> AnyResponse:
    """Take a garment out; with the last one of a photo that nothing else keeps, the photo is erased."""
    visitor = current_visitor()
    photo_id = take_out(item_id, pseudonym=visitor.pseudonym)
    if close_the_gate(photo_id, visitor):
        flash(_("The garment is taken out."), "success")
    else:
        flash(_("The garment is taken out, and its photo, which nothing else kept, is erased."), "success")
    return redirect(url_for(".wardrobe"), code=303)
