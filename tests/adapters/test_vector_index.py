"""The contract of `VectorIndex`: on FAISS, on the active one of several builds, and on a brute-force double."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recommender.errors import IndexBuiltWithAnotherEncoder, IndexDamaged, IndexMissing
from recommender.faiss_index import FaissIndex
from recommender.index_builds import IndexBuilds
from recommender.ports import EncoderIdentity, VectorIndex
from tests.doubles import InMemoryIndex

ENCODER = EncoderIdentity("test", "1", 16)
NONE = np.empty(0, np.int64)
ROOT = Path(__file__).resolve().parents[2]


def unit_rows(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, ENCODER.dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def ids(*values: int) -> NDArray[np.int64]:
    return np.array(values, np.int64)


@pytest.fixture(params=["faiss", "builds", "in memory"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> VectorIndex:
    empty: VectorIndex = InMemoryIndex()
    if request.param != "in memory":
        empty = FaissIndex(tmp_path) if request.param == "faiss" else IndexBuilds(tmp_path)
    empty.replace_all(ids=np.arange(10, 60), vectors=unit_rows(50), encoder=ENCODER)
    return empty


def test_the_nearest_row_of_a_row_is_itself(index: VectorIndex) -> None:
    [nearest] = index.search(unit_rows(50)[7], limit=1)
    assert nearest.row_id == 17
    assert nearest.similarity == pytest.approx(1.0, abs=1e-5)


def test_neighbours_come_most_similar_first_and_are_all_of_them(index: VectorIndex) -> None:
    found = index.search(unit_rows(1, seed=9)[0], limit=100)
    similarities = [neighbour.similarity for neighbour in found]
    assert similarities == sorted(similarities, reverse=True)
    assert {neighbour.row_id for neighbour in found} == set(range(10, 60))


def test_a_filtered_search_is_exact(index: VectorIndex) -> None:
    query, among = unit_rows(1, seed=3)[0], ids(12, 30, 31, 59, 4000)
    expected = sorted((10, 12, 30, 31, 59), key=lambda i: -float(unit_rows(50)[i - 10] @ query))
    found = [neighbour.row_id for neighbour in index.search(query, limit=10, among=among)]
    assert found == [i for i in expected if i != 10]


def test_no_allowed_row_means_no_neighbour(index: VectorIndex) -> None:
    assert index.search(unit_rows(1)[0], limit=5, among=NONE) == []
    assert index.search(unit_rows(1)[0], limit=5, among=ids(5000)) == []


def test_rows_are_added_replaced_and_removed_without_a_rebuild(index: VectorIndex) -> None:
    fresh = unit_rows(2, seed=5)
    index.apply(add_ids=ids(100, 20), add_vectors=fresh, remove_ids=ids(11, 777))
    assert index.manifest.rows == 50
    assert index.row_ids().tolist() == [10, *range(12, 60), 100]
    assert index.search(fresh[1], limit=1)[0].row_id == 20


def test_vectors_of_another_size_are_refused(index: VectorIndex) -> None:
    wrong = np.ones((1, 8), np.float32)
    with pytest.raises(IndexBuiltWithAnotherEncoder):
        index.apply(add_ids=ids(1), add_vectors=wrong, remove_ids=NONE)
    with pytest.raises(IndexBuiltWithAnotherEncoder):
        index.search(wrong[0], limit=1)
    assert index.manifest.rows == 50


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sets(st.integers(0, 9), max_size=4), st.sets(st.integers(0, 9), max_size=4)), max_size=5))
def test_any_series_of_changes_leaves_both_indexes_equal(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[set[int], set[int]]]
) -> None:
    pair: tuple[VectorIndex, VectorIndex] = (FaissIndex(tmp_path_factory.mktemp("index")), InMemoryIndex())
    for each in pair:
        each.replace_all(ids=NONE, vectors=unit_rows(0), encoder=ENCODER)
    for step, (added, removed) in enumerate(changes):
        for each in pair:
            each.apply(
                add_ids=ids(*sorted(added)), add_vectors=unit_rows(len(added), seed=step), remove_ids=ids(*removed)
            )
    query = unit_rows(1, seed=99)[0]
    found = [[(near.row_id, round(near.similarity, 4)) for near in each.search(query, limit=20)] for each in pair]
    assert found[0] == found[1]


def test_a_missing_index_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="flask index update"):
        _ = FaissIndex(tmp_path).manifest


def test_another_process_sees_the_change_at_its_next_search(tmp_path: Path) -> None:
    writer, reader = FaissIndex(tmp_path), FaissIndex(tmp_path)
    writer.replace_all(ids=ids(1), vectors=unit_rows(1), encoder=ENCODER)
    assert reader.search(unit_rows(1)[0], limit=5)[0].row_id == 1
    writer.replace_all(ids=ids(2), vectors=unit_rows(1), encoder=ENCODER)
    assert reader.search(unit_rows(1)[0], limit=5)[0].row_id == 2


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def forge_rows(path: Path) -> None:
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"rows": 999}))


def forge_file(path: Path) -> None:
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"file": 5}))


@pytest.mark.parametrize(
    ("pattern", "harm"),
    [
        ("index-*.faiss", flip_a_byte),
        ("index-*.faiss", Path.unlink),
        ("manifest.json", forge_rows),
        ("manifest.json", forge_file),
        ("manifest.json", lambda path: path.write_text("{")),
    ],
)
def test_damage_is_named_when_the_index_is_loaded(tmp_path: Path, pattern: str, harm: Callable[[Path], None]) -> None:
    FaissIndex(tmp_path).replace_all(ids=ids(1, 2), vectors=unit_rows(2), encoder=ENCODER)
    harm(next(tmp_path.glob(pattern)))
    with pytest.raises(IndexDamaged, match="flask index rebuild"):
        _ = FaissIndex(tmp_path).manifest


WRITER = """
import sys, numpy as np
from pathlib import Path
from recommender.faiss_index import FaissIndex
from recommender.ports import EncoderIdentity
index = FaissIndex(Path(sys.argv[1]))
rows = np.eye(16, dtype=np.float32)
count = 1
print("ready", flush=True)
while True:
    count = count % 16 + 1
    index.replace_all(ids=np.arange(count), vectors=rows[:count], encoder=EncoderIdentity("test", "1", 16))
"""


def test_a_killed_writer_leaves_the_old_or_the_new_index(tmp_path: Path) -> None:
    for round_number in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        threading.Event().wait(0.05 + 0.03 * round_number)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        if (tmp_path / "manifest.json").exists():
            survivor = FaissIndex(tmp_path)
            assert survivor.row_ids().tolist() == list(range(survivor.manifest.rows))
    FaissIndex(tmp_path).replace_all(ids=ids(1), vectors=unit_rows(1), encoder=ENCODER)
    assert len(list(tmp_path.glob("index-*"))) == 1, "what killed writers left behind is swept up"
