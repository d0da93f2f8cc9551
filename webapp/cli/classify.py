"""`flask classify …`: how well products sort themselves in, from words, photos and both; needs no shop."""

import json
import os
from pathlib import Path
from typing import Any

import click

from webapp.cli.progress import progress_bar
from webapp.cli.vision import FOLDER, InWords, require_writable, write_whole


@click.group(cls=InWords)
def classify() -> None:
    """Study, on folders of labelled products, how well their category is told from words, photos and both.

    A folder holds products.csv and images/. The category is the column category or articleType; words are title or
    product_name or productDisplayName, and description; the photo is named by image, or is ID.jpg. What is finer below
    the category (sub_category) helps training. No other column is looked at.
    """


_LIMIT = click.option("--limit", type=click.IntRange(min=20), help="At most so many products, spread over the table.")
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")


@classify.command()
@click.argument("folder", type=FOLDER)
@click.option("--repeats", type=click.IntRange(1, 20), default=10, show_default=True, help="Rounds of five folds.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the first round; the others count on.")
@click.option(
    "--mask/--no-mask", default=None, help="Also without words of types and colours [where colours are said]."
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="one a core", help="At once."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the JSON there too.")
@_LIMIT
@_AS_JSON
def report(
    folder: Path,
    *,
    repeats: int,
    seed: int,
    mask: bool | None,
    processes: int,
    out: Path | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """Compare text, image and both by repeated cross-validation, near-duplicates on one side.

    Training seconds include what the features take and every choice inside the training.
    """
    from recommender.classification_study import study_report
    from recommender.study_sets import read_study_set

    if out is not None:
        require_writable(out)
    studied = read_study_set(folder, limit=limit)
    with progress_bar("photos", "photo") as on_photos, progress_bar("folds", "fold") as on_folds:
        found = study_report(
            studied,
            _readers(),
            seeds=range(seed, seed + repeats),
            mask=studied.leaks if mask is None else mask,
            processes=processes,
            on_photos=on_photos,
            on_folds=on_folds,
        )
    written = json.dumps(found, indent=1, ensure_ascii=False)
    if out is not None:
        write_whole(out, (written + "\n").encode())
    click.echo(written if as_json else _tables(found))


@classify.command()
@click.option("--train", required=True, type=FOLDER, help="Folder to learn from.")
@click.option("--test", required=True, type=FOLDER, help="Folder to be judged on.")
@_LIMIT
@_AS_JSON
def evaluate(train: Path, test: Path, limit: int | None, as_json: bool) -> None:
    """Train on one folder, judge on another: accuracy, macro_f1, ece and seconds of text, image and both."""
    from recommender.classification_study import study_held_out
    from recommender.study_sets import read_study_set

    learned, judged = read_study_set(train, limit=limit), read_study_set(test, limit=limit)
    with progress_bar("photos", "photo") as on_photos:
        found = study_held_out(learned, judged, _readers(), on_photos=on_photos)
    click.echo(json.dumps(found, indent=1, ensure_ascii=False) if as_json else _held_out_table(found))


def _readers() -> Any:
    """Return what reads the products, without what is not installed."""
    from recommender.errors import OptionalModelMissing
    from recommender.imagenet_features import ImageNetFeatures
    from recommender.onnx_encoder import OnnxImageEncoder
    from recommender.sentence_encoder import MiniLmSentences
    from recommender.study_features import StudyReaders

    found: dict[str, Any] = {}
    notes = []
    for name, model in (("sentences", MiniLmSentences), ("imagenet", ImageNetFeatures)):
        try:
            found[name] = model()
        except OptionalModelMissing as missing:
            notes.append(str(missing))
    # The embedded encoder, whatever the shop is set to: figures of two runs are of the same features.
    return StudyReaders(OnnxImageEncoder(), notes=tuple(notes), **found)


def _tables(found: dict[str, Any]) -> str:
    head = f"{found['products']} products, {found['categories']} categories, {found['duplicate_groups']} without"
    head += f" near-duplicates; {found['folds']} folds × seeds {', '.join(map(str, found['seeds']))}"
    parts = [head, _figures(found), *found["notes"]]
    if "masked" in found:
        parts += ["\nwithout words of types and colours", _figures(found["masked"])]
    return "\n".join(parts)


def _figures(found: dict[str, Any]) -> str:
    lines = [f"{'model':10} {'accuracy [95 %]':>22} {'macro-F1':>9} {'ARI':>6} {'ECE':>6} {'seconds':>8}"]
    for name, one in (*found["models"].items(), *found["parts"].items()):
        if one is not None:
            lines.append(_line(name, one))
    lines.append(f"{'':20} {'gain':>8} {'p pooled':>9} {'p a product':>12}  p of each repeat")
    for one in found["comparisons"]:
        each = ", ".join(f"{seed['p']:.3g}" for seed in one["by_seed"])
        pair = f"{one['first']} over {one['second']}"
        lines.append(f"{pair:20} {one['gain']:+8.4f} {one['pooled']['p']:9.3g} {one['by_product']['p']:12.3g}  {each}")
    return "\n".join(lines)


def _line(name: str, one: dict[str, Any]) -> str:
    said = f"{one['accuracy']:.4f} [{one['accuracy_low']:.3f}, {one['accuracy_high']:.3f}]"
    return f"{name:10} {said:>22} {one['macro_f1']:9.4f} {one['ari']:6.3f} {one['ece']:6.3f} {one['seconds']:8.1f}"


def _held_out_table(found: dict[str, Any]) -> str:
    lines = [f"learned from {found['train']} products, judged on {found['test']}"]
    lines.append(f"{'model':10} {'accuracy [95 %]':>22} {'macro-F1':>9} {'ARI':>6} {'ECE':>6} {'seconds':>8}")
    lines += [_line(name, found[name]) for name in ("text", "image", "both") if found[name] is not None]
    return "\n".join([*lines, *found["notes"]])
