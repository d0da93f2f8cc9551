"""What the shop's team sees of the photographed garments, for the officer to look over."""

from accounts.models import Role
from webapp.account.session_user import role_required
from webapp.garment_statistics import statistics_page
from webapp.privacy_desk.routes import privacy_desk


@privacy_desk.get("/statistics")
@role_required(Role.PRIVACY_OFFICER)
def statistics() -> str:
    """The page that merchandisers see."""
    return statistics_page(navigation="privacy_desk/navigation.html")
