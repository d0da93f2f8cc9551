"""Background work of listings that classify themselves: training, suggestions for the catalogue, filling in."""

from catalog.history import changes_by
from recommender.errors import TrainingStopped
from recommender.listing_comparison import compare_on_catalogue
from recommender.listing_suggestions import accept_sure, suggest_for_catalogue
from recommender.listing_training import train_and_swap, training_material
from storage.database import db
from webapp.jobs.models import Outcome
from webapp.jobs.queue import JobProgress, enqueue
from webapp.wiring import wiring


def train_classifier(progress: JobProgress) -> Outcome:
    """Train a classifier from the catalogue beside the one in use, swap it in, and let it look at the catalogue.

    Raises TooFewListingExamples.
    """
    adapters = wiring()
    material = training_material(adapters.serving.image_encoder.identity)
    try:
        model = train_and_swap(
            material, adapters.listing_classifiers, on_progress=progress.report, should_stop=progress.should_stop
        )
    except TrainingStopped:
        return {"finished": False}
    enqueue("suggest_for_catalogue")
    db.session.commit()
    accuracy = {field: best_accuracy(facts) for field, facts in model.facts.items()}
    return {"finished": True, "products": model.examples, "seconds": round(model.seconds), "accuracy": accuracy}


def suggest_for_products(progress: JobProgress) -> Outcome:
    """Suggest what products lack or seem to have wrong. Raises ListingClassifierMissing, ListingClassifierDamaged."""
    model, classifier = wiring().listing_classifiers.active()
    report = suggest_for_catalogue(
        classifier, model_id=model.id, on_progress=progress.report, should_stop=progress.should_stop
    )
    return {"finished": report.finished, "products": report.products, "suggested": report.suggested}


def accept_sure_suggestions(progress: JobProgress, *, actor: str, role: str, sure_from: float) -> Outcome:
    """Fill in every empty field whose suggestion is at least so probable, as one act that can be undone."""
    with changes_by(actor, kind="suggestions", role=role):
        accepted = accept_sure(sure_from=sure_from, on_progress=progress.report, should_stop=progress.should_stop)
    return {"finished": not progress.should_stop(), "accepted": accepted}


def compare_classifiers(progress: JobProgress) -> Outcome:
    """Compare what words, photos and both tell of the products on sale. Raises StudySetUnreadable."""
    adapters = wiring()
    try:
        kept = compare_on_catalogue(
            image_encoder=adapters.serving.image_encoder,
            pictures=adapters.blobs,
            on_progress=progress.report,
            should_stop=progress.should_stop,
        )
    except TrainingStopped:
        return {"finished": False}
    accuracy = {name: said["accuracy"] for name, said in kept.report["models"].items() if said}
    return {"finished": True, "products": kept.products, "accuracy": accuracy}


def best_accuracy(facts: dict[str, dict[str, float]]) -> float:
    """Return a field's accuracy with all that can be read of a listing, 0 to 1."""
    accuracy = facts["accuracy"]
    return accuracy.get("both", max(accuracy.values(), default=0.0))
