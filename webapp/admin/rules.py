"""The desk's merchandising rules: the list with its conflicts, the editor, the preview, the history."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.errors import RuleChangedMeanwhile
from catalog.merchandising import Act, Rule
from catalog.rule_conflicts import Conflict, conflicts_among, products_taken
from catalog.rule_editing import (
    add_rule,
    change_rule,
    put_rule_back,
    remove_rule,
    rule_changes,
    rule_of,
    stored_rule,
    stored_rules,
    switch_rule,
)
from catalog.rule_models import StoredRule
from privacy.audit_notes import note
from storage.database import db
from storage.errors import BadImage
from webapp.account.session_user import permission_required
from webapp.admin.routes import admin
from webapp.admin.rule_forms import BLANK, RuleForm, form_with, read_form, typed_of
from webapp.admin.rule_preview import PreviewPart, preview_of
from webapp.admin.rule_words import (
    ACT_WORDS,
    AUTHOR_WORDS,
    CHANGE_WORDS,
    STRENGTH_WORDS,
    conflict_words,
    state_of,
    summary_of,
    value_words,
)
from webapp.errors import BadRequestValue, answer_for
from webapp.filters import whole_number
from webapp.merchandising import shop_day
from webapp.shop.looks import looks_on_offer
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_CHANGES_SHOWN = 20

Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class RuleLine:
    """One rule of the list."""

    rule: Rule
    summary: str
    state: str
    products: int


@admin.get("/rules")
@permission_required(Permission.SET_RULES)
def rules() -> str:
    """All rules in the order in which they speak, each in words, and what they contradict each other about."""
    today, all_rules = shop_day(), [rule_of(stored) for stored in stored_rules()]
    return render_template(
        "admin/rules.html",
        lines=[RuleLine(rule, summary_of(rule), state_of(rule, today), products_taken(rule)) for rule in all_rules],
        conflicts=[conflict_words(conflict) for conflict in conflicts_among(all_rules, today)],
        changes=rule_changes(limit=_CHANGES_SHOWN),
        change_words=CHANGE_WORDS,
        author_words=AUTHOR_WORDS,
    )


@admin.get("/rules/new")
@permission_required(Permission.SET_RULES)
def new_rule() -> Page:
    """An empty form."""
    return _editor(form_with(BLANK))


@admin.get("/rules/<int:rule_id>")
@permission_required(Permission.SET_RULES)
def rule(rule_id: int) -> Page:
    """One rule in its form, and what happened to it."""
    stored = stored_rule(rule_id)
    kept = rule_of(stored)
    return _editor(form_with(typed_of(kept), kept), stored=stored, said=kept)


@admin.post("/rules")
@permission_required(Permission.SET_RULES)
def save_new_rule() -> Page:
    """Keep a new rule."""
    return _save(None)


@admin.post("/rules/<int:rule_id>")
@permission_required(Permission.SET_RULES)
def save_rule(rule_id: int) -> Page:
    """Write the form over a rule."""
    return _save(stored_rule(rule_id))


@admin.post("/rules/preview")
@permission_required(Permission.SET_RULES)
def preview_rule() -> Page:
    """Show what the rule in the form would change, without saving anything; the form stays as it was typed."""
    rule_id = whole_number(request.form, "rule", default=0, lowest=0, highest=999_999_999)
    stored = stored_rule(rule_id) if rule_id else None
    form, said = read_form(request.form, rule_of(stored) if stored else None)
    if form.problems:
        return _editor(form, stored=stored, status=400)
    try:
        preview = preview_of(said, request.form, request.files)
    except (BadRequestValue, BadImage) as error:
        answer = answer_for(error)
        form.problems["preview"] = str(answer.words)
        return _editor(form, stored=stored, said=said, status=answer.status)
    return _editor(form, stored=stored, said=said, preview=preview)


@admin.post("/rules/<int:rule_id>/switch")
@permission_required(Permission.SET_RULES)
def turn_rule(rule_id: int) -> Page:
    """Turn a rule on or off."""
    stored = switch_rule(rule_id, on=request.form.get("on") == "1", changed_as=current_user.role)
    _note("catalogue.rule_changed", stored)
    flash(
        _("“%(title)s” is on.", title=stored.title) if stored.is_on else _("“%(title)s” is off.", title=stored.title),
        "success",
    )
    return redirect(url_for(".rules"), code=303)


@admin.post("/rules/<int:rule_id>/remove")
@permission_required(Permission.SET_RULES)
def take_rule_away(rule_id: int) -> Page:
    """Remove a rule; its history stays on the page of all rules."""
    stored = remove_rule(rule_id, changed_as=current_user.role)
    title = stored.title
    _note("catalogue.rule_removed", stored)
    flash(_("“%(title)s” is removed.", title=title), "success")
    return redirect(url_for(".rules"), code=303)


@admin.post("/rules/changes/<int:change_id>/back")
@permission_required(Permission.SET_RULES)
def bring_rule_back(change_id: int) -> Page:
    """Keep a removed rule again, as it was."""
    stored = put_rule_back(change_id, changed_as=current_user.role)
    _note("catalogue.rule_added", stored)
    flash(_("“%(title)s” is back, as it was.", title=stored.title), "success")
    return redirect(url_for(".rules"), code=303)


def _save(stored: StoredRule | None) -> Page:
    form, said = read_form(request.form, rule_of(stored) if stored else None)
    if form.problems:
        return _editor(form, stored=stored, status=400)
    if stored is None:
        _note("catalogue.rule_added", add_rule(said, changed_as=current_user.role))
        _say_it_is_saved(said)
        return redirect(url_for(".rules"), code=303)
    version = whole_number(request.form, "version", default=0, lowest=0, highest=999_999_999)
    try:
        _note("catalogue.rule_changed", change_rule(stored.id, said, version=version, changed_as=current_user.role))
    except RuleChangedMeanwhile as error:
        answer = answer_for(error)
        form.problems["version"] = str(answer.words)
        return _editor(form, stored=stored, status=answer.status, version=version)
    _say_it_is_saved(said)
    return redirect(url_for(".rules"), code=303)


def _say_it_is_saved(rule: Rule) -> None:
    """Say so, and when the rule does not hold from now on."""
    state = state_of(rule, shop_day())
    words = {
        "in_force": _("“%(title)s” is saved.", title=rule.title),
        "waiting": _("“%(title)s” is saved; its first day is still to come.", title=rule.title),
        "over": _("“%(title)s” is saved, but its last day is over: it changes nothing.", title=rule.title),
        "off": _("“%(title)s” is saved, and is off: it changes nothing.", title=rule.title),
    }
    flash(words[state], "warning" if state == "over" else "success")


def _note(action: str, stored: StoredRule) -> None:
    note(action, actor=current_visitor().pseudonym, details={"rule": stored.id, "title": stored.title})
    db.session.commit()


def _editor(
    form: RuleForm,
    *,
    stored: StoredRule | None = None,
    said: Rule | None = None,
    preview: list[PreviewPart] | None = None,
    status: int = 200,
    version: int | None = None,
) -> Page:
    """Return the form; said: the rule that it says, when that can be told."""
    page = render_template(
        "admin/rule.html",
        form=form,
        typed=form.typed,
        problems=form.problems,
        stored=stored,
        version=version if version is not None else (stored.version if stored else 0),
        summary=summary_of(said) if said else "",
        taken=products_taken(said) if said else 0,
        conflicts=[conflict_words(conflict) for conflict in _conflicts_of(said)] if said else [],
        preview=preview,
        asked_words=request.form.get("words", ""),
        asked_look=request.form.get("look", ""),
        looks=looks_on_offer(wiring().blobs),
        changes=rule_changes(stored.id) if stored else [],
        act_words=ACT_WORDS,
        strength_words=STRENGTH_WORDS,
        change_words=CHANGE_WORDS,
        author_words=AUTHOR_WORDS,
        value_words=value_words,
        acts=list(Act),
    )
    return (page, status) if status != 200 else page


def _conflicts_of(said: Rule) -> list[Conflict]:
    others = [other for other in map(rule_of, stored_rules()) if other.id != said.id]
    found = conflicts_among([*others, said], shop_day())
    return [conflict for conflict in found if said in (conflict.winner, conflict.loser)]
