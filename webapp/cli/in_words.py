"""A group of commands that end in one line where keys or a store are out of reach, instead of a trace."""

from typing import Any

import click


class GroupInWords(click.Group):
    """Shows what protects people's data and cannot be done, or a store that does not answer, as one line."""

    def invoke(self, ctx: click.Context) -> Any:
        from sqlalchemy.exc import DBAPIError

        from privacy.errors import PrivacyError

        try:
            return super().invoke(ctx)
        except PrivacyError as error:
            raise click.ClickException(str(error)) from error
        except DBAPIError as error:
            cause = str(error.orig).partition("\n")[0]
            raise click.ClickException(
                f"a store does not answer as it should ({cause}): `flask db upgrade`?"
            ) from error
