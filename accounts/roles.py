"""What an account may do, and changing it."""

from accounts.models import Account, Role
from accounts.people import note_of
from accounts.sessions import end_sessions
from privacy.keys import PersonalDataKeys
from storage.database import db


def change_role(account: Account, role: Role, *, actor: str, keys: PersonalDataKeys) -> None:
    """Give the account another role and end its sessions; flushes, does not commit. The same role changes nothing."""
    if account.role == role.value:
        return
    former, account.role = account.role, role.value
    end_sessions(account.id)
    note_of(account, "account.role_changed", keys, actor=actor, former=former, role=role.value)
    db.session.flush()
