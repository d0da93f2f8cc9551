"""`flask privacy export-schema`: the documented form of an export."""

import json

import click


@click.command("export-schema")
def export_schema() -> None:
    """Print docs/personal-data.schema.json, the JSON Schema of an export's data.json."""
    click.echo(schema_page(), nl=False)


def schema_page() -> str:
    """Return the schema as it is committed."""
    from privacy.export_format import schema

    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
