"""`flask index …`: the vector index."""

import click
from flask.cli import with_appcontext

from webapp.cli.progress import progress_bar


@click.group()
def index() -> None:
    """Keep the vector index equal to the catalogue."""


@index.command()
@with_appcontext
def update() -> None:
    """Embed what is new, drop what is gone; does nothing when all is equal."""
    bring_index_up_to_date(rebuild=False)


@index.command()
@with_appcontext
def rebuild() -> None:
    """Write the index anew (after a change of ENCODER, or when it is damaged); stored embeddings are reused."""
    bring_index_up_to_date(rebuild=True)


@index.command()
@with_appcontext
def show() -> None:
    """Say what the index holds."""
    from webapp.wiring import wiring

    manifest = wiring().index.manifest
    encoder = manifest.encoder
    click.echo(f"{manifest.rows} rows of {encoder.dim} dimensions, built {manifest.built_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"encoder {encoder.encoder_id}, revision {encoder.revision}")


def bring_index_up_to_date(*, rebuild: bool) -> None:
    """Synchronise the index with a progress bar and a line of summary."""
    from recommender.indexing import synchronise_index
    from webapp.jobs.tasks import summary_of
    from webapp.wiring import wiring

    adapters = wiring()
    with progress_bar("index", "picture") as report:
        done = synchronise_index(
            adapters.index, adapters.image_encoder, adapters.blobs, rebuild=rebuild, on_progress=report
        )
    click.echo(f"Index: {summary_of(done)}.")
