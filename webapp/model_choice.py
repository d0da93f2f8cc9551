"""What ENCODER and SEGMENTER may say, and whether the model that they name can be used here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

EMBEDDED = "embedded"

ENCODER_FORMS = (
    EMBEDDED,
    "open_clip:NAME/TAG",
    "open_clip:hf-hub:OWNER/MODEL",
    "open_clip:local-dir:FOLDER",
    "transformers:OWNER/MODEL",
    "transformers:FOLDER",
)
SEGMENTER_FORMS = (EMBEDDED, "transformers:OWNER/MODEL", "transformers:FOLDER")

_LIBRARIES = {"open_clip": ("torch", "open_clip"), "transformers": ("torch", "transformers")}
_OF_THE_HUB = re.compile(r"(?P<model>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w.-]+))?")
_BUILT_IN = re.compile(r"(?P<model>[\w./-]+/[\w.-]+)")


@dataclass(frozen=True)
class ModelChoice:
    """A model by the library that runs it; `model` is as the adapter takes it, folders are absolute."""

    library: str
    model: str = ""
    revision: str = ""

    @property
    def setting(self) -> str:
        """The words that choose this model, whatever the working directory."""
        if self.library == EMBEDDED:
            return EMBEDDED
        return f"{self.library}:{self.model}" + (f"@{self.revision}" if self.revision else "")


def chosen_model(words: str, forms: Sequence[str]) -> ModelChoice:
    """Return the model that a setting names in one of `forms`. Raises ValueError saying which forms there are."""
    library, _, model = words.partition(":")
    choice = None
    if words == EMBEDDED:
        choice = ModelChoice(EMBEDDED)
    elif any(form.startswith(f"{library}:") for form in forms):
        choice = _of_open_clip(model) if library == "open_clip" else _of_transformers(model)
    if choice is None:
        raise ValueError(f"use {', '.join(forms[:-1])} or {forms[-1]}; a model of the hub may end in @REVISION")
    return choice


def check_at_hand(choice: ModelChoice) -> None:
    """Raise ValueError when the library is not installed, or a folder or a built-in name does not exist."""
    if choice.library == EMBEDDED:
        return
    absent = [name for name in _LIBRARIES[choice.library] if find_spec(name) is None]
    if absent:
        raise ValueError(f"{', '.join(absent)} is not installed: pip install -e '.[models]'")
    folder = choice.model.removeprefix("local-dir:")
    if folder.startswith("/") and not Path(folder).is_dir():
        raise ValueError(f"there is no folder {folder}")
    if choice.library == "open_clip" and not choice.model.startswith(("local-dir:", "hf-hub:")):
        _check_built_in(choice.model.rpartition("/")[0])


def _check_built_in(name: str) -> None:
    spec = find_spec("open_clip")
    assert spec is not None
    assert spec.origin is not None
    # The files are looked at, not the library: importing it takes seconds that only work with a model should cost.
    configs = Path(spec.origin).parent / "model_configs"
    if not (configs / f"{name.replace('/', '-')}.json").exists():
        raise ValueError(f"open_clip has no model {name}")


def _of_open_clip(model: str) -> ModelChoice | None:
    prefix, _, rest = model.partition(":")
    if prefix == "local-dir" and rest:
        return ModelChoice("open_clip", f"local-dir:{Path(rest).absolute()}")
    if prefix == "hf-hub":
        found = _OF_THE_HUB.fullmatch(rest)
        return ModelChoice("open_clip", f"hf-hub:{found['model']}", found["revision"] or "") if found else None
    found = _BUILT_IN.fullmatch(model)
    return ModelChoice("open_clip", found["model"]) if found else None


def _of_transformers(model: str) -> ModelChoice | None:
    if model.startswith(("/", ".")) or (model and Path(model).is_dir()):
        return ModelChoice("transformers", str(Path(model).absolute()))
    found = _OF_THE_HUB.fullmatch(model)
    return ModelChoice("transformers", found["model"], found["revision"] or "") if found else None
