"""`flask access …`: who may do what behind the counter."""

import click
from flask import Flask, current_app

from accounts.models import Role
from accounts.permissions import ROLES_WITH, Permission

_HEAD = """# Roles and permissions

Who may do what behind the counter: `accounts/permissions.py` as a table, printed by `flask access document`.
`flask access routes` prints the permission of every page and act. Shoppers and visitors open no desk.

"""


@click.group()
def access() -> None:
    """Roles, permissions, and the pages that ask for them."""


@access.command()
def document() -> None:
    """Print docs/ACCESS.md."""
    click.echo(access_page(), nl=False)


@access.command()
def routes() -> None:
    """Print each page and act of the desks with its permission and roles."""
    for route, permission in staff_routes(current_app):
        roles = ", ".join(role.value for role in Role if role in ROLES_WITH[permission])
        click.echo(f"{route}\t{permission.value}\t{roles}")


def access_page() -> str:
    """Return the table of permissions and roles as Markdown."""
    staff = [role for role in Role if role is not Role.SHOPPER]
    lines = ["| may | " + " | ".join(role.value.replace("_", " ") for role in staff) + " |\n"]
    lines.append("|---" * (len(staff) + 1) + "|\n")
    for permission in Permission:
        cells = ("yes" if role in ROLES_WITH[permission] else "" for role in staff)
        lines.append(f"| {permission.value} | " + " | ".join(cells) + " |\n")
    return _HEAD + "".join(lines)


def staff_routes(app: Flask) -> list[tuple[str, Permission]]:
    """Return (method and address, permission) of every route that asks for one, by address."""
    found = []
    for rule in app.url_map.iter_rules():
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if permission is not None:
            found += [(f"{method} {rule.rule}", permission) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return sorted(found, key=lambda route: route[0].split(" ", 1)[::-1])
