"""Several builds of the index in one folder: swap, rollback, and what a failed or killed rebuild leaves."""

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.errors import IndexDamaged, IndexMissing, NoEarlierIndex
from recommender.index_builds import IndexBuilds
from recommender.ports import EncoderIdentity

ROOT = Path(__file__).resolve().parents[2]
OLD = EncoderIdentity("old", "1", 16)
NEW = EncoderIdentity("new", "1", 24, setting="open_clip:a/b")


def rows(encoder: EncoderIdentity, count: int = 3) -> NDArray[np.float32]:
    return np.eye(count, encoder.dim, dtype=np.float32)


def build(builds: IndexBuilds, encoder: EncoderIdentity, *row_ids: int) -> None:
    builds.replace_all(ids=np.array(row_ids, np.int64), vectors=rows(encoder, len(row_ids)), encoder=encoder)


def names_of_builds(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "builds").iterdir())


def test_without_a_build_there_is_no_index(tmp_path: Path) -> None:
    builds = IndexBuilds(tmp_path / "absent")
    assert builds.stamp is None
    with pytest.raises(IndexMissing, match="flask index update"):
        _ = builds.manifest
    with pytest.raises(IndexMissing):
        builds.earlier()


def test_another_process_sees_the_swap_and_what_encoder_to_load(tmp_path: Path) -> None:
    writer, reader = IndexBuilds(tmp_path), IndexBuilds(tmp_path)
    build(writer, OLD, 1, 2)
    assert reader.manifest.encoder == OLD
    before = reader.stamp
    build(writer, NEW, 5)
    assert reader.stamp != before
    assert reader.manifest.encoder == NEW
    assert reader.manifest.encoder.setting == "open_clip:a/b"
    assert reader.row_ids().tolist() == [5]


def test_who_holds_the_old_build_goes_on_searching_it_after_the_swap(tmp_path: Path) -> None:
    builds = IndexBuilds(tmp_path)
    build(builds, OLD, 1, 2)
    held = builds.active()
    build(builds, NEW, 5)
    assert held.search(rows(OLD)[0], limit=1)[0].row_id == 1
    assert builds.search(rows(NEW)[0], limit=1)[0].row_id == 5


def test_a_change_of_rows_is_no_swap(tmp_path: Path) -> None:
    builds = IndexBuilds(tmp_path)
    build(builds, OLD, 1, 2)
    before = builds.stamp
    builds.apply(add_ids=np.array([9]), add_vectors=rows(OLD, 1), remove_ids=np.array([1]))
    assert builds.row_ids().tolist() == [2, 9]
    assert builds.stamp == before


def test_a_rollback_goes_back_and_the_next_one_forth(tmp_path: Path) -> None:
    builds = IndexBuilds(tmp_path)
    build(builds, OLD, 1, 2)
    with pytest.raises(NoEarlierIndex):
        builds.roll_back()
    build(builds, NEW, 5)
    assert builds.earlier().manifest.encoder == OLD
    builds.roll_back()
    assert IndexBuilds(tmp_path).row_ids().tolist() == [1, 2]
    builds.roll_back()
    assert IndexBuilds(tmp_path).row_ids().tolist() == [5]


def test_the_active_build_and_the_one_before_are_kept_and_no_other(tmp_path: Path) -> None:
    builds = IndexBuilds(tmp_path)
    (tmp_path / "builds" / "half-made").mkdir(parents=True)
    for row_id in range(4):
        build(builds, OLD, row_id)
    assert len(names_of_builds(tmp_path)) == 2
    assert builds.earlier().row_ids().tolist() == [2]


@pytest.mark.parametrize("damage", ["{", '{"active": 5, "earlier": null}', '{"active": "a", "earlier": 5}'])
def test_a_damaged_pointer_is_named_and_a_rebuild_heals_it(tmp_path: Path, damage: str) -> None:
    builds = IndexBuilds(tmp_path)
    build(builds, OLD, 1)
    (tmp_path / "active.json").write_text(damage)
    with pytest.raises(IndexDamaged, match="flask index rebuild"):
        _ = builds.manifest
    build(builds, OLD, 2)
    assert builds.row_ids().tolist() == [2]


@contextmanager
def room_for(file_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond `file_bytes`: what a full disk does, without filling one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_without_room_for_the_new_build_the_old_one_stays_and_nothing_is_left_behind(tmp_path: Path) -> None:
    builds = IndexBuilds(tmp_path)
    build(builds, OLD, 1, 2)
    with room_for(1500), pytest.raises(OSError, match="large"):
        build(builds, NEW, *range(24))
    assert builds.row_ids().tolist() == [1, 2]
    assert len(names_of_builds(tmp_path)) == 1


WRITER = """
import sys, numpy as np
from pathlib import Path
from recommender.index_builds import IndexBuilds
from recommender.ports import EncoderIdentity
builds = IndexBuilds(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    for dim in range(16, 32):
        ids, rows = np.arange(dim), np.eye(dim, dtype=np.float32)
        builds.replace_all(ids=ids, vectors=rows, encoder=EncoderIdentity("test", "1", dim))
"""


def test_a_killed_rebuild_leaves_a_whole_index_and_the_next_one_sweeps(tmp_path: Path) -> None:
    build(IndexBuilds(tmp_path), OLD, *range(16))
    for round_number in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        threading.Event().wait(0.05 + 0.03 * round_number)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        survivor = IndexBuilds(tmp_path)
        assert survivor.row_ids().tolist() == list(range(survivor.manifest.encoder.dim))
    build(IndexBuilds(tmp_path), OLD, 1)
    assert len(names_of_builds(tmp_path)) == 2
