"""A panel's report: shares, their interval, and how far testers agree."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.panel_report import Judgement, PanelReport, alpha_of, report_of

VERDICTS = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(1, 5), st.sampled_from("abc")), st.booleans(), min_size=1, max_size=60
)


def judged(verdicts: dict[tuple[int, int, str], bool]) -> list[Judgement]:
    return [Judgement(query, rank, judge, good) for (query, rank, judge), good in verdicts.items()]


def made(verdicts: dict[tuple[int, int, str], bool]) -> PanelReport:
    report = report_of(judged(verdicts))
    assert report is not None
    return report


def test_a_panel_that_nobody_judged_has_no_report() -> None:
    assert report_of([]) is None


@given(VERDICTS)
def test_a_report_adds_up_and_comes_back_from_its_json(verdicts: dict[tuple[int, int, str], bool]) -> None:
    report = made(verdicts)
    assert report.judgements == len(verdicts)
    assert report.share == pytest.approx(sum(verdicts.values()) / len(verdicts))
    assert 0 <= report.low <= report.share + 1e-9
    assert report.share - 1e-9 <= report.high <= 1
    for parts in (report.queries, report.judges):
        assert sum(part.judgements for part in parts) == len(verdicts)
        assert sum(part.share * part.judgements for part in parts) == pytest.approx(sum(verdicts.values()))
    assert PanelReport.from_json(json.loads(json.dumps(report.to_json()))) == report


@given(VERDICTS)
def test_a_report_names_no_tester(verdicts: dict[tuple[int, int, str], bool]) -> None:
    renamed = {(query, rank, f"{judge}-pseudonym"): good for (query, rank, judge), good in verdicts.items()}
    assert "pseudonym" not in json.dumps(made(renamed).to_json())
    assert made(renamed) == made(verdicts)


def test_testers_who_always_say_the_same_agree_wholly_and_opposites_not_at_all() -> None:
    same = {(0, rank, judge): rank % 2 == 0 for rank in range(1, 11) for judge in "ab"}
    assert (made(same).agreement, made(same).alpha) == (1.0, 1.0)
    opposite = {(0, rank, judge): judge == "a" for rank in range(1, 11) for judge in "ab"}
    assert made(opposite).agreement == 0
    assert (made(opposite).alpha or 0) < 0
    assert made({(0, 1, "a"): True}).agreement is None


def test_alpha_is_that_of_the_literature() -> None:
    # K. Krippendorff, Computing Krippendorff's alpha-reliability (2011), A: 4 of 10 units differ, 6 of 20 values are 1.
    first, second = "0100000000", "1110010100"
    judgements = [
        Judgement(0, rank, judge, verdict == "1")
        for judge, verdicts in (("first", first), ("second", second))
        for rank, verdict in enumerate(verdicts, start=1)
    ]
    assert alpha_of(judgements) == pytest.approx(0.095, abs=5e-4)


def test_first_matches_are_told_apart() -> None:
    report = made({(query, rank, "a"): rank == 1 for query in range(3) for rank in range(1, 5)})
    assert (report.first_share, report.share) == (1.0, 0.25)
