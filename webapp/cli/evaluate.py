"""`flask vision evaluate …`: the tables that the models are judged by, from any folder of the developers' form."""

import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
PARTS = ("segmentation", "retrieval", "attributes", "abstention")
MOST_CATALOGUE_PHOTOS = 1000
"""Asked for "no good match": more do not narrow its intervals to speak of."""
Item = TypeVar("Item")


@click.command()
@click.argument("what", type=click.Choice([*PARTS, "all"]))
@click.argument("data", type=FOLDER)
@click.option("--held-out", is_flag=True, help="Only what the developers keep out of training.")
@click.option("--whole-gallery", is_flag=True, help="With --held-out: search among all products, trained on or not.")
@click.option("--split", default="validation", show_default=True, help="Of clothing-small; the only one, if one.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there too."
)
def evaluate(what: str, data: Path, *, held_out: bool, whole_gallery: bool, split: str, json_file: Path | None) -> None:
    """Judge the models on a folder of labelled photos: a table a task on standard output.

    DATA holds any of ccp, clothing-small, fashion-products, marketplace-1050 and camvid; what is not there is left out.
    """
    from recommender.errors import RecommenderError
    from segmentation.errors import SegmentationError

    if json_file is not None:
        from webapp.cli.vision import require_writable

        require_writable(json_file)
    asked = _Asked(data, split, held_out=held_out, whole_gallery=whole_gallery)
    try:
        tables = [table for part in (PARTS if what == "all" else (what,)) for table in _shown(_MEASURES[part](asked))]
    except (RecommenderError, SegmentationError) as error:
        raise click.ClickException(str(error)) from error
    if not tables:
        raise click.ClickException(f"{data} holds nothing to evaluate {what} with")
    if json_file is not None:
        _write(json_file, what, asked, tables)
    asked.end()


@dataclass(frozen=True)
class _Table:
    """One table: a title, its figures (recommender.evaluation.Figure) and a note below."""

    title: str
    figures: list[Any]
    note: str = ""


@dataclass
class _Asked:
    """What to measure with: the folder and the adapters, made when they are first needed."""

    data: Path
    split: str
    held_out: bool
    whole_gallery: bool
    left_out: list[str] = field(default_factory=list)
    _kept: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], Item]) -> Item:
        """Return what `make` made the first time."""
        if name not in self._kept:
            self._kept[name] = make()
        made: Item = self._kept[name]
        return made

    def has(self, name: str) -> bool:
        """Say whether it was made already."""
        return name in self._kept

    @property
    def adapters(self) -> Any:
        """The models that the shop uses."""
        from webapp.cli.vision import _wiring

        return _wiring()

    @property
    def intake(self) -> Any:
        """The way that the shop takes photos in."""
        from recommender.evaluation_shop import Intake

        return self.once("intake", lambda: Intake(self.adapters.image_encoder, self.adapters.segmenter))

    def optional(self, read: Callable[[], Item]) -> Item | None:
        """Return what is read of the folder; None, and a line, where it is not there."""
        from segmentation.errors import EvaluationSetMissing

        try:
            return read()
        except EvaluationSetMissing as error:
            self.leave_out(f"{error}")
            return None

    def leave_out(self, reason: str) -> None:
        """Say what is not measured and why, once."""
        if reason not in self.left_out:
            self.left_out.append(reason)
            click.echo(f"left out: {reason}", err=True)

    def end(self) -> None:
        """Say which pictures were left out; raises SystemExit(1) when there are any."""
        unreadable = self.intake.unreadable if "intake" in self._kept else []
        for line in unreadable:
            click.echo(f"left out: {line}", err=True)
        if unreadable:
            raise SystemExit(1)


def _tracked(items: Iterable[Item], total: int, words: str) -> Iterator[Item]:
    from tqdm import tqdm

    yield from tqdm(items, total=total, desc=words, unit="photo", mininterval=1, file=sys.stderr)


