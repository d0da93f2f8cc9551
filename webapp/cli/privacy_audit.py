"""`flask privacy verify-audit | relay-audit | continue-audit`."""

import re

import click
from flask.cli import with_appcontext

_HEAD = re.compile(r"(\d{1,12}):([0-9a-f]{64})")


@click.command("verify-audit")
@click.option(
    "--known-head",
    metavar="COUNT:HASH",
    help="The end that an earlier run printed, kept outside of this shop: finds even all stores set back together.",
)
@with_appcontext
def verify_audit_command(known_head: str | None) -> None:
    """Check every entry of the audit; names the first bad one and ends with status 1 when there is one."""
    from privacy.audit_chain import Head
    from privacy.audit_verification import verify_audit
    from webapp.wiring import wiring

    found = _HEAD.fullmatch(known_head or "")
    if known_head and not found:
        raise click.BadParameter("write it as it was printed: COUNT:HASH", param_hint="--known-head")
    report = verify_audit(wiring().audit_seal, known_head=Head(int(found[1]), found[2]) if found else None)
    click.echo(f"{report.good} entries are good; the last of them: {report.head.count}:{report.head.hash}")
    if report.waiting.count:
        click.echo(
            f"{report.waiting.count} notes wait for the relay, since {report.waiting.since:%Y-%m-%d %H:%M:%S %Z}."
        )
    if report.fault:
        where = f" at entry {report.bad_seq}" if report.bad_seq else ""
        raise click.ClickException(f"the audit is not as it was written: {report.fault.value}{where}")
    click.echo("The audit is as it was written.")


@click.command("relay-audit")
@with_appcontext
def relay_audit_command() -> None:
    """Carry the waiting notes to the audit, and raise and mail alerts (the server does so every few seconds)."""
    from privacy.errors import PrivacyError
    from webapp.audit_work import relay_and_watch

    try:
        click.echo(f"{relay_and_watch()} notes carried to the audit.")
    except PrivacyError as error:
        raise click.ClickException(f"{error}. The notes wait.") from error


@click.command("continue-audit")
@click.option("--reason", required=True, help="What broke the chain and who looked into it; names nobody.")
@with_appcontext
def continue_audit_command(reason: str) -> None:
    """Go on after a break of the chain that you have looked into (a restored backup, say); an entry tells of it."""
    from privacy.audit_chain import continue_chain
    from privacy.errors import PrivacyError
    from webapp.wiring import wiring

    if not reason.strip():
        raise click.BadParameter("say what broke the chain", param_hint="--reason")
    try:
        head = continue_chain(wiring().audit_seal, reason.strip())
    except PrivacyError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The audit goes on after entry {head.count}.")
