"""Public checkpoints: the hub's cache, pinned revisions, label maps, and what is said when one cannot be used."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recommender.colour import COLOUR_DIM
from recommender.errors import EncoderUnavailable
from recommender.open_clip_encoder import OpenClipEncoder
from recommender.transformers_encoder import TransformersEncoder
from segmentation.errors import SegmenterUnavailable
from segmentation.garments import garments_in
from segmentation.segformer import TransformersSegmenter
from storage.torch_models import import_with_torchvision
from tests.factories import photo
from tests.small_models import ATR, CITYSCAPES, save_clip, save_open_clip, save_segformer

COMMITS = {"first": "1" * 40, "second": "2" * 40}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, which cannot be reached."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return tmp_path / "hub"


def fetched(hub: Path, hub_id: str, commit: str, *, newest: bool) -> Path:
    """Return the folder where the hub's cache keeps a model at a commit; `main` names the newest."""
    model = hub / f"models--{hub_id.replace('/', '--')}"
    if newest:
        (model / "refs").mkdir(parents=True, exist_ok=True)
        (model / "refs/main").write_text(commit)
    return model / "snapshots" / commit


def test_a_model_of_the_hub_is_read_from_its_cache_newest_or_pinned(hub: Path) -> None:
    for seed, commit in enumerate(COMMITS.values()):
        save_open_clip(fetched(hub, "owner/clip", commit, newest=commit == COMMITS["second"]), seed=seed)
    newest, first, second = (
        OpenClipEncoder("hf-hub:owner/clip", revision=revision, setting="x").identity
        for revision in ("", COMMITS["first"], COMMITS["second"])
    )
    assert newest == second != first
    assert newest.encoder_id == "open_clip:hf-hub:owner/clip"


def test_transformers_reads_the_cache_newest_or_pinned(hub: Path) -> None:
    for seed, commit in enumerate(COMMITS.values()):
        save_clip(fetched(hub, "owner/clip", commit, newest=commit == COMMITS["second"]), seed=seed)
    newest, first, second = (
        TransformersEncoder("owner/clip", revision=revision, setting="x").identity
        for revision in ("", COMMITS["first"], COMMITS["second"])
    )
    assert newest == second != first


@pytest.mark.parametrize("model", ["hf-hub:owner/absent", "ViT-B-32/laion2b_s34b_b79k", "ViT-B-32/no-such-tag"])
def test_a_model_out_of_reach_is_named(hub: Path, model: str) -> None:
    with pytest.raises(EncoderUnavailable, match=f"ENCODER=open_clip:{model} cannot be loaded"):
        _ = OpenClipEncoder(model, setting=f"open_clip:{model}").identity


def test_a_checkpoint_without_weights_is_refused_not_filled_with_random_numbers(tmp_path: Path) -> None:
    folder = save_open_clip(tmp_path / "clip")
    (folder / "open_clip_model.safetensors").unlink()
    with pytest.raises(EncoderUnavailable):
        _ = OpenClipEncoder(f"local-dir:{folder}", setting="x").identity


def test_a_checkpoint_that_lacks_some_weights_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = save_segformer(tmp_path, ATR)
    weights = load_file(folder / "model.safetensors")
    del weights["decode_head.classifier.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(SegmenterUnavailable, match=r"lacks the weights decode_head\.classifier\.weight"):
        _ = TransformersSegmenter(str(folder)).label_set


def test_an_architecture_that_is_no_clip_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="a segformer model; this adapter knows clip and siglip"):
        _ = TransformersEncoder(str(save_segformer(tmp_path, ATR)), setting="x").identity


def test_pictures_carry_their_colours_and_words_leave_them_open(open_clip_folder: Path) -> None:
    encoder = OpenClipEncoder(f"local-dir:{open_clip_folder}", setting="x")
    red, blue = (np.full((60, 40, 3), colour, np.uint8) for colour in ((200, 20, 30), (20, 40, 200)))
    pictures, words = encoder.encode_images([red, blue]), encoder.encode_texts(["red dress"])
    assert np.argmax(pictures[0, -COLOUR_DIM:]) != np.argmax(pictures[1, -COLOUR_DIM:])
    assert not words[:, -COLOUR_DIM:].any()


