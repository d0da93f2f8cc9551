"""Every column says what it holds of a person; the register and the DPIA are made from that."""

from importlib import import_module

import pytest
from sqlalchemy import JSON, Column, DateTime, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.types import TypeEngine

from privacy.activities import ACTIVITIES, PHOTOS
from privacy.declarations import NOT_PERSONAL, Category, Protection, personal
from privacy.declared_columns import declaration_problems, declared_columns, personal_columns, protected_share
from storage.database import db
from webapp import _TABLES_IN

for _package in _TABLES_IN:
    import_module(_package)


def test_every_column_of_every_store_is_declared() -> None:
    assert len(declared_columns(db.metadatas)) > 80
    assert declaration_problems(db.metadatas) == []


def test_every_personal_column_is_encrypted_or_pseudonymised() -> None:
    assert protected_share(personal_columns(db.metadatas)) == 1.0


def test_every_category_of_data_is_one_activity_with_words_in_both_languages() -> None:
    assert set(ACTIVITIES) == set(Category)
    for category, activity in ACTIVITIES.items():
        assert activity.category is category
        for about in ("people", "data", "purpose", "recipients", "erasure"):
            french, english = activity.words(about, "fr"), activity.words(about, "en")
            assert len(french) > 10
            assert len(english) > 10
            assert french != english


def test_a_column_without_a_word_is_noticed() -> None:
    assert "sent_at is not declared" in _only_problem(Column("sent_at", DateTime))


@pytest.mark.parametrize(
    "name", ["pseudonym", "email_hash", "account_id", "photo_id", "actor", "last_name", "client_ip"]
)
def test_a_telling_name_in_a_table_about_nobody_is_noticed(name: str) -> None:
    assert "sounds like a person" in _only_problem(Column(name, String(32)), table_info=NOT_PERSONAL)
    assert _problems(Column(name, String(32), info=NOT_PERSONAL), table_info=NOT_PERSONAL) == []


@pytest.mark.parametrize(
    ("kind", "protection"),
    [
        (String(200), Protection.SEALED),
        (Text(), Protection.SEALED),
        (LargeBinary(), Protection.PSEUDONYM),
        (Text(), Protection.PSEUDONYM),
        (Integer(), Protection.PSEUDONYM),
        (DateTime(), Protection.HASHED),
        (Text(), Protection.LINKED),
        (String(), Protection.LINKED),
        (LargeBinary(), Protection.LINKED),
        (JSON(), Protection.LINKED),
    ],
)
def test_a_protection_that_the_type_cannot_bear_is_noticed(kind: TypeEngine[object], protection: Protection) -> None:
    assert "cannot be" in _problems(Column("value", kind, info=personal(PHOTOS, protection)))[0]


def test_a_fact_without_a_pseudonym_beside_it_is_noticed() -> None:
    problem = _only_problem(Column("seen_at", DateTime, info=personal(PHOTOS, Protection.LINKED)))
    assert "a pseudonym that it does not hold" in problem


def test_a_personal_table_declares_each_column_itself() -> None:
    table_info = personal(PHOTOS, Protection.PSEUDONYM)
    assert "declared itself" in _only_problem(Column("value", String(32)), table_info=table_info)


def test_an_unprotected_column_lowers_the_share() -> None:
    metadata = MetaData()
    sealed = Column("photo", LargeBinary, info=personal(PHOTOS, Protection.SEALED))
    plain = Column("name", Text, info=personal(PHOTOS, Protection.SEALED))
    Table("kept", metadata, sealed, plain)
    assert protected_share(personal_columns({None: metadata})) == 0.5


def _only_problem(column: Column[object], table_info: dict[str, object] | None = None) -> str:
    (problem,) = _problems(column, table_info)
    return problem


def _problems(column: Column[object], table_info: dict[str, object] | None = None) -> list[str]:
    metadata = MetaData()
    Table("something", metadata, column, info=table_info or {})
    return declaration_problems({None: metadata})