def _segmentation(asked: _Asked) -> Iterator[_Table]:
    from segmentation.evaluation_sets import garment_photos, street_names
    from segmentation.labels import GARMENTS

    if asked.adapters.segmenter.label_set != GARMENTS:
        raise click.ClickException(f"{asked.adapters.segmenter.model_id} does not name garments: nothing to compare")
    names = asked.optional(lambda: street_names(asked.data, held_out=asked.held_out))
    if names is not None:
        yield from _street_tables(asked, names)
    photos = asked.optional(lambda: garment_photos(asked.data, asked.split))
    if photos is not None:
        yield _garment_table(asked, photos)


def _street_tables(asked: _Asked, names: list[str]) -> Iterator[_Table]:
    from recommender.evaluation import Figure
    from segmentation.evaluation_sets import street_photos
    from segmentation.judgement import judge_street_photos

    photos = _tracked(street_photos(asked.data, names), len(names), "street photos")
    scores = judge_street_photos(photos, asked.adapters.segmenter)
    by_group = scores.together.iou_by_group()
    figures = [Figure(name, iou, scores.photos) for name, iou in by_group.items()]
    mean = Figure("mean", scores.together.mean_iou(), scores.photos, goal=0.62)
    lowest = Figure("lowest", min(by_group.values()), scores.photos, goal=0.30)
    note = "One confusion over all photos; outerwear counts as top, `ignore` is not scored."
    yield _Table("Segmentation of street photos, IoU by group", [*figures, mean, lowest], note)
    by_skin = [
        figure
        for group, (mean_iou, of_all) in scores.mean_iou_by_skin().items()
        for figure in (
            Figure(f"{group} skin", mean_iou, scores.photos_by_skin[group]),
            Figure(f"{group} skin, less the mean of all photos", mean_iou - of_all, scores.photos_by_skin[group]),
        )
    ]
    if by_skin:
        yield _Table("Mean IoU by how light the skin in the photo is", by_skin, _SKIN_NOTE)


_SKIN_NOTE = "By the mean L* of the photo's skin pixels: dark below 45, medium, light from 60 on."


def _garment_table(asked: _Asked, photos: list[Any]) -> _Table:
    from recommender.evaluation import Figure, share
    from segmentation.judgement import judge_garment_photos
    from segmentation.u2netp import load_foreground_network

    weights = asked.data.resolve().parent / "weights" / "u2netp.onnx"
    reference = load_foreground_network(weights) if weights.is_file() else None
    tracked = _tracked(photos, len(photos), "photos of one garment")
    scores = judge_garment_photos(tracked, asked.adapters.segmenter, reference)
    figures = [Figure(kind, share(hits), len(hits)) for kind, hits in scores.right.items()]
    figures.append(Figure("main group right", scores.share_right(), scores.photos, goal=0.85))
    if reference is None:
        asked.leave_out(f"there is no reference for the foreground, {weights}")
    else:
        figures.append(Figure("foreground IoU with u2netp", scores.mean_overlap(), scores.photos, goal=0.90))
    return _Table("Photos of one garment: share whose main group is right", figures)


def _catalogue(asked: _Asked) -> Any:
    """Return (gallery, rows that ask): with --held-out and --whole-gallery only held-out products ask; None without."""
    return asked.once("catalogue", lambda: _embedded_catalogue(asked))


def _embedded_catalogue(asked: _Asked) -> Any:
    from recommender.evaluation_retrieval import Gallery
    from recommender.evaluation_sets import catalogue_products, is_held_out

    only_held_out = asked.held_out and not asked.whole_gallery
    products = asked.optional(lambda: catalogue_products(asked.data, held_out=only_held_out))
    if products is None:
        return None
    taken = asked.intake.products(_tracked(products, len(products), "catalogue"), lambda product: product.picture)
    asking = [row for row, product in enumerate(taken.items) if not asked.held_out or is_held_out(product.title)]
    if not asking:
        asked.leave_out(_nothing_to_ask(asked))
        return None
    return Gallery(taken.items, taken.vectors), asking


