"""Alerts: the rules look at each new entry of the audit once; the officer sees and closes what they raise."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from privacy.alert_rules import AlertRule, RuleName
from privacy.audit_chain import chain_head
from privacy.audit_models import Alert, AlertState, AlertWatch, AuditEntry
from privacy.audit_notes import SYSTEM, note
from privacy.errors import AlertNotFound
from privacy.keys import PersonalDataKeys
from privacy.sealed_columns import place, seal_text, unseal_text
from storage.database import db, now

_BATCH = 200
_THE_WATCH = 1
_BROKEN_CHAIN_AGAIN = timedelta(hours=24)
_MAIL_WITHIN = timedelta(days=1)


def watch_audit(rules: Sequence[AlertRule]) -> int:
    """Let the rules look at every entry that they have not seen; return how many alerts were raised; commits.

    Each entry is looked at once, whatever is killed and however many processes watch.
    """
    raised = 0
    while entries := _claim_entries():
        touched: dict[tuple[RuleName, str], tuple[AlertRule, Alert]] = {}
        for entry in entries:
            for rule in rules:
                if entry.action in rule.actions and rule.concerns(entry):
                    alert = _alert_for(rule, entry)
                    if alert is not None:
                        touched[rule.name, alert.actor] = rule, alert
        db.session.flush()
        raised += sum(alert.count == 0 for _, alert in touched.values())
        for rule, alert in touched.values():
            alert.count = rule.measure(_entries_of(rule, alert.actor, alert.first_seq, alert.last_seq))
        db.session.commit()
    db.session.commit()
    return raised


def raise_chain_alert() -> bool:
    """Raise the alert that the audit chain is broken, unless one was raised within a day; commits. True: it is new."""
    last = _last_alert(RuleName.CHAIN, SYSTEM)
    at = now()
    if last is not None and last.state != AlertState.CLOSED and abs(at - last.raised_at) < _BROKEN_CHAIN_AGAIN:
        db.session.rollback()
        return False
    end = chain_head().count
    db.session.add(
        Alert(
            rule=RuleName.CHAIN.value, actor=SYSTEM, count=1, first_seq=end, last_seq=end, window_start=at, raised_at=at
        )
    )
    db.session.commit()
    return True


def mail_new_alerts(send: Callable[[Alert], None]) -> int:
    """Hand each alert of the last day that was not mailed to `send`, once; return how many; commits.

    What `send` raises is raised here, and the alert is tried again next time.
    """
    due = select(Alert.id).where(Alert.mailed_at.is_(None), Alert.raised_at > now() - _MAIL_WITHIN).order_by(Alert.id)
    mailed = 0
    for alert_id in db.session.scalars(due).all():
        if not _claim_mail(alert_id):
            continue
        try:
            send(find_alert(alert_id))
        except Exception:
            db.session.rollback()
            db.session.execute(update(Alert).filter_by(id=alert_id).values(mailed_at=None))
            db.session.commit()
            raise
        mailed += 1
    return mailed


def alerts(state: AlertState | None = None, *, limit: int = 200) -> list[Alert]:
    """Return alerts, newest first: all, or those in one state."""
    wanted = select(Alert).order_by(Alert.id.desc()).limit(limit)
    return list(db.session.scalars(wanted.filter_by(state=state.value) if state else wanted))


def new_alerts() -> int:
    """Return how many alerts nobody has seen yet."""
    return db.session.scalar(select(func.count()).select_from(Alert).filter_by(state=AlertState.NEW.value)) or 0


def find_alert(alert_id: int) -> Alert:
    """Raises AlertNotFound."""
    alert = db.session.get(Alert, alert_id)
    if alert is None:
        raise AlertNotFound
    return alert


def entries_of(alert: Alert, rules: Sequence[AlertRule], *, limit: int) -> list[AuditEntry]:
    """Return the entries that raised an alert, oldest first, at most `limit`; none for a broken chain."""
    rule = next((rule for rule in rules if rule.name == alert.rule), None)
    return _entries_of(rule, alert.actor, alert.first_seq, alert.last_seq)[:limit] if rule else []


def handle_alert(alert_id: int, state: AlertState, words: str, *, actor: str, keys: PersonalDataKeys) -> Alert:
    """Mark an alert as seen or closed, with the officer's words about it, sealed; commits. Raises AlertNotFound.

    The act is noted in the shop's store first: a kill in between leaves a note of something to be done again.
    """
    action = "alert.closed" if state is AlertState.CLOSED else "alert.seen"
    rule = find_alert(alert_id).rule
    note(action, actor=actor, details={"alert": alert_id, "rule": rule})
    db.session.commit()
    alert = find_alert(alert_id)
    alert.state, alert.handled_at, alert.handled_by = state.value, now(), actor
    alert.sealed_note = seal_text(keys, words, about=_place(alert_id)) if words else None
    db.session.commit()
    return alert


def note_of(alert: Alert, keys: PersonalDataKeys) -> str:
    """Return the officer's words about an alert; empty when there are none. Raises CannotBeDecrypted."""
    return unseal_text(keys, alert.sealed_note, about=_place(alert.id)) if alert.sealed_note else ""


