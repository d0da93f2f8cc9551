"""Train, export and evaluate the embedded dual encoder: `python -m training.encoder train|words|export|evaluate`.

One CPU core is enough: an hour and a half. A run that is stopped goes on with `--resume`.
"""

import argparse
import math
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from recommender.onnx_encoder import WEIGHTS as WEIGHTS_FOLDER
from recommender.preprocess import InputFormat, normalised
from training.backbone import IMAGENET_MEAN, IMAGENET_STD
from training.encoder_batches import (
    COLOUR_NAMES,
    GENDERS,
    PATTERNS,
    SEASONS,
    USAGES,
    Batch,
    BatchMaker,
    article_names,
    type_names,
)
from training.encoder_calibration import attribute_temperatures
from training.encoder_export import export
from training.encoder_fusion import FusedImageEncoder
from training.encoder_losses import classified, contrastive, labelled
from training.encoder_model import DualEncoder, TextTower
from training.encoder_tokens import token_ids, train_tokenizer
from training.encoder_words import named_pictures, network_input, train_words
from training.retrieval_data import CACHE, SOURCES, PictureSet, catalogue_titles, load_pictures
from training.tracking import RunLog, logged_run

CHECKPOINT = CACHE / "checkpoint.pt"
TOKENIZER = CACHE / "tokenizer.json"
WORDS = CACHE / "words.pt"
SEED = 20
SIZES_PIXELS = ((0.4, 128), (0.8, 160), (1.0, 192))
"""(Until which share of the run, side of the pictures): small ones first, more steps for the time."""
WARM_UP_STEPS = 60
AVERAGING = 0.997
SAVE_EVERY_STEPS = 100
MAX_SCALE = 50.0


@dataclass
class Run:
    """Everything that a stopped training needs to go on."""

    model: DualEncoder
    averaged: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)

    def save(self) -> None:
        """Write the checkpoint in one durable step."""
        state = {
            "model": self.model.state_dict(),
            "averaged": self.averaged,
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
        }
        temporary = CHECKPOINT.with_suffix(".tmp")
        torch.save(state, temporary)
        temporary.replace(CHECKPOINT)

    def load(self) -> None:
        """Go back to the checkpoint."""
        state = torch.load(CHECKPOINT, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.averaged = state["averaged"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]


def train(*, minutes: float, resume: bool, log: RunLog) -> None:
    """Train for `minutes` of wall time in all (earlier parts of a resumed run included)."""
    sources = {name: load_pictures(name) for name in SOURCES}
    tokenizer = _tokenizer(sources)
    run = _new_run(sources, tokenizer)
    if resume and CHECKPOINT.exists():
        run.load()
    batches = BatchMaker(sources, _types(sources), _articles(sources), seed=SEED + run.step)
    started = time.monotonic() - run.seconds
    while (progress := (time.monotonic() - started) / (60 * minutes)) < 1:
        _set_rates(run.optimizer, progress, run.step)
        loss = _step(run, batches.next_batch(_size_pixels(progress)), tokenizer)
        run.losses.append(loss)
        run.seconds = time.monotonic() - started
        if run.step % 20 == 0:
            _report(run, minutes, log)
        if run.step % SAVE_EVERY_STEPS == 0:
            run.save()
    run.save()


def _size_pixels(progress: float) -> int:
    return next(size for until, size in SIZES_PIXELS if progress < until)


def _articles(sources: dict[str, PictureSet]) -> tuple[str, ...]:
    """Name the pairs of type and gender of the training pictures, the drawn ones too."""
    return article_names([e for pictures in sources.values() for e in pictures.examples if not e.held_out])


def _types(sources: dict[str, PictureSet]) -> tuple[str, ...]:
    return type_names([example for pictures in sources.values() for example in pictures.examples])


def _tokenizer(sources: dict[str, PictureSet]) -> Tokenizer:
    """Return the run's tokenizer; it is trained once, or resumed text towers would not know their tokens."""
    if not TOKENIZER.exists():
        examples = [example for pictures in sources.values() for example in pictures.examples if not example.held_out]
        train_tokenizer(examples, catalogue_titles()).save(str(TOKENIZER))
    return Tokenizer.from_file(str(TOKENIZER))


def _new_model(sources: dict[str, PictureSet], tokenizer: Tokenizer) -> DualEncoder:
    torch.manual_seed(SEED)
    proxies = {
        "types": len(_types(sources)),
        "colours": len(COLOUR_NAMES),
        "genders": len(GENDERS),
        "usages": len(USAGES),
    }
    heads = {
        "articles": len(_articles(sources)),
        "colours": len(COLOUR_NAMES),
        "patterns": len(PATTERNS),
        "usages": len(USAGES),
        "seasons": len(SEASONS),
    }
    model = DualEncoder(tokenizer.get_vocab_size(), proxies, heads)
    return model.to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]


def _new_run(sources: dict[str, PictureSet], tokenizer: Tokenizer) -> Run:
    model = _new_model(sources, tokenizer)
    backbone = [value for value in model.image.backbone.parameters() if value.requires_grad]
    groups = [
        {"params": backbone, "top_rate": 4e-4, "weight_decay": 0.02},
        {"params": model.image.projection.parameters(), "top_rate": 1e-3, "weight_decay": 0.02},
        {"params": model.text.parameters(), "top_rate": 1e-3, "weight_decay": 0.02},
        {"params": [*model.proxies.values(), model.log_scale], "top_rate": 3e-3, "weight_decay": 0.0},
        {"params": model.heads.parameters(), "top_rate": 1e-3, "weight_decay": 0.02},
    ]
    averaged = {name: value.detach().clone() for name, value in model.state_dict().items()}
    return Run(model, averaged, torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98)))


