"""Train, export and judge the embedded garment segmenter.

    FASHION_DATA=… python -m training.segmenter foregrounds
    FASHION_DATA=… python -m training.segmenter train [--minutes 120] [--resume]
    FASHION_DATA=… python -m training.segmenter export
    FASHION_DATA=… python -m training.segmenter evaluate

A run is planned in minutes, since machines differ: the first part sees small views (quick steps), the second larger
ones, the last the network's full input. The released network labels the street photos that have tags but no mask and
cleans the labels of the single-garment photos; after each part the averaged network does so again. Checkpoints are
written every three minutes; --resume goes on from the last.
"""

import argparse
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from segmentation.evaluation import UNSCORED, Confusion
from segmentation.labels import GARMENTS
from segmentation.letterbox import best_size, fitted
from training.backbone import IMAGENET_MEAN, IMAGENET_STD, load_backbone
from training.segmentation_data import (
    SINGLE_VIEW,
    STREET_VIEW,
    LabelledPhoto,
    cache_foregrounds,
    catalogue_photos,
    ccp_names,
    ccp_photos,
    drawn_photos,
    on_another_ground,
    random_view,
    single_garment_photos,
    with_person_of,
)
from training.segmenter_network import AveragedWeights, GarmentNetwork
from training.segmenter_pseudo import (
    WEIGHTS,
    Probabilities,
    at_photo_size,
    both_ways,
    cleaned_single_garments,
    exported_probabilities,
    labelled_by_tags,
)
from training.tracking import RunLog, logged_run

RUN = Path(__file__).parent / "runs/segmenter"
CHECKPOINT = RUN / "checkpoint.pt"
FOREGROUNDS = RUN / "foreground"
SEED = 2
BATCH = 8
SMALL_SIZES = ((320, 224), (320, 224), (320, 224), (288, 256), (224, 320))
FULL_SIZES = ((416, 288), (416, 288), (416, 288), (384, 320), (288, 416))
LARGE_SIZES = ((512, 352), (512, 352), (512, 352), (480, 384), (352, 512))
SMALL_UNTIL, FULL_UNTIL = 0.367, 0.833
LARGE_RATE = 0.3
"""Of the rates: where the last part, on large views, starts."""
SMALL_SHARES = {"street": 0.48, "tagged": 0.20, "single": 0.16, "catalogue": 0.06, "drawn": 0.10}
FULL_SHARES = {"street": 0.58, "tagged": 0.20, "single": 0.12, "catalogue": 0.05, "drawn": 0.05}
PASTED_SHARE = 0.2
"""How many street views get the person of another view pasted over them (Ghiasi et al., 2021)."""
DRAWN_PHOTOS = 500
BACKBONE_RATE, DECODER_RATE = 4e-4, 1.6e-3
WARM_UP_STEPS = 150
CHECKPOINT_SECONDS = 180
# Shares of all pixels of the CCP masks, in per cent and id order; the weight is their power -0.35.
PIXEL_SHARES = (76.9, 2.89, 1.25, 0.09, 0.07, 3.1, 4.82, 0.91, 3.91, 2.85, 0.07, 1.08, 1.35, 0.25)
RARE_BONUS = {"hat": 2.0, "scarf": 1.5, "skirt": 0.8, "belt": 0.5, "eyewear": 0.3, "bag": 0.2, "dress": 0.3}


@dataclass(frozen=True)
class Pool:
    """Photos of one source, drawn with `weights`."""

    photos: list[LabelledPhoto]
    weights: NDArray[np.float64]

    def draw(self, rng: np.random.Generator) -> LabelledPhoto:
        """Return one photo."""
        return self.photos[int(rng.choice(len(self.photos), p=self.weights))]


def balanced(photos: list[LabelledPhoto], *, by_class: bool) -> Pool:
    """Return a pool in which rare classes come up more often (by_class: each class equally often)."""
    if by_class:
        main = [int(np.bincount(p.class_ids[p.class_ids != UNSCORED], minlength=14)[1:].argmax()) for p in photos]
        counts = np.bincount(main, minlength=14)
        weights = np.array([1 / math.sqrt(counts[m]) for m in main])
    else:
        weights = np.array([1 + sum(b for name, b in RARE_BONUS.items() if p.holds(name)) for p in photos])
    return Pool(photos, weights / weights.sum())


