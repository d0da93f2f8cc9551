"""`flask index …`: the vector index."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from webapp.cli.progress import progress_bar


@click.group()
def index() -> None:
    """Keep the vector index equal to the catalogue."""


@index.command()
@with_appcontext
def update() -> None:
    """Embed what is new, drop what is gone; does nothing when all is equal."""
    from webapp.wiring import wiring

    with _in_words():
        bring_index_up_to_date(rebuild=False)
        _say_when_another_encoder_is_chosen(wiring().settings.encoder)


@index.command()
@with_appcontext
def rebuild() -> None:
    """Make a new index with the model of ENCODER beside the old one, then swap it in (stored embeddings are reused).

    The old index answers until the swap, and goes on answering when this fails. Running processes follow by themselves.
    """
    with _in_words():
        bring_index_up_to_date(rebuild=True)


@index.command()
@with_appcontext
def rollback() -> None:
    """Go back to the index before the last rebuild, and to its encoder; kept until the next rebuild has succeeded."""
    from webapp.wiring import wiring

    with _in_words():
        manifest = wiring().serving_switch.roll_back()
        click.echo(f"The index of {manifest.built_at:%Y-%m-%d %H:%M} UTC answers again.")
        bring_index_up_to_date(rebuild=False)
        _say_when_another_encoder_is_chosen(wiring().settings.encoder)


@index.command()
@with_appcontext
def show() -> None:
    """Say what the index holds."""
    from webapp.wiring import wiring

    with _in_words():
        manifest = wiring().index.manifest
    encoder = manifest.encoder
    click.echo(f"{manifest.rows} rows of {encoder.dim} dimensions, built {manifest.built_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"encoder {encoder.encoder_id}, revision {encoder.revision}, ENCODER={encoder.setting}")


def bring_index_up_to_date(*, rebuild: bool) -> None:
    """Synchronise the index with a progress bar and a line of summary."""
    from webapp.admin.job_words import outcome_words
    from webapp.jobs.tasks import index_outcome, synchronise

    with progress_bar("index", "picture") as report:
        done = synchronise(rebuild=rebuild, on_progress=report)
    with force_locale("en"):
        click.echo(f"Index: {' '.join(outcome_words('update_index', index_outcome(done)))}")


def _say_when_another_encoder_is_chosen(chosen: str) -> None:
    from webapp.wiring import wiring

    serves = wiring().index.manifest.encoder.setting
    if serves != chosen:
        click.echo(f"It is of ENCODER={serves}; `flask index rebuild` makes one of ENCODER={chosen}.")


@contextmanager
def _in_words() -> Iterator[None]:
    """Show what the recommender cannot do as one line."""
    from recommender.errors import RecommenderError

    try:
        yield
    except RecommenderError as error:
        raise click.ClickException(str(error)) from error