def _nothing_to_ask(asked: _Asked) -> str:
    kind = "kept out of training (--held-out)" if asked.held_out else "whose picture can be read"
    return f"{asked.data / 'fashion-products'} holds no product {kind}"


def _user_photos(asked: _Asked) -> Any:
    """Return the shoppers' photos that could be read and how the shop sees each; None without."""
    return asked.once("user photos", lambda: _seen_user_photos(asked))


def _seen_user_photos(asked: _Asked) -> Any:
    from segmentation.evaluation_sets import garment_photos

    photos = asked.optional(lambda: garment_photos(asked.data, asked.split))
    if photos is None:
        return None
    return list(asked.intake.queries(_tracked(photos, len(photos), "shoppers' photos"), lambda photo: photo.path))


def _catalogue_queries(asked: _Asked) -> list[Any]:
    """Return (row of the gallery, its photo as the shop sees a shopper's) for the products that ask."""
    _, asking = _catalogue(asked)
    return asked.once("catalogue queries", lambda: _as_queries(asked, asking))


def _some_catalogue_queries(asked: _Asked) -> list[Any]:
    """Return the first MOST_CATALOGUE_PHOTOS of these, without looking at the others."""
    _, asking = _catalogue(asked)
    if asked.has("catalogue queries") or len(asking) <= MOST_CATALOGUE_PHOTOS:
        return _catalogue_queries(asked)[:MOST_CATALOGUE_PHOTOS]
    return _as_queries(asked, asking[:MOST_CATALOGUE_PHOTOS])


def _as_queries(asked: _Asked, asking: list[int]) -> list[Any]:
    gallery, _ = _catalogue(asked)
    rows = _tracked(asking, len(asking), "catalogue photos that ask")
    return list(asked.intake.queries(rows, lambda row: gallery.products[row].picture))


def _retrieval(asked: _Asked) -> Iterator[_Table]:
    found = _catalogue(asked)
    if found is None:
        return
    gallery, asking = found
    yield from _catalogue_photo_tables(asked, gallery, asking)
    seen = _user_photos(asked)
    if seen:
        yield from _user_photo_tables(gallery, seen)
    yield _word_table(asked, gallery)
    yield _change_table(asked, gallery, seen or [])


def _catalogue_photo_tables(asked: _Asked, gallery: Any, asking: list[int]) -> Iterator[_Table]:
    import numpy as np

    from recommender.evaluation_retrieval import answers_to_catalogue_photos

    queries = _catalogue_queries(asked)
    rows = [row for row, _ in queries]
    alike, coloured = answers_to_catalogue_photos(gallery, rows, np.stack([view.vector for _, view in queries]))
    whole = answers_to_catalogue_photos(gallery, asking)
    figures = [alike.figure(goal=0.78), coloured.figure(goal=0.54)]
    figures += [answers.renamed(f"{answers.task}, asked whole").figure() for answers in whole]
    note = f"{len(asking)} products ask {len(gallery.products)}; fewer than ten relevant: left out."
    yield _Table("(a) Catalogue photo, P@10", figures, note)
    yield _Table("(a) by gender", [*alike.figures_by_class(), *coloured.figures_by_class()])


def _user_photo_tables(gallery: Any, seen: list[Any]) -> Iterator[_Table]:
    import numpy as np

    from recommender.evaluation_retrieval import answers_to_user_photos

    vectors = np.stack([view.vector for _, view in seen])
    answers = answers_to_user_photos(gallery, vectors, [photo.kind for photo, _ in seen])
    means = [answers.figure(goal=0.92), answers.figure_over_classes(goal=0.86)]
    yield _Table("(b) Shopper's photo, P@10", [*means, *answers.figures_by_class()])
    skins = np.array([view.skin or "no" for _, view in seen])
    by_skin = [answers.among(f"{group} skin seen", skins == group).figure() for group in sorted(set(skins))]
    yield _Table("(b) by how light the skin in the photo is (skin as the segmenter sees it)", by_skin, _SKIN_NOTE)


