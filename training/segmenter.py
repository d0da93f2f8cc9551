"""Train, export and judge the embedded garment segmenter.

    FASHION_DATA=… python -m training.segmenter foregrounds
    FASHION_DATA=… python -m training.segmenter train [--minutes 64] [--resume]
    FASHION_DATA=… python -m training.segmenter polish --minutes 8.5
    FASHION_DATA=… python -m training.segmenter export
    FASHION_DATA=… python -m training.segmenter evaluate

A run is planned in minutes, since machines differ: the first part sees small views (quick steps), the second part the
network's full input; polishing goes back to street photos. Between the parts the averaged network labels the street
photos that have tags but no mask, and cleans the labels of the single-garment photos. Checkpoints are written every
three minutes; --resume goes on from the last.
"""

import argparse
import math
import os
import time
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
from training.backbone import IMAGENET_MEAN, IMAGENET_STD, load_lite0_backbone
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
)
from training.segmenter_network import AveragedWeights, GarmentNetwork
from training.segmenter_pseudo import cleaned_single_garments, labelled_by_tags

RUN = Path(__file__).parent / "runs/segmenter"
CHECKPOINT = RUN / "checkpoint.pt"
POLISHED = RUN / "polished.pt"
FOREGROUNDS = RUN / "foreground"
SEED = 2
BATCH = 8
SMALL_SIZES = ((288, 192), (288, 192), (288, 192), (256, 224), (192, 288))
FULL_SIZES = ((384, 256), (384, 256), (384, 256), (352, 288), (256, 384))
MIDDLE_SIZES = ((320, 224), (352, 224), (320, 224), (288, 256), (224, 320))
SMALL_PART = 0.6
DRAWN_PHOTOS = 500
POLISHING_DRAWINGS = 160
MOST_UNLABELLED = 900
BACKBONE_RATE, DECODER_RATE = 4e-4, 1.6e-3
WARM_UP_STEPS = 150
CHECKPOINT_SECONDS = 180
# Shares of all pixels of the CCP masks, in per cent and id order; the weight is their power -0.35.
PIXEL_SHARES = (76.9, 2.89, 1.25, 0.09, 0.07, 3.1, 4.82, 0.91, 3.91, 2.85, 0.07, 1.08, 1.35, 0.25)
RARE_BONUS = {"hat": 2.0, "scarf": 1.5, "skirt": 0.8, "belt": 0.5, "eyewear": 0.3, "bag": 0.2, "dress": 0.3}


@dataclass
class Pool:
    """Photos of one source, drawn with probability `share` a view and `weights` within the source."""

    share: float
    photos: list[LabelledPhoto]
    weights: NDArray[np.float64]

    def draw(self, rng: np.random.Generator) -> LabelledPhoto:
        return self.photos[int(rng.choice(len(self.photos), p=self.weights))]


def balanced(share: float, photos: list[LabelledPhoto], *, by_class: bool) -> Pool:
    """Return a pool in which rare classes come up more often (by_class: each class equally often)."""
    if by_class:
        main = [int(np.bincount(p.class_ids[p.class_ids != UNSCORED], minlength=14)[1:].argmax()) for p in photos]
        counts = np.bincount(main, minlength=14)
        weights = np.array([1 / math.sqrt(counts[m]) for m in main])
    else:
        weights = np.array([1 + sum(b for name, b in RARE_BONUS.items() if p.holds(name)) for p in photos])
    return Pool(share, photos, weights / weights.sum())


