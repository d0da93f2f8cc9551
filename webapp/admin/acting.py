"""Changing products on behalf of the member of staff whose request this is."""

from contextlib import AbstractContextManager

from flask_login import current_user

from catalog.history import changes_by
from webapp.visitor import current_visitor


def staff_changes(kind: str, *, batch: str | None = None) -> AbstractContextManager[str]:
    """Let every change of a product in this block be the logged-in person's; yields the batch to undo it by."""
    return changes_by(current_visitor().pseudonym, kind=kind, batch=batch, role=current_user.role.value)
