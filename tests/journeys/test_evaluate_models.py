"""A person judges the models on a folder of their own: `flask vision evaluate`."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from demo.draw import Drawing, draw_garment
from demo.looks import demo_looks, draw_look
from demo.spec import GarmentSpec
from recommender.errors import EncoderReadsNoAttributes
from recommender.evaluation_sets import CATALOGUE_COLUMNS, is_held_out
from recommender.onnx_attributes import OnnxAttributeReader
from recommender.onnx_encoder import WEIGHTS
from segmentation.labels import GARMENTS
from tests.factories import encoded, photo
from tests.needs import missing
from webapp.cli.vision import vision

SHELVES = [("t-shirt", "Tshirts", "red"), ("t-shirt", "Tshirts", "blue"), ("skirt", "Skirts", "blue")]
A_SHELF = 12


@pytest.fixture(scope="module")
def drawn_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the developers' form, all of it drawn: a small catalogue, photos of garments, figures with masks."""
    data = tmp_path_factory.mktemp("drawn") / "data"
    drawings = [
        (draw_garment(GarmentSpec(drawn, colour, shade=number % 3), side_pixels=96, seed=number), kind, colour)
        for drawn, kind, colour in SHELVES
        for number in range(A_SHELF)
    ]
    _put_catalogue(data, drawings)
    for number, (drawn, kind) in enumerate((("t-shirt", "t-shirt"), ("skirt", "skirt"))):
        drawing = draw_garment(GarmentSpec(drawn, "blue"), side_pixels=128, seed=100 + number)
        _put(data / "clothing-small/kept-back" / kind / "a.jpg", drawing.image)
    _put_street_photos(data)
    _put(data / "camvid/some/photos/street.jpg", photo(120, 90))
    return data


def _put_catalogue(data: Path, drawings: list[tuple[Drawing, str, str]]) -> None:
    folder = data / "fashion-products"
    folder.mkdir(parents=True)
    with (folder / "products.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, CATALOGUE_COLUMNS, restval="")
        table.writeheader()
        for number, (drawing, kind, colour) in enumerate(drawings):
            known = {"gender": "Women", "season": "Fall", "usage": "Casual", "productDisplayName": f"Solid {number}"}
            table.writerow({"id": number, "articleType": kind, "baseColour": colour.title()} | known)
            _put(folder / f"images/{number}.jpg", drawing.image)


def _put_street_photos(data: Path) -> None:
    tags = [*GARMENTS.names, "ring"]
    for number, look in enumerate(demo_looks()[:2]):
        drawing = draw_look(look.spec, seed=look.seed)
        _put(data / f"ccp/photos/{number:04d}.jpg", drawing.image)
        mask = drawing.class_ids.copy()
        mask[:4, :4] = tags.index("ring")
        (data / "ccp/masks").mkdir(exist_ok=True)
        Image.fromarray(mask).save(data / f"ccp/masks/{number:04d}.png")
    (data / "ccp/labels.json").write_text(json.dumps(tags))
    (data / "ccp/groups.json").write_text(json.dumps({name: name for name in GARMENTS.names} | {"ring": "ignore"}))


def _put(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(pixels, quality=95))


def evaluate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(vision, ["evaluate", *map(str, arguments)])


def test_masks_are_judged_and_the_figures_written(drawn_data: Path, tmp_path: Path) -> None:
    result = evaluate("segmentation", drawn_data, "--json", tmp_path / "figures.json")
    assert result.exit_code == 0, result.output
    assert "Segmentation of street photos, IoU by group" in result.stdout
    assert "left out: there is no reference for the foreground" in result.stderr
    said = json.loads((tmp_path / "figures.json").read_text())
    street, *_, single = said["tables"]
    by_name = {figure["name"]: figure for figure in street["figures"]}
    assert by_name["mean"]["cases"] == 2
    assert by_name["background"]["value"] > 0.8, "drawn figures stand out of their ground"
    assert {figure["name"] for figure in single["figures"]} == {"t-shirt", "skirt", "main group right"}
    assert said["models"]["segmenter"]


def test_every_retrieval_task_is_printed(drawn_data: Path, tmp_path: Path) -> None:
    result = evaluate("retrieval", drawn_data, "--json", tmp_path / "figures.json")
    assert result.exit_code == 0, result.output
    for title in ("(a) Catalogue photo", "(b) Shopper's photo", "(c) Words", '(d) "this, in blue"'):
        assert title in result.stdout
    tables = {
        table["title"]: table["figures"] for table in json.loads((tmp_path / "figures.json").read_text())["tables"]
    }
    alike, coloured, *_ = tables["(a) Catalogue photo, P@10"]
    assert alike["cases"] == coloured["cases"] == len(SHELVES) * A_SHELF
    assert alike["value"] > 0.9, "a drawn skirt is nearer to skirts than to t-shirts"
    words = {figure["name"]: figure for figure in tables["(c) Words, P@10"]}
    assert words["type and colour, English"]["cases"] == len(SHELVES)


def test_attributes_are_judged_with_their_probabilities(drawn_data: Path) -> None:
    try:
        OnnxAttributeReader()
    except EncoderReadsNoAttributes:
        missing("the released weights read no attributes")
    result = evaluate("attributes", drawn_data)
    assert result.exit_code == 0, result.output
    for name in ("articleType, all", "colour, 12 families", "pattern, macro-F1", "usage, macro-F1"):
        line = next(line for line in result.stdout.splitlines() if line.strip().startswith(name))
        assert f"of {len(SHELVES) * A_SHELF:5d}" in line
        assert "calibration error" in line


def test_abstentions_are_counted_inside_and_outside(drawn_data: Path) -> None:
    if not (WEIGHTS / "match_calibration.json").exists():
        missing("the released weights have no calibration of matches")
    result = evaluate("abstention", drawn_data)
    assert result.exit_code == 0, result.output
    for name in ("outside: street scene", "outside, mean of the kinds", "inside: catalogue photo", "calibration error"):
        assert name in result.stdout
    assert "marketplace-1050" in result.stderr, "what is not there is named"


def test_all_leaves_out_what_is_not_there(drawn_data: Path, tmp_path: Path) -> None:
    (tmp_path / "clothing-small").symlink_to(drawn_data / "clothing-small")
    result = evaluate("all", tmp_path)
    assert result.exit_code == 0, result.output
    assert "Photos of one garment" in result.stdout
    for folder in ("ccp", "fashion-products"):
        assert f"left out: there is no folder {tmp_path / folder}" in result.stderr


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: None, "holds nothing to evaluate retrieval"),
        (lambda data: (data / "fashion-products").mkdir(), "products.csv cannot be read"),
        (lambda data: _table_of_another_form(data), "lacks the columns gender, articleType"),
    ],
)
def test_a_folder_of_another_form_is_told_so(spoil: object, words: str, tmp_path: Path) -> None:
    spoil(tmp_path)
    result = evaluate("retrieval", tmp_path)
    assert result.exit_code == 1
    assert words in result.stderr
    assert "Traceback" not in result.output


