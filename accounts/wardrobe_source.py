"""Wardrobes as personal data."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select

from accounts.models import WardrobeItem
from accounts.wardrobe import wardrobe_of
from privacy.consent import Purpose
from privacy.keys import PersonalDataKeys
from privacy.sources import ErasureStep, Scope
from storage.database import db


class WardrobeSource:
    """`PersonalDataSource` of the wardrobe's garments; their pictures are the vault's."""

    name = "wardrobe"
    step = ErasureStep.ROWS
    tables = frozenset({WardrobeItem.__tablename__})

    def __init__(self, keys: PersonalDataKeys) -> None:
        self._keys = keys

    def export(self, scope: Scope) -> Mapping[str, object]:
        if not scope.concerns(Purpose.WARDROBE):
            return {}
        described = [
            {
                "photo": kept.photo_id,
                "number": kept.number,
                "garment": kept.garment,
                "name": kept.name,
                "added_at": kept.added_at.isoformat(),
            }
            for kept in wardrobe_of(scope.pseudonym, self._keys)
            if scope.photo_id in (None, kept.photo_id)
        ]
        return {"wardrobe": described} if described else {}

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        """Nothing: names are changed on the wardrobe's page."""

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """Nothing: the standing closes the gate to the pictures."""

    def object(self, scope: Scope, purpose: Purpose) -> None:
        """Nothing: a wardrobe rests on consent, which is withdrawn instead."""

    def erase(self, scope: Scope) -> None:
        if scope.concerns(Purpose.WARDROBE):
            db.session.execute(delete(WardrobeItem).filter_by(**scope.row_fields))

    def remains(self, scope: Scope) -> Sequence[str]:
        if not scope.concerns(Purpose.WARDROBE):
            return ()
        left = db.session.scalar(select(func.count()).select_from(WardrobeItem).filter_by(**scope.row_fields))
        return (f"{left} garments in the wardrobe",) if left else ()
