"""A thread of the web process that carries audit notes every few seconds, whatever job runs beside it."""

import logging
import time

from sqlalchemy.exc import SQLAlchemyError

from accounts.errors import MailNotSent
from privacy.errors import PrivacyError
from storage.database import db
from webapp.audit_work import relay_and_watch, verify_and_alert
from webapp.jobs.background import BackgroundThread

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 3.0
_AFTER_A_FAILURE_SECONDS = 60.0
_VERIFY_EVERY_SECONDS = 24 * 3600.0


class AuditRelay(BackgroundThread):
    """Carries what waits, and verifies once a day; what is in hand is finished before the end."""

    name = "audit-relay"

    def _run(self) -> None:
        verify_at = time.monotonic() + _VERIFY_EVERY_SECONDS
        pause = _EVERY_SECONDS
        while not self._stop.wait(pause):
            with self._app.app_context():
                verify = time.monotonic() >= verify_at
                pause = _EVERY_SECONDS if carry(verify=verify) else _AFTER_A_FAILURE_SECONDS
                verify_at = time.monotonic() + _VERIFY_EVERY_SECONDS if verify else verify_at


def carry(*, verify: bool = False) -> bool:
    """Carry, watch and mail once, and verify if asked; say whether it went well. The notes wait where it did not."""
    try:
        relay_and_watch()
        if verify:
            verify_and_alert()
    except (PrivacyError, SQLAlchemyError, MailNotSent) as error:
        # Foreseen: a store that does not answer, a broken chain, a mail server that is away. One line, not a trace.
        _log.error("the audit relay tries again in a minute: %s: %s", type(error).__name__, str(error).split("\n")[0])
    except Exception:  # noqa: BLE001 - the border of the thread
        _log.exception("the audit relay failed")
    else:
        return True
    db.session.rollback()
    return False
