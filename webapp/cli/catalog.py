"""`flask catalog …`: products in from a feed and out to one, off sale and back."""

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
from flask.cli import with_appcontext

from webapp.cli.progress import progress_bar

if TYPE_CHECKING:
    from catalog.feed_writing import FeedFormat
    from catalog.import_report import ImportReport

_REASONS_SHOWN = 5

_existing = click.Path(exists=True, path_type=Path)


@click.group()
def catalog() -> None:
    """Products in from a feed and out to one, off sale and back."""


@catalog.command("import")
@click.argument("path", type=_existing)
@click.option("--images", type=_existing, help="Folder of the pictures; default: images beside the feed.")
@click.option("--mapping", type=_existing, help="TOML file that says which columns are our fields.")
@click.option("--report", type=click.File("w", encoding="utf-8", lazy=False), help="CSV of all rejected rows.")
@with_appcontext
def import_(path: Path, images: Path | None, mapping: Path | None, report: TextIO | None) -> None:
    """Import PATH: a .csv, .tsv, .jsonl, .xml (Google Merchant) or .zip feed, or a folder with products.csv and images.

    A second run changes only what changed; an interrupted one goes on where it was.
    """
    from catalog.errors import FeedUnreadable, ImportSuperseded, MappingError

    try:
        done = _import(_feed_in(path), images, mapping)
    except (FeedUnreadable, ImportSuperseded, MappingError) as error:
        raise click.ClickException(str(error)) from error
    _summarise(done)
    if report is not None:
        from catalog.import_report import write_rejections

        write_rejections(done, report)
    _bring_index_up_to_date()


@catalog.command("export")
@click.argument("path", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option(
    "--format",
    "feed_format",
    type=click.Choice(["csv", "jsonl", "zip", "google-xml", "google-tsv"]),
    help="Default: what the file's name ends in.",
)
@click.option("--category", multiple=True, help="Only this category (a slug such as dress); can be repeated.")
@click.option("--language", default="en", help="Of Google's titles and descriptions.")
@click.option("--withdrawn", is_flag=True, help="The products off sale, too.")
@with_appcontext
def export(path: Path, feed_format: str | None, category: tuple[str, ...], language: str, withdrawn: bool) -> None:
    """Write the products on sale to PATH: a feed that `import` reads again, or one for Google Merchant."""
    from catalog.feed_writing import FeedFormat, export_products
    from catalog.models import Product
    from webapp.merchandising import rules_in_force
    from webapp.storefront import storefront
    from webapp.wiring import wiring

    wanted = [Product.category.in_(category)] if category else []
    wanted += [] if withdrawn else [Product.deleted_at.is_(None)]
    parts = export_products(
        wanted,
        _format_of(path, feed_format, FeedFormat),
        places=[place.slug for place in wiring().settings.places],
        storefront=storefront(language),
        blobs=wiring().blobs,
        rules=rules_in_force(),
    )
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            file.writelines(parts)
        partial.replace(path)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)


@catalog.command("list")
@click.option("--category", multiple=True, help="Only this category (a slug such as dress); can be repeated.")
@click.option("--language", default="en", help="Of the titles.")
@click.option("--page", default=1, type=click.IntRange(min=1))
@with_appcontext
def list_(category: tuple[str, ...], language: str, page: int) -> None:
    """List the products on sale, 50 a page, newest first."""
    from catalog.products import ProductFilter, list_products

    found = list_products(ProductFilter(categories=frozenset(category)), page=page, page_size=50)
    for product in found.items:
        price = f"{product.price} {product.currency}"
        click.echo(
            f"{product.sku:<16} {product.category:<14} {price:>14} {product.stock:>6}  {product.title(language)}"
        )
    click.echo(f"Page {found.page} of {found.pages}, {found.total} products.", err=True)


@catalog.command()
@click.argument("skus", nargs=-1, required=True, metavar="SKU…")
@with_appcontext
def delete(skus: tuple[str, ...]) -> None:
    """Take products off sale; they are kept, and imports leave them off sale."""
    _set_on_sale(skus, on_sale=False)