class Source:
    """Draws the batch of any step; the same seed and step give the same batch."""

    def __init__(self, street: Pool, single: Pool, catalogue: Pool, others: tuple[Pool, ...] = ()) -> None:
        self.street, self.single, self.catalogue = street, single, catalogue
        self.pools = (street, single, catalogue, *others)
        self.shares = np.array([pool.share for pool in self.pools])

    def batch(self, step: int, sizes: tuple[tuple[int, int], ...]) -> tuple[Tensor, Tensor]:
        """Return (images (n, 3, H, W) normalised, class ids (n, H/2, W/2))."""
        rng = np.random.default_rng((SEED, step))
        size_hw = sizes[int(rng.integers(len(sizes)))]
        views = [self._view(size_hw, rng) for _ in range(BATCH)]
        images = torch.from_numpy(np.stack([image for image, _ in views]))
        mean, std = torch.tensor(IMAGENET_MEAN).view(3, 1, 1), torch.tensor(IMAGENET_STD).view(3, 1, 1)
        normalised = ((images - mean) / std).to(memory_format=torch.channels_last)
        return normalised, torch.from_numpy(np.stack([labels for _, labels in views]))

    def _view(
        self, size_hw: tuple[int, int], rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        pool = self.pools[int(rng.choice(len(self.pools), p=self.shares / self.shares.sum()))]
        photo = pool.draw(rng)
        if pool is self.catalogue and rng.random() < 0.7:
            photo = on_another_ground(photo, self.street.draw(rng).pixels, rng)
        street_like = pool is not self.single and pool is not self.catalogue
        return random_view(photo, size_hw, STREET_VIEW if street_like else SINGLE_VIEW, rng)


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
    network = GarmentNetwork(load_lite0_backbone(with_head=False), len(GARMENTS.names))
    return network.to(memory_format=torch.channels_last)


def with_early_layers_fixed(network: GarmentNetwork) -> GarmentNetwork:
    """Return the network with the stem and the blocks up to stride 4 kept as ImageNet left them: a third less time."""
    backbone = network.backbone
    for early in (backbone._conv_stem, backbone._bn0, *backbone._blocks[:3]):
        early.eval().requires_grad_(False)
    return network


def averaged_network(checkpoint: dict[str, object]) -> GarmentNetwork:
    """Return the averaged network of a checkpoint, ready to predict."""
    network = new_network()
    network.load_state_dict(checkpoint["averaged"])
    return network.eval()


class Run:
    """One training run: network, optimiser, average and clock; `elapsed` counts over resumptions."""

    def __init__(self, minutes: float) -> None:
        self.budget = minutes * 60
        self.network = with_early_layers_fixed(new_network().train())
        backbone = list(self.network.backbone.parameters())
        known = {id(p) for p in backbone}
        decoder = [p for p in self.network.parameters() if id(p) not in known]
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
        factor = (0.02 + 0.98 * (1 + math.cos(math.pi * progress)) / 2) * min(1.0, (self.step + 1) / WARM_UP_STEPS)
        for group, rate in zip(self.optimizer.param_groups, self.base_rates, strict=True):
            group["lr"] = rate * factor
        loss = segmentation_loss(self.network(images), truth, self.weights)
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
    size_hw = best_size(height, width, tuple(dict.fromkeys(FULL_SIZES)))
    placed, (top, left, inner_height, inner_width) = fitted(photo, size_hw)
    images = torch.from_numpy(placed).permute(2, 0, 1)[None].float() / 255.0
    mean, std = torch.tensor(IMAGENET_MEAN).view(3, 1, 1), torch.tensor(IMAGENET_STD).view(3, 1, 1)
    with torch.no_grad():
        logits = network(((images - mean) / std).to(memory_format=torch.channels_last))
        logits = functional.interpolate(logits, scale_factor=4.0, mode="bilinear", align_corners=False)
        inner = logits[:, :, top : top + inner_height, left : left + inner_width]
        whole = functional.interpolate(inner, size=(height, width), mode="bilinear", align_corners=False)
    found: NDArray[np.float32] = whole.softmax(dim=1)[0].numpy()
    return found


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


def train(data: Path, *, minutes: float, resume: bool) -> None:
    """Train for `minutes` of stepping and leave a checkpoint; data is the shared data folder."""
    run = Run(minutes)
    if resume:
        run.resume()
    names, _ = ccp_names(data)
    street = balanced(0.60, ccp_photos(data, names), by_class=False)
    catalogue = balanced(0.08, catalogue_photos(data), by_class=True)
    singles = single_garment_photos(data, "train", FOREGROUNDS)
    single = balanced(0.32, [photo for photo in singles if photo.is_labelled], by_class=True)
    drawn = balanced(0.10, drawn_photos(DRAWN_PHOTOS, seed=SEED), by_class=False)
    source = Source(street, single, catalogue, (drawn,))
    counts = [len(pool.photos) for pool in source.pools]
    print("photos: street {}, single garments {}, catalogue {}, drawn {}".format(*counts), flush=True)
    for share in (SMALL_PART / 3, 2 * SMALL_PART / 3, SMALL_PART):
        if run.elapsed < share * run.budget:
            run.train_until(share, source, SMALL_SIZES)
            report(run, data)
    teacher = averaged_network({"averaged": run.averaged.state})
    cleaned = balanced(
        0.30, cleaned_single_garments(_part_of(singles), lambda p: probabilities_by(teacher, p)), by_class=True
    )
    tagged = balanced(0.18, labelled_by_tags(data, lambda p: probabilities_by(teacher, p)), by_class=False)
    street.share = 0.40
    print(f"cleaned {len(cleaned.photos)}, labelled {len(tagged.photos)} by their tags")
    source = Source(street, cleaned, catalogue, (tagged, drawn))
    for share in (0.75, 0.88, 1.0):
        if run.elapsed < share * run.budget:
            run.train_until(share, source, FULL_SIZES)
            report(run, data)


def polish(data: Path, *, minutes: float, drawn_share: float) -> None:
    """Go on from the last averaged weights, mostly on street photos, from half of the learning rate.

    Leaves the mean of the weights before and after, which is better than either (Wortsman et al., 2022).
    """
    run = Run(minutes)
    before = torch.load(POLISHED if POLISHED.exists() else CHECKPOINT, weights_only=True)["averaged"]
    run.network.load_state_dict(before)
    run.averaged = AveragedWeights(run.network, 0.99)
    run.base_rates = (BACKBONE_RATE / 2, DECODER_RATE / 2)
    names, _ = ccp_names(data)
    singles = [photo for photo in single_garment_photos(data, "train", FOREGROUNDS) if photo.is_labelled]
    source = Source(
        balanced(0.72, ccp_photos(data, names), by_class=False),
        balanced(0.14, singles, by_class=True),
        balanced(0.05, catalogue_photos(data), by_class=True),
        (
            balanced(
                drawn_share, drawn_photos(POLISHING_DRAWINGS, seed=SEED + 1 + int(POLISHED.exists())), by_class=False
            ),
        ),
    )
    for share in (0.5, 1.0):
        run.train_until(share, source, MIDDLE_SIZES)
        report(run, data)
    mean = {name: (before[name] + value) / 2 for name, value in run.averaged.state.items()}
    torch.save({"averaged": mean}, POLISHED)


def _part_of(singles: list[LabelledPhoto]) -> list[LabelledPhoto]:
    """Return the labelled photos and as many others, evenly chosen, as there is time to label."""
    others = [photo for photo in singles if not photo.is_labelled]
    step = max(1, len(others) // MOST_UNLABELLED)
    return [photo for photo in singles if photo.is_labelled] + others[::step][:MOST_UNLABELLED]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("foregrounds", "train", "polish", "export", "evaluate"))
    parser.add_argument("--minutes", type=float, default=64.0, help="training time, without loading and validating")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--drawn-share", type=float, default=0.09, help="share of drawings when polishing")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--untrained", action="store_true", help="export without a checkpoint (to try the wiring)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data = Path(os.environ["FASHION_DATA"])
    if arguments.task == "foregrounds":
        cache_foregrounds(data, "train", FOREGROUNDS, most_per_class=90)
    elif arguments.task == "train":
        train(data, minutes=arguments.minutes, resume=arguments.resume)
    elif arguments.task == "polish":
        polish(data, minutes=arguments.minutes, drawn_share=arguments.drawn_share)
    elif arguments.task == "export":
        from training.segmenter_export import export

        checkpoint = None if arguments.untrained else torch.load(POLISHED, weights_only=True)
        export(new_network().eval() if checkpoint is None else averaged_network(checkpoint), class_weights())
    else:
        confusion = validate(averaged_network(torch.load(POLISHED, weights_only=True)), data)
        for name, iou in confusion.iou_by_group().items():
            print(f"{name:12s} {iou:.3f}")
        print(f"mIoU         {confusion.mean_iou():.4f}")


if __name__ == "__main__":
    main()
