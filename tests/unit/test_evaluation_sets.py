"""Folders of labelled photos: what is read of them, what is held out, and what is said of one of another form."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recommender.evaluation_sets import (
    CATALOGUE_COLUMNS,
    OtherGood,
    catalogue_products,
    is_held_out,
    other_goods,
    pattern_named_by,
    street_scenes,
)
from segmentation.errors import EvaluationSetMalformed, EvaluationSetMissing
from segmentation.evaluation import UNSCORED
from segmentation.evaluation_sets import garment_photos, held_out_street_names, street_names, street_photos
from segmentation.labels import GARMENTS
from tests.factories import encoded, photo


def put_photo(path: Path, width: int = 8, height: int = 12) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(photo(width, height)))


def put_street_photo(data: Path, name: str, tags: np.ndarray) -> None:
    put_photo(data / "ccp/photos" / f"{name}.jpg", tags.shape[1], tags.shape[0])
    (data / "ccp/masks").mkdir(exist_ok=True)
    Image.fromarray(tags).save(data / "ccp/masks" / f"{name}.png")
    (data / "ccp/labels.json").write_text(json.dumps(["null", "coat", "ring", "hat"]))
    groups = {"null": "background", "coat": "outerwear", "ring": "ignore", "hat": "hat"}
    (data / "ccp/groups.json").write_text(json.dumps(groups))


def put_catalogue(data: Path, rows: list[dict[str, str]], columns: tuple[str, ...] = CATALOGUE_COLUMNS) -> None:
    folder = data / "fashion-products"
    folder.mkdir(parents=True)
    lines = [",".join(columns), *(",".join(row.get(column, "") for column in columns) for row in rows)]
    (folder / "products.csv").write_text("\n".join(lines), encoding="utf-8")


def test_a_mask_is_read_in_the_shops_classes_and_ignored_tags_are_not_scored(tmp_path: Path) -> None:
    put_street_photo(tmp_path, "0001", np.array([[0, 1], [2, 3]], np.uint8))
    (street_photo,) = street_photos(tmp_path, street_names(tmp_path))
    wanted = [GARMENTS.id_of("background"), GARMENTS.id_of("outerwear"), UNSCORED, GARMENTS.id_of("hat")]
    assert street_photo.class_ids.ravel().tolist() == wanted
    assert street_photo.pixels.shape == (2, 2, 3)


def test_the_held_out_street_photos_are_the_same_hundred_every_time() -> None:
    names = [f"{number:04d}" for number in range(850)]
    held_out = held_out_street_names(names)
    assert len(held_out) == 100
    assert held_out == held_out_street_names(names)
    assert held_out_street_names(names[:3]) == set(names[:3])


def test_a_mask_of_another_size_than_its_photo_is_named(tmp_path: Path) -> None:
    put_street_photo(tmp_path, "0001", np.zeros((4, 4), np.uint8))
    put_photo(tmp_path / "ccp/photos/0001.jpg", 6, 4)
    with pytest.raises(EvaluationSetMalformed, match=r"0001\.png"):
        list(street_photos(tmp_path, ["0001"]))


def test_a_tag_without_a_group_is_named(tmp_path: Path) -> None:
    put_street_photo(tmp_path, "0001", np.zeros((4, 4), np.uint8))
    (tmp_path / "ccp/groups.json").write_text('{"null": "background"}')
    with pytest.raises(EvaluationSetMalformed, match="coat"):
        list(street_photos(tmp_path, ["0001"]))


def test_a_photo_that_is_none_is_named(tmp_path: Path) -> None:
    put_street_photo(tmp_path, "0001", np.zeros((4, 4), np.uint8))
    (tmp_path / "ccp/photos/0001.jpg").write_bytes(b"no photo")
    with pytest.raises(EvaluationSetMalformed, match=r"0001\.jpg cannot be read"):
        list(street_photos(tmp_path, ["0001"]))


def test_photos_of_one_garment_come_from_the_split_that_is_asked(tmp_path: Path) -> None:
    put_photo(tmp_path / "clothing-small/train/hat/a.jpg")
    put_photo(tmp_path / "clothing-small/validation/shoes/b.jpg")
    assert [one.kind for one in garment_photos(tmp_path)] == ["shoes"]
    assert [one.kind for one in garment_photos(tmp_path, "train")] == ["hat"]
    with pytest.raises(EvaluationSetMalformed, match=r"no split 'test'.*train, validation"):
        garment_photos(tmp_path, "test")


def test_the_only_split_will_do_whatever_it_is_called(tmp_path: Path) -> None:
    put_photo(tmp_path / "clothing-small/kept-back/skirt/a.jpg")
    assert [one.kind for one in garment_photos(tmp_path)] == ["skirt"]


def test_products_are_read_with_their_attributes_and_only_with_a_picture(tmp_path: Path) -> None:
    row = {"id": "7", "articleType": "Caps", "baseColour": "Red", "gender": "Men", "productDisplayName": "Puma Red Cap"}
    put_catalogue(tmp_path, [row, row | {"id": "8"}])
    put_photo(tmp_path / "fashion-products/images/7.jpg")
    (product,) = catalogue_products(tmp_path)
    assert (product.product_id, product.type_name, product.colour, product.usage) == ("7", "Caps", "Red", "")


def test_held_out_products_are_those_of_held_out_titles(tmp_path: Path) -> None:
    titles = [f"Brand shirt {number}" for number in range(40)]
    rows = [{"id": str(number), "productDisplayName": title} for number, title in enumerate(titles)]
    put_catalogue(tmp_path, rows)
    for row in rows:
        put_photo(tmp_path / "fashion-products/images" / f"{row['id']}.jpg")
    kept = [product.title for product in catalogue_products(tmp_path, held_out=True)]
    assert kept == [title for title in titles if is_held_out(title)]
    assert 0 < len(kept) < 15


def test_the_same_title_is_on_one_side_however_it_is_written() -> None:
    assert all(is_held_out(f"  SHIRT {n} ") == is_held_out(f"shirt {n}") for n in range(50))


@pytest.mark.parametrize(
    ("read", "folder", "words"),
    [
        (catalogue_products, "fashion-products", "products.csv"),
        (other_goods, "marketplace-1050", "products.csv"),
        (street_scenes, "camvid", "holds no photo"),
        (street_names, "ccp", "holds no mask"),
        (garment_photos, "clothing-small", "no split"),
    ],
)
def test_an_absent_folder_is_missing_and_an_empty_one_malformed(
    read: Callable[[Path], object], folder: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(EvaluationSetMissing, match=folder):
        read(tmp_path)
    (tmp_path / folder).mkdir()
    with pytest.raises(EvaluationSetMalformed, match=words):
        read(tmp_path)


def test_a_table_that_lacks_columns_is_told_which(tmp_path: Path) -> None:
    put_catalogue(tmp_path, [{"id": "1"}], columns=("id", "gender", "title"))
    with pytest.raises(EvaluationSetMalformed, match=r"articleType.*productDisplayName"):
        catalogue_products(tmp_path)


def test_other_goods_are_no_clothes_and_may_be_sold_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "marketplace-1050"
    folder.mkdir()
    kinds = ["Infant Wear", "Wrist Watches", "Coffee Mugs"]
    lines = [f"{number}.jpg,some,{kind}" for number, kind in enumerate(kinds)]
    (folder / "products.csv").write_text("\n".join(["image,category,sub_category", *lines]))
    for number in range(3):
        put_photo(folder / f"images/{number}.jpg")
    watch, mug = other_goods(tmp_path)
    assert (watch.kind, mug.kind) == ("Wrist Watches", "Coffee Mugs")
    assert watch.is_sold_by(frozenset({"Watches", "Shirts"}))
    assert not watch.is_sold_by(frozenset({"Shirts"}))
    assert not OtherGood(Path("mug.jpg"), "Coffee Mugs").is_sold_by(frozenset({"Watches"}))


@pytest.mark.parametrize(
    ("title", "pattern"),
    [
        ("Mens Solid Navy Polo", "solid"),
        ("Checkered Shirt", "checked"),
        ("Women Striped Top", "striped"),
        ("Batman graphic tee", "printed"),
        ("Polka dress", "other"),
        ("Printed Striped Top", ""),
        ("Checkpoint Shirt", ""),
    ],
)
def test_a_title_that_names_one_pattern_tells_it(title: str, pattern: str) -> None:
    assert pattern_named_by(title) == pattern
