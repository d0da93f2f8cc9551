"""`flask vision …`: the embedded models on folders of photos, to judge them from outside; needs no shop."""

import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from webapp.cli.attributes import attributes, correct
from webapp.cli.evaluate import evaluate
from webapp.settings import SettingsError, read_settings

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_QUERY_FIELDS = ("photo", "text")
_EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif"}


class InWords(click.Group):
    """Commands that show what they cannot do as one line, with exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        from recommender.errors import RecommenderError
        from segmentation.errors import SegmentationError

        try:
            return super().invoke(ctx)
        except (RecommenderError, SegmentationError) as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:
            # `… | head`: click ends such a command without a word.
            raise
        except OSError as error:
            raise click.ClickException(
                f"{error.strerror}: {error.filename}" if error.filename else str(error)
            ) from error


@click.group(cls=InWords)
def vision() -> None:
    """Segment, embed and search folders of photos with the models that the shop uses."""


vision.add_command(attributes)
vision.add_command(correct)
vision.add_command(evaluate)


@vision.command()
@click.argument("photos", type=FOLDER)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the masks.")
def segment(photos: Path, out: Path) -> None:
    """Write STEM.png for each photo (uint8 class ids, the photo's own size) and labels.json (id -> name)."""
    segmenter = _wiring().segmenter
    names = _distinct_stems(photos)
    if out.resolve() == photos.resolve():
        raise click.ClickException(f"masks in {out} would replace photos of the same name: choose another folder")
    out.mkdir(parents=True, exist_ok=True)
    labels = {str(number): name for number, name in enumerate(segmenter.label_set.names)}
    write_whole(out / "labels.json", json.dumps(labels, indent=1).encode())
    reader = _PhotoReader()
    for path, pixels in reader.each(names, "segment"):
        write_whole(out / f"{path.stem}.png", _png(segmenter.segment(pixels).class_ids))
    reader.end()


@vision.command()
@click.argument("photos", type=FOLDER)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="An .npz file.")
@click.option(
    "--garment",
    type=click.Choice(["auto", "whole"]),
    default="auto",
    help="auto: the largest garment; all of a photo on white ground.",
)
def embed(photos: Path, out: Path, garment: str) -> None:
    """Write `names` (file names) and `vectors` (unit-length float32, one row a photo)."""
    reader = _PhotoReader()
    out.parent.mkdir(parents=True, exist_ok=True)
    embedded = _embed_all(reader, _photos_in(photos), garment)
    archive = io.BytesIO()
    np.savez(archive, names=np.array(embedded.names, dtype=str), vectors=embedded.vectors)
    write_whole(out, archive.getvalue())
    reader.end()


@vision.command()
@click.option("--gallery", required=True, type=FOLDER, help="Folder of catalogue photos.")
@click.option("--queries", required=True, type=click.File("r", encoding="utf-8-sig"), help="JSON lines: photo, text.")
@click.option("--limit", default=10, type=click.IntRange(1, 10_000))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a query instead of a table.")
def search(gallery: Path, queries: Any, limit: int, as_json: bool) -> None:
    """Rank the gallery for each query (`photo`: a path, from the queries' folder or from here).

    Gallery photos are taken whole, as a catalogue's are; a query photo by its largest garment, unless it is itself a
    catalogue's, on white ground.
    match_probability: how probably the first, or half of the first ten, is of the query's kind; null for an encoder
    that it was not calibrated for.
    """
    reader = _PhotoReader()
    asked = _queries(queries)
    _require_calibration()
    shown = _embed_all(reader, _photos_in(gallery), "whole")
    with tempfile.TemporaryDirectory() as folder:
        index = _index_of(shown, Path(folder))
        for query in asked:
            question = _question_of(query, reader)
            if question is not None:
                answer = query.said | _answer_to(question, shown, index, limit)
                click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _table(answer))
    reader.end()


