"""The chain: notes arrive once whatever is killed, and no change of any kind goes unseen."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

import privacy.audit_chain
from privacy.audit_chain import (
    AuditSeal,
    Head,
    chain_head,
    continue_chain,
    relay_notes,
    waiting_notes,
)
from privacy.audit_models import AuditAnchor, AuditEntry
from privacy.audit_notes import COMMAND_LINE, SYSTEM, note
from privacy.audit_verification import Fault, verify_audit
from privacy.errors import AuditBusy, AuditChainBroken, AuditChainWhole, UnfitForAudit
from privacy.models import ShopAuditNote
from storage.database import ACCOUNTS_BIND, AUDIT_BIND, KEYS_BIND, db

SEAL = AuditSeal(b"k" * 32)
SOMEBODY = "ab" * 16
ENTRIES = 6


def noted(count: int, store: str | None = None) -> None:
    for number in range(count):
        note(
            "photo.erased", actor=SOMEBODY, subject=f"{number:032x}", reason="asked", store=store, details={"n": number}
        )
    db.session.commit()


def verdict() -> tuple[Fault | None, int | None]:
    report = verify_audit(SEAL)
    return report.fault, report.bad_seq


@pytest.mark.usefixtures("stores")
def test_the_notes_of_every_store_arrive_in_one_chain_and_leave_their_outboxes() -> None:
    for store in (None, ACCOUNTS_BIND, KEYS_BIND):
        noted(2, store)
    assert waiting_notes().count == 6
    assert relay_notes(SEAL) == 6
    assert waiting_notes() == privacy.audit_chain.Waiting(0, None)
    report = verify_audit(SEAL)
    assert (report.good, report.fault) == (6, None)
    assert relay_notes(SEAL) == 0


@pytest.mark.usefixtures("stores")
def test_more_notes_than_one_batch_arrive_in_the_order_of_their_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy.audit_chain, "_BATCH", 4)
    noted(5)
    noted(5, ACCOUNTS_BIND)
    assert relay_notes(SEAL) == 10
    times = db.session.scalars(select(AuditEntry.at).order_by(AuditEntry.seq)).all()
    assert times == sorted(times)


@pytest.mark.usefixtures("stores")
@pytest.mark.parametrize("killed_at", ["_append", "move_anchor", "_delete_notes", "_set_anchor"])
def test_a_relay_killed_at_any_step_loses_nothing_and_doubles_nothing(
    killed_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted(3)
    real, calls = getattr(privacy.audit_chain, killed_at), []

    def kill(*arguments: Any, **options: Any) -> Any:
        """Let the first call do its work, then end as a killed process would, and once more before the second."""
        calls.append(1)
        if len(calls) == 2:
            real(*arguments, **options)
        if len(calls) in (1, 2):
            db.session.rollback()
            raise KeyboardInterrupt
        return real(*arguments, **options)

    monkeypatch.setattr(privacy.audit_chain, killed_at, kill)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            relay_notes(SEAL)
        assert verdict() == (None, None)
    relay_notes(SEAL)
    assert (verify_audit(SEAL).good, waiting_notes().count) == (3, 0)
    assert verdict() == (None, None)


@pytest.mark.usefixtures("stores")
def test_a_relay_that_another_process_overtakes_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    noted(3)
    real_head, overtaken = chain_head, []

    def head_before_the_other_process() -> Head:
        head = real_head()
        if not overtaken and db.session.scalar(select(AuditAnchor.id)):
            overtaken.append(1)
            monkeypatch.setattr(privacy.audit_chain, "chain_head", real_head)
            relay_notes(SEAL)
        return head

    monkeypatch.setattr(privacy.audit_chain, "chain_head", head_before_the_other_process)
    relay_notes(SEAL)
    assert overtaken
    assert (verify_audit(SEAL).good, verdict()) == (3, (None, None))


@pytest.mark.usefixtures("stores")
def test_notes_wait_when_the_audit_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy.audit_chain, "_ATTEMPTS", 2)
    noted(2)
    db.session.execute(
        text("create trigger full before insert on audit_entry begin select raise(abort, 'full'); end"),
        bind_arguments={"bind": db.engines[AUDIT_BIND]},
    )
    db.session.commit()
    with pytest.raises(AuditBusy):
        relay_notes(SEAL)
    waiting = waiting_notes()
    assert waiting.count == 2
    assert waiting.since is not None


@pytest.mark.usefixtures("stores")
def test_a_clock_that_goes_backwards_is_no_fault() -> None:
    noted(2)
    relay_notes(SEAL)
    noted(2)
    for late in db.session.scalars(select(ShopAuditNote)):
        late.at -= timedelta(days=400)
    db.session.commit()
    relay_notes(SEAL)
    assert (verify_audit(SEAL).good, verdict()) == (4, (None, None))


@pytest.mark.usefixtures("stores")
def test_a_cut_chain_takes_no_more_entries_until_a_person_says_why() -> None:
    noted(4)
    relay_notes(SEAL)
    _change("delete from audit_entry where seq > 2")
    noted(1)
    with pytest.raises(AuditChainBroken, match="entry 4 is gone"):
        relay_notes(SEAL)
    assert verdict() == (Fault.CUT_OFF, 3)
    assert waiting_notes().count == 1
    continue_chain(SEAL, "restored from the backup of Monday, see someone@shop.example")
    assert relay_notes(SEAL) == 1
    assert verdict() == (None, None)
    told = db.session.scalars(select(AuditEntry).filter_by(action="audit.continued")).one()
    assert (told.actor, told.reason) == (COMMAND_LINE, "restored from the backup of Monday, see [e-mail]")
    assert '"anchored": 4' in told.details
    with pytest.raises(AuditChainWhole):
        continue_chain(SEAL, "again")


@pytest.mark.usefixtures("stores")
def test_a_chain_cut_between_two_looks_of_a_relay_is_found_by_the_anchor() -> None:
    noted(4)
    relay_notes(SEAL)
    _change("delete from audit_entry where seq > 2")
    noted(3)
    with pytest.raises(AuditChainBroken):
        privacy.audit_chain.move_anchor(SEAL)
    assert db.session.get(AuditAnchor, 1).count == 4


@pytest.mark.usefixtures("stores")
def test_without_the_key_nobody_can_make_an_entry_or_an_anchor() -> None:
    noted(2)
    relay_notes(AuditSeal(b"x" * 32))
    assert verify_audit(SEAL).fault is Fault.ALTERED


@pytest.mark.usefixtures("stores")
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("delete from audit_anchor", Fault.ANCHOR_MISSING),
        ("update audit_anchor set count = 1", Fault.ANCHOR_ALTERED),
        ("update audit_anchor set head_hash = 'x'", Fault.ANCHOR_ALTERED),
        ("update audit_anchor set mac = 'é'", Fault.ANCHOR_ALTERED),
        ("update audit_anchor set at = '2020-01-01 00:00:00.000000'", Fault.ANCHOR_ALTERED),
    ],
)
def test_a_change_of_the_anchor_is_found(change: str, found: Fault) -> None:
    noted(3)
    relay_notes(SEAL)
    _change(change, store=None)
    assert verdict() == (found, None)
    noted(1)
    with pytest.raises(AuditChainBroken):
        relay_notes(SEAL)


@pytest.mark.usefixtures("stores")
def test_a_head_noted_on_paper_finds_audit_and_anchor_set_back_together() -> None:
    noted(2)
    relay_notes(SEAL)
    old_anchor = db.session.execute(text("select count, head_hash, at, mac from audit_anchor")).one()
    noted(2)
    relay_notes(SEAL)
    on_paper = verify_audit(SEAL).head
    _change("delete from audit_entry where seq > 2")
    _change(
        "update audit_anchor set count=:count, head_hash=:head_hash, at=:at, mac=:mac", None, **old_anchor._asdict()
    )
    assert verdict() == (None, None)
    assert verify_audit(SEAL, known_head=on_paper).fault is Fault.CUT_OFF
    assert verify_audit(SEAL, known_head=Head(2, "0" * 64)).fault is Fault.REPLACED


COLUMN_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "seq": st.integers(-3, 40),
    "event_id": st.text(max_size=40) | st.binary(max_size=8),
    "at": st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda at: f"{at:%Y-%m-%d %H:%M:%S.%f}")
    | st.sampled_from(["", "yesterday", b"\x00", 7]),
    **dict.fromkeys(
        ("action", "actor", "subject", "reason", "details", "previous_hash", "hash"),
        st.text(max_size=70) | st.binary(max_size=8) | st.integers(0, 9),
    ),
}


@st.composite
def tamperings(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """One SQL change of a chain of ENTRIES entries."""
    row, other = draw(st.lists(st.integers(1, ENTRIES), min_size=2, max_size=2, unique=True))
    kind = draw(st.sampled_from(["edit", "edit", "remove", "cut", "swap", "swap columns", "add"]))
    if kind == "edit":
        column = draw(st.sampled_from(sorted(COLUMN_VALUES)))
        return f"update audit_entry set {column} = :value where seq = :row", {
            "value": draw(COLUMN_VALUES[column]),
            "row": row,
        }
    if kind in ("remove", "cut"):
        return f"delete from audit_entry where seq {'=' if kind == 'remove' else '>='} :row", {"row": row}
    if kind == "swap":
        return (
            "update audit_entry set seq = case seq when :row then -1000 - :other else -1000 - :row end "
            "where seq in (:row, :other)",
            {
                "row": row,
                "other": other,
            },
        )
    if kind == "add":
        return (
            "insert into audit_entry select max(seq) + 1, 'new', at, action, actor, subject, reason, details, hash, "
            "hash from audit_entry",
            {},
        )
    column = draw(st.sampled_from(["at", "subject", "details", "previous_hash", "hash"]))
    return (
        f"update audit_entry set {column} = (select o.{column} from audit_entry o "
        "where o.seq = case audit_entry.seq when :row then :other else :row end) where seq in (:row, :other)",
        {"row": row, "other": other},
    )


@pytest.fixture
def chain(stores: None) -> list[dict[str, Any]]:
    """A whole chain of ENTRIES entries, as it was written."""
    noted(ENTRIES)
    relay_notes(SEAL)
    return _raw_chain()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tampering=tamperings())
def test_any_single_edit_removal_swap_or_addition_is_found(
    chain: list[dict[str, Any]], tampering: tuple[str, dict[str, Any]]
) -> None:
    _put_back(chain)
    try:
        _change(tampering[0], **tampering[1])
        _change("update audit_entry set seq = -seq - 1000 where seq < -1000")
    except IntegrityError:
        db.session.rollback()
    fault, bad_seq = verdict()
    if _raw_chain() == chain:
        assert fault is None
    else:
        assert fault is not None
        assert bad_seq is not None
        assert bad_seq <= ENTRIES + 1


def _put_back(chain: list[dict[str, Any]]) -> None:
    columns = ", ".join(chain[0])
    values = ", ".join(f":{column}" for column in chain[0])
    _change("delete from audit_entry")
    for entry in chain:
        _change(f"insert into audit_entry ({columns}) values ({values})", **entry)


def _raw_chain() -> list[dict[str, Any]]:
    rows = db.session.execute(text("select * from audit_entry order by seq"), bind_arguments=_bind(AUDIT_BIND))
    return [row._asdict() for row in rows]


def _change(statement: str, store: str | None = AUDIT_BIND, **values: Any) -> None:
    """What somebody with the database and without the key can do."""
    db.session.execute(text(statement), values, bind_arguments=_bind(store))
    db.session.commit()


def _bind(store: str | None) -> dict[str, Any]:
    return {"bind": db.engines[store]}


@pytest.mark.usefixtures("stores")
def test_a_seal_that_left_a_column_out_would_let_its_edit_pass() -> None:
    """The broken variant that shows what the property above rests on."""

    class Forgetful(AuditSeal):
        def of_entry(self, entry: Mapping[str, Any]) -> str:
            return super().of_entry({**entry, "reason": ""})

    noted(3)
    relay_notes(Forgetful(b"k" * 32))
    _change("update audit_entry set reason = 'another' where seq = 2")
    assert verify_audit(Forgetful(b"k" * 32)).fault is None
    _change("update audit_entry set details = '{}' where seq = 2")
    assert verify_audit(Forgetful(b"k" * 32)).fault is Fault.ALTERED


@pytest.mark.usefixtures("stores")
@pytest.mark.parametrize(
    "unfit",
    [
        {"action": "photo.shown to jeanne", "actor": SYSTEM},
        {"action": "photo.erased", "actor": "jeanne@shop.example"},
        {"action": "photo.erased", "actor": SYSTEM, "subject": "Jeanne"},
        {"action": "photo.erased", "actor": SOMEBODY.upper()},
    ],
)
def test_a_note_takes_known_actions_and_pseudonyms_only(unfit: dict[str, str]) -> None:
    with pytest.raises(UnfitForAudit):
        note(**unfit)


@pytest.mark.usefixtures("stores")
def test_an_e_mail_address_in_a_reason_is_blanked() -> None:
    note("photo.erased", actor=SYSTEM, reason="asked by <jeanne@shop.example>\x00", details={"to": "a@b.example"})
    kept = db.session.scalars(select(ShopAuditNote)).one()
    assert (kept.reason, kept.details) == ("asked by <[e-mail]> ", '{"to": "[e-mail]"}')


def test_the_hash_depends_on_every_column_and_on_where_one_ends() -> None:
    entry: dict[str, Any] = dict.fromkeys(
        ("event_id", "action", "actor", "subject", "reason", "details", "previous_hash"), "x"
    )
    entry |= {"seq": 1, "at": datetime(2026, 1, 1, tzinfo=UTC)}
    others = [entry | {name: "y"} for name in entry if name not in ("seq", "at")]
    others += [entry | {"seq": 2}, entry | {"at": datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)}]
    others += [entry | {"actor": "xx", "subject": ""}, entry | {"actor": "", "subject": "xx"}]
    assert len({SEAL.of_entry(one) for one in (entry, *others)}) == len(others) + 1
