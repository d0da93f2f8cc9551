"""Background work of listings that classify themselves: training, suggestions for the catalogue, filling in."""

from catalog.history import changes_by
from recommender.errors import TrainingStopped
from recommender.listing_comparison import compare_on_catalogue
from recommender.listing_suggestions import accept_sure, suggest_for_catalogue
from recommender.listing_training import train_and_swap, training_material
from storage.database import db
from webapp.jobs.queue import JobProgress, enqueue
from webapp.wiring import wiring


def train_classifier(progress: JobProgress) -> str:
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
        return "stopped: the classifier of before answers"
    told = ", ".join(f"{field} {best_accuracy(facts):.0%}" for field, facts in model.facts.items())
    enqueue("suggest_for_catalogue")
    db.session.commit()
    return f"{model.examples} products learned from in {model.seconds:.0f} s; right on products kept apart: {told}"


def suggest_for_products(progress: JobProgress) -> str:
    """Suggest what products lack or seem to have wrong. Raises ListingClassifierMissing, ListingClassifierDamaged."""
    model, classifier = wiring().listing_classifiers.active()
    report = suggest_for_catalogue(
        classifier, model_id=model.id, on_progress=progress.report, should_stop=progress.should_stop
    )
    state = "" if report.finished else " (stopped early)"
    return f"{report.products} products looked at, {report.suggested} fields have a suggestion{state}"


def accept_sure_suggestions(progress: JobProgress, *, actor: str, role: str, sure_from: float) -> str:
    """Fill in every empty field whose suggestion is at least so probable, as one act that can be undone."""
    with changes_by(actor, kind="suggestions", role=role):
        accepted = accept_sure(sure_from=sure_from, on_progress=progress.report, should_stop=progress.should_stop)
    return f"{accepted} fields filled in"


def compare_classifiers(progress: JobProgress) -> str:
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
        return "stopped: nothing was kept"
    told = ", ".join(f"{name} {said['accuracy']:.1%}" for name, said in kept.report["models"].items() if said)
    return f"{kept.products} products: {told}"


def best_accuracy(facts: dict[str, dict[str, float]]) -> float:
    """Return a field's accuracy with all that can be read of a listing, 0 to 1."""
    accuracy = facts["accuracy"]
    return accuracy.get("both", max(accuracy.values(), default=0.0))