def _place(alert_id: int) -> str:
    return place("alert", alert_id, "note")


def _claim_entries() -> Sequence[AuditEntry]:
    """Take the next entries for this process; what it does not commit, another one takes."""
    while True:
        seen, head = db.session.scalar(select(AlertWatch.seq)), chain_head().count
        if seen is None:
            _begin_watch()
            continue
        after = select(AuditEntry).where(AuditEntry.seq > seen).order_by(AuditEntry.seq).limit(_BATCH)
        entries = db.session.scalars(after).all()
        # An audit that was set back grows again from its end: what comes there has not been seen.
        seen_now = entries[-1].seq if entries else head
        if seen_now == seen or _moves_watch(seen, seen_now):
            return entries
        db.session.rollback()


def _moves_watch(seen: int, seen_now: int) -> bool:
    claim = update(AlertWatch).where(AlertWatch.id == _THE_WATCH, AlertWatch.seq == seen).values(seq=seen_now)
    return bool(cast("CursorResult[Any]", db.session.execute(claim)).rowcount)


def _begin_watch() -> None:
    try:
        db.session.execute(insert(AlertWatch).values(id=_THE_WATCH, seq=0))
        db.session.commit()
    except IntegrityError:
        db.session.rollback()


def _alert_for(rule: AlertRule, entry: AuditEntry) -> Alert | None:
    """The alert that this entry belongs to: the one whose window is running, or a new one; None below the threshold."""
    whom = getattr(entry, rule.whose)
    last = _last_alert(rule.name, whom)
    if last is not None and abs(entry.at - last.window_start) < rule.window:
        last.last_seq = max(last.last_seq, entry.seq)
        return last
    entries = _entries_of(rule, whom, last.last_seq + 1 if last else 1, entry.seq)
    # Both ways: a clock that was set back must not hide anything.
    near = [one for one in entries if abs(one.at - entry.at) < rule.window]
    if rule.measure(near) < rule.at_least:
        return None
    alert = Alert(
        rule=rule.name.value,
        actor=whom,
        count=0,
        first_seq=near[0].seq,
        last_seq=entry.seq,
        window_start=min(one.at for one in near),
        raised_at=now(),
    )
    db.session.add(alert)
    db.session.flush()
    return alert


def _last_alert(rule: RuleName, whom: str) -> Alert | None:
    of_actor = select(Alert).filter_by(rule=rule.value, actor=whom).order_by(Alert.id.desc()).limit(1)
    return db.session.scalars(of_actor).one_or_none()


def _entries_of(rule: AlertRule, whom: str, first_seq: int, last_seq: int) -> list[AuditEntry]:
    """What the rule counts of one person between two entries, oldest first."""
    between = select(AuditEntry).where(
        getattr(AuditEntry, rule.whose) == whom,
        AuditEntry.seq.between(first_seq, last_seq),
        AuditEntry.action.in_(rule.actions),
    )
    return [entry for entry in db.session.scalars(between.order_by(AuditEntry.seq)) if rule.concerns(entry)]


def _claim_mail(alert_id: int) -> bool:
    claim = update(Alert).where(Alert.id == alert_id, Alert.mailed_at.is_(None)).values(mailed_at=now())
    claimed = cast("CursorResult[Any]", db.session.execute(claim)).rowcount
    db.session.commit()
    return bool(claimed)
