"""What is done for the audit every few seconds, and on command: carry the notes, watch them, mail the alerts."""

from flask_babel import force_locale, format_datetime
from flask_babel import gettext as _

from accounts.ports import Letter
from privacy.alerts import mail_new_alerts, raise_chain_alert, watch_audit
from privacy.audit_chain import relay_notes
from privacy.audit_models import Alert
from privacy.audit_verification import ChainReport, verify_audit
from privacy.errors import AuditChainBroken
from webapp.privacy_words import RULE_WORDS, what_was_noticed
from webapp.wiring import wiring


def relay_and_watch() -> int:
    """Carry every waiting note to the audit, raise and mail alerts; return how many notes were carried; commits.

    Raises AuditChainBroken (after its alert) and AuditBusy; the notes wait.
    """
    adapters = wiring()
    try:
        carried = relay_notes(adapters.audit_seal)
        watch_audit(adapters.alert_rules)
    except AuditChainBroken:
        raise_chain_alert()
        watch_audit(adapters.alert_rules)
        mail_alerts()
        raise
    mail_alerts()
    return carried


def verify_and_alert() -> ChainReport:
    """Verify the whole chain; a fault raises an alert, mailed by the next relay; commits."""
    report = verify_audit(wiring().audit_seal)
    if report.fault:
        raise_chain_alert()
    return report


def mail_alerts() -> int:
    """Mail what was raised to PRIVACY_MAIL and return how many; without that address they stay on the desk."""
    adapters = wiring()
    if not adapters.settings.privacy_mail:
        return 0
    return mail_new_alerts(lambda alert: adapters.mailer.send(_letter(alert)))


def _letter(alert: Alert) -> Letter:
    settings = wiring().settings
    with force_locale(settings.default_language):
        subject = _("Privacy alert %(id)s: %(rule)s", id=alert.id, rule=RULE_WORDS[alert.rule])
        text = "\n\n".join(
            (
                what_was_noticed(alert),
                _("Raised on %(at)s.", at=format_datetime(alert.raised_at, "medium")),
                _("Open the privacy desk, page Alerts, to see it and to close it. This letter names nobody."),
            )
        )
    return Letter(to=settings.privacy_mail, subject=subject, text=text + "\n")