@dataclass(frozen=True)
class _Embedded:
    names: list[str]
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class _Query:
    said: dict[str, str]
    photo: Path | None
    text: str


class _PhotoReader:
    """Reads photos at their own size with a progress bar; names the unreadable ones at the end (exit status 1)."""

    def __init__(self) -> None:
        self._unreadable: list[str] = []

    def each(self, paths: list[Path], words: str) -> Iterator[tuple[Path, NDArray[np.uint8]]]:
        """Yield path and pixels of every photo that can be read."""
        from tqdm import tqdm

        for path in tqdm(paths, desc=words, unit="photo", file=sys.stderr):
            pixels = self.read(path)
            if pixels is not None:
                yield path, pixels

    def read(self, path: Path) -> NDArray[np.uint8] | None:
        """Return a photo's pixels; None, and a line at the end, when it cannot be read."""
        from storage.errors import BadImage
        from storage.images import ImageLimits, read_picture

        try:
            return read_picture(path.read_bytes(), limits=ImageLimits(working_side_pixels=0))
        except (BadImage, OSError) as error:
            self._unreadable.append(f"{path}: {error}")
            return None

    def end(self) -> None:
        """Say which photos were left out; raises SystemExit(1) when there are any."""
        for line in self._unreadable:
            click.echo(f"left out: {line}", err=True)
        if self._unreadable:
            raise SystemExit(1)


def require_writable(path: Path) -> None:
    """Make the folder of a file. Raises ClickException when the file cannot be written, before minutes are spent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.ClickException(f"{path} cannot be written")


def write_whole(path: Path, content: bytes) -> None:
    """Put a whole file in place, or leave what was there; a device or a pipe is written to as it is."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _png(class_ids: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(class_ids).save(buffer, "PNG")
    return buffer.getvalue()


@cache
def _wiring() -> Any:
    from webapp.wiring import Wiring

    try:
        return Wiring(read_settings())
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _photos_in(folder: Path) -> list[Path]:
    found = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in _EXTENSIONS and path.is_file() and not path.name.startswith(".")
    )
    if not found:
        raise click.ClickException(f"{folder} holds no photo ({', '.join(sorted(_EXTENSIONS))})")
    return found


def _distinct_stems(folder: Path) -> list[Path]:
    paths = _photos_in(folder)
    stems: dict[str, Path] = {}
    for path in paths:
        if path.stem in stems:
            raise click.ClickException(f"{stems[path.stem].name} and {path.name} would both be {path.stem}.png: rename")
        stems[path.stem] = path
    return paths


def _embed_all(reader: _PhotoReader, paths: list[Path], garment: str) -> _Embedded:
    names, rows = [], []
    for path, pixels in reader.each(paths, "embed"):
        names.append(path.name)
        rows.append(_see_one(pixels, garment).embedding)
    dim = _wiring().image_encoder.identity.dim
    return _Embedded(names, np.stack(rows) if rows else np.empty((0, dim), np.float32))


def _see_one(pixels: NDArray[np.uint8], garment: str) -> Any:
    """Return the garment that the photo is about (auto) or the whole photo as a SeenGarment."""
    from recommender.from_photo import embed_garments, main_garment
    from segmentation.garments import whole_photo

    adapters = _wiring()
    found = main_garment(pixels, adapters.segmenter) if garment == "auto" else [whole_photo(pixels)]
    return embed_garments(pixels, found, adapters.image_encoder).garments[0]


def _queries(lines: Any) -> list[_Query]:
    try:
        numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{lines.name} is not UTF-8 text: {error.reason}") from error
    if not numbered:
        raise click.ClickException(f"{lines.name} holds no query")
    said = [_said(line, f"query {number}") for number, line in numbered]
    for name in sorted({name for fields in said for name in fields} - set(_QUERY_FIELDS)):
        click.echo(f'the field "{name}" is not read: a query has {" and ".join(_QUERY_FIELDS)}', err=True)
    folder = Path(lines.name).parent
    return [_query(fields, f"query {number}", folder) for (number, _), fields in zip(numbered, said, strict=True)]


