"""The tasks by name: each takes its progress and the job's arguments, calls one use case, and says what it did."""

from collections.abc import Callable

from recommender.indexing import IndexReport, Progress, synchronise_index
from webapp.jobs.queue import JobProgress
from webapp.wiring import wiring


def update_index(progress: JobProgress, *, rebuild: bool = False) -> str:
    """Bring the vector index to the catalogue's state, or write it anew."""
    return summary_of(synchronise(rebuild=rebuild, on_progress=progress.report, should_stop=progress.should_stop))


def synchronise(
    *, rebuild: bool, on_progress: Progress, should_stop: Callable[[], bool] = lambda: False
) -> IndexReport:
    """Update the index that serves, with its own encoder, or make a new one with the encoder that ENCODER names."""
    adapters = wiring()
    serving = adapters.serving
    return synchronise_index(
        adapters.index if rebuild else serving.index,
        adapters.image_encoder if rebuild else serving.image_encoder,
        adapters.blobs,
        rebuild=rebuild,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def summary_of(report: IndexReport) -> str:
    """Return an index run in one line."""
    state = "" if report.finished else " (stopped early)"
    return (
        f"{report.rows} rows: {report.embedded} embedded, {report.reused} embeddings reused, "
        f"{report.removed} removed{state}"
    )


TASKS: dict[str, Callable[..., str]] = {"update_index": update_index}
