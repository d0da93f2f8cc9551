"""The breach register as personal data: it names nobody but, by pseudonym, the officer who wrote an entry."""

from collections.abc import Sequence

from sqlalchemy import select, update

from privacy.breach_models import Breach
from privacy.photo_sources import OnlyErased
from privacy.sources import ErasureStep, Scope
from storage.database import db


class BreachRecords(OnlyErased):
    """`PersonalDataSource` of the register: the entry stays for the authority (Art. 33(5)), its writer's name goes."""

    name = "breaches"
    step = ErasureStep.ROWS
    tables = frozenset({Breach.__tablename__})

    def erase(self, scope: Scope) -> None:
        if _is_whole_person(scope):
            db.session.execute(update(Breach).filter_by(recorded_by=scope.pseudonym).values(recorded_by=""))
            db.session.flush()

    def remains(self, scope: Scope) -> Sequence[str]:
        if not _is_whole_person(scope):
            return ()
        written = db.session.scalars(select(Breach.id).filter_by(recorded_by=scope.pseudonym))
        return [f"breach {breach_id[:8]} names them as its writer" for breach_id in written]


def _is_whole_person(scope: Scope) -> bool:
    return bool(scope.pseudonym) and scope.photo_id is None and scope.purpose is None
