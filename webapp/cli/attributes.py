"""`flask vision attributes` and `flask vision correct`: what the garments of photos are, and a person's last word."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from recommender.attributes import AttributeReading, ReadAttribute
    from recommender.ports import AttributeReader

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("photos", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a photo instead of a table.")
@click.option(
    "--garment",
    type=click.Choice(["auto", "whole"]),
    default="auto",
    help="auto: the largest garment; the whole photo where its ground is white, as a catalogue's is.",
)
def attributes(photos: Path, as_json: bool, garment: str) -> None:
    """Say what the garment of each photo is: type, colours, pattern, usage, gender, season, with probabilities.

    What was corrected in the shop's database (`flask vision correct`, the catalogue desk) wins.
    """
    from webapp.cli.vision import _PhotoReader, _photos_in

    attribute_reader = _attribute_reader()
    reader = _PhotoReader()
    with _corrections() as corrections:
        for path, pixels in reader.each(_photos_in(photos), "attributes"):
            reading = _read(pixels, garment, attribute_reader, corrections.of(path))
            click.echo(json.dumps(_as_plain(path, reading), ensure_ascii=False) if as_json else _line(path, reading))
    reader.end()


@click.command()
@click.argument("photo", type=_FILE)
@click.option("--attribute", required=True, help="articleType, colour, pattern, usage, gender or season.")
@click.option("--value", help="What it is; a wrong one is answered with the list.")
@click.option("--withdraw", is_flag=True, help="Forget the correction: the models speak again.")
def correct(photo: Path, attribute: str, value: str | None, withdraw: bool) -> None:
    """Store in the shop's database what a photo shows; it wins over what the models read of the same file."""
    from recommender.attribute_corrections import COMMAND_LINE, correct_attribute, withdraw_correction
    from recommender.attributes import known_values
    from recommender.errors import NoSuchAttribute, NoSuchAttributeValue
    from storage.database import db
    from webapp.cli.vision import _PhotoReader

    if (value is None) != withdraw:
        raise click.UsageError("give either --value or --withdraw")
    known = known_values(_attribute_reader())
    if value is not None:
        # What is no picture is never read: its correction would win over nothing.
        reader = _PhotoReader()
        reader.read(photo)
        reader.end()
    with _shop_database() as found:
        if not found:
            raise click.ClickException("there is no shop's database here yet: run `flask db upgrade`")
        try:
            if attribute not in known:
                raise NoSuchAttribute(attribute, tuple(known))
            if value is None:
                withdraw_correction(_content_hash(photo), attribute)
            else:
                correct_attribute(_content_hash(photo), attribute, value, known=known, corrected_as=COMMAND_LINE)
        except (NoSuchAttribute, NoSuchAttributeValue) as error:
            raise click.ClickException(str(error)) from error
        db.session.commit()
    click.echo(f"{photo.name}: {attribute} is {value}." if value else f"{photo.name}: {attribute} is read again.")


@dataclass(frozen=True)
class _Corrections:
    found: bool

    def of(self, path: Path) -> dict[str, str]:
        """Return what was corrected of a file; nothing where there is no shop."""
        from recommender.attribute_corrections import corrections_of

        return corrections_of(_content_hash(path)) if self.found else {}


@contextmanager
def _corrections() -> Iterator[_Corrections]:
    with _shop_database() as found:
        yield _Corrections(found)


@contextmanager
def _shop_database() -> Iterator[bool]:
    """Connect to the shop's database without the shop (its keys, its server); yield whether it can hold corrections."""
    from flask import Flask
    from sqlalchemy import inspect
    from sqlalchemy.exc import SQLAlchemyError

    from recommender.models import AttributeCorrection
    from storage.database import db
    from webapp.cli.vision import _wiring

    url = _wiring().settings.shop_database
    if not _may_exist(url):
        yield False
        return
    app = Flask("vision")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    with app.app_context():
        try:
            found = inspect(db.engine).has_table(AttributeCorrection.__tablename__)
        except SQLAlchemyError as error:
            raise click.ClickException(f"the shop's database cannot be read: {error}") from error
        yield found


def _may_exist(url: str) -> bool:
    """Say whether there is a database to ask; a missing SQLite file is no fault and is not made."""
    from sqlalchemy import make_url

    address = make_url(url)
    return address.get_backend_name() != "sqlite" or Path(address.database or "").is_file()


def _content_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _attribute_reader() -> "AttributeReader":
    from recommender.errors import EncoderReadsNoAttributes
    from webapp.cli.vision import _wiring

    try:
        reader: AttributeReader = _wiring().attribute_reader
    except EncoderReadsNoAttributes as error:
        raise click.ClickException(str(error)) from error
    return reader


def _read(pixels: Any, garment: str, reader: "AttributeReader", corrections: dict[str, str]) -> "AttributeReading":
    from recommender.attributes import largest_garment_view, read_attributes, whole_view
    from webapp.cli.vision import _wiring

    view = whole_view(pixels) if garment == "whole" else largest_garment_view(pixels, _wiring().segmenter)
    return read_attributes(view, reader, corrections)


def _as_plain(path: Path, reading: "AttributeReading") -> dict[str, object]:
    """Return what the JSON says of a photo, in the order that people read garments."""
    plain: dict[str, object] = {"photo": path.name, "articleType": _attribute(reading.values["articleType"])}
    plain["colours"] = [
        {
            "name": colour.name,
            "shade": colour.shade,
            "share": round(colour.share, 4),
            "lab": [round(value, 2) for value in colour.lab],
            "probability": round(colour.probability, 4),
        }
        | ({"corrected": True} if colour.corrected else {})
        for colour in reading.colours
    ]
    return plain | {name: _attribute(read) for name, read in reading.values.items() if name != "articleType"}


def _attribute(read: "ReadAttribute") -> dict[str, object]:
    others = [{"value": other.value, "probability": round(other.probability, 4)} for other in read.others]
    plain = {"value": read.best.value, "probability": round(read.best.probability, 4), "others": others}
    return plain | ({"corrected": True} if read.corrected else {})


def _line(path: Path, reading: "AttributeReading") -> str:
    kind, *rest = (
        f"{read.best.value} {'corrected' if read.corrected else f'{read.best.probability:.0%}'}"
        for read in reading.values.values()
    )
    colours = ", ".join(f"{colour.shade} {colour.share:.0%}" for colour in reading.colours)
    return f"{path.name:<24} {kind:<24} {colours:<40} {'  '.join(rest)}"
