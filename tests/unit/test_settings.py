"""The environment -> settings, or a start that stops with the bad name."""

from pathlib import Path

import pytest

from webapp import create_app
from webapp.settings import Settings, SettingsError, read_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENCODER", "clip-of-the-day"),
        ("SEGMENTER", "magic"),
        ("MAX_UPLOAD_BYTES", "lots"),
        ("MAX_UPLOAD_BYTES", "-5"),
        ("VISIT_MINUTES", "0"),
        ("DEMO", "perhaps"),
        ("DEFAULT_LANGUAGE", "tlh"),
        ("TIME_ZONE", "Mars/Olympus"),
    ],
)
def test_a_bad_value_stops_the_start_and_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as stopped:
        read_settings(_env_file=None)
    assert value in str(stopped.value)


def test_outside_the_demo_a_missing_secret_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY_FILE"):
        create_app(Settings(_env_file=None, instance_dir=tmp_path, demo=False))


def test_a_missing_key_file_stops_the_start_and_is_named(tmp_path: Path) -> None:
    absent = tmp_path / "absent.key"
    with pytest.raises(SettingsError, match=r"absent\.key"):
        create_app(
            Settings(_env_file=None, instance_dir=tmp_path, demo=False, secret_key_file=absent, master_key_file=absent)
        )


def test_the_demo_makes_its_own_keys_once(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, instance_dir=tmp_path, demo=True)
    first = create_app(settings).config["SECRET_KEY"]
    assert create_app(settings).config["SECRET_KEY"] == first
    assert settings.master_key.read_bytes() != settings.secret_key.read_bytes()
