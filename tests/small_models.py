"""Public architectures at the smallest size, with random weights, saved in the hub's folder formats."""

import json
from pathlib import Path
from typing import Any

from storage.torch_models import import_with_torchvision

_SIDE = 32
ATR = (
    *("Background", "Hat", "Hair", "Sunglasses", "Upper-clothes", "Skirt", "Pants", "Dress", "Belt", "Left-shoe"),
    *("Right-shoe", "Face", "Left-leg", "Right-leg", "Left-arm", "Right-arm", "Bag", "Scarf"),
)
CITYSCAPES = (
    *("road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign", "vegetation"),
    *("terrain", "sky", "person", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle"),
)


def save_open_clip(folder: Path, *, seed: int = 0) -> Path:
    """Write a CLIP as open_clip's own `push_to_hf_hub` does; return the folder."""
    import torch
    from safetensors.torch import save_file

    open_clip = import_with_torchvision("open_clip")
    torch.manual_seed(seed)
    model_config = {
        "embed_dim": 24,
        "vision_cfg": {"image_size": _SIDE, "layers": 2, "width": 64, "head_width": 16, "patch_size": 16},
        "text_cfg": {"context_length": 32, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(open_clip.CLIP(**model_config).state_dict(), folder / "open_clip_model.safetensors")
    prepare = {"mean": [0.48, 0.46, 0.41], "std": [0.27, 0.26, 0.28], "interpolation": "bicubic"}
    config = {"model_cfg": model_config, "preprocess_cfg": prepare}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    return folder


def save_clip(folder: Path, *, seed: int = 0) -> Path:
    """Write a CLIP as transformers' `save_pretrained` does, its image processor and tokenizer beside."""
    square = {"height": _SIDE, "width": _SIDE}
    sizes = {"crop_size": square, "size": {"shortest_edge": _SIDE}}
    return _save_dual_encoder(folder, "CLIP", {"projection_dim": 24}, sizes, seed)


def save_siglip(folder: Path, *, seed: int = 0) -> Path:
    """Write a SigLIP as transformers' `save_pretrained` does, its image processor and tokenizer beside."""
    return _save_dual_encoder(folder, "Siglip", {}, {"size": {"height": _SIDE, "width": _SIDE}}, seed)


def save_segformer(folder: Path, names: tuple[str, ...], *, favourite: str = "", seed: int = 0) -> Path:
    """Write a SegFormer of these classes as `save_pretrained` does, its image processor beside; return the folder.

    favourite: a class that it sees everywhere, whatever the photo.
    """
    import torch

    transformers = import_with_torchvision("transformers")
    torch.manual_seed(seed)
    config = transformers.SegformerConfig(
        depths=[1, 1, 1, 1],
        hidden_sizes=[8, 16, 24, 32],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
        initializer_range=0.2,
        id2label=dict(enumerate(names)),
        label2id={name: number for number, name in enumerate(names)},
    )
    network = transformers.SegformerForSemanticSegmentation(config)
    if favourite:
        network.decode_head.classifier.bias.data[names.index(favourite)] = 50.0
    network.save_pretrained(folder)
    transformers.SegformerImageProcessor(size={"height": 128, "width": 128}).save_pretrained(folder)
    return folder


def _save_dual_encoder(folder: Path, family: str, common: dict[str, Any], sizes: dict[str, Any], seed: int) -> Path:
    import torch

    transformers = import_with_torchvision("transformers")
    torch.manual_seed(seed)
    tokenizer = _tokenizer(transformers)
    half = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    words = {
        "vocab_size": len(tokenizer),
        "max_position_embeddings": 16,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    pictures = {"image_size": _SIDE, "patch_size": 16}
    config = getattr(transformers, f"{family}Config")(text_config=half | words, vision_config=half | pictures, **common)
    getattr(transformers, f"{family}Model")(config).save_pretrained(folder)
    getattr(transformers, f"{family}ImageProcessor")(**sizes).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer(transformers: Any) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    plain = Tokenizer(models.BPE(unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<unk>", "<pad>", "<start>", "<end>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    plain.train_from_iterator(["red dress robe rouge blue shoes chaussures bleues"], trainer)
    ends = [("<start>", 2), ("<end>", 3)]
    plain.post_processor = processors.TemplateProcessing("<start> $0 <end>", special_tokens=ends)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=plain, unk_token="<unk>", pad_token="<pad>", bos_token="<start>", eos_token="<end>"
    )
