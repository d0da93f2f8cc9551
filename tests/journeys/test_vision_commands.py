"""The vision commands in hands that make mistakes: a line that says what to do, nothing half-written, nothing lost."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from segmentation.onnx_segmenter import OnnxSegmenter
from tests.factories import encoded, photo
from webapp.cli import vision


@pytest.fixture(autouse=True)
def _no_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DEMO", "1")
    monkeypatch.setenv("INSTANCE_DIR", str(tmp_path / "nowhere"))
    vision._wiring.cache_clear()
    yield
    vision._wiring.cache_clear()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(2):
        (folder / f"{number}.png").write_bytes(encoded(photo(64, 48, seed=number), "PNG"))
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(vision.vision, [str(word) for word in words])


def refused(result: Result) -> str:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), "a traceback"
    return result.stderr.splitlines()[-1]


def search(photos: Path, queries: bytes) -> Result:
    asked = photos.parent / "queries.jsonl"
    asked.write_bytes(queries)
    return run("search", "--gallery", photos, "--queries", asked, "--json")


def test_masks_do_not_go_where_they_would_replace_the_photos(photos: Path) -> None:
    before = {path.name: path.read_bytes() for path in photos.iterdir()}
    assert "another folder" in refused(run("segment", photos, "--out", photos / ".." / photos.name))
    assert {path.name: path.read_bytes() for path in photos.iterdir()} == before


def test_a_place_that_cannot_be_written_is_named(photos: Path) -> None:
    blocked = photos / "0.png"
    for command in (("segment", "--out", blocked / "masks"), ("embed", "--out", blocked / "v.npz")):
        assert str(blocked) in refused(run(command[0], photos, *command[1:]))


def test_a_full_disk_is_said_and_a_device_stays_a_device(photos: Path) -> None:
    assert "No space left" in refused(run("embed", photos, "--out", "/dev/full", "--garment", "whole"))
    assert Path("/dev/full").is_char_device()


def test_an_interrupted_writing_leaves_the_earlier_vectors(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = photos.parent / "v.npz"
    assert run("embed", photos, "--out", out, "--garment", "whole").exit_code == 0
    before = out.read_bytes()

    def stop(path: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "replace", stop)
    refused(run("embed", photos, "--out", out, "--garment", "whole"))
    assert out.read_bytes() == before
    assert [path.name for path in out.parent.glob("*v.npz*")] == ["v.npz"], "nothing half-written stays"
    with np.load(out) as stored:
        assert stored["vectors"].shape[0] == 2


def test_damaged_weights_are_one_line(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vision._wiring().__dict__, "segmenter", OnnxSegmenter(photos))
    for command in (("segment", photos, "--out", photos.parent / "m"), ("embed", photos, "--out", photos.parent / "v")):
        assert "garments.json" in refused(run(*command))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"text": "\xe9t\xe9"}', "UTF-8"),
        (b'{"text": "\\ud800"}', "query 1"),
        (b'{"text": ["red", "blue"]}', '"text"'),
        (b'{"photo": {"a": 1}}', '"photo"'),
        (b'{"photo": "a\\u0000b.jpg"}', "there is no photo"),
        (b'{"photo": "' + b"a" * 5000 + b'.jpg"}', "there is no photo"),
        (b"[" * 100_000, "query 1 is no JSON"),
        (b'{"text": "  "}', "needs"),
        (b"", "no query"),
    ],
)
def test_a_query_that_cannot_be_understood_is_refused_in_words(photos: Path, line: bytes, said: str) -> None:
    assert said in refused(search(photos, line))


def test_a_field_that_nothing_reads_is_named_once(photos: Path) -> None:
    lines = [{"text": "red", "image": "0.png"}, {"text": "blue", "image": "1.png"}]
    result = search(photos, "\n".join(map(json.dumps, lines)).encode())
    assert result.exit_code == 0, result.output
    assert result.stderr.count('"image"') == 1
    assert len(result.stdout.splitlines()) == 2


def test_figures_that_could_not_be_written_are_not_worked_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("evaluate", "segmentation", tmp_path, "--json", tmp_path / "file" / "figures.json")
    assert str(tmp_path / "file") in refused(result)
    assert "left out" not in result.stderr, "the measuring has not begun"
