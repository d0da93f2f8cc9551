"""The environment -> settings, or a start that stops with the bad name."""

import subprocess
import sys
from pathlib import Path

import pytest

from privacy.keys import create_key_file
from webapp import create_app
from webapp.settings import Settings, SettingsError, read_settings

ROOT = Path(__file__).resolve().parents[2]


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
        ("PUBLIC_URL", "shop.example"),
        ("PUBLIC_URL", "https://shop.example/path"),
        ("SESSION_DAYS", "0"),
        ("STAFF_TOTP_REQUIRED", "sometimes"),
        ("BIND", "nonsense"),
        ("SHOP_DATABASE_URL", "nope://x"),
        ("ACCOUNTS_DATABASE_URL", "nonsense"),
        ("BLOB_URL", "zzz://x"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "a@b.fr\nBcc: c@d.fr"),
    ],
)
def test_a_bad_value_stops_the_start_and_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as stopped:
        read_settings(_env_file=None)
    assert repr(value) in str(stopped.value) or value in str(stopped.value)


def test_a_bad_mail_address_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_URL", "carrier-pigeon://user:s3cret@loft")
    with pytest.raises(SettingsError, match="MAIL_URL") as stopped:
        read_settings(_env_file=None)
    assert "s3cret" not in str(stopped.value)
    assert "smtp://" in str(stopped.value)


@pytest.mark.parametrize(
    ("named", "missing"),
    [
        ({}, "MAIL_URL"),
        ({"mail_url": "smtps://mail.example"}, "PUBLIC_URL"),
        ({"mail_url": "smtps://mail.example", "public_url": "https://shop.example"}, "COMPANY_NAME"),
    ],
)
def test_a_real_shop_that_cannot_write_letters_or_names_no_company_does_not_start(
    tmp_path: Path, named: dict[str, str], missing: str
) -> None:
    key = tmp_path / "a.key"
    create_key_file(key)
    keys = {"secret_key_file": key, "master_key_file": key}
    with pytest.raises(SettingsError, match=missing):
        create_app(Settings(_env_file=None, instance_dir=tmp_path, demo=False, **keys, **named))


def test_outside_the_demo_a_missing_secret_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY_FILE"):
        create_app(Settings(_env_file=None, instance_dir=tmp_path, demo=False))


def test_a_missing_key_file_stops_the_start_and_is_named(tmp_path: Path) -> None:
    absent = tmp_path / "absent.key"
    with pytest.raises(SettingsError, match=r"absent\.key"):
        create_app(
            Settings(_env_file=None, instance_dir=tmp_path, demo=False, secret_key_file=absent, master_key_file=absent)
        )


def test_the_demo_makes_no_key_where_one_was_named(tmp_path: Path) -> None:
    named = tmp_path / "elsewhere.key"
    with pytest.raises(SettingsError, match=r"elsewhere\.key"):
        create_app(Settings(_env_file=None, instance_dir=tmp_path, demo=True, master_key_file=named))
    assert not named.exists()


def test_the_web_server_ends_at_once_when_a_secret_is_missing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gunicorn", "-c", "webapp/gunicorn_conf.py", "wsgi:app"]
    environment = {"DEMO": "0", "INSTANCE_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.strip().startswith("SECRET_KEY_FILE is missing")
    assert "Traceback" not in ended.stderr


def test_the_demo_makes_its_own_keys_once(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, instance_dir=tmp_path, demo=True)
    first = create_app(settings).config["SECRET_KEY"]
    assert create_app(settings).config["SECRET_KEY"] == first
    assert settings.master_key.read_bytes() != settings.secret_key.read_bytes()


def test_a_refused_model_is_said_without_the_words_of_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENCODER", "junk")
    with pytest.raises(SettingsError, match="ENCODER='junk': use embedded, open_clip:NAME/TAG"):
        read_settings()
