"""The study of text, image and both: folders read with care, folds that do not leak, figures that hold."""

import csv
import json
from collections.abc import Sequence
from itertools import product as pairs
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from recommender.classification_study import mcnemar, study_held_out, study_report
from recommender.errors import StudySetUnreadable
from recommender.listings import Listing
from recommender.near_duplicates import duplicate_groups
from recommender.ports import EncoderIdentity, Pixels
from recommender.softmax_head import best_temperature, fit_head, softmax
from recommender.study_features import StudyReaders
from recommender.study_models import FusedAnswers, PartAnswers, Truth, fused, grouped_folds, words_first
from recommender.study_sets import masked, read_study_set, without_rare
from recommender.study_words import WordCounts
from tests.factories import encoded
from webapp.cli import classify as commands

_COLOURS = ((200, 30, 30), (30, 200, 30), (30, 30, 200))
_KINDS = ("lamp", "towel", "watch")


class MeanColour:
    """An encoder that sees a photo's mean colour, and that no two photos are the same."""

    identity = EncoderIdentity("mean colour", "1", 19)

    def encode_images(self, images: Sequence[Pixels]) -> NDArray[np.float32]:
        return np.array([self._encoded(image) for image in images], np.float32).reshape(-1, 19)

    def _encoded(self, image: Pixels) -> NDArray[np.float64]:
        tint, own = image.mean((0, 1)), np.random.default_rng(int(image.sum())).normal(size=16)
        row = np.concatenate([tint / np.linalg.norm(tint), own / np.linalg.norm(own) / 2])
        return row / np.linalg.norm(row)


READERS = StudyReaders(MeanColour())


