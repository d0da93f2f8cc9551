"""What is done with all data of a person at once: hold it (Art. 18), stop a use (Art. 21), or take that back."""

from collections.abc import Sequence

from privacy.audit_notes import note
from privacy.consent import Purpose
from privacy.sources import PersonalDataSource, Scope
from privacy.standing import change_standing
from storage.database import db

OBJECTIONS = {
    Purpose.RECOMMENDATION: "objects_to_personalisation",
    Purpose.STATISTICS: "objects_to_statistics",
}
"""The purposes that a person can object to as a whole, and the column of their standing."""


def set_restriction(scope: Scope, sources: Sequence[PersonalDataSource], *, restricted: bool, actor: str) -> None:
    """Hold all data of the person, or lift the hold; commits, the gate first: it is shut from the next request on."""
    change_standing(scope.pseudonym, restricted=restricted)
    note("person.restricted" if restricted else "person.restriction_lifted", actor=actor, subject=scope.pseudonym)
    db.session.commit()
    for source in sources:
        source.restrict(scope, restricted=restricted)
        db.session.commit()


def set_objection(
    scope: Scope, sources: Sequence[PersonalDataSource], purpose: Purpose, *, objects: bool, actor: str
) -> None:
    """Stop a use of the person's data, or allow it again; commits, the gate first. Raises KeyError: no such purpose."""
    change_standing(scope.pseudonym, **{OBJECTIONS[purpose]: objects})
    action = "person.objected" if objects else "person.objection_lifted"
    note(action, actor=actor, subject=scope.pseudonym, details={"purpose": purpose.value})
    db.session.commit()
    for source in sources if objects else ():
        source.object(scope, purpose)
        db.session.commit()
