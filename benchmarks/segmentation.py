"""How good and how quick the embedded segmenter is.

    FASHION_DATA=… python -m benchmarks.segmentation [--most N] [--only quality|speed]

Street photos: the hundred CCP photos that training never saw, one confusion matrix over all, as acceptance counts.
Single garments: the validation photos of clothing-small; the reference foreground is u2netp's. Speed: the photos
enlarged to a long side of 960, everything from pixels to garments with crops and outlines, in process time; beside it
the graphs of SegFormer-B0 and -B2 as published (512 x 512, 18 classes, random weights) in the same runtime.
`--only speed` leaves the quality out.
"""

import argparse
import contextlib
import io
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from segmentation.evaluation import Confusion, foreground_iou
from segmentation.garments import Garment, garments_in
from segmentation.onnx_segmenter import OnnxSegmenter
from segmentation.ports import Pixels
from storage.torch_models import import_with_torchvision
from training.segmentation_data import (
    CLASS_OF_FOLDER,
    ccp_names,
    ccp_photos,
    load_foreground_network,
    read_photo,
)

SEGFORMERS: dict[str, dict[str, Any]] = {
    "SegFormer-B0": {"depths": [2, 2, 2, 2], "hidden_sizes": [32, 64, 160, 256], "decoder_hidden_size": 256},
    "SegFormer-B2": {"depths": [3, 4, 6, 3], "hidden_sizes": [64, 128, 320, 512], "decoder_hidden_size": 768},
}
"""The shapes of nvidia/mit-b0 and -b2 with their decoders (Xie et al. 2021, table 6)."""
WEIGHTS = Path(__file__).parents[1] / "segmentation/weights"
REFERENCE_MEAN_IOU = 0.56
"""A plain 35-minute run on two cores reaches this on held-out CCP photos."""


def judge_street_photos(segmenter: OnnxSegmenter, data: Path, most: int) -> None:
    """Print the IoU of each group and their mean on held-out CCP photos."""
    confusion = Confusion()
    names = ccp_names(data)[1][:most]
    for photo in tqdm(ccp_photos(data, names), desc="street photos", file=sys.stderr):
        confusion.add(photo.class_ids, segmenter.segment(photo.pixels).class_ids)
    print(f"Street photos ({len(names)} held-out CCP photos)")
    for name, iou in confusion.iou_by_group().items():
        print(f"  {name:12s} {iou:.3f}")
    mean = confusion.mean_iou()
    print(f"  mIoU         {mean:.4f}  ({mean / REFERENCE_MEAN_IOU:.2f} x the plain run's {REFERENCE_MEAN_IOU})")


def judge_single_garments(segmenter: OnnxSegmenter, data: Path, most: int) -> None:
    """Print how often the largest garment is of the folder's group, and the IoU with u2netp's foreground."""
    foreground_of = load_foreground_network(data.parent / "weights/u2netp.onnx")
    paths = sorted((data / "clothing-small/validation").glob("*/*.jpg"))
    chosen = [paths[i] for i in np.unique(np.linspace(0, len(paths) - 1, min(most, len(paths))).astype(int))]
    right: dict[str, list[bool]] = {}
    overlaps = []
    for path in tqdm(chosen, desc="single garments", file=sys.stderr):
        photo = read_photo(path)
        found = segmenter.segment(photo)
        garments = garments_in(photo, found, segmenter.label_set)
        right.setdefault(path.parent.name, []).append(_group_of(garments) == _merged(CLASS_OF_FOLDER[path.parent.name]))
        overlaps.append(foreground_iou(foreground_of(photo) > 127, found.class_ids > 0))
    every = [hit for hits in right.values() for hit in hits]
    print(f"Single garments ({len(chosen)} validation photos of clothing-small)")
    for folder, hits in sorted(right.items()):
        print(f"  {folder:12s} {np.mean(hits):.3f}  of {len(hits)}")
    print(f"  main group right {np.mean(every):.3f}")
    print(f"  foreground IoU with u2netp: mean {np.mean(overlaps):.3f}, median {np.median(overlaps):.3f}")


def _merged(name: str) -> str:
    return "top" if name == "outerwear" else name


def _group_of(garments: list[Garment]) -> str:
    """Return the group with the largest area; top and outerwear together."""
    areas: dict[str, float] = {}
    for garment in garments:
        areas[_merged(garment.label)] = areas.get(_merged(garment.label), 0.0) + garment.area_share
    return max(areas, key=lambda name: areas[name], default="nothing")


def judge_speed(segmenter: OnnxSegmenter, data: Path) -> None:
    """Print core-milliseconds a photo of long side 960, and those of the published graphs as ratios."""
    photos = [_enlarged(photo.pixels) for photo in ccp_photos(data, ccp_names(data)[1][:24])]
    segmenter.segment(photos[0])
    masks_ms, crops_ms = [], []
    for photo in photos:
        started = time.process_time()
        found = segmenter.segment(photo)
        segmented = time.process_time()
        garments_in(photo, found, segmenter.label_set)
        masks_ms.append((segmented - started) * 1000)
        crops_ms.append((time.process_time() - segmented) * 1000)
    ours_ms = float(np.median(masks_ms))
    print("Core-milliseconds a photo of long side 960 (one thread, median)")
    print(f"  mask {ours_ms:.0f}, crops and outlines {np.median(crops_ms):.0f}")
    for name, shape in SEGFORMERS.items():
        theirs_ms = segformer_graph_ms(shape)
        print(f"  {name} {theirs_ms:.0f}, the network alone: {theirs_ms / ours_ms:.1f} x our mask")


def segformer_graph_ms(shape: dict[str, Any]) -> float:
    """Return the median core-milliseconds of a SegFormer's ONNX graph on one 512 x 512 photo, one thread."""
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "segformer.onnx"
        _export_segformer(shape, path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    pixels = np.random.default_rng(0).normal(size=(1, 3, 512, 512)).astype(np.float32)
    session.run(None, {"pixels": pixels})
    times_ms = []
    for _ in range(7):
        started = time.process_time()
        session.run(None, {"pixels": pixels})
        times_ms.append((time.process_time() - started) * 1000)
    return float(np.median(times_ms))


def _export_segformer(shape: dict[str, Any], path: Path) -> None:
    import torch

    transformers = import_with_torchvision("transformers")
    torch.manual_seed(0)
    config = transformers.SegformerConfig(num_labels=18, **shape)
    network = transformers.SegformerForSemanticSegmentation(config).eval()
    with contextlib.redirect_stdout(io.StringIO()), torch.inference_mode():
        torch.onnx.export(
            network, (torch.zeros(1, 3, 512, 512),), str(path), input_names=["pixels"], external_data=False
        )


def _enlarged(photo: Pixels) -> Pixels:
    scale = 960 / max(photo.shape[:2])
    size = (round(photo.shape[1] * scale), round(photo.shape[0] * scale))
    return np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.BICUBIC))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=10_000, help="at most so many photos of each kind")
    parser.add_argument("--only", choices=["quality", "speed"], help="half of it")
    asked = parser.parse_args()
    if "FASHION_DATA" not in os.environ:
        sys.exit("FASHION_DATA names the folder of the shared data; it is not set")
    data, segmenter = Path(os.environ["FASHION_DATA"]), OnnxSegmenter(WEIGHTS)
    if asked.only != "speed":
        judge_street_photos(segmenter, data, asked.most)
        judge_single_garments(segmenter, data, asked.most)
    if asked.only != "quality":
        judge_speed(segmenter, data)


if __name__ == "__main__":
    main()
