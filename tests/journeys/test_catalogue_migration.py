"""The migrations of the catalogue on a database that holds products: what hangs on them stays."""

import json
from pathlib import Path

from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from catalog.product_list import ListFilter, Shown, find_products
from storage.database import db
from tests.factories import demo_settings
from webapp import create_app

BEFORE = "0a08retentio"


def test_the_pictures_of_products_from_before_stay_and_can_go_back(tmp_path: Path) -> None:
    with create_app(demo_settings(tmp_path)).app_context():
        upgrade(revision=BEFORE)
        _insert("product", id=7, sku="'A-1'", titles="'{}'", descriptions="'{}'", sizes="'[]'", currency="'EUR'")
        _insert("product_image", id=9, product_id=7, content_hash="'c'", blob_key="'k'")
        upgrade()
        assert _pictures() == [(9, 7)]
        downgrade(revision=BEFORE)
        assert _pictures() == [(9, 7)]
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM product"))
        assert _pictures() == []


def test_a_product_from_before_is_found_by_its_words(tmp_path: Path) -> None:
    with create_app(demo_settings(tmp_path)).app_context():
        upgrade(revision="0b09putright")
        titles = json.dumps({"fr": "Robe d’été ÉCRUE"})
        _insert("product", id=7, sku="'A-1'", titles=f"'{titles}'", descriptions="'{}'", sizes="'[]'", brand="'Œuvre'")
        upgrade()
        for words in ("ecrue", "été", "oeuvre", "a-1"):
            assert [product.id for product in find_products(ListFilter(words, shown=Shown.ALL)).items] == [7], words


def _insert(table: str, **given: object) -> None:
    """A row of these values (SQL), and something of the right kind in all other columns that need a value."""
    with db.engine.begin() as connection:
        for _, name, kind, is_needed, default, _ in connection.execute(text(f"PRAGMA table_info({table})")).all():
            if is_needed and default is None and name not in given:
                given[name] = "1" if "INT" in kind else "'2026-01-02 03:04:05.000000'"
        connection.execute(
            text(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({', '.join(map(str, given.values()))})")
        )


def _pictures() -> list[tuple[int, int]]:
    with db.engine.begin() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT id, product_id FROM product_image"))]
