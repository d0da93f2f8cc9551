"""One's own pages: the photos here, the rest in modules of this package."""

from flask import render_template
from flask_login import current_user, login_required

from privacy.photo_vault import KEPT_UNTIL_REMOVED
from webapp.account import entering, joining, profile, security
from webapp.account.blueprint import account
from webapp.photo_consents import is_on_hold, is_shown, switches_of
from webapp.visitor import current_visitor
from webapp.wiring import wiring

__all__ = ["account", "entering", "joining", "profile", "security"]


@account.get("/")
@login_required  # type: ignore[untyped-decorator]
def my_page() -> str:
    """One's own page: the photos that are kept, and until when."""
    visitor = current_visitor()
    photos = wiring().vault.photos_of(visitor.pseudonym)
    switches = {photo.id: [] if photo.is_drawing else switches_of(photo.id, visitor) for photo in photos}
    return render_template(
        "account/my_page.html",
        photos=photos,
        role=current_user.role,
        switches=switches,
        on_hold=is_on_hold(visitor),
        shown={photo.id for photo in photos if is_shown(photo.id, visitor)},
        in_wardrobe={photo.id for photo in photos if photo.expires_at == KEPT_UNTIL_REMOVED},
    )
