"""Counts as personal data: they go with the consent to statistics, an objection, the photo or the person."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select

from privacy.consent import Purpose
from privacy.models import GarmentCount
from privacy.sources import ErasureStep, Scope
from storage.database import Model, db


class CountsSource:
    """What each `PersonalDataSource` of counts does. On hold they are kept and left out of every number shown.

    table: has `pseudonym` and `photo_id`; counts: what its rows are called.
    """

    step = ErasureStep.ROWS
    table: type[Model]
    counts: str

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        """Nothing: a count is taken out (by withdrawing, by objecting), not corrected."""

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """Nothing: the numbers ask for the person's standing each time."""

    def object(self, scope: Scope, purpose: Purpose) -> None:
        # Art. 21(3): objected to, they are no longer processed, and nothing else needs them.
        if purpose is Purpose.STATISTICS:
            self.erase(scope)

    def erase(self, scope: Scope) -> None:
        if scope.concerns(Purpose.STATISTICS):
            db.session.execute(delete(self.table).filter_by(**scope.row_fields))

    def remains(self, scope: Scope) -> Sequence[str]:
        if not scope.concerns(Purpose.STATISTICS):
            return ()
        left = db.session.scalar(select(func.count()).select_from(self.table).filter_by(**scope.row_fields))
        return (f"{left} {self.counts}",) if left else ()


class StatisticsSource(CountsSource):
    """`PersonalDataSource` of counted garments."""

    name = "statistics"
    table = GarmentCount
    counts = "counted garments"
    tables = frozenset({GarmentCount.__tablename__})

    def export(self, scope: Scope) -> Mapping[str, object]:
        if not scope.concerns(Purpose.STATISTICS):
            return {}
        counted = select(GarmentCount).filter_by(**scope.row_fields).order_by(GarmentCount.id)
        described = [
            {
                "photo": count.photo_id,
                "day": count.counted_on.isoformat(),
                "garment": count.garment,
                "colour": count.colour,
            }
            for count in db.session.scalars(counted)
        ]
        return {"counted_garments": described} if described else {}