def _word_table(asked: _Asked, gallery: Any) -> _Table:
    from recommender.evaluation_retrieval import answers_to_words

    *kinds, together = answers_to_words(gallery, asked.adapters.text_encoder.encode_texts)
    figures = [*(answers.figure() for answers in kinds), together.figure(goal=0.65)]
    return _Table("(c) Words, P@10", figures, "Fewer than ten relevant products: left out.")


def _change_table(asked: _Asked, gallery: Any, seen: list[Any]) -> _Table:
    import numpy as np

    from recommender.evaluation_retrieval import answers_to_changes, codes_of, gain, relevant_to_users

    queries = _catalogue_queries(asked)
    rows, photos = [row for row, _ in queries], np.stack([view.vector for _, view in queries])
    types = codes_of([(product.type_name,) for product in gallery.products])
    colours = [gallery.products[row].colour for row in rows]
    encode = asked.adapters.text_encoder.encode_texts
    same_type = types[rows][:, None] == types
    sources = {"catalogue": answers_to_changes(gallery, photos, same_type, colours, encode_texts=encode, own_rows=rows)}
    if seen:
        vectors = np.stack([view.vector for _, view in seen])
        same = relevant_to_users(gallery.products, [photo.kind for photo, _ in seen])
        sources["shopper's"] = answers_to_changes(gallery, vectors, same, [""] * len(seen), encode_texts=encode)
    figures = []
    for source, answers in sources.items():
        figures += [answer.renamed(f"{source} photo: {answer.task}").figure() for answer in answers]
        figures += [gain(f"{source} photo: gain over {one.task}", answers[0], one) for one in answers[1:]]
    return _Table('(d) "this, in blue": same type, asked colour, P@10', figures)


def _attributes(asked: _Asked) -> Iterator[_Table]:
    from recommender.attributes import largest_garment_view, read_attributes
    from recommender.evaluation_attributes import attribute_figures
    from recommender.evaluation_sets import catalogue_products

    products = asked.optional(lambda: catalogue_products(asked.data, held_out=asked.held_out))
    reader = _attribute_reader(asked)
    if products is None or reader is None:
        return
    kept, readings = [], []
    for product in _tracked(products, len(products), "attributes"):
        pixels = asked.intake.read(product.picture)
        if pixels is not None:
            kept.append(product)
            view = largest_garment_view(pixels, asked.adapters.segmenter)
            readings.append(read_attributes(view, reader))
    if not kept:
        asked.leave_out(_nothing_to_ask(asked))
        return
    yield _Table("Attributes of catalogue photos", attribute_figures(kept, readings), _ATTRIBUTES_NOTE)


def _attribute_reader(asked: _Asked) -> Any:
    """Return what reads attributes; None, and a line, where the weights do not."""
    from recommender.errors import EncoderReadsNoAttributes

    try:
        return asked.adapters.attribute_reader
    except EncoderReadsNoAttributes as error:
        asked.leave_out(str(error))
        return None


_ATTRIBUTES_NOTE = (
    "Colour: baseColour in 12 families; silver and steel count as grey, copper and bronze as brown, gold as yellow; "
    "Multi is left out. Pattern: titles that name exactly one."
)


def _abstention(asked: _Asked) -> Iterator[_Table]:
    from recommender.evaluation_abstention import Judge, abstention_figures

    calibration = _match_calibration(asked)
    found = _catalogue(asked) if calibration is not None else None
    if found is None:
        return
    judge = Judge(found[0], calibration, asked.adapters.image_encoder.identity)
    verdicts = [judge.of_outsider(one) for one in _outsiders(asked, found[0])]
    verdicts += [verdict for one in _insiders(asked, found[0]) for verdict in judge.of_insider(one)]
    known = [verdict for verdict in verdicts if verdict is not None]
    if not known:
        asked.leave_out("the calibration of match_probability is for another encoder")
        return
    yield _Table('"No good match": share of photos on which the shop abstains', abstention_figures(known))


