from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demo.export import write_demo_looks
from demo.looks import DemoLook, LookSpec, demo_looks, draw_look, random_look
from demo.spec import LABELS, GarmentSpec
from segmentation.labels import GARMENTS

HEIGHT = 240
LOOKS = demo_looks()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.slug)
def test_every_garment_of_a_demo_look_can_be_seen(look: DemoLook) -> None:
    drawing = draw_look(look.spec, height_pixels=HEIGHT, seed=look.seed)
    promised = {GARMENTS.id_of(garment.label) for garment in look.spec.garments}
    areas = np.bincount(drawing.class_ids.ravel(), minlength=len(GARMENTS.names))
    for class_id in promised | {GARMENTS.id_of("skin"), GARMENTS.id_of("hair")}:
        assert areas[class_id] >= 12, GARMENTS.names[class_id]
    unexpected = set(np.flatnonzero(areas)) - promised - {0, GARMENTS.id_of("skin"), GARMENTS.id_of("hair")}
    assert not unexpected


def test_demo_looks_have_their_own_slug_and_both_titles() -> None:
    assert 5 <= len(LOOKS) == len({look.slug for look in LOOKS})
    assert all(look.title_fr and look.title_en and look.title_fr != look.title_en for look in LOOKS)


def test_the_demo_looks_together_show_nearly_every_class() -> None:
    shown = {garment.label for look in LOOKS for garment in look.spec.garments}
    assert shown >= {"hat", "eyewear", "top", "outerwear", "skirt", "pants", "dress", "belt", "shoes", "bag", "scarf"}


@pytest.mark.parametrize("type_name", [name for name, label in LABELS.items() if label not in ("belt",)])
def test_a_figure_can_wear_any_type(type_name: str) -> None:
    spec = LookSpec(
        (GarmentSpec("t-shirt", "white", sleeves="short"), GarmentSpec("jeans", "blue"), GarmentSpec(type_name, "red"))
    )
    if LABELS[type_name] in ("top", "pants", "dress"):
        spec = LookSpec((GarmentSpec(type_name, "red"),))
    drawing = draw_look(spec, height_pixels=HEIGHT, seed=5)
    assert (drawing.class_ids == GARMENTS.id_of(LABELS[type_name])).sum() > 20


def test_the_figure_stands_whole_inside_the_picture() -> None:
    bobble = LookSpec((GarmentSpec("beanie", "red", length="long"), GarmentSpec("dress", "navy")))
    drawings = [draw_look(bobble, height_pixels=HEIGHT, seed=1)]
    for drawing in [*drawings, *(random_look(seed, height_pixels=HEIGHT) for seed in range(12))]:
        class_ids = drawing.class_ids
        assert not class_ids[0].any()
        assert not class_ids[-1].any()
        assert not class_ids[:, 0].any()
        assert not class_ids[:, -1].any()
        assert np.ptp(np.nonzero(class_ids)[0]) > 0.85 * HEIGHT


def test_the_same_seed_gives_the_same_look_and_another_seed_another() -> None:
    first, again, other = (random_look(seed, height_pixels=HEIGHT) for seed in (4, 4, 5))
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.class_ids, again.class_ids)
    assert first.attributes != other.attributes


def test_random_looks_cover_every_class() -> None:
    seen = {
        int(class_id) for seed in range(40) for class_id in np.unique(random_look(seed, height_pixels=96).class_ids)
    }
    assert seen == set(range(len(GARMENTS.names)))


def test_each_demo_look_becomes_a_photo_named_by_its_slug(tmp_path: Path) -> None:
    files = write_demo_looks(tmp_path, height_pixels=HEIGHT)
    assert [file.stem for file in files] == [look.slug for look in LOOKS]
    with Image.open(files[0]) as photo:
        assert photo.size == (round(HEIGHT * 0.6), HEIGHT)
