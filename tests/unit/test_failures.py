"""The pictures of failures show real mistakes, each kind once, the worst first."""

from dataclasses import replace

import numpy as np

from demo.spec import GarmentSpec
from segmentation.labels import GARMENTS
from training.failures import (
    CLASS_COLOURS,
    OTHER_COLOUR,
    OTHER_TYPE,
    RIGHT,
    Answer,
    Item,
    MisreadLook,
    Mistake,
    mistakes_in,
    one_of_each_kind,
    picture_of_answers,
    picture_of_looks,
    surest_mistakes,
)

SIDE = 40


def _mask(**boxes: tuple[int, int]) -> np.ndarray:
    """Class ids with each class between two rows."""
    ids = np.zeros((SIDE, SIDE), np.uint8)
    for name, (top, bottom) in boxes.items():
        ids[top:bottom, 10:30] = GARMENTS.id_of(name)
    return ids


def test_a_class_read_as_another_is_a_mistake_with_its_share() -> None:
    (mistake,) = mistakes_in(_mask(top=(5, 15), skirt=(15, 35)), _mask(top=(5, 15), dress=(15, 35)))
    assert (mistake.truth, mistake.read) == ("skirt", "dress")
    assert mistake.share == 20 * 20 / SIDE**2


def test_an_outline_beside_the_drawn_one_is_no_mistake() -> None:
    assert mistakes_in(_mask(top=(5, 20)), _mask(top=(6, 21))) == ()


def test_a_jacket_read_as_a_top_is_no_mistake() -> None:
    assert mistakes_in(_mask(outerwear=(5, 30)), _mask(top=(5, 30))) == ()


def _look(truth: str, read: str, rows: int) -> MisreadLook:
    mask = np.zeros((SIDE, SIDE), bool)
    mask[:rows] = True
    return MisreadLook(rows, np.zeros((SIDE, SIDE, 3), np.uint8), (Mistake(truth, read, mask),), 0.5)


def test_only_the_worst_look_of_each_kind_is_shown() -> None:
    looks = [_look("hair", "hat", 3), _look("skirt", "dress", 9), _look("hair", "hat", 7)]
    shown = one_of_each_kind(looks, 5)
    assert [look.seed for look in shown] == [9, 7]
    colours = {colour for _, colour in picture_of_looks(shown, "heading").getcolors(maxcolors=100_000)}
    assert {CLASS_COLOURS["hat"], CLASS_COLOURS["dress"]} <= colours


def _item(type_name: str, colour: str) -> Item:
    return Item(GarmentSpec(type_name, colour), np.zeros((SIDE, SIDE, 3), np.uint8))


def _answer(query: Item, nearest: Item, cosine: float) -> Answer:
    return Answer(query, (nearest, nearest), (cosine, cosine))


def test_an_answer_is_judged_by_type_first_and_then_by_colour() -> None:
    red_skirt = _item("skirt", "red")
    assert _item("pleated skirt", "red").frame_beside(red_skirt) == RIGHT
    assert _item("skirt", "blue").frame_beside(red_skirt) == OTHER_COLOUR
    assert _item("dress", "red").frame_beside(red_skirt) == OTHER_TYPE


def test_the_surest_mistake_of_each_kind_is_shown() -> None:
    skirt, dress, coat = _item("skirt", "red"), _item("dress", "red"), _item("coat", "red")
    found = [
        _answer(skirt, dress, 0.7),
        _answer(dress, skirt, 0.9),
        _answer(coat, dress, 0.8),
        _answer(coat, replace(coat), 0.99),
    ]
    shown = surest_mistakes(found, OTHER_TYPE, 5)
    assert [answer.cosines[0] for answer in shown] == [0.9, 0.8]
    assert picture_of_answers(shown, "one line\nanother").height > 2 * SIDE
