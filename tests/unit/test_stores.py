"""No commit spans two stores, and what a person asked of all their data closes the gate."""

import pytest

from accounts.models import Account
from privacy.audit_notes import SYSTEM, note
from privacy.consent import Purpose
from privacy.errors import ObjectionStands, PhotoNotFound, ProcessingRestricted
from privacy.models import AccountsAuditNote, ShopAuditNote
from privacy.standing import change_standing, refuse_by_standing, standing_of
from storage.database import ACCOUNTS_BIND, db
from storage.errors import CommitSpansTwoStores


@pytest.mark.usefixtures("stores")
def test_a_commit_to_two_stores_is_refused_and_nothing_of_it_stays() -> None:
    change_standing("somebody", restricted=True)
    note("account.created", actor=SYSTEM, store=ACCOUNTS_BIND)
    with pytest.raises(CommitSpansTwoStores, match="accounts, shop"):
        db.session.commit()
    db.session.rollback()
    assert standing_of("somebody") is None
    assert db.session.query(AccountsAuditNote).count() == 0


@pytest.mark.usefixtures("stores")
def test_a_bulk_statement_counts_as_writing_too() -> None:
    note("photo.kept", actor=SYSTEM)
    db.session.flush()
    with pytest.raises(CommitSpansTwoStores):
        db.session.execute(db.delete(Account))


@pytest.mark.usefixtures("stores")
def test_one_store_after_the_other_is_fine() -> None:
    note("photo.kept", actor=SYSTEM)
    db.session.commit()
    note("account.created", actor=SYSTEM, store=ACCOUNTS_BIND)
    db.session.commit()
    assert (db.session.query(ShopAuditNote).count(), db.session.query(AccountsAuditNote).count()) == (1, 1)


@pytest.mark.usefixtures("stores")
@pytest.mark.parametrize(
    ("asked", "purpose", "answer"),
    [
        ("restricted", Purpose.WARDROBE, ProcessingRestricted),
        ("objects_to_personalisation", Purpose.RECOMMENDATION, ObjectionStands),
        ("objects_to_statistics", Purpose.STATISTICS, ObjectionStands),
        ("erasing", Purpose.RECOMMENDATION, PhotoNotFound),
    ],
)
def test_a_standing_closes_the_gate_and_lifting_it_opens_it(
    asked: str, purpose: Purpose, answer: type[Exception]
) -> None:
    change_standing("somebody", **{asked: True})
    with pytest.raises(answer):
        refuse_by_standing("somebody", purpose)
    change_standing("somebody", **{asked: False})
    refuse_by_standing("somebody", purpose)


@pytest.mark.usefixtures("stores")
def test_an_objection_to_statistics_leaves_recommendations_alone() -> None:
    change_standing("somebody", objects_to_statistics=True)
    refuse_by_standing("somebody", Purpose.RECOMMENDATION)
    refuse_by_standing("somebody else", Purpose.STATISTICS)
