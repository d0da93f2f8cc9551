"""What ENCODER and SEGMENTER may say."""

from pathlib import Path

import pytest

from webapp.model_choice import ENCODER_FORMS, SEGMENTER_FORMS, ModelChoice, check_at_hand, chosen_model
from webapp.settings import SettingsError, read_settings


@pytest.mark.parametrize(
    ("words", "choice"),
    [
        ("embedded", ModelChoice("embedded")),
        ("open_clip:ViT-B-32/laion2b_s34b_b79k", ModelChoice("open_clip", "ViT-B-32/laion2b_s34b_b79k")),
        ("open_clip:hf-hub:Marqo/marqo-fashionSigLIP", ModelChoice("open_clip", "hf-hub:Marqo/marqo-fashionSigLIP")),
        ("open_clip:hf-hub:a/b@1f2e", ModelChoice("open_clip", "hf-hub:a/b", "1f2e")),
        ("open_clip:local-dir:/models/a@b", ModelChoice("open_clip", "local-dir:/models/a@b")),
        ("transformers:openai/clip-vit-base-patch32", ModelChoice("transformers", "openai/clip-vit-base-patch32")),
        ("transformers:a/b@v1.0", ModelChoice("transformers", "a/b", "v1.0")),
        ("transformers:/models/clip", ModelChoice("transformers", "/models/clip")),
    ],
)
def test_each_form_names_its_model_and_back(words: str, choice: ModelChoice) -> None:
    assert chosen_model(words, ENCODER_FORMS) == choice
    assert choice.setting == words


@pytest.mark.parametrize(
    "words",
    ["", "clip", "open_clip", "open_clip:", "open_clip:ViT-B-32", "open_clip:hf-hub:alone", "open_clip:local-dir:",
     "transformers:", "transformers:a b/c", "transformers:a/b@", "onnx:a/b", "embedded:x"],
)  # fmt: skip
def test_other_words_are_answered_with_the_forms(words: str) -> None:
    with pytest.raises(ValueError, match=r"open_clip:NAME/TAG, .* or transformers:FOLDER"):
        chosen_model(words, ENCODER_FORMS)


def test_a_segmenter_is_no_model_of_open_clip() -> None:
    assert chosen_model("transformers:a/b", SEGMENTER_FORMS).library == "transformers"
    with pytest.raises(ValueError, match="transformers:OWNER/MODEL"):
        chosen_model("open_clip:ViT-B-32/openai", SEGMENTER_FORMS)


def test_a_folder_is_meant_from_any_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)
    assert chosen_model("transformers:model", SEGMENTER_FORMS).setting == f"transformers:{tmp_path}/model"
    assert chosen_model("open_clip:local-dir:model", ENCODER_FORMS).setting == f"open_clip:local-dir:{tmp_path}/model"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ENCODER", "open_clip:ViT-Z-99/openai", "no model ViT-Z-99"),
        ("ENCODER", "open_clip:local-dir:/nowhere/clip", "no folder /nowhere/clip"),
        ("SEGMENTER", "transformers:/nowhere/segformer", "no folder /nowhere/segformer"),
        ("SEGMENTER", "open_clip:ViT-B-32/openai", "use embedded"),
    ],
)
def test_a_model_that_cannot_be_there_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}=.*{said}"):
        read_settings(_env_file=None)


def test_without_the_extra_the_start_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.model_choice.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"pip install -e '\.\[models\]'"):
        check_at_hand(ModelChoice("transformers", "a/b"))
