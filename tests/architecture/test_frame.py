"""What holds for the whole house: imports, start-up, settings, migrations."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade

from storage.database import ACCOUNTS_BIND, AUDIT_BIND, KEYS_BIND, db
from tests.factories import demo_settings
from webapp import create_app
from webapp.cli.settings import settings_page

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "faiss", "onnxruntime", "open_clip", "transformers", "pillow_heif", "tokenizers", "contourpy")


@pytest.fixture
def empty_shop(tmp_path: Path) -> Flask:
    app = create_app(demo_settings(tmp_path))
    with app.app_context():
        upgrade()
    return app


def test_the_application_starts_without_any_heavy_library() -> None:
    program = (
        "import sys; from webapp import create_app; from webapp.settings import Settings; import tempfile, pathlib;"
        "create_app(Settings(_env_file=None, demo=True, instance_dir=pathlib.Path(tempfile.mkdtemp())));"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("bind", [None, ACCOUNTS_BIND, KEYS_BIND, AUDIT_BIND])
def test_models_and_migrations_agree(empty_shop: Flask, bind: str | None) -> None:
    with empty_shop.app_context(), db.engines[bind].connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadatas[bind])
    assert differences == []


def test_log_in_data_and_the_shop_share_no_table_and_no_key(empty_shop: Flask) -> None:
    shop, accounts = db.metadatas[None], db.metadatas[ACCOUNTS_BIND]
    assert not set(shop.tables) & set(accounts.tables)
    pointing = [column for table in shop.tables.values() for column in table.columns if "account" in column.name]
    assert pointing == [], "the shop knows people by pseudonym only"


def test_the_page_of_settings_is_up_to_date() -> None:
    documented = (ROOT / "docs" / "SETTINGS.md").read_text(encoding="utf-8")
    assert documented == settings_page(), "run `flask settings document > docs/SETTINGS.md`"


def test_every_task_of_the_makefile_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named
    assert named <= targets


def test_weights_stay_within_their_budget() -> None:
    weights = [*ROOT.glob("*/weights/*")]
    assert weights
    assert sum(path.stat().st_size for path in weights) <= 60_000_000


def test_the_torch_range_takes_the_cpu_wheel() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    ranges = {need for needs in extras.values() for need in needs if re.match(r"torch\b(?!vision)", need)}
    assert ranges == {"torch>=2.4,<2.14"}


def test_the_style_sheet_closes_each_block_before_the_next_part() -> None:
    depth = 0
    for number, line in enumerate((ROOT / "static" / "theme.css").read_text(encoding="utf-8").splitlines(), start=1):
        assert depth == 0 or not line.startswith(("/*", "@")), f"theme.css, line {number}: a block above is open"
        depth += line.count("{") - line.count("}")
    assert depth == 0