class Source:
    """Draws the batch of any step; the same seed and step give the same batch."""

    def __init__(self, pools: Mapping[str, Pool], shares: Mapping[str, float]) -> None:
        self.pools = pools
        self.names = list(shares)
        self.chances = np.array(list(shares.values())) / sum(shares.values())

    def batch(self, step: int, sizes: tuple[tuple[int, int], ...]) -> tuple[Tensor, Tensor]:
        """Return (images (n, 3, H, W) normalised, class ids (n, H/2, W/2))."""
        rng = np.random.default_rng((SEED, step))
        size_hw = sizes[int(rng.integers(len(sizes)))]
        names = rng.choice(self.names, size=BATCH, p=self.chances)
        views = [self._view(str(name), size_hw, rng) for name in names]
        for index, name in enumerate(names):
            if name in ("street", "tagged") and rng.random() < PASTED_SHARE:
                views[index] = with_person_of(views[int(rng.integers(BATCH))], views[index])
        images = torch.from_numpy(np.stack([image for image, _ in views]))
        return normalised(images), torch.from_numpy(np.stack([labels for _, labels in views]))

    def _view(
        self, name: str, size_hw: tuple[int, int], rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        photo = self.pools[name].draw(rng)
        if name == "catalogue" and rng.random() < 0.7:
            photo = on_another_ground(photo, self.pools["street"].draw(rng).pixels, rng)
        return random_view(photo, size_hw, SINGLE_VIEW if name in ("single", "catalogue") else STREET_VIEW, rng)


def normalised(images: Tensor) -> Tensor:
    """Return images in 0..1, (n, 3, H, W), as the network wants them."""
    mean, std = torch.tensor(IMAGENET_MEAN).view(3, 1, 1), torch.tensor(IMAGENET_STD).view(3, 1, 1)
    return ((images - mean) / std).to(memory_format=torch.channels_last)


def segmentation_loss(logits: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Return class-weighted cross-entropy plus the mean Dice loss of the classes in the batch.

    logits: (n, classes, h, w); truth: (n, 2h, 2w) class ids or UNSCORED.
    """
    logits = functional.interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=False)
    entropy = functional.cross_entropy(logits, truth, weight=weights, ignore_index=UNSCORED)
    scored = truth != UNSCORED
    one_hot = functional.one_hot(torch.where(scored, truth, 0), logits.shape[1]).permute(0, 3, 1, 2) * scored[:, None]
    probabilities = logits.softmax(dim=1) * scored[:, None]
    shared = (probabilities * one_hot).sum(dim=(0, 2, 3))
    total = (probabilities + one_hot).sum(dim=(0, 2, 3))
    present = one_hot.sum(dim=(0, 2, 3)) > 0
    dice = 1 - (2 * shared + 1) / (total + 1)
    return entropy + 0.6 * dice[present].mean()


def class_weights() -> Tensor:
    """Return the weight of each class in the cross-entropy, (classes,)."""
    return torch.tensor(PIXEL_SHARES).pow(-0.35)


def new_network() -> GarmentNetwork:
    torch.manual_seed(SEED)
    network = GarmentNetwork(load_backbone(with_head=False), len(GARMENTS.names))
    network.backbone.freeze_early_layers()
    network.backbone.make_quick_on_cpus()
    return network.to(memory_format=torch.channels_last)


def averaged_network(checkpoint: dict[str, object]) -> GarmentNetwork:
    """Return the averaged network of a checkpoint, ready to predict."""
    network = new_network()
    network.load_state_dict(checkpoint["averaged"])
    return network.eval()


def rate_factor(progress: float) -> float:
    """Return the share of the top rates: half a cosine until the last part, which is another, lower one."""
    if progress < FULL_UNTIL:
        return 0.02 + 0.98 * (1 + math.cos(math.pi * progress / FULL_UNTIL)) / 2
    return LARGE_RATE * (1 + math.cos(math.pi * (progress - FULL_UNTIL) / (1 - FULL_UNTIL))) / 2


class Run:
    """One training run: network, optimiser, average and clock; `elapsed` counts over resumptions."""

    def __init__(self, minutes: float, log: RunLog) -> None:
        self.log = log
        self.budget = minutes * 60
        self.network = new_network().train()
        backbone = [p for p in self.network.backbone.parameters() if p.requires_grad]
        decoder = [p for name, p in self.network.named_parameters() if not name.startswith("backbone.")]
        self.optimizer = torch.optim.AdamW(
            ({"params": backbone, "lr": BACKBONE_RATE}, {"params": decoder, "lr": DECODER_RATE}), weight_decay=0.02
        )
        self.base_rates = (BACKBONE_RATE, DECODER_RATE)
        self.averaged = AveragedWeights(self.network, 0.997)
        self.weights = class_weights()
        self.step, self.elapsed = 0, 0.0

    def resume(self) -> None:
        saved = torch.load(CHECKPOINT, weights_only=True)
        self.network.load_state_dict(saved["network"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.averaged.state = saved["averaged"]
        self.step, self.elapsed = saved["step"], saved["elapsed"]

    def save(self) -> None:
        state = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "averaged": self.averaged.state,
            "step": self.step,
            "elapsed": self.elapsed,
        }
        RUN.mkdir(parents=True, exist_ok=True)
        torch.save(state, CHECKPOINT.with_suffix(".new"))
        CHECKPOINT.with_suffix(".new").replace(CHECKPOINT)

    def take_step(self, images: Tensor, truth: Tensor) -> float:
        """Train on one batch and return its loss."""
        progress = min(1.0, self.elapsed / self.budget)
        factor = rate_factor(progress) * min(1.0, (self.step + 1) / WARM_UP_STEPS)
        for group, rate in zip(self.optimizer.param_groups, self.base_rates, strict=True):
            group["lr"] = rate * factor
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.network(images)
        loss = segmentation_loss(logits.float(), truth, self.weights)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.averaged.update(self.network, self.step)
        self.step += 1
        return float(loss.detach())

    def train_until(self, share: float, source: Source, sizes: tuple[tuple[int, int], ...]) -> None:
        """Take steps until `share` of the budget is spent, saving and reporting every three minutes."""
        saved_at, losses = time.monotonic(), []
        while self.elapsed < share * self.budget:
            started = time.monotonic()
            losses.append(self.take_step(*source.batch(self.step, sizes)))
            self.elapsed += time.monotonic() - started
            if self.step % 20 == 0:
                left = (self.budget - self.elapsed) / 60
                print(f"step {self.step}  loss {np.mean(losses[-100:]):.3f}  {left:.1f} min left", flush=True)
                self.log.metrics({"loss": float(np.mean(losses[-100:]))}, step=self.step)
            if time.monotonic() - saved_at > CHECKPOINT_SECONDS:
                self.save()
                saved_at = time.monotonic()
        self.save()


def class_ids_by(network: GarmentNetwork, photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the network's plain class ids of a photo, uint8 (H, W), without the adapter's cleaning."""
    return probabilities_by(network, photo).argmax(axis=0).astype(np.uint8)


def probabilities_by(network: GarmentNetwork, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return class probabilities, float32 (classes, H, W), of a photo seen whole at the full input size."""
    height, width = photo.shape[:2]
    size_hw = best_size(height, width, tuple(dict.fromkeys(LARGE_SIZES)))
    placed, placement = fitted(photo, size_hw)
    images = torch.from_numpy(placed).permute(2, 0, 1)[None].float() / 255.0
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        logits = network(normalised(images)).float()
    return at_photo_size(logits, placement, (height, width))


def calibration_photos(data: Path) -> NDArray[np.float32]:
    """Return some training photos at the network's full input, normalised, (n, 3, H, W)."""
    photos = ccp_photos(data, ccp_names(data)[0][::8])
    placed = np.stack([fitted(photo.pixels, LARGE_SIZES[0])[0] for photo in photos])
    return normalised(torch.from_numpy(placed).permute(0, 3, 1, 2).float() / 255.0).contiguous().numpy()


def validate(network: GarmentNetwork, data: Path) -> Confusion:
    """Return the confusion on the held-out CCP photos."""
    confusion = Confusion()
    for photo in ccp_photos(data, ccp_names(data)[1]):
        confusion.add(photo.class_ids, class_ids_by(network, photo.pixels))
    return confusion


def report(run: Run, data: Path) -> None:
    confusion = validate(averaged_network({"averaged": run.averaged.state}), data)
    by_group = "  ".join(f"{name} {iou:.2f}" for name, iou in confusion.iou_by_group().items())
    print(f"held-out mIoU {confusion.mean_iou():.4f} at step {run.step}:  {by_group}", flush=True)
    run.log.metrics({"held-out mIoU": confusion.mean_iou()}, step=run.step)
    run.log.metrics({f"held-out IoU/{name}": iou for name, iou in confusion.iou_by_group().items()}, step=run.step)


def train(data: Path, *, minutes: float, resume: bool, log: RunLog) -> None:
    """Train for `minutes` of stepping and leave a checkpoint; data is the shared data folder."""
    run = Run(minutes, log)
    if resume and CHECKPOINT.exists():
        run.resume()
    names, _ = ccp_names(data)
    pools = {
        "street": balanced(ccp_photos(data, names), by_class=False),
        "catalogue": balanced(catalogue_photos(data), by_class=True),
        "drawn": balanced(drawn_photos(DRAWN_PHOTOS, seed=SEED), by_class=False),
    }
    parts = ((SMALL_UNTIL, SMALL_SIZES, SMALL_SHARES), (FULL_UNTIL, FULL_SIZES, FULL_SHARES))
    begins = 0.0
    for number, (until, sizes, shares) in enumerate((*parts, (1.0, LARGE_SIZES, FULL_SHARES))):
        if run.elapsed < until * run.budget:
            source = Source(pools | self_labelled(data, exported_probabilities(teacher_folder(number))), shares)
            for share in np.linspace(begins, until, 5)[1:]:
                run.train_until(float(share), source, sizes)
                report(run, data)
            export_averaged(run.averaged.state, data, teacher_folder(number + 1))
        begins = until


def teacher_folder(part: int) -> Path:
    """Return where the network stands that labels photos for a part: the released one, then the run's own."""
    return WEIGHTS if part == 0 else RUN / f"teacher-{part}"


def export_averaged(averaged: dict[str, Tensor], data: Path, folder: Path) -> None:
    """Write averaged weights to `folder` as the files that the shop reads."""
    from training.segmenter_export import export

    export(averaged_network({"averaged": averaged}), class_weights(), folder, calibration=calibration_photos(data))


def self_labelled(data: Path, probabilities_of: Probabilities) -> dict[str, Pool]:
    """Return the photos whose labels a network makes or cleans: those with tags only and those of one garment."""
    singles = single_garment_photos(data, "train", FOREGROUNDS)
    return {
        "tagged": balanced(labelled_by_tags(data, both_ways(probabilities_of)), by_class=False),
        "single": balanced(cleaned_single_garments(singles, probabilities_of), by_class=True),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("foregrounds", "train", "export", "evaluate"))
    parser.add_argument("--minutes", type=float, default=120.0, help="training time, without loading and validating")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder to export to")
    parser.add_argument("--untrained", action="store_true", help="export without a checkpoint (to try the wiring)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data = Path(os.environ["FASHION_DATA"])
    if arguments.task == "foregrounds":
        cache_foregrounds(data, "train", FOREGROUNDS, most_per_class=90)
    elif arguments.task == "train":
        parameters = {"minutes": arguments.minutes, "seed": SEED, "batch": BATCH}
        with logged_run("segmenter", parameters, resume=arguments.resume) as log:
            train(data, minutes=arguments.minutes, resume=arguments.resume, log=log)
    elif arguments.task == "export":
        from training.segmenter_export import export

        checkpoint = None if arguments.untrained else torch.load(CHECKPOINT, weights_only=True)
        network = new_network().eval() if checkpoint is None else averaged_network(checkpoint)
        export(network, class_weights(), arguments.weights, calibration=calibration_photos(data))
    else:
        confusion = validate(averaged_network(torch.load(CHECKPOINT, weights_only=True)), data)
        for name, iou in confusion.iou_by_group().items():
            print(f"{name:12s} {iou:.3f}")
        print(f"mIoU         {confusion.mean_iou():.4f}")


if __name__ == "__main__":
    main()
