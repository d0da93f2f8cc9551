"""Keeping merchandising rules. These functions flush and never commit; each change is noted in the rules' history."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from catalog.errors import RuleChangedMeanwhile, RuleNotFound
from catalog.merchandising import Act, Rule, Selection
from catalog.rule_models import RuleChange, StoredRule
from storage.database import db


def stored_rules() -> list[StoredRule]:
    """Return all rules, in the order in which they speak."""
    return list(db.session.scalars(select(StoredRule).order_by(StoredRule.priority.desc(), StoredRule.id)))


def stored_rule(rule_id: int) -> StoredRule:
    """Raises RuleNotFound."""
    found = db.session.get(StoredRule, rule_id)
    if found is None:
        raise RuleNotFound(rule_id)
    return found


def rule_of(stored: StoredRule) -> Rule:
    """Return a stored rule as what it says."""
    return Rule(
        title=stored.title,
        act=Act(stored.act),
        chooses=Selection.from_said(stored.chooses),
        strength=stored.strength,
        priority=stored.priority,
        starts_on=stored.starts_on,
        ends_on=stored.ends_on,
        is_on=stored.is_on,
        id=stored.id,
    )


def rules_revision() -> int:
    """Return a number that grows with every change of any rule."""
    return db.session.scalar(select(func.max(RuleChange.id))) or 0


def add_rule(rule: Rule, *, changed_as: str) -> StoredRule:
    """Keep a new rule and return it; changed_as: the role of who adds it."""
    stored = StoredRule()
    _write(stored, rule)
    db.session.add(stored)
    db.session.flush()
    _note(stored, "added", changed_as, before=None, after=_said(stored))
    return stored


def change_rule(rule_id: int, rule: Rule, *, version: int, changed_as: str) -> StoredRule:
    """Write a rule over the one with this id; nothing is noted when both say the same.

    version: of the rule that the author looked at. Raises RuleNotFound, RuleChangedMeanwhile.
    """
    stored = stored_rule(rule_id)
    if stored.version != version:
        raise RuleChangedMeanwhile(stored.title)
    before = _said(stored)
    _write(stored, rule)
    _note_difference(stored, "changed", changed_as, before)
    return stored


def switch_rule(rule_id: int, *, on: bool, changed_as: str) -> StoredRule:
    """Turn a rule on or off. Raises RuleNotFound."""
    stored = stored_rule(rule_id)
    before = _said(stored)
    stored.is_on = on
    _note_difference(stored, "turned_on" if on else "turned_off", changed_as, before)
    return stored


def remove_rule(rule_id: int, *, changed_as: str) -> StoredRule:
    """Remove a rule; its history stays. Raises RuleNotFound."""
    stored = stored_rule(rule_id)
    _note(stored, "removed", changed_as, before=_said(stored), after=None)
    db.session.delete(stored)
    db.session.flush()
    return stored


def put_rule_back(change_id: int, *, changed_as: str) -> StoredRule:
    """Keep the rule that this change removed again, as it was, under a number of its own; it is there once at most.

    Raises RuleNotFound.
    """
    change = db.session.get(RuleChange, change_id)
    if change is None or change.what != "removed" or change.before is None:
        raise RuleNotFound(change_id)
    same = next((stored for stored in stored_rules() if _said(stored) == change.before), None)
    return same or add_rule(_rule_said(change.before), changed_as=changed_as)


def rule_changes(rule_id: int | None = None, *, limit: int = 50) -> Sequence[RuleChange]:
    """Return what happened to one rule, or to any, latest first."""
    wanted = select(RuleChange).order_by(RuleChange.id.desc()).limit(limit)
    return db.session.scalars(wanted if rule_id is None else wanted.filter_by(rule_id=rule_id)).all()


def _write(stored: StoredRule, rule: Rule) -> None:
    stored.title, stored.act, stored.chooses = rule.title, rule.act.value, rule.chooses.said()
    stored.strength, stored.priority = rule.strength, rule.priority
    stored.starts_on, stored.ends_on, stored.is_on = rule.starts_on, rule.ends_on, rule.is_on


def _note_difference(stored: StoredRule, what: str, changed_as: str, before: Mapping[str, Any]) -> None:
    after = _said(stored)
    if after == before:
        return
    stored.version += 1
    db.session.flush()
    _note(stored, what, changed_as, before=before, after=after)


def _note(
    stored: StoredRule, what: str, changed_as: str, *, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> None:
    db.session.add(
        RuleChange(
            rule_id=stored.id,
            title=stored.title,
            what=what,
            changed_as=changed_as,
            before=dict(before) if before else None,
            after=dict(after) if after else None,
        )
    )
    db.session.flush()


def _rule_said(said: Mapping[str, Any]) -> Rule:
    """Return the rule that `_said` described."""
    return Rule(
        title=said["title"],
        act=Act(said["act"]),
        chooses=Selection.from_said(said["chooses"]),
        strength=said["strength"],
        priority=said["priority"],
        starts_on=_day(said["starts_on"]),
        ends_on=_day(said["ends_on"]),
        is_on=said["is_on"],
    )


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _said(stored: StoredRule) -> dict[str, Any]:
    return {
        "title": stored.title,
        "act": stored.act,
        "chooses": stored.chooses,
        "strength": stored.strength,
        "priority": stored.priority,
        "starts_on": stored.starts_on.isoformat() if stored.starts_on else None,
        "ends_on": stored.ends_on.isoformat() if stored.ends_on else None,
        "is_on": stored.is_on,
    }
