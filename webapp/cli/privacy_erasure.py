"""`flask privacy resume-erasures`, `replay-erasures`, `verify-receipt`, `public-key`: erasures and their receipts."""

from pathlib import Path

import click
from flask.cli import with_appcontext


@click.command()
@with_appcontext
def resume_erasures() -> None:
    """Go on with erasures that were cut short (the server does so by itself); those that cannot are named."""
    from privacy.erasure import open_erasures
    from webapp.wiring import wiring

    finished = wiring().erasures.resume()
    still_open = open_erasures()
    click.echo(f"{finished} erasures finished, {len(still_open)} still open.")
    for erasure in still_open:
        click.echo(
            f"  {erasure.id}: at {erasure.stage}, {erasure.attempts} attempts, last: {erasure.last_error or '-'}"
        )


@click.command()
@with_appcontext
def replay_erasures() -> None:
    """After a backup was restored, before the shop opens: erase again whatever had been erased."""
    from privacy.erasure_replay import replay_erasures as replay
    from webapp.cli.progress import progress_bar
    from webapp.wiring import wiring

    with progress_bar("replay", "erasure") as report:
        replayed = replay(wiring().erasures, wiring().pseudonyms, wiring().blobs, on_progress=report)
    click.echo(f"{replayed.found} erasures had come back with the backup, {replayed.finished} are done again.")
    if replayed.finished < replayed.found:
        raise click.ClickException("the rest goes on in the background: `flask privacy resume-erasures` shows why not")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--public-key", "key", help="64 hexadecimal digits; default: this shop's own.")
@with_appcontext
def verify_receipt(file: Path, key: str | None) -> None:
    """Say whether FILE is a true receipt, and of what."""
    from privacy.erasure_errors import ReceiptInvalid
    from privacy.receipts import verify_receipt as verify
    from webapp.wiring import wiring

    try:
        stated = verify(file.read_bytes(), public_key=key or wiring().erasures.signer.public_key)
    except ReceiptInvalid as error:
        raise click.ClickException(str(error)) from error
    found = stated["scan"]["found"]
    click.echo(f"A true receipt: {stated['scope']['kind']} erased, {stated['finished_at']}, {found} traces found.")


@click.command()
@with_appcontext
def public_key() -> None:
    """Print the key that checks receipts."""
    from webapp.wiring import wiring

    click.echo(wiring().erasures.signer.public_key)
