"""`flask privacy …`: the purge, the register of processing, the DPIA, and a look at what the columns hold."""

import json
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from webapp.cli.progress import progress_bar
from webapp.settings import LANGUAGES

if TYPE_CHECKING:
    from privacy.purge import LapsedCount
    from webapp.jobs.models import Outcome


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what has lapsed, erase nothing.")
@click.option("--clock-is-right", is_flag=True, help="An earlier purge ran at a wrong, later time: forget it.")
@with_appcontext
def purge(*, dry_run: bool, clock_is_right: bool) -> None:
    """Warn whose account lapses soon, and erase all that has lapsed, as the server does every night.

    An interrupted purge goes on where it stopped.
    """
    from privacy.audit_notes import COMMAND_LINE
    from privacy.errors import ClockWentBackwards, PurgeInterrupted
    from privacy.purge import accept_the_clock
    from storage.database import db, now
    from webapp.jobs.tasks import warn_and_purge
    from webapp.wiring import wiring

    policy = wiring().retention_policy
    if dry_run:
        _show(wiring().purger.preview(policy, now()))
        click.echo(f"{len(wiring().warning_letters.due(policy, now()))} warnings of an unused account are due.")
        return
    if clock_is_right:
        forgotten = accept_the_clock(now(), actor=COMMAND_LINE, reason="--clock-is-right")
        db.session.commit()
        click.echo(f"{forgotten} purges that ran later than now are forgotten.")
    try:
        with progress_bar("purge", "thing") as on_progress:
            done = warn_and_purge(actor=COMMAND_LINE, on_progress=on_progress)
    except (ClockWentBackwards, PurgeInterrupted) as error:
        raise click.ClickException(str(error)) from error
    click.echo(_done(done))


@click.command()
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_appcontext
def register(*, language: str, as_json: bool) -> None:
    """Print the register of processing (Art. 30), made from the declarations beside the columns."""
    from webapp.privacy_desk.register_text import register_text
    from webapp.register import current_register

    current = current_register()
    click.echo(_json(current.as_json(language)) if as_json else register_text(current, language), nl=False)


@click.command()
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_appcontext
def dpia(*, language: str, as_json: bool) -> None:
    """Print the data protection impact assessment (Art. 35); exits 1 when a residual risk is too high."""
    from webapp.privacy_desk.register_text import dpia_text
    from webapp.register import current_assessment

    assessment = current_assessment()
    click.echo(_json(assessment.as_json(language)) if as_json else dpia_text(assessment, language), nl=False)
    if not assessment.is_acceptable:
        raise SystemExit(1)


@click.command("check-columns")
@click.option("--sample", default=500, show_default=True, type=click.IntRange(1, 100_000), help="Rows of each column.")
@with_appcontext
def check_columns_command(*, sample: int) -> None:
    """Look at a sample of rows: are sealed columns ciphertext, are pseudonyms keyed hashes? Exits 1 when not."""
    from privacy.column_check import check_columns
    from privacy.declared_columns import protected_share
    from storage.database import db

    checks = check_columns(db.metadatas, sample=sample)
    wrong = [check for check in checks if check.problem]
    for check in wrong:
        click.echo(f"{check.column.name} {check.problem}", err=True)
    share = protected_share(check.column for check in checks)
    rows = sum(check.rows for check in checks)
    click.echo(
        f"{len(checks)} personal columns, {share:.0%} declared encrypted or pseudonymised; "
        f"{rows} values looked at, {len(wrong)} columns are not what they declare."
    )
    if wrong:
        raise SystemExit(1)


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _done(outcome: "Outcome") -> str:
    """Return what a purge did in one line."""
    counts = ", ".join(f"{count} {category}" for category, count in outcome["erased"].items())
    erased = f"{sum(outcome['erased'].values())} erased: {counts}" if counts else "Nothing had lapsed"
    unsent = f" ({outcome['unsent']} could not be sent, the next purge tries again)" if outcome["unsent"] else ""
    return f"{erased}; {outcome['warned']} warnings sent{unsent}."


def _show(counts: list["LapsedCount"]) -> None:
    for each in counts:
        oldest = f", the oldest of {each.oldest:%Y-%m-%d %H:%M} UTC" if each.oldest else ""
        held = f" ({each.held} more are held at the person's request)" if each.held else ""
        click.echo(f"{each.category.value:<12} {each.count:>8} lapsed{oldest}{held}")
