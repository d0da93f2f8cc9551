"""How an index is, seen from outside."""

from pathlib import Path

import numpy as np
import pytest

from recommender.errors import IndexMissing
from recommender.index_builds import IndexBuilds
from recommender.index_health import measure_latency
from recommender.ports import EncoderIdentity

ENCODER = EncoderIdentity("small", "1", 8)


def build(builds: IndexBuilds, rows: int) -> None:
    vectors = np.eye(8, dtype=np.float32)[np.arange(rows) % 8]
    builds.replace_all(ids=np.arange(rows), vectors=vectors, encoder=ENCODER)


def test_builds_are_told_with_their_rows_and_size_the_active_one_first(tmp_path: Path) -> None:
    builds = IndexBuilds(tmp_path)
    assert builds.builds() == ()
    build(builds, 3)
    build(builds, 500)
    active, earlier = builds.builds()
    assert (active.manifest.rows, earlier.manifest.rows) == (500, 3)
    assert active.size_bytes > earlier.size_bytes > 3 * 8 * 4
    builds.roll_back()
    assert [each.manifest.rows for each in builds.builds()] == [3, 500]


def test_a_build_whose_manifest_is_damaged_is_left_out(tmp_path: Path) -> None:
    builds = IndexBuilds(tmp_path)
    build(builds, 3)
    (manifest,) = tmp_path.glob("builds/*/manifest.json")
    manifest.write_text("{}")
    assert builds.builds() == ()


def test_searches_are_measured_until_the_time_is_up(tmp_path: Path) -> None:
    builds = IndexBuilds(tmp_path)
    with pytest.raises(IndexMissing):
        measure_latency(builds)
    build(builds, 20)
    assert measure_latency(builds, seconds=0).searches == 1
    found = measure_latency(builds, seconds=60)
    assert found.searches == 50
    assert 0 < found.median <= found.slowest_of_twenty
