"""The register of processing and the DPIA of this shop, for the desk and the command line."""

from privacy.dpia import Assessment, assessment_of
from privacy.register import Controller, Register, register_of
from storage.database import db
from webapp.wiring import wiring


def current_register() -> Register:
    """Return the register of this shop, with the periods in force."""
    settings = wiring().settings
    controller = Controller(settings.company_name, settings.company_address, settings.privacy_contact)
    return register_of(db.metadatas, wiring().retention_policy, controller)


def current_assessment() -> Assessment:
    """Return the DPIA of this shop."""
    return assessment_of(current_register())
