"""CLIP and SigLIP models in the format of transformers, from the hub or from a folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recommender.torch_encoder import TorchEncoder, Towers, width_of
from storage.torch_models import import_with_torchvision, pretrained_network, weights_digest

MODEL_TYPES = ("clip", "siglip")


class TransformersEncoder(TorchEncoder):
    """`ImageEncoder` and `TextEncoder` on transformers; float32 on the CPU."""

    def __init__(self, model: str, *, revision: str = "", setting: str, threads: int = 1) -> None:
        """model: OWNER/MODEL of the hub (revision: a commit or tag there), or a folder."""
        self._model = model
        self._revision = revision or None
        shown = Path(model).name if Path(model).is_absolute() else model
        super().__init__(self._load_towers, encoder_id=f"transformers:{shown}"[:120], setting=setting, threads=threads)

    def _load_towers(self) -> Towers:
        transformers = import_with_torchvision("transformers")
        config = transformers.AutoConfig.from_pretrained(self._model, revision=self._revision)
        if config.model_type not in MODEL_TYPES:
            raise ValueError(f"a {config.model_type} model; this adapter knows {' and '.join(MODEL_TYPES)}")
        network = pretrained_network("AutoModel", self._model, self._revision)
        processor = transformers.AutoImageProcessor.from_pretrained(self._model, revision=self._revision)
        tokenizer = transformers.AutoTokenizer.from_pretrained(self._model, revision=self._revision)
        token_limit = config.text_config.max_position_embeddings

        def embed_images(images: Sequence[Any]) -> Any:
            pixels = processor(images=list(images), return_tensors="pt")["pixel_values"]
            return _pooled(network.get_image_features(pixel_values=pixels))

        def embed_texts(texts: Sequence[str]) -> Any:
            # Filled to the limit and without a mask: SigLIP was trained so, and CLIP never looks past the end sign.
            tokens = tokenizer(
                list(texts), padding="max_length", truncation=True, max_length=token_limit, return_tensors="pt"
            )
            return _pooled(network.get_text_features(input_ids=tokens["input_ids"]))

        digest = weights_digest(network, processor.to_dict())
        return Towers(embed_images, embed_texts, config.vision_config.image_size, width_of(embed_texts), digest)


def _pooled(found: Any) -> Any:
    # Until version 5 transformers returned the rows themselves.
    return getattr(found, "pooler_output", found)
