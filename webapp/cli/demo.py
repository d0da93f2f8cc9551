"""`flask demo …`: a shop to try."""

import tempfile
from pathlib import Path

import click
from flask.cli import with_appcontext

from webapp.cli.progress import progress_bar


@click.group()
def demo() -> None:
    """A shop to try: drawn products, drawn looks, three accounts."""


@demo.command()
@with_appcontext
def seed() -> None:
    """Fill an empty shop; a second run changes nothing."""
    from catalog.import_feed import has_ever_been_filled
    from webapp.cli.index import bring_index_up_to_date
    from webapp.demo_accounts import ensure_demo_accounts
    from webapp.wiring import wiring

    if not wiring().settings.demo:
        raise click.ClickException("this is no demo shop: set DEMO=1 to fill it with drawn products")
    ensure_demo_accounts()
    if not has_ever_been_filled():
        _draw_and_import()
    offer_demo_looks()
    bring_index_up_to_date(rebuild=False)
    _train_a_classifier()


@demo.command()
@with_appcontext
def accounts() -> None:
    """Print the demo accounts and the shop's address."""
    from webapp.demo_accounts import demo_accounts
    from webapp.wiring import wiring

    settings = wiring().settings
    click.echo(f"\n  The shop: http://{settings.bind}/\n")
    for account in demo_accounts(settings):
        click.echo(f"  {account.role:<16} {account.email:<32} {account.password}")
    click.echo(f"\n  Keys and accounts of this demo lie in {settings.instance}.\n")


@demo.command()
@with_appcontext
def shoppers() -> None:
    """Invent twelve weeks of searches, opinions and favourites, for the insight page; a second run adds no more."""
    from recommender.signal_models import SearchCount
    from storage.database import db, now
    from webapp.demo_shoppers import invent_shoppers
    from webapp.wiring import wiring

    if not wiring().settings.demo:
        raise click.ClickException("this is no demo shop: its numbers come from its shoppers")
    if db.session.query(SearchCount).first() is not None:
        raise click.ClickException("there are searches already: the numbers would mix with invented ones")
    count = invent_shoppers(now().date(), weeks=12)
    db.session.commit()
    click.echo(f"{count} shoppers invented; look at /admin/insight.")


@demo.command()
@click.option("--last", default=1, show_default=True, help="How many letters, the newest last.")
@with_appcontext
def mail(last: int) -> None:
    """Print the letters that the demo would have sent."""
    from email import message_from_bytes
    from email.policy import default

    from webapp.wiring import wiring

    folder = wiring().settings.mail_folder
    for path in sorted(folder.glob("*.eml"))[-last:] if last > 0 else []:
        message = message_from_bytes(path.read_bytes(), policy=default)
        body = message.get_body(("plain",))
        click.echo(f"{path}\nTo: {message['To']}\nSubject: {message['Subject']}\n")
        click.echo(body.get_content() if body else "")
    if not any(folder.glob("*.eml")):
        click.echo(f"No letter yet in {folder}; the running shop writes them within a second.")


def _draw_and_import() -> None:
    from catalog.import_feed import import_feed
    from demo.export import write_demo_catalogue
    from webapp.wiring import wiring

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with progress_bar("draw the demo shop", "product") as report:
            write_demo_catalogue(folder, on_progress=report)
        with progress_bar("import", "row") as report:
            feed, images = folder / "products.jsonl", folder / "images"
            import_feed(feed, image_folder=images, blobs=wiring().blobs, on_progress=report)


def _train_a_classifier() -> None:
    """Train the listing classifier on the drawn products, unless one was trained already."""
    from recommender.listing_suggestions import suggest_for_catalogue
    from recommender.listing_training import active_model, train_and_swap, training_material
    from webapp.wiring import wiring

    if active_model() is not None:
        return
    classifiers = wiring().listing_classifiers
    with progress_bar("train the classifier", "step") as report:
        train_and_swap(training_material(wiring().serving.image_encoder.identity), classifiers, on_progress=report)
    model, classifier = classifiers.active()
    with progress_bar("suggest", "product") as report:
        suggest_for_catalogue(classifier, model_id=model.id, on_progress=report)


def offer_demo_looks() -> None:
    """Draw the looks that the front page does not offer yet."""
    from demo.looks import demo_looks, draw_look
    from storage.images import encode_jpeg
    from webapp.shop.looks import LookOnOffer, looks_on_offer, offer_look
    from webapp.wiring import wiring

    blobs = wiring().blobs
    offered = {look.slug for look in looks_on_offer(blobs)}
    for look in demo_looks():
        if look.slug not in offered:
            drawing = draw_look(look.spec, seed=look.seed)
            titles = {"fr": look.title_fr, "en": look.title_en}
            offer_look(blobs, LookOnOffer(look.slug, titles), encode_jpeg(drawing.image))