def _said(line: str, name: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{name} is no JSON: {error}") from error
    if not isinstance(said, dict):
        raise click.ClickException(f'{name} is no object like {{"text": "red dress"}}')
    return said


def _query(fields: dict[str, Any], name: str, folder: Path) -> _Query:
    said = {key: words for key in _QUERY_FIELDS if (words := _words(fields.get(key), key, name))}
    if not said:
        raise click.ClickException(f'{name} needs "photo", "text" or both')
    photo = _query_photo(said["photo"], name, folder) if "photo" in said else None
    return _Query(said, photo, said.get("text", ""))


def _words(value: object, key: str, name: str) -> str:
    """Return a field's words; "" for none. Raises ClickException for anything else than words."""
    if value is None:
        return ""
    # Half of a surrogate pair, which JSON can spell, is in no alphabet.
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise click.ClickException(f'the "{key}" of {name} is no text')
    return value if value.strip() else ""


def _query_photo(photo: str, name: str, folder: Path) -> Path:
    path = next((path for path in (folder / photo, Path(photo)) if _is_file(path)), None)
    if path is None:
        shown = photo if len(photo) < 200 else f"{photo[:200]}…"
        raise click.ClickException(f"{name}: there is no photo {shown}")
    return path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        # A name that no file can have: too long, or with a zero byte.
        return False


def _question_of(query: _Query, reader: "_PhotoReader") -> Any:
    """Return the query as a Question; None when its photo cannot be read."""
    from recommender.abstention import Question

    words = _wiring().text_encoder.encode_texts([query.text])[0] if query.text else None
    if query.photo is None:
        return Question(words=words, text=query.text)
    pixels = reader.read(query.photo)
    if pixels is None:
        return None
    garment = _see_one(pixels, "auto")
    return Question(garment.embedding, words, garment.confidence, query.text)


def _require_calibration() -> None:
    """Say on standard error when match_probability will be null. Raises ClickException when the file is damaged."""
    from recommender.errors import RecommenderError

    try:
        known, used = _wiring().match_calibration.encoder, _wiring().image_encoder.identity
    except RecommenderError as error:
        raise click.ClickException(str(error)) from error
    if known != used:
        click.echo(f"match_probability is null: it is calibrated for {known}, not for {used}", err=True)


def _answer_to(question: Any, shown: _Embedded, index: Any, limit: int) -> dict[str, Any]:
    from recommender.abstention import NEIGHBOURS, Nearest
    from recommender.similar import combine

    adapters = _wiring()
    found = index.search(combine(question.photo, question.words), limit=max(limit, NEIGHBOURS))
    first = found[:NEIGHBOURS]
    nearest = Nearest(shown.vectors[[near.row_id for near in first]], np.array([near.similarity for near in first]))
    judgement = adapters.match_calibration.judge(question, nearest, encoder=adapters.image_encoder.identity)
    return {
        "names": [shown.names[near.row_id] for near in found[:limit]],
        "scores": [round(near.similarity, 6) for near in found[:limit]],
        "match_probability": judgement.match_probability,
        "no_good_match": judgement.no_good_match,
    }


def _index_of(shown: _Embedded, folder: Path) -> Any:
    from recommender.faiss_index import FaissIndex

    index = FaissIndex(folder)
    ids = np.arange(len(shown.names), dtype=np.int64)
    index.replace_all(ids=ids, vectors=shown.vectors, encoder=_wiring().image_encoder.identity)
    return index


def _table(answer: dict[str, Any]) -> str:
    head = " + ".join(answer[key] for key in ("photo", "text") if key in answer)
    if answer["no_good_match"]:
        head += "  (no good match)"
    rows = [f"  {score:6.3f}  {name}" for name, score in zip(answer["names"], answer["scores"], strict=True)]
    return "\n".join([head, *rows])
