"""The queue as a source of personal data: jobs that name a person or one of their photos."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Text, cast, delete, or_, select, update

from privacy.erasure_errors import StillInUse
from privacy.photo_sources import OnlyErased, in_words, photo_ids_in
from privacy.sources import ErasureStep, Scope
from storage.database import db, now
from webapp.jobs.models import Job, JobState
from webapp.jobs.queue import ABANDONED_AFTER


class JobsSource(OnlyErased):
    """Jobs go with whom they name; one that runs is asked to stop first."""

    name = "jobs"
    step = ErasureStep.JOBS
    tables = frozenset({"job"})

    def kept(self, scope: Scope) -> Mapping[str, int]:
        return {"jobs": len(_naming(scope))}

    def erase(self, scope: Scope) -> None:
        """Remove the jobs. Raises StillInUse while one of them runs: it has been asked to stop."""
        job_ids = _naming(scope)
        running = (Job.state == JobState.RUNNING) & (Job.alive_at > now() - ABANDONED_AFTER) & (Job.alive_at <= now())
        busy = db.session.scalars(select(Job.id).where(Job.id.in_(job_ids), running)).all()
        db.session.execute(update(Job).where(Job.id.in_(busy)).values(cancel_requested=True))
        db.session.execute(delete(Job).where(Job.id.in_(set(job_ids) - set(busy))))
        if busy:
            db.session.commit()
            raise StillInUse("a job")

    def remains(self, scope: Scope) -> Sequence[str]:
        return in_words(self.kept(scope), "queue")


def _naming(scope: Scope) -> list[int]:
    names = [*photo_ids_in(scope)]
    if scope.photo_id is None and scope.purpose is None:
        names += [scope.pseudonym, *([scope.account_id] if scope.account_id else [])]
    if not names:
        return []
    spoken = (cast(Job.arguments, Text), cast(Job.outcome, Text), Job.result)
    naming = or_(*(text.contains(name, autoescape=True) for text in spoken for name in names))
    return list(db.session.scalars(select(Job.id).where(naming)))
