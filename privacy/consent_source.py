"""Consents as personal data: what was agreed to and when; the proof goes with the photo, or with the person."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select

from privacy.consent import Purpose
from privacy.consent_texts import words_with_hash
from privacy.models import ConsentRecord
from privacy.sources import ErasureStep, Scope
from storage.database import db


class ConsentSource:
    """`PersonalDataSource` of the consent records. A scope with a purpose erases none: they prove the withdrawal."""

    name = "consents"
    step = ErasureStep.ROWS
    tables = frozenset({ConsentRecord.__tablename__})

    def export(self, scope: Scope) -> Mapping[str, object]:
        fields = scope.row_fields | ({"purpose": scope.purpose.value} if scope.purpose else {})
        records = db.session.scalars(select(ConsentRecord).filter_by(**fields).order_by(ConsentRecord.id))
        described = [_described(record) for record in records]
        return {"consents": described} if described else {}

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        """Nothing: what was agreed to and when is not a matter of correction."""

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """Nothing: the standing closes the gate, and the proof stays."""

    def object(self, scope: Scope, purpose: Purpose) -> None:
        """Nothing: the standing closes the gate."""

    def erase(self, scope: Scope) -> None:
        if scope.purpose is None:
            db.session.execute(delete(ConsentRecord).filter_by(**scope.row_fields))

    def remains(self, scope: Scope) -> Sequence[str]:
        if scope.purpose is not None:
            return ()
        left = db.session.scalar(select(func.count()).select_from(ConsentRecord).filter_by(**scope.row_fields))
        return (f"{left} consent records",) if left else ()


def _described(record: ConsentRecord) -> dict[str, object]:
    return {
        "photo": record.photo_id,
        "purpose": record.purpose,
        "given_at": record.given_at.isoformat(),
        "withdrawn_at": record.withdrawn_at.isoformat() if record.withdrawn_at else None,
        "language": record.language,
        "text_version": record.text_version,
        "text_sha256": record.text_sha256,
        "words": words_with_hash(Purpose(record.purpose), record.text_sha256),
    }
