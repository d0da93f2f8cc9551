"""Whatever table speaks of a person is named by a source of personal data: it can be erased, and a test shows it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Column, LargeBinary, MetaData, String, Table

from privacy.activities import PHOTOS
from privacy.canaries import GivesCanaries
from privacy.declarations import Protection, personal
from privacy.declared_columns import declared_columns, is_telling
from privacy.sources import ErasureStep, PersonalDataSource, Scope
from storage.database import db
from tests.factories import demo_settings
from webapp import create_app
from webapp.wiring import wiring

STAYS = {
    "audit_note": "waits for the audit, which knows people by pseudonym for good (Art. 5(2))",
    "accounts_audit_note": "the same",
    "keys_audit_note": "the same",
    "audit_entry": "append-only; survives erasures",
    "alert": "of the audit: the pseudonym of whose doing it is",
    "erasure": "the erasure itself: at its end it holds hashes and the receipt",
    "erased": "keyed hashes, so that a restored backup is erased again",
    "destroyed_key": "keyed hashes, so that a restored key opens nothing",
    "disposal": "keyed hashes of what lapsed, and why",
}
"""Tables that no source erases, each with its reason."""


@pytest.fixture
def sources(tmp_path: Path) -> Iterator[tuple[PersonalDataSource, ...]]:
    app: Flask = create_app(demo_settings(tmp_path))
    with app.app_context():
        from flask_migrate import upgrade

        upgrade()
        yield wiring().personal_data_sources


def tables_about_people(stores: dict[str | None, MetaData]) -> set[str]:
    """Return the tables with a column that is declared personal, or sounds like a person."""
    return {column.table for column in declared_columns(stores) if column.is_personal or is_telling(column.column.name)}


def without_source(stores: dict[str | None, MetaData], sources: tuple[PersonalDataSource, ...]) -> set[str]:
    return tables_about_people(stores) - {table for source in sources for table in source.tables} - set(STAYS)


def test_every_table_about_people_is_named_by_a_source(sources: tuple[PersonalDataSource, ...]) -> None:
    assert len(tables_about_people(db.metadatas)) > 15
    assert without_source(db.metadatas, sources) == set(), "give it a PersonalDataSource and list that in wiring.py"


def test_no_source_names_a_table_that_is_not_there(sources: tuple[PersonalDataSource, ...]) -> None:
    known = {table for metadata in db.metadatas.values() for table in metadata.tables}
    assert {table for source in sources for table in source.tables} <= known
    assert set(STAYS) <= known


@pytest.mark.parametrize(
    "column",
    [
        Column("pseudonym", String(32)),
        Column("account_id", String(32)),
        Column("photo_id", String(32)),
        Column("display_name", String(60)),
        Column("value", LargeBinary, info=personal(PHOTOS, Protection.SEALED)),
    ],
)
def test_a_table_that_was_forgotten_is_noticed(
    sources: tuple[PersonalDataSource, ...], column: "Column[object]"
) -> None:
    forgotten = MetaData()
    Table("diary", forgotten, column)
    assert without_source({None: forgotten}, sources) == {"diary"}


def test_sources_have_names_of_their_own_and_leave_strangers_alone(sources: tuple[PersonalDataSource, ...]) -> None:
    names = [source.name for source in sources]
    assert sorted(names) == sorted(set(names))
    nobody = Scope("0" * 32, "0" * 32)
    for source in sources:
        source.erase(nobody)
        db.session.commit()
        assert list(source.remains(nobody)) == []
        assert list(source.canaries(nobody)) == [] if isinstance(source, GivesCanaries) else True
    assert {source.step for source in sources} >= set(ErasureStep) - {ErasureStep.MARK}
