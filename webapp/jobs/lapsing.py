"""Finished background jobs lapse; those that wait or run never do."""

from privacy.lapsing import RowsLapse
from privacy.retention import JOB
from webapp.jobs.models import Job

JOBS_LAPSE = RowsLapse(JOB, Job.id, Job.finished_at)
