"""The parts that turn trained towers into the released files."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from training.encoder_calibration import likeliest_temperature  # noqa: E402
from training.encoder_export import quantise  # noqa: E402
from training.encoder_fusion import FusedImageEncoder  # noqa: E402
from training.encoder_model import DualEncoder  # noqa: E402

ARTICLES = ("Dresses|Women", "Shirts|Men", "Shirts|Women")
HEADS = {"articles": len(ARTICLES), "colours": 44, "patterns": 5, "usages": 4, "seasons": 4}


@pytest.fixture(scope="module")
def fused() -> FusedImageEncoder:
    torch.manual_seed(1)
    return FusedImageEncoder(DualEncoder(50, {}, HEADS).eval(), ARTICLES).eval()


def test_a_fused_vector_has_length_one_and_the_same_picture_is_its_own_nearest(fused: FusedImageEncoder) -> None:
    pooled = torch.rand(4, fused.image.backbone.head_channels) * 3
    with torch.no_grad():
        vectors = fused.vectors(pooled)
    assert vectors.norm(dim=1).tolist() == pytest.approx([1, 1, 1, 1], abs=1e-4)
    assert (vectors @ vectors.T).argmax(dim=1).tolist() == [0, 1, 2, 3]


def test_types_and_genders_are_the_sums_over_articles(fused: FusedImageEncoder) -> None:
    pooled = torch.rand(2, fused.image.backbone.head_channels) * 3
    with torch.no_grad():
        logits = fused.attributes(pooled)
        articles = fused.heads["articles"](pooled).softmax(1)
    types = logits[:, :2].softmax(1)
    assert fused.blocks["articleType"] == ("Dresses", "Shirts")
    assert types[:, 1].tolist() == pytest.approx((articles[:, 1] + articles[:, 2]).tolist(), abs=1e-5)
    women = fused.blocks["gender"].index("Women")
    genders = logits[:, 2:7].softmax(1)
    assert genders[:, women].tolist() == pytest.approx((articles[:, 0] + articles[:, 2]).tolist(), abs=1e-5)


def test_boastful_logits_get_a_temperature_above_one_and_unknown_rows_do_not_count() -> None:
    rng = np.random.default_rng(3)
    right = rng.integers(0, 3, 400)
    said = np.where(rng.random(400) < 0.7, right, (right + 1) % 3)
    logits = torch.from_numpy(np.eye(3)[said] * 8.0)
    known = likeliest_temperature(logits, right)
    assert known > 1.5
    with_unknown = likeliest_temperature(torch.cat([logits, logits]), np.concatenate([right, np.full(400, -1)]))
    assert with_unknown == known


def test_eight_bits_say_nearly_the_same_and_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    monkeypatch.chdir(tmp_path)
    torch.manual_seed(2)
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 16, 3), torch.nn.ReLU6(), torch.nn.Conv2d(16, 4, 3)).eval()
    (tmp_path / "scratch").mkdir()
    plain, small = tmp_path / "scratch" / "plain.onnx", tmp_path / "small.onnx"
    torch.onnx.export(network, (torch.zeros(1, 3, 16, 16),), str(plain), input_names=["input"], dynamo=False)
    pictures = np.random.default_rng(4).normal(size=(1, 3, 16, 16)).astype(np.float32)
    quantise(plain, small, np.repeat(pictures, 4, axis=0)[:, :, :, :], batch=1)
    said, wanted = (
        onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {"input": pictures})[0]
        for path in (small, plain)
    )
    assert np.abs(said - wanted).max() < 0.1 * np.abs(wanted).max()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scratch", "small.onnx"]
