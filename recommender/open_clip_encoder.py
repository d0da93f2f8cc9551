"""Any public CLIP that open_clip knows: a built-in name with a pretrained tag, a model of the hub, or a folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recommender.torch_encoder import TorchEncoder, Towers, width_of
from storage.torch_models import import_with_torchvision, weights_digest

HUB, FOLDER = "hf-hub:", "local-dir:"
_TOKENIZER_FILES = ("tokenizer.json", "vocab.json", "vocab.txt", "spiece.model", "sentencepiece.bpe.model")


class OpenClipEncoder(TorchEncoder):
    """`ImageEncoder` and `TextEncoder` on open_clip; float32 on the CPU."""

    def __init__(self, model: str, *, revision: str = "", setting: str, threads: int = 1) -> None:
        """model: `NAME/TAG`, `hf-hub:OWNER/MODEL` (revision: a commit or tag of the hub) or `local-dir:FOLDER`."""
        self._model = model
        self._revision = revision
        shown = Path(model.removeprefix(FOLDER)).name if model.startswith(FOLDER) else model
        super().__init__(self._load_towers, encoder_id=f"open_clip:{shown}"[:120], setting=setting, threads=threads)

    def _load_towers(self) -> Towers:
        open_clip = import_with_torchvision("open_clip")
        name, tag, tokenizer_name = self._names()
        network, prepare = open_clip.create_model_from_pretrained(name, pretrained=tag)
        network.eval()
        tokenizer = open_clip.get_tokenizer(tokenizer_name)
        wanted = network.visual.preprocess_cfg

        def embed_images(images: Sequence[Any]) -> Any:
            import torch

            return network.encode_image(torch.stack([prepare(image) for image in images]))

        def embed_texts(texts: Sequence[str]) -> Any:
            return network.encode_text(tokenizer(list(texts)))

        digest = weights_digest(network, wanted)
        return Towers(embed_images, embed_texts, _side(wanted["size"]), width_of(embed_texts), digest)

    def _names(self) -> tuple[str, str | None, str]:
        """Return (model name, pretrained tag, tokenizer's model name) as open_clip wants them."""
        if not self._model.startswith((HUB, FOLDER)):
            name, _, tag = self._model.rpartition("/")
            return name, tag, name
        if not self._revision:
            return self._model, None, self._model
        # open_clip takes the newest revision of a hub model: a pinned one is fetched and then read as a folder.
        fetched = _fetched(self._model.removeprefix(HUB), self._revision)
        has_tokenizer = any((fetched / file).exists() for file in _TOKENIZER_FILES)
        return f"{FOLDER}{fetched}", None, f"{FOLDER}{fetched}" if has_tokenizer else self._model


def _fetched(hub_id: str, revision: str) -> Path:
    """Return the folder of the hub's cache that holds a model at one revision."""
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(hub_id, revision=revision, ignore_patterns=["*.md", "*.onnx", "*.gif", "*.png"]))


def _side(size: int | Sequence[int]) -> int:
    return size if isinstance(size, int) else max(size)
