"""Exported training files as personal data: copies outside of the vault, deleted where they lie."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from privacy.consent import Purpose
from privacy.errors import TrainingFolderUnreachable
from privacy.models import TrainingExport
from privacy.sources import ErasureStep, Scope
from privacy.training_pool import remove_files
from storage.database import db


class TrainingSource:
    """`PersonalDataSource` of the files in training folders. `erase` raises TrainingFolderUnreachable: try again."""

    name = "training"
    step = ErasureStep.EXPORTS
    tables = frozenset({TrainingExport.__tablename__})

    def export(self, scope: Scope) -> Mapping[str, object]:
        described = [
            {"photo": export.photo_id, "garment": export.garment, "exported_at": export.exported_at.isoformat()}
            for export in self._exports(scope)
        ]
        return {"training_files": described} if described else {}

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        """Nothing: a crop shows what it shows."""

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """On hold, the copies go: a training machine could use them. Out of reach, they are tried again each minute."""
        if restricted and scope.concerns(Purpose.TRAINING):
            try:
                remove_files(self._exports(scope))
            except TrainingFolderUnreachable:
                # `files_that_must_go` names them as long as the person's data is on hold.
                return

    def object(self, scope: Scope, purpose: Purpose) -> None:
        if purpose is Purpose.TRAINING:
            self.erase(scope)

    def erase(self, scope: Scope) -> None:
        remove_files(self._exports(scope))

    def remains(self, scope: Scope) -> Sequence[str]:
        if not scope.concerns(Purpose.TRAINING):
            return ()
        by_folder = (
            select(TrainingExport.folder, func.count()).filter_by(**scope.row_fields).group_by(TrainingExport.folder)
        )
        return [f"{files} files in the training folder {folder}" for folder, files in db.session.execute(by_folder)]

    def _exports(self, scope: Scope) -> list[TrainingExport]:
        if not scope.concerns(Purpose.TRAINING):
            return []
        return list(db.session.scalars(select(TrainingExport).filter_by(**scope.row_fields)))