def _match_calibration(asked: _Asked) -> Any:
    """Return what `flask vision search` judges matches with; None, and a line, where the weights have none."""
    from recommender.errors import MatchCalibrationMissing

    try:
        return asked.adapters.match_calibration
    except MatchCalibrationMissing as error:
        asked.leave_out(str(error))
        return None


def _outsiders(asked: _Asked, gallery: Any) -> Iterator[Any]:
    from recommender.evaluation_abstention import Outsider
    from recommender.evaluation_sets import other_goods, street_scenes

    scenes = asked.optional(lambda: street_scenes(asked.data)) or []
    for _, seen in asked.intake.queries(_tracked(scenes, len(scenes), "street scenes"), lambda path: path):
        yield Outsider("street scene", seen)
    types = frozenset(product.type_name for product in gallery.products)
    goods = asked.optional(lambda: other_goods(asked.data)) or []
    for good, seen in asked.intake.queries(_tracked(goods, len(goods), "other goods"), lambda good: good.picture):
        is_sold = good.is_sold_by(types)
        kind = f"{good.kind}, which the catalogue sells" if is_sold else "other goods"
        yield Outsider(kind, seen, counted=not is_sold)


def _insiders(asked: _Asked, gallery: Any) -> Iterator[Any]:
    from recommender.evaluation_abstention import Insider, family_of
    from recommender.evaluation_sets import USER_CLASS_TYPES

    wanted = [("shopper's photo", seen, USER_CLASS_TYPES[photo.kind], -1) for photo, seen in _user_photos(asked) or []]
    for row, seen in _some_catalogue_queries(asked):
        wanted.append(("catalogue photo", seen, frozenset({gallery.products[row].type_name}), row))
    families = {types: family_of(types, gallery.products) for _, _, types, _ in wanted}
    for kind, seen, types, row in wanted:
        yield Insider(kind, seen, types, families[types], row)


_MEASURES: dict[str, Callable[[_Asked], Iterator[_Table]]] = {
    "segmentation": _segmentation,
    "retrieval": _retrieval,
    "attributes": _attributes,
    "abstention": _abstention,
}


def _shown(tables: Iterable[_Table]) -> Iterator[_Table]:
    """Yield the tables after printing each: a long run shows what it has."""
    for table in tables:
        click.echo(_text(table))
        yield table


def _text(table: _Table) -> str:
    width = max((len(figure.name) for figure in table.figures), default=0)
    lines = [_line(figure, width) for figure in table.figures]
    return "\n".join([table.title, *lines, *([f"  {table.note}"] if table.note else []), ""])


def _line(figure: Any, width: int) -> str:
    if not figure.cases:
        return f"  {figure.name:{width}s}  nothing to measure"
    said = f"  {figure.name:{width}s}  {figure.value:6.3f}"
    said += f"  [{figure.low:.3f}, {figure.high:.3f}]" if figure.low is not None else " " * 16
    said += f"  of {figure.cases:5d}"
    if figure.calibration_error is not None:
        said += f"  calibration error {figure.calibration_error:.3f}"
    if figure.goal is not None:
        said += f"  ({'at most' if figure.at_most else 'at least'} {figure.goal:.2f})"
    return said.rstrip()


def _write(path: Path, what: str, asked: _Asked, tables: list[_Table]) -> None:
    from webapp.cli.vision import write_whole

    encoder, segmenter = asked.adapters.image_encoder.identity, asked.adapters.segmenter.model_id
    said = {
        "what": what,
        "held_out": asked.held_out,
        "models": {"encoder": f"{encoder.encoder_id}@{encoder.revision}", "segmenter": segmenter},
        "tables": [_plain(asdict(table)) for table in tables],
        "left_out": asked.left_out,
    }
    write_whole(path, (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode())


def _plain(value: Any) -> Any:
    """Return the value with null where a number is not one (JSON knows no NaN)."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value