def _table_of_another_form(data: Path) -> None:
    (data / "fashion-products").mkdir()
    (data / "fashion-products/products.csv").write_text("id,colour\n1,red\n")


def test_a_damaged_picture_is_named_and_the_others_are_judged(drawn_data: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(drawn_data / "fashion-products", tmp_path / "fashion-products")
    (tmp_path / "fashion-products/images/3.jpg").write_bytes(b"no picture")
    result = evaluate("retrieval", tmp_path)
    assert result.exit_code == 1
    assert f"left out: {tmp_path / 'fashion-products/images/3.jpg'}" in result.stderr
    assert f"{len(SHELVES) * A_SHELF - 1} products ask" in result.stdout


def test_a_mask_that_is_no_picture_is_named(drawn_data: Path, tmp_path: Path) -> None:
    shutil.copytree(drawn_data / "ccp", tmp_path / "ccp")
    (tmp_path / "ccp/masks/0001.png").write_text("no picture")
    result = evaluate("segmentation", tmp_path)
    assert isinstance(result.exception, SystemExit)
    assert "0001.png cannot be read as a mask" in result.stderr


def test_a_catalogue_of_which_nothing_is_held_out_is_left_out(drawn_data: Path, tmp_path: Path) -> None:
    shutil.copytree(drawn_data / "fashion-products", tmp_path / "fashion-products")
    table = tmp_path / "fashion-products/products.csv"
    head, *rows = table.read_text().splitlines()
    table.write_text("\n".join([head, *(row for row in rows if not is_held_out(row.split(",")[-1]))]))
    for what in ("retrieval", "attributes", "abstention"):
        result = evaluate(what, tmp_path, "--held-out")
        assert isinstance(result.exception, SystemExit), what
        assert "holds no product kept out of training" in result.stderr
