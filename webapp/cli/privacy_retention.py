"""`flask privacy …`: the purge from the command line."""

from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from webapp.cli.progress import progress_bar

if TYPE_CHECKING:
    from privacy.purge import LapsedCount


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what has lapsed, erase nothing.")
@click.option("--clock-is-right", is_flag=True, help="An earlier purge ran at a wrong, later time: forget it.")
@with_appcontext
def purge(*, dry_run: bool, clock_is_right: bool) -> None:
    """Erase all that has lapsed (the server does so every night); an interrupted purge goes on where it stopped."""
    from privacy.audit_notes import COMMAND_LINE
    from privacy.errors import ClockWentBackwards, PurgeInterrupted
    from privacy.purge import accept_the_clock
    from storage.database import db, now
    from webapp.jobs.tasks import erased_in_words
    from webapp.wiring import wiring

    purger, policy = wiring().purger, wiring().retention_policy
    if dry_run:
        _show(purger.preview(policy, now()))
        return
    if clock_is_right:
        forgotten = accept_the_clock(now(), actor=COMMAND_LINE, reason="--clock-is-right")
        db.session.commit()
        click.echo(f"{forgotten} purges that ran later than now are forgotten.")
    try:
        with progress_bar("purge", "thing") as on_progress:
            report = purger.purge(policy, now(), actor=COMMAND_LINE, on_progress=on_progress)
    except (ClockWentBackwards, PurgeInterrupted) as error:
        raise click.ClickException(str(error)) from error
    click.echo(erased_in_words(report).capitalize() + ".")


def _show(counts: list["LapsedCount"]) -> None:
    for each in counts:
        oldest = f", the oldest of {each.oldest:%Y-%m-%d %H:%M} UTC" if each.oldest else ""
        held = f" ({each.held} more are held at the person's request)" if each.held else ""
        click.echo(f"{each.category.value:<12} {each.count:>8} lapsed{oldest}{held}")
