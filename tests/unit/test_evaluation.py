"""Measures, against numbers worked out by hand and against what must always hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.evaluation import (
    expected_calibration_error,
    f1_by_class,
    figure_of_mean,
    macro_f1,
    mean_over_classes,
    mean_over_queries,
    paired_bootstrap,
    precision_at_10,
)

NAN = float("nan")


def on_a_line(count: int) -> np.ndarray:
    """Unit vectors that lie farther and farther from the first."""
    angles = np.linspace(0, np.pi / 2, count)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_precision_counts_the_relevant_among_the_ten_nearest() -> None:
    gallery = on_a_line(20)
    relevant = np.zeros((1, 20), bool)
    relevant[0, [0, 1, 2, 9, 10, 11, 12, 13, 14, 15]] = True
    assert precision_at_10(gallery[:1], gallery, relevant).tolist() == [0.4]


def test_a_query_with_fewer_than_ten_relevant_products_does_not_count() -> None:
    gallery = on_a_line(20)
    relevant = np.zeros((2, 20), bool)
    relevant[0, :9] = True
    relevant[1, :10] = True
    found = precision_at_10(gallery[:2], gallery, relevant)
    assert np.isnan(found[0])
    assert found[1] == 1.0


def test_a_product_is_never_an_answer_to_itself() -> None:
    gallery = on_a_line(20)
    relevant = np.zeros((1, 20), bool)
    relevant[0, :10] = True
    assert np.isnan(precision_at_10(gallery[:1], gallery, relevant, own_rows=[0])[0])
    relevant[0, 10] = True
    assert precision_at_10(gallery[:1], gallery, relevant, own_rows=[0]).tolist() == [1.0]


def test_more_queries_than_one_step_takes_are_measured_alike() -> None:
    gallery = on_a_line(20)
    queries, relevant = np.repeat(gallery[:1], 1100, axis=0), np.zeros((1100, 20), bool)
    relevant[:, 5:15] = True
    assert set(precision_at_10(queries, gallery, relevant)) == {0.5}


def test_means_leave_out_what_does_not_count() -> None:
    values = np.array([1.0, 0.5, NAN, 0.0])
    assert mean_over_queries(values) == 0.5
    assert np.isnan(mean_over_queries(np.array([NAN])))


def test_each_class_counts_the_same_however_many_photos_it_has() -> None:
    values = np.array([1.0, 1.0, 1.0, 0.0, NAN])
    assert mean_over_classes(values, ["hat", "hat", "hat", "shoes", "skirt"]) == 0.5


def test_the_interval_of_a_constant_difference_is_that_difference() -> None:
    ours = np.array([0.3, 0.5, 0.9])
    found = paired_bootstrap(ours, ours - 0.1)
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))


def test_a_pair_counts_only_where_both_do() -> None:
    found = paired_bootstrap(np.array([1.0, NAN, 1.0]), np.array([0.0, 0.0, NAN]))
    assert found.value == 1.0
    assert np.isnan(paired_bootstrap(np.array([NAN]), np.array([1.0])).value)


def test_the_interval_of_coin_throws_is_about_what_theory_says() -> None:
    found = figure_of_mean("heads", np.array([0.0, 1.0] * 200))
    assert found.cases == 400
    assert found.value == 0.5
    assert (found.low, found.high) == pytest.approx((0.451, 0.549), abs=0.008)


PAIRS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30)


@settings(deadline=None, max_examples=40)
@given(PAIRS)
def test_a_gain_seen_from_the_other_side_is_a_loss(pairs: list[tuple[float, float]]) -> None:
    ours, other = np.array(pairs).T
    gain, loss = paired_bootstrap(ours, other), paired_bootstrap(other, ours)
    assert gain.low <= gain.value + 1e-12
    assert gain.value <= gain.high + 1e-12
    assert (loss.value, loss.low, loss.high) == pytest.approx((-gain.value, -gain.high, -gain.low))


def test_probabilities_that_come_true_as_often_as_they_say_have_no_calibration_error() -> None:
    right = np.array([True, True, True, True, False])
    assert expected_calibration_error(np.full(5, 0.8), right) == pytest.approx(0)


def test_the_calibration_error_is_the_gap_weighted_by_cases() -> None:
    said = np.array([0.9, 0.9, 0.9, 0.1])
    right = np.array([True, False, False, False])
    assert expected_calibration_error(said, right) == pytest.approx(3 / 4 * (0.9 - 1 / 3) + 1 / 4 * 0.1)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_a_calibration_error_lies_between_the_bias_and_one(cases: list[tuple[float, bool]]) -> None:
    said, right = np.array([one for one, _ in cases]), np.array([one for _, one in cases])
    found = expected_calibration_error(said, right)
    assert abs(said.mean() - right.mean()) - 1e-9 <= found <= 1 + 1e-9


@pytest.mark.parametrize(("said", "right"), [([1.2], [True]), ([NAN], [True]), ([0.5], [True, False])])
def test_what_is_no_probability_of_a_case_is_refused(said: list[float], right: list[bool]) -> None:
    with pytest.raises(ValueError, match=r"probabilit"):
        expected_calibration_error(np.array(said), np.array(right))


def test_f1_is_of_the_classes_that_there_are() -> None:
    truth = ["solid", "solid", "striped", "checked"]
    said = ["solid", "striped", "striped", "printed"]
    assert f1_by_class(truth, said) == pytest.approx({"solid": 2 / 3, "striped": 2 / 3, "checked": 0})
    assert macro_f1(truth, said) == pytest.approx(4 / 9)
    assert np.isnan(macro_f1([], []))


def test_readings_and_truths_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        macro_f1(["solid"], [])
