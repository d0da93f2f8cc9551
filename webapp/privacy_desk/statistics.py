"""What the shop's team sees of the photographed garments, for the officer to look over."""

from accounts.permissions import Permission
from webapp.account.session_user import permission_required
from webapp.garment_statistics import statistics_page
from webapp.privacy_desk.routes import privacy_desk


@privacy_desk.get("/statistics")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def statistics() -> str:
    """The page that merchandisers see."""
    return statistics_page(navigation="privacy_desk/navigation.html")
