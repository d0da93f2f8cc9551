"""The tasks by name: each takes its progress and the job's arguments, calls one use case, and returns what it did."""

from collections.abc import Callable

from catalog.bulk_edit import apply_in_pieces, read_bulk_edit
from catalog.history import change_count, changes_by, undo_batch
from catalog.models import Product
from catalog.product_list import conditions
from catalog.products import products_of_images
from privacy.audit_notes import SYSTEM
from privacy.purge import refuse_a_clock_that_went_back
from recommender.indexing import IndexReport, Progress, synchronise_index
from storage.database import db, now
from webapp.exports import make_export
from webapp.feeds import check_feed, fetch_feed, follow_undo, import_feed, undo_feed_import
from webapp.imports import import_archive
from webapp.jobs.listings import accept_sure_suggestions, compare_classifiers, suggest_for_products, train_classifier
from webapp.jobs.models import Outcome
from webapp.jobs.putting_right import look_for_what_is_wrong
from webapp.jobs.queue import JobProgress, enqueue_after_a_change
from webapp.list_query import list_query_from, query_of
from webapp.wiring import wiring

_UNREADABLE_NAMED = 20


def update_index(progress: JobProgress, *, rebuild: bool = False, encoder: str = "") -> Outcome:
    """Bring the vector index to the catalogue's state, or write it anew, with another encoder if one is named."""
    return index_outcome(
        synchronise(rebuild=rebuild, encoder=encoder, on_progress=progress.report, should_stop=progress.should_stop)
    )


def roll_back_index(progress: JobProgress) -> Outcome:
    """Go back to the index before the last rebuild, and to its encoder; bring it to the catalogue's state."""
    manifest = wiring().serving_switch.roll_back()
    report = synchronise(rebuild=False, on_progress=progress.report, should_stop=progress.should_stop)
    return {"built_at": manifest.built_at.isoformat(), **index_outcome(report)}


def synchronise(
    *, rebuild: bool, encoder: str = "", on_progress: Progress, should_stop: Callable[[], bool] = lambda: False
) -> IndexReport:
    """Update the index that serves, with its own encoder, or make a new one.

    encoder: what ENCODER would say, for a new one; without it ENCODER itself counts.
    """
    adapters = wiring()
    serving = adapters.serving
    return synchronise_index(
        adapters.index if rebuild else serving.index,
        adapters.encoders_named(encoder or adapters.settings.encoder).images if rebuild else serving.image_encoder,
        adapters.blobs,
        rebuild=rebuild,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def index_outcome(report: IndexReport) -> Outcome:
    """Return what an index run did; of the pictures that cannot be read, the first products are named."""
    first = products_of_images(report.unreadable[:_UNREADABLE_NAMED]).values()
    counts = {name: getattr(report, name) for name in ("finished", "rows", "embedded", "reused", "removed")}
    skus = list(dict.fromkeys(product.sku for product in first))
    return counts | {"unreadable": len(report.unreadable), "unreadable_skus": skus}


def purge_lapsed(progress: JobProgress) -> Outcome:
    """Every night: warn whose account lapses soon, and erase what has lapsed.

    Raises ClockWentBackwards, PurgeInterrupted.
    """
    return warn_and_purge(actor=SYSTEM, on_progress=progress.report)


def warn_and_purge(*, actor: str, on_progress: Progress) -> Outcome:
    """Send the warnings that are due, erase what has lapsed, and return how many of each kind."""
    adapters, at = wiring(), now()
    policy = adapters.retention_policy
    refuse_a_clock_that_went_back(at, actor=actor)
    warnings = adapters.warning_letters.send(policy, at)
    report = adapters.purger.purge(policy, at, actor=actor, on_progress=on_progress)
    erased = {category.value: count for category, count in report.erased.items() if count}
    return {"erased": erased, "warned": warnings.sent, "unsent": warnings.failed}


def undo_changes(progress: JobProgress, *, batch: str, actor: str, role: str) -> Outcome:
    """Put back what is still as an act on products left it. Raises ChangeBatchNotFound."""
    report = undo_batch(
        batch, actor=actor, role=role, on_progress=progress.report_written, should_stop=progress.should_stop
    )
    follow_undo(batch, report)
    enqueue_after_a_change("update_index", rebuild=False)
    db.session.commit()
    return {"finished": report.finished, "put_back": report.put_back, "left_alone": report.left_alone}


def bulk_edit(
    progress: JobProgress,
    *,
    action: str,
    value: str,
    query: str,
    up_to: int,
    batch: str,
    actor: str,
    role: str,
    ending: str = "",
) -> Outcome:
    """Make one change to all products of a list, as one act; one that was cut short goes on.

    up_to: the id of the newest product when it was asked for. Raises InvalidBulkEdit, BadRequestValue.
    """
    edit = read_bulk_edit(action, value, ending)
    which = [*conditions(list_query_from(query_of(query)).wanted), Product.id <= up_to]
    with changes_by(actor, kind="bulk edit", batch=batch, role=role):
        finished = apply_in_pieces(
            edit, which, batch=batch, on_progress=progress.report_written, should_stop=progress.should_stop
        )
    if edit.moves_sale:
        enqueue_after_a_change("update_index", rebuild=False)
    db.session.commit()
    return {"finished": finished, "changed": change_count(batch)}


FEED_TASKS = frozenset(("fetch_feed", "check_feed", "import_feed", "undo_feed_import", "look_for_what_is_wrong"))
"""They take as long as a feed or a catalogue is: a thread of their own runs them, one after the other."""

EDIT_TASKS = frozenset(("bulk_edit", "undo_changes"))
"""They take as long as a catalogue is, and people wait for them: beside the feeds, one after the other."""

INDEX_TASKS = frozenset(("update_index", "roll_back_index"))
"""They change the search index."""

CATALOGUE_TASKS = (
    FEED_TASKS
    | EDIT_TASKS
    | INDEX_TASKS
    | {"train_classifier", "suggest_for_catalogue", "accept_sure", "compare_classifiers"}
)
"""The catalogue's desk shows and stops these; the others are of people's data."""

TASKS: dict[str, Callable[..., Outcome]] = {
    "purge_lapsed": purge_lapsed,
    "update_index": update_index,
    "undo_changes": undo_changes,
    "bulk_edit": bulk_edit,
    "roll_back_index": roll_back_index,
    "make_export": make_export,
    "import_archive": import_archive,
    "fetch_feed": fetch_feed,
    "check_feed": check_feed,
    "import_feed": import_feed,
    "undo_feed_import": undo_feed_import,
    "train_classifier": train_classifier,
    "suggest_for_catalogue": suggest_for_products,
    "accept_sure": accept_sure_suggestions,
    "look_for_what_is_wrong": look_for_what_is_wrong,
    "compare_classifiers": compare_classifiers,
}