def write(folder: Path, rows: Sequence[dict[str, str]], *, photos: bool = True) -> Path:
    """Make a folder of products; a photo is of its kind's colour."""
    (folder / "images").mkdir(parents=True)
    with (folder / "products.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    random = np.random.default_rng(1)
    for row in rows if photos else ():
        tint = np.array(_COLOURS[_KINDS.index(row["category"])]) + random.integers(-25, 25, 3)
        picture = np.full((24, 24, 3), np.clip(tint, 0, 255), np.uint8)
        (folder / "images" / row["image"]).write_bytes(encoded(picture, "PNG"))
    return folder


def hash_word(kind: str, number: int) -> str:
    """A word of its own for each product, which tells nothing."""
    return "".join(np.random.default_rng([number, len(kind), ord(kind[0])]).choice(list("abcdefghij"), 9))


def rows(each: int = 12, *, telling: int = 9, start: int = 0) -> list[dict[str, str]]:
    """Products of three kinds: `telling` of each say in their title what they are, the others do not."""
    return [
        {
            "uniq_id": f"{kind}{number}",
            "product_name": f"{'maker' if number - start >= telling else kind} no {number * 37}",
            "description": f"a thing of {hash_word(kind, number)}",
            "image": f"{kind}{number}.png",
            "category": kind,
            "sub_category": f"{kind} {number % 2}",
        }
        for kind, number in pairs(_KINDS, range(start, start + each))
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("set") / "train", rows())


@pytest.fixture(scope="module")
def report(folder: Path) -> dict[str, object]:
    return study_report(read_study_set(folder), READERS, seeds=(0, 1), mask=False)


def test_each_model_sees_its_own_input_alone(report: dict[str, object]) -> None:
    models = report["models"]
    assert models["image"]["accuracy"] == 1
    assert 0.6 < models["text"]["accuracy"] < 0.95, "the titles that say nothing are guessed"
    assert models["both"]["accuracy"] > models["text"]["accuracy"]
    assert models["text"]["parts"] == ("words",)
    assert models["image"]["parts"] == ("encoder",)


def test_a_report_states_intervals_seeds_and_three_kinds_of_p(report: dict[str, object]) -> None:
    text = report["models"]["text"]
    assert text["accuracy_low"] < text["accuracy"] < text["accuracy_high"]
    assert len(text["accuracy_by_seed"]) == len(report["seeds"]) == 2
    assert text["accuracy"] == pytest.approx(np.mean(text["accuracy_by_seed"]))
    found = next(one for one in report["comparisons"] if (one["first"], one["second"]) == ("both", "text"))
    assert found["pooled"]["first_alone"] == sum(seed["first_alone"] for seed in found["by_seed"])
    assert found["by_product"]["first_alone"] + found["by_product"]["second_alone"] <= 36
    assert found["gain"] == pytest.approx(report["models"]["both"]["accuracy"] - text["accuracy"])
    json.dumps(report)


def test_the_same_seeds_give_the_same_figures(folder: Path, report: dict[str, object]) -> None:
    again = study_report(read_study_set(folder), READERS, seeds=(0, 1), mask=False)
    for model in ("text", "image", "both"):
        assert again["models"][model]["accuracy_by_seed"] == report["models"][model]["accuracy_by_seed"]


def test_a_held_out_folder_is_judged_by_what_another_teaches(folder: Path, tmp_path: Path) -> None:
    test = write(tmp_path / "test", [*rows(4, start=50), rows(1)[0] | {"category": "watch", "uniq_id": "wrong"}])
    found = study_held_out(read_study_set(folder), read_study_set(test), READERS)
    assert (found["train"], found["test"]) == (36, 13)
    for model in ("text", "image", "both"):
        assert {"accuracy", "macro_f1", "ece", "seconds"} <= found[model].keys()
        assert found[model]["accuracy"] > 0.8
    assert found["both"]["seconds"] > found["image"]["seconds"]


def test_products_that_were_learned_from_are_said_to_flatter_the_figures(folder: Path, tmp_path: Path) -> None:
    test = write(tmp_path / "test", [*rows(2), *rows(3, start=50)], photos=False)
    found = study_held_out(read_study_set(folder), read_study_set(test), READERS)
    assert any(note.startswith("6 of the 15 products") for note in found["notes"]), found["notes"]


def test_a_category_that_was_never_seen_is_a_miss(folder: Path, tmp_path: Path) -> None:
    strange = [one | {"category": "sofa"} for one in rows(2, start=70)]
    test = write(tmp_path / "test", [*rows(2, start=50), *strange], photos=False)
    found = study_held_out(read_study_set(folder), read_study_set(test), READERS)
    assert found["text"]["accuracy"] == pytest.approx(0.5)
    assert any("sofa" in note for note in found["notes"])


def test_without_photos_there_is_text_and_without_words_there_is_image(folder: Path, tmp_path: Path) -> None:
    wordless = [{key: one[key] for key in ("image", "category")} for one in rows()]
    shown = study_report(read_study_set(write(tmp_path / "shown", wordless)), READERS, seeds=(0,), mask=False)
    assert shown["models"]["text"] is None
    assert shown["models"]["both"]["accuracy"] == shown["models"]["image"]["accuracy"] == 1
    spoken = study_report(
        read_study_set(write(tmp_path / "spoken", rows(), photos=False)), READERS, seeds=(0,), mask=False
    )
    assert spoken["models"]["image"] is None
    assert spoken["models"]["both"]["accuracy"] == spoken["models"]["text"]["accuracy"]


def test_some_missing_photos_and_a_broken_one_are_said_and_borne(folder: Path, tmp_path: Path) -> None:
    holed = write(tmp_path / "holed", rows())
    (holed / "images" / "lamp0.png").unlink()
    (holed / "images" / "lamp1.png").write_bytes(b"no picture")
    found = study_report(read_study_set(holed), READERS, seeds=(0,), mask=False)
    assert any("1 products without photo" in note for note in found["notes"])
    assert any("lamp1.png" in note for note in found["notes"])
    assert found["models"]["both"]["accuracy"] > 0.8


def test_photos_are_looked_for_in_images_alone(folder: Path, tmp_path: Path) -> None:
    climbing = [one | {"image": f"../../{folder.name}/images/{one['image']}"} for one in rows()]
    read = read_study_set(write(tmp_path / "climbing", climbing, photos=False))
    assert all(product.photo is None for product in read.products)


def test_a_photo_that_the_table_names_otherwise_is_found_by_its_product(tmp_path: Path) -> None:
    first, second = rows()[:2]
    unnamed = [first | {"image": "https://a.example/front.jpg"}, second | {"image": "x" * 300}]
    folder = write(tmp_path / "addresses", unnamed, photos=False)
    photos = [folder / "images" / f"{one['uniq_id']}.jpg" for one in unnamed]
    for photo in photos:
        photo.touch()
    assert [product.photo for product in read_study_set(folder).products] == photos


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "holds no products.csv"),
        ("", "no column of the category"),
        ("title,price\nshoe,3\n", "no column of the category: one of category, articletype"),
        ("category,price\nshoe,3\n", "neither words nor photos"),
        ("title,category\nshoe,\n", "no product with a category"),
        ("title,category\n" + "shoe,a\n" * 12, "fewer than two categories"),
    ],
)
def test_a_folder_that_is_no_set_is_refused_by_name(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "products.csv").write_text(content, encoding="utf-8")
    with pytest.raises(StudySetUnreadable, match=said) as refused:
        without_rare(read_study_set(tmp_path))
    assert str(tmp_path) in str(refused.value)