@catalog.command()
@click.argument("skus", nargs=-1, required=True, metavar="SKU…")
@with_appcontext
def restore(skus: tuple[str, ...]) -> None:
    """Put products back on sale."""
    _set_on_sale(skus, on_sale=True)


@catalog.command()
@with_appcontext
def sweep() -> None:
    """Delete stored pictures that no product and no open panel shows any more; not while an import runs."""
    from catalog.pictures import sweep_pictures
    from recommender.panels import pictures_of_open_panels
    from webapp.wiring import wiring

    deleted = sweep_pictures(wiring().blobs, shown_elsewhere=pictures_of_open_panels())
    click.echo(f"{deleted} pictures deleted.")


def _format_of(path: Path, stated: str | None, formats: type["FeedFormat"]) -> "FeedFormat":
    by_ending = {".csv": formats.CSV, ".jsonl": formats.JSON_LINES, ".zip": formats.ZIP, ".xml": formats.GOOGLE_XML}
    by_ending[".tsv"] = formats.GOOGLE_TSV
    if stated:
        return formats(stated)
    if path.suffix.lower() not in by_ending:
        raise click.ClickException(f"{path.name} does not say which format it is to be: give --format")
    return by_ending[path.suffix.lower()]


def _feed_in(path: Path) -> Path:
    if not path.is_dir():
        return path
    from catalog.feed_reading import TABLE_NAMES

    for ending in TABLE_NAMES:
        if (path / f"products{ending}").is_file():
            return path / f"products{ending}"
    raise click.ClickException(f"{path} holds no products.csv, .tsv, .jsonl or .xml: name the feed file itself")


def _import(feed: Path, images: Path | None, mapping: Path | None) -> "ImportReport":
    from catalog.feed_mapping import FeedMapping, read_mapping
    from catalog.history import changes_by
    from catalog.import_feed import import_feed
    from privacy.audit_notes import COMMAND_LINE
    from webapp.wiring import wiring

    beside = feed.parent / "images"
    with progress_bar("import", "row") as on_progress, changes_by(COMMAND_LINE, kind="import"):
        return import_feed(
            feed,
            image_folder=images or (beside if beside.is_dir() else None),
            blobs=wiring().blobs,
            mapping=read_mapping(mapping) if mapping else FeedMapping(),
            web=wiring().web_pictures,
            limits=wiring().fetch_limits,
            on_progress=on_progress,
        )


def _summarise(report: "ImportReport") -> None:
    if report.resumed:
        click.echo("Went on with an interrupted import.")
    click.echo(
        f"{report.rows_read} rows: {report.created} created, {report.updated} updated, "
        f"{report.unchanged} unchanged, {report.rejected} rejected."
    )
    if report.withdrawn:
        click.echo(f"{report.withdrawn} of them are off sale and stay so: flask catalog restore SKU puts one back.")
    for each in report.rejections[:_REASONS_SHOWN]:
        click.echo(f"  row {each.row_number}, SKU {each.sku or '(none)'}, {each.field}: {each.reason}")
    reasons = sum(report.reasons_by_field.values())
    if reasons > _REASONS_SHOWN:
        counts = ", ".join(f"{count} for {field}" for field, count in report.reasons_by_field.items())
        click.echo(f"  … {reasons} reasons in all ({counts}); --report FILE writes them.")


def _set_on_sale(skus: tuple[str, ...], *, on_sale: bool) -> None:
    from catalog.editing import restore, soft_delete
    from catalog.errors import ProductNotFound
    from catalog.history import changes_by
    from privacy.audit_notes import COMMAND_LINE
    from storage.database import db

    try:
        with changes_by(COMMAND_LINE, kind="on sale" if on_sale else "off sale"):
            for sku in skus:
                restore(sku) if on_sale else soft_delete(sku)
    except ProductNotFound as error:
        raise click.ClickException(f"{error}; nothing was changed") from error
    db.session.commit()
    _bring_index_up_to_date()


def _bring_index_up_to_date() -> None:
    from webapp.cli.index import bring_index_up_to_date

    bring_index_up_to_date(rebuild=False)