def _set_rates(optimizer: torch.optim.Optimizer, progress: float, step: int) -> None:
    """Warm up, then fall along half a cosine to 2 % of the top rate."""
    share = min(1.0, (step + 1) / WARM_UP_STEPS) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
    for group in optimizer.param_groups:
        group["lr"] = group["top_rate"] * share


def _step(run: Run, batch: Batch, tokenizer: Tokenizer) -> float:
    model = run.model
    with torch.autocast("cpu", torch.bfloat16):
        pooled = model.image.pooled(_picture_tensor(batch.pictures))
        pictures = model.image.embedded(pooled)
        captions = model.text(token_ids(tokenizer, batch.captions))
    scale = model.log_scale.exp().clamp(max=MAX_SCALE)
    loss = contrastive(pictures, captions, torch.from_numpy(batch.fits), scale)
    loss = loss + labelled(model, pictures, batch.labels) + 0.3 * labelled(model, captions, batch.caption_labels)
    loss = loss + classified(model, pooled.float(), batch.labels)
    run.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    run.optimizer.step()
    run.step += 1
    _average(run)
    return float(loss.detach())


def _average(run: Run) -> None:
    """Move the averaged weights, which are the ones exported, a little towards the newest."""
    keep = min(AVERAGING, (1 + run.step) / (10 + run.step))
    with torch.no_grad():
        for name, value in run.model.state_dict().items():
            kept = run.averaged[name]
            if kept.is_floating_point():
                kept.lerp_(value, 1 - keep)


def _picture_tensor(pictures: NDArray[np.uint8]) -> Tensor:
    wanted = InputFormat(pictures.shape[1], IMAGENET_MEAN, IMAGENET_STD)
    return torch.from_numpy(normalised(pictures, wanted)).to(memory_format=torch.channels_last)


def _report(run: Run, minutes: float, log: RunLog) -> None:
    recent = float(np.mean(run.losses[-20:]))
    left = minutes - run.seconds / 60
    print(f"step {run.step}  loss {recent:.3f}  {run.seconds / 60:.1f} min, {left:.1f} left", flush=True)
    log.metrics({"loss": recent, "minutes": run.seconds / 60}, step=run.step)


def _trained_pictures(sources: dict[str, PictureSet]) -> FusedImageEncoder:
    """Return the averaged picture tower of the checkpoint with its classifiers."""
    run = _new_run(sources, _tokenizer(sources))
    run.load()
    run.model.load_state_dict(run.averaged)
    return FusedImageEncoder(run.model.eval(), _articles(sources)).eval()


def train_words_of_checkpoint(*, minutes: float, log: RunLog) -> None:
    """Train the text tower beside the pictures of the checkpoint; leaves it with its tokenizer in WORDS."""
    sources = {name: load_pictures(name) for name in SOURCES}
    encoder = _trained_pictures(sources)
    named = {name: named_pictures(encoder, pictures) for name, pictures in sources.items()}
    examples = [example for pictures in sources.values() for example in pictures.examples if not example.held_out]
    tokenizer = train_tokenizer(examples, catalogue_titles())
    tower = train_words(sources, named, tokenizer, minutes=minutes, log=log)
    torch.save({"tower": tower.state_dict(), "tokenizer": tokenizer.to_str()}, WORDS)


def export_checkpoint(folder: Path) -> str:
    """Write the averaged weights of the checkpoint and the words' tower to `folder`; return their revision."""
    sources = {name: load_pictures(name) for name in SOURCES}
    encoder = _trained_pictures(sources)
    words = torch.load(WORDS, weights_only=True)
    tokenizer = Tokenizer.from_str(words["tokenizer"])
    tower = TextTower(tokenizer.get_vocab_size(), words["tower"]["projection.weight"].shape[0])
    tower.load_state_dict(words["tower"])
    calibration = np.concatenate([network_input(sources[name], range(0, len(sources[name]), 40)) for name in SOURCES])
    temperatures = attribute_temperatures(encoder, sources["catalogue"])
    return export(encoder, tower, tokenizer, folder, calibration=calibration, temperatures=temperatures)


def main() -> None:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train", help="train towards training/runs/encoder/checkpoint.pt")
    training.add_argument("--minutes", type=float, default=90.0, help="wall time of the whole run")
    training.add_argument("--resume", action="store_true", help="go on from the checkpoint when there is one")
    words = commands.add_parser("words", help="train the text tower beside the finished pictures")
    words.add_argument("--minutes", type=float, default=15.0, help="wall time")
    for name, helps in (("export", "checkpoint -> ONNX files"), ("evaluate", "figures of the ONNX files")):
        command = commands.add_parser(name, help=helps)
        command.add_argument("--weights", type=Path, default=WEIGHTS_FOLDER)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if asked.command == "train":
        with logged_run("encoder", {"minutes": asked.minutes, "seed": SEED}, resume=asked.resume) as log:
            train(minutes=asked.minutes, resume=asked.resume, log=log)
    elif asked.command == "words":
        with logged_run("encoder-words", {"minutes": asked.minutes}, resume=False) as log:
            train_words_of_checkpoint(minutes=asked.minutes, log=log)
    elif asked.command == "export":
        print(f"revision {export_checkpoint(asked.weights)} in {asked.weights.name}/")
    else:
        from benchmarks.retrieval import print_report

        print_report(asked.weights)


if __name__ == "__main__":
    main()
