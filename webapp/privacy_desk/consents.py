"""Consents at the desk: all words that were ever agreed to, and where the crops of the training pool lie."""

from flask import render_template

from accounts.permissions import Permission
from privacy.consent import Purpose
from privacy.consent_texts import versions_of
from privacy.training_pool import training_folders
from webapp.account.session_user import permission_required
from webapp.photo_consents import PURPOSE_WORDS
from webapp.privacy_desk.routes import privacy_desk


@privacy_desk.get("/consents")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def consents() -> str:
    """Every version of every text with the hashes that records hold, and the training folders."""
    return render_template(
        "privacy_desk/consents.html",
        texts={purpose: versions_of(purpose) for purpose in Purpose},
        purpose_words=PURPOSE_WORDS,
        folders=training_folders(),
    )
