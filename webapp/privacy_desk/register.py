"""The register of processing and the DPIA as pages to read and to print; both are made from the declarations."""

from flask import render_template

from accounts.permissions import Permission
from privacy.dpia import CONTEXT, NECESSITY
from privacy.register import LEGAL_BASES, PROTECTIONS, TRANSFERS
from storage.database import now
from webapp.account.session_user import permission_required
from webapp.privacy_desk.routes import privacy_desk
from webapp.register import current_assessment, current_register


@privacy_desk.get("/register")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def register() -> str:
    """The register of processing (Art. 30)."""
    return render_template(
        "privacy_desk/register.html",
        register=current_register(),
        legal_bases=LEGAL_BASES,
        protections=PROTECTIONS,
        transfers=TRANSFERS,
        made_at=now(),
    )


@privacy_desk.get("/dpia")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def dpia() -> str:
    """The data protection impact assessment (Art. 35)."""
    return render_template(
        "privacy_desk/dpia.html",
        assessment=current_assessment(),
        context_words=CONTEXT,
        necessity_words=NECESSITY,
        made_at=now(),
    )
