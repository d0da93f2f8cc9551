"""Coarse masks lose specks and blotches, and keep what is small by nature."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from segmentation.cleaning import cleaned, connected_pieces
from segmentation.labels import GARMENTS


def sure_of(class_ids: NDArray[np.uint8], surety: float = 0.9) -> NDArray[np.float32]:
    """Return probabilities that put `surety` on each pixel's class and most of the rest on the background."""
    probabilities = np.full((len(GARMENTS.names), *class_ids.shape), 0.0, dtype=np.float32)
    probabilities[0] = 1 - surety
    rows, columns = np.indices(class_ids.shape)
    probabilities[class_ids, rows, columns] += surety
    return probabilities


def scene(**boxes: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """Return a 96 by 64 mask of boxes (left, top, right, bottom) painted in order."""
    mask = np.zeros((96, 64), dtype=np.uint8)
    for name, (left, top, right, bottom) in boxes.items():
        mask[top:bottom, left:right] = GARMENTS.id_of(name)
    return mask


def names_left(mask: NDArray[np.uint8], surety: float = 0.9) -> set[str]:
    kept = cleaned(sure_of(mask, surety), GARMENTS).argmax(axis=0)
    return {GARMENTS.names[i] for i in np.unique(kept)} - {"background"}


def test_a_speck_of_a_large_garment_becomes_background() -> None:
    assert names_left(scene(dress=(10, 10, 30, 60), pants=(50, 80, 53, 83))) == {"dress"}


def test_small_things_such_as_glasses_stay() -> None:
    assert names_left(scene(hair=(16, 0, 24, 8), dress=(10, 20, 30, 60), eyewear=(18, 8, 22, 10))) == {
        "hair",
        "dress",
        "eyewear",
    }


def test_a_blotch_of_a_look_alike_class_joins_the_garment_that_it_touches() -> None:
    mask = scene(hair=(20, 0, 40, 10), top=(10, 10, 50, 60), outerwear=(30, 30, 38, 38))
    kept = cleaned(sure_of(mask), GARMENTS).argmax(axis=0)
    assert set(np.unique(kept)) == {0, GARMENTS.id_of("hair"), GARMENTS.id_of("top")}
    assert (kept > 0).sum() == (mask > 0).sum()


def test_a_bag_in_front_of_a_worn_coat_stays_a_bag() -> None:
    worn = scene(hair=(20, 0, 40, 10), outerwear=(10, 10, 50, 60), bag=(30, 30, 38, 38))
    assert names_left(worn) == {"hair", "outerwear", "bag"}


def test_a_jacket_worn_over_a_dress_stays() -> None:
    worn = scene(hair=(20, 0, 40, 15), dress=(10, 40, 40, 80), outerwear=(10, 15, 40, 40))
    assert names_left(worn) == {"hair", "dress", "outerwear"}


def test_a_dress_worn_with_its_lower_part_read_as_a_skirt_is_a_dress() -> None:
    assert names_left(scene(hair=(20, 0, 40, 10), dress=(20, 10, 40, 40), skirt=(15, 40, 45, 70))) == {"hair", "dress"}


def test_a_skirt_worn_with_a_little_of_its_top_read_as_a_dress_is_a_skirt() -> None:
    worn = scene(hair=(20, 0, 40, 10), dress=(22, 10, 38, 30), skirt=(14, 30, 46, 70))
    assert names_left(worn) == {"hair", "top", "skirt"}


def test_a_lying_garment_read_as_two_look_alikes_is_one() -> None:
    assert names_left(scene(dress=(10, 40, 40, 80), outerwear=(10, 15, 40, 40))) == {"dress"}


def test_a_lying_garment_read_as_a_top_above_a_skirt_is_a_dress() -> None:
    assert names_left(scene(top=(20, 10, 40, 40), skirt=(10, 40, 50, 80))) == {"dress"}


def test_crumbs_beside_a_lying_garment_are_dropped() -> None:
    assert names_left(scene(pants=(10, 10, 50, 80), shoes=(55, 85, 60, 90))) == {"pants"}


def test_a_top_lying_on_trousers_stays_a_top() -> None:
    assert names_left(scene(top=(10, 10, 40, 40), pants=(10, 40, 40, 80))) == {"top", "pants"}


def test_lying_garments_apart_from_each_other_stay_apart() -> None:
    assert names_left(scene(dress=(2, 10, 30, 60), outerwear=(34, 10, 62, 60))) == {"dress", "outerwear"}


def test_a_doubtful_patch_on_a_garment_becomes_that_garment() -> None:
    probabilities = sure_of(scene(hair=(20, 0, 40, 10), pants=(10, 10, 50, 80)))
    probabilities[:, 40:50, 20:30] = 0.0
    probabilities[GARMENTS.id_of("bag"), 40:50, 20:30] = 0.35
    probabilities[GARMENTS.id_of("shoes"), 40:50, 20:30] = 0.34
    probabilities[GARMENTS.id_of("pants"), 40:50, 20:30] = 0.31
    kept = cleaned(probabilities, GARMENTS).argmax(axis=0)
    assert (kept[40:50, 20:30] == GARMENTS.id_of("pants")).all()


def test_a_region_that_the_network_doubts_is_dropped() -> None:
    probabilities = sure_of(scene(), 0.0)
    probabilities[:, 20:60, 20:60] = 0.05
    probabilities[GARMENTS.id_of("skirt"), 20:60, 20:60] = 0.35
    assert not cleaned(probabilities, GARMENTS).argmax(axis=0).any()


def test_cleaning_leaves_its_input_alone() -> None:
    probabilities = sure_of(scene(pants=(50, 80, 53, 83)))
    before = probabilities.copy()
    cleaned(probabilities, GARMENTS)
    assert np.array_equal(probabilities, before)


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9), elements=st.integers(0, 3)))
def test_pieces_partition_the_foreground_into_connected_regions(class_ids: NDArray[np.uint8]) -> None:
    pieces = connected_pieces(class_ids)
    covered = np.concatenate([piece.pixels for piece in pieces]) if pieces else np.zeros(0, dtype=int)
    assert sorted(covered.tolist()) == np.flatnonzero(class_ids.ravel()).tolist()
    for piece in pieces:
        assert (class_ids.ravel()[piece.pixels] == piece.class_id).all()
        assert flooded(class_ids, int(piece.pixels[0])) == set(piece.pixels.tolist())


def flooded(class_ids: NDArray[np.uint8], start: int) -> set[int]:
    """Return all pixels of one id that can be walked to from `start` (the plain way, to judge the quick one)."""
    height, width = class_ids.shape
    found, waiting = {start}, [start]
    while waiting:
        row, column = divmod(waiting.pop(), width)
        for r, c in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            inside = 0 <= r < height and 0 <= c < width
            if inside and r * width + c not in found and class_ids[r, c] == class_ids[row, column]:
                found.add(r * width + c)
                waiting.append(r * width + c)
    return found