def test_types_and_colours_are_masked_in_every_form(tmp_path: Path) -> None:
    titles = ["Puma Men Navy Blue T-shirt", "Red Tshirts for women", "Casual SHOES, red and white"]
    made = [
        {"id": str(number), "articleType": kind, "baseColour": colour, "productDisplayName": title}
        for number, (title, kind, colour) in enumerate(
            zip(titles, ("Tshirts", "Tshirts", "Casual Shoes"), ("Navy Blue", "Red", "Red"), strict=True)
        )
    ]
    read = read_study_set(write(tmp_path / "set", made, photos=False))
    assert read.leaks
    left = [" ".join(product.listing.title.split()) for product in masked(read).products]
    assert left == ["Puma Men", "for women", ", and"]


def test_a_limit_spreads_over_the_table(folder: Path) -> None:
    chosen = read_study_set(folder, limit=20)
    assert len(chosen.products) == 20
    assert set(chosen.categories) == set(_KINDS)


def test_near_duplicates_stand_on_one_side() -> None:
    random = np.random.default_rng(0)
    words = random.normal(size=(40, 30)).astype(np.float32)
    words[1::2] = words[::2] + random.normal(0, 0.01, (20, 30)).astype(np.float32)
    groups = duplicate_groups(words, None)
    assert len(set(groups)) == 20
    truth = Truth(("a", "b"), np.arange(40) // 2 % 2, np.full(40, -1), np.array([], np.int64), groups)
    for kept, apart in grouped_folds(np.arange(40), truth, folds=5, seed=0):
        assert not set(groups[kept]) & set(groups[apart])


def test_products_without_words_are_no_near_duplicates_of_each_other() -> None:
    words = WordCounts.of([Listing("red dress"), Listing(), Listing(" "), Listing(description="blue shoe")])
    groups = duplicate_groups(words.weighed(np.arange(4)), None)
    assert len(set(groups)) == 4


def test_words_weigh_by_what_is_known_alone() -> None:
    listings = [Listing(title) for title in ("red lamp", "red towel", "blue lamp", "unheard word")]
    known = np.arange(3)
    weighed = WordCounts.of(listings).sources[2]
    ours = WordCounts((weighed,) * 4).weighed(known)
    assert not ours[3].toarray().any(), "what no known product says counts nowhere"
    theirs = TfidfVectorizer(sublinear_tf=True).fit([one.title for one in listings[:3]])
    expected = theirs.transform([one.title for one in listings]).toarray()
    one_source = ours.toarray().reshape(4, 4, -1)[:, 2]
    assert np.allclose(np.sort(one_source, axis=1)[:, -2:], np.sort(expected, axis=1)[:, -2:] / 2, atol=1e-6)


def test_the_head_in_the_rows_span_is_the_head_of_the_features() -> None:
    random = np.random.default_rng(0)
    rows_ = random.normal(size=(60, 300)).astype(np.float32) / 17
    values = np.array(["a", "b", "c"])[random.integers(0, 3, 60)]
    head = fit_head(rows_, values, strength=5)
    plain = LogisticRegression(C=5, max_iter=5000, tol=1e-8).fit(rows_, values)
    asked = random.normal(size=(20, 300)).astype(np.float32) / 17
    assert np.allclose(head.probabilities(asked), plain.predict_proba(asked), atol=0.01)


def test_two_values_have_one_boundary() -> None:
    random = np.random.default_rng(0)
    rows_ = random.normal(size=(60, 5)).astype(np.float32)
    values = np.where(rows_[:, 0] > 0, "yes", "no")
    plain = LogisticRegression(C=3, max_iter=5000).fit(rows_, values)
    assert np.allclose(fit_head(rows_, values, strength=3).probabilities(rows_), plain.predict_proba(rows_), atol=0.01)


def test_a_temperature_mends_what_is_too_sure() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(size=(2000, 4))
    right = np.array([random.choice(4, p=chances) for chances in softmax(scores)])
    assert best_temperature(softmax(3 * scores), right) == pytest.approx(3, rel=0.15)


def test_the_fused_head_hears_the_part_that_knows() -> None:
    random = np.random.default_rng(0)
    right = random.integers(0, 3, 300)
    knowing = np.log(softmax(2 * np.eye(3)[right] + random.normal(0, 0.5, (300, 3))))
    guessing = np.log(softmax(3 * random.normal(size=(300, 3))))
    truth = Truth(("a", "b", "c"), right, np.full(300, -1), np.array([], np.int64), np.arange(300))
    said = {
        name: PartAnswers(part[:200], part[200:], 0, 1) for name, part in (("encoder", guessing), ("words", knowing))
    }
    assert (fused(said, np.arange(200), truth, seed=0).asked.argmax(1) == right[200:]).mean() > 0.9


def _heads(words_right: float) -> tuple[FusedAnswers, FusedAnswers, Truth]:
    """Two hundred known rows of two categories: words say each with 0.8, all parts with 0.9, and always rightly."""
    right = np.tile([0, 1], 100)
    said = np.where(np.arange(200) < 200 * words_right, right, 1 - right)
    words = FusedAnswers(np.eye(2)[said] * 0.6 + 0.2, np.array([[0.9, 0.1], [0.5, 0.5], [0.6, 0.4]]))
    everything = FusedAnswers(np.eye(2)[right] * 0.8 + 0.1, np.array([[0.2, 0.8], [0.1, 0.9], [0.05, 0.95]]))
    nothing = np.array([], np.int64)
    return words, everything, Truth(("a", "b"), right, np.full(200, -1), nothing, np.arange(200))


def test_a_photo_fills_the_doubt_that_words_leave() -> None:
    words, everything, truth = _heads(words_right=0.995)
    everything = FusedAnswers(words.known, everything.asked)
    said = words_first(words, everything, np.arange(200), truth)
    assert np.allclose(said[:, 0], [0.9 * 0.9 + 0.1 * 0.2, (0.5 + 0.1) / 2, 0.6 * 0.6 + 0.4 * 0.05])
    assert said.argmax(1).tolist() == [0, 1, 1]


def test_where_photos_plainly_know_better_words_do_not_come_first() -> None:
    words, everything, truth = _heads(words_right=0.6)
    assert np.array_equal(words_first(words, everything, np.arange(200), truth), everything.asked)


def test_mcnemar_is_the_binomial_of_the_disagreements() -> None:
    first = np.array([True] * 10 + [False] * 2 + [True] * 50)
    second = np.array([False] * 10 + [True] * 2 + [True] * 50)
    found = mcnemar(first, second)
    assert (found.first_alone, found.second_alone) == (10, 2)
    assert found.p == pytest.approx(2 * (1 + 12 + 66) / 2**12)
    assert mcnemar(first, first).p == 1
    many = mcnemar(np.ones(3000, bool), np.zeros(3000, bool))
    assert 0 <= many.p < 1e-300


def test_a_command_ends_in_a_line_about_the_folder(tmp_path: Path) -> None:
    for words in (["report", str(tmp_path)], ["evaluate", "--train", str(tmp_path), "--test", str(tmp_path)]):
        result = CliRunner().invoke(commands.classify, words)
        assert result.exit_code == 1
        assert "products.csv" in result.stderr.splitlines()[-1]
        assert isinstance(result.exception, SystemExit)


def test_a_place_that_cannot_be_written_is_said_before_the_work(folder: Path) -> None:
    inside_a_file = folder / "products.csv" / "report.json"
    result = CliRunner().invoke(commands.classify, ["report", str(folder), "--out", str(inside_a_file)])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert str(folder / "products.csv") in result.stderr
    assert "photos" not in result.stderr