def test_a_moved_folder_is_the_same_encoder(open_clip_folder: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(open_clip_folder, tmp_path / "elsewhere" / open_clip_folder.name))
    here, there = (OpenClipEncoder(f"local-dir:{folder}", setting=str(folder)) for folder in (open_clip_folder, moved))
    assert here.identity == there.identity
    assert there.identity.setting == str(moved)


@pytest.mark.parametrize(
    ("published", "ours"),
    [("Pants", "pants"), ("Upper-clothes", "top"), ("Left-shoe", "shoes"), ("Sunglasses", "eyewear"), ("Bag", "bag")],
)
def test_classes_of_atr_become_garments(tmp_path: Path, published: str, ours: str) -> None:
    segmenter = TransformersSegmenter(str(save_segformer(tmp_path, ATR, favourite=published)))
    [garment] = garments_in(photo(), segmenter.segment(photo()), segmenter.label_set)
    assert garment.label == ours
    assert garment.confidence > 0.99


def test_a_face_is_skin_and_nothing_to_sell(tmp_path: Path) -> None:
    segmenter = TransformersSegmenter(str(save_segformer(tmp_path, ATR, favourite="Face")))
    found = segmenter.segment(photo())
    assert [segmenter.label_set.names[region.class_id] for region in found.regions] == ["skin"]
    assert garments_in(photo(), found, segmenter.label_set) == []


def test_a_street_is_seen_in_its_own_label_set_and_nothing_of_it_is_worn(tmp_path: Path) -> None:
    segmenter = TransformersSegmenter(str(save_segformer(tmp_path, CITYSCAPES, favourite="traffic sign")))
    found = segmenter.segment(photo())
    assert segmenter.label_set.name == "street"
    assert [segmenter.label_set.names[region.class_id] for region in found.regions] == ["traffic sign"]
    assert garments_in(photo(), found, segmenter.label_set) == []


def test_the_mask_is_the_one_of_the_published_post_processing(tmp_path: Path) -> None:
    import torch

    transformers = import_with_torchvision("transformers")
    folder, picture = save_segformer(tmp_path, CITYSCAPES), photo(300, 420)
    network = transformers.SegformerForSemanticSegmentation.from_pretrained(folder).eval()
    processor = transformers.SegformerImageProcessor.from_pretrained(folder)
    with torch.inference_mode():
        output = network(**processor(images=Image.fromarray(picture), return_tensors="pt"))
    [published] = processor.post_process_semantic_segmentation(output, target_sizes=[picture.shape[:2]])
    ours = TransformersSegmenter(str(folder)).segment(picture).class_ids
    assert (ours - 1 == published.numpy()).mean() > 0.95


def test_unknown_classes_are_listed(tmp_path: Path) -> None:
    folder = save_segformer(tmp_path, ("wall", "building", "tree"))
    with pytest.raises(SegmenterUnavailable, match="wall, building, tree; the maps known are ATR-18, Cityscapes"):
        TransformersSegmenter(str(folder)).segment(photo())


def test_an_absent_segmenter_is_named(hub: Path) -> None:
    with pytest.raises(SegmenterUnavailable, match="SEGMENTER=transformers:owner/absent cannot be loaded"):
        _ = TransformersSegmenter("owner/absent").model_id


def test_the_model_id_follows_the_weights(tmp_path: Path) -> None:
    one, other = (save_segformer(tmp_path / str(seed) / "seg", ATR, seed=seed) for seed in (0, 1))
    assert TransformersSegmenter(str(one)).model_id.partition("@")[0] == "seg"
    assert TransformersSegmenter(str(one)).model_id != TransformersSegmenter(str(other)).model_id
