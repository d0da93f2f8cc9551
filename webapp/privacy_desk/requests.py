"""The desk's queue of requests: take in, check who asks, act, write, close; each change names the version it saw."""

import base64
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accounts.errors import MailNotSent, NotAnEmail
from accounts.lookup import KnownPerson, address_of, person_of_email, person_of_pseudonym, scope_of_person
from accounts.permissions import Permission
from accounts.ports import Letter
from privacy.audit_notes import note
from privacy.consent import Purpose
from privacy.erasure import BY_OFFICER
from privacy.errors import CannotBeDecrypted, PrivacyError
from privacy.retention import EXPORT
from privacy.rights_acts import OBJECTIONS, set_objection, set_restriction
from privacy.rights_errors import (
    LetterUnfinished,
    PersonUnknown,
    ReasonMissing,
    RequestError,
    RequestNotFound,
    TextTooLong,
)
from privacy.rights_letters import CODE_MARK, Draft, LetterFacts, LetterKind, draft_letter, require_finished
from privacy.rights_models import ArchiveKind, Channel, RequestKind, RequestState, RightsRequest
from privacy.rights_requests import (
    CODE_DAYS,
    MOST_CHARACTERS,
    NewRequest,
    closed_requests,
    open_requests,
    requests_of,
    require_identity,
)
from privacy.standing import standing_of
from storage.database import db, now
from webapp.account.session_user import permission_required
from webapp.errors import BadRequestValue, answer_for
from webapp.exports import ask_for_export
from webapp.filters import whole_number
from webapp.privacy_desk.routes import privacy_desk
from webapp.request_words import CHANNEL_WORDS, KIND_WORDS, LETTER_WORDS, ShownRequest, shown_request
from webapp.settings import LANGUAGES
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_CLOSED_SHOWN = 100
_OLDEST_ARRIVAL_DAYS = 366
_LONGEST_REASON = 300
_PSEUDONYM = re.compile(r"[0-9a-f]{32}")
_REQUEST_ID = re.compile(r"[0-9a-f]{10}")
_BY_OFFICER = (Channel.EMAIL, Channel.LETTER, Channel.PHONE)
_AFTER_IDENTITY = (LetterKind.EXPORT, LetterKind.NOTHING_HELD, LetterKind.DONE, LetterKind.ERASED)
E = TypeVar("E", bound=StrEnum)


@privacy_desk.get("/requests")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def requests() -> str:
    """The queue, the request due first first; `view` is open, mine or closed."""
    view, me = request.args.get("view", "open"), current_visitor().pseudonym
    mine = me if view == "mine" else None
    rows = closed_requests(_CLOSED_SHOWN) if view == "closed" else open_requests(assigned_to=mine)
    return render_template("privacy_desk/requests.html", view=view, requests=[_shown(row) for row in rows])


@privacy_desk.post("/requests/search")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def search_people() -> Response:
    """Find a person by pseudonym or e-mail, or a request by its number. An e-mail is hashed at once and not kept."""
    words = request.form.get("q", "").strip()
    if _REQUEST_ID.fullmatch(words.lower()):
        return redirect(url_for(".request_file", request_id=words.lower()), code=303)
    if _PSEUDONYM.fullmatch(words.lower()):
        return redirect(url_for(".person", pseudonym=words.lower()), code=303)
    try:
        found = person_of_email(words, wiring().keys)
    except NotAnEmail as error:
        raise BadRequestValue(
            "q", _("Search with a pseudonym (32 signs), an e-mail address, or the number of a request.")
        ) from error
    note("person.searched", actor=_me(), subject=found.pseudonym if found else "", details={"found": found is not None})
    db.session.commit()
    if found:
        return redirect(url_for(".person", pseudonym=found.pseudonym), code=303)
    flash(
        _("No account has this address. A request of somebody unknown is recorded and answered all the same."), "info"
    )
    return redirect(url_for(".new_request"), code=303)


@privacy_desk.get("/people/<pseudonym>")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def person(pseudonym: str) -> str:
    """What the shop knows of a pseudonym, in counts; no photo, no address."""
    if not _PSEUDONYM.fullmatch(pseudonym):
        raise RequestNotFound
    known = person_of_pseudonym(pseudonym, wiring().keys)
    return render_template(
        "privacy_desk/person.html",
        pseudonym=pseudonym,
        has_account=known is not None,
        photos=len(wiring().vault.photos_of(pseudonym)),
        standing=standing_of(pseudonym),
        requests=[_shown(row) for row in requests_of(pseudonym)],
    )


@privacy_desk.get("/requests/new")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def new_request() -> str:
    """The form for a letter, an e-mail or a telephone call."""
    return _new_request_page()


@privacy_desk.post("/requests/new")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def take_in_request() -> Response | tuple[str, int]:
    """Record a request that came by another way. The answer is the same whether or not an account has the address."""
    try:
        new = _new_request_from_form()
        taken = wiring().request_desk.receive(new, actor=_me())
    except (RequestError, BadRequestValue) as error:
        return _new_request_page(error), answer_for(error).status
    db.session.commit()
    flash(_("The request is recorded. Acknowledge it: the letter is drafted below."), "success")
    return redirect(url_for(".request_file", request_id=taken.id), code=303)


@privacy_desk.get("/requests/<request_id>")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def request_file(request_id: str) -> str:
    """One request: its clock, what was written, and what can be done next."""
    return _file_page(request_id)


@privacy_desk.post("/requests/<request_id>/assign")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def assign_request(request_id: str) -> Response | tuple[str, int]:
    """Take the request, or give it back to the queue."""
    officer = _me() if request.form.get("to") == "me" else ""
    return _change(
        request_id, lambda: wiring().request_desk.assign(request_id, version=_version(), actor=_me(), officer=officer)
    )


@privacy_desk.post("/requests/<request_id>/move")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def move_request(request_id: str) -> Response | tuple[str, int]:
    """Set an open state."""
    state = _one_of("state", RequestState, (RequestState.IDENTITY, RequestState.WORKING, RequestState.WAITING))
    return _change(request_id, lambda: wiring().request_desk.move(request_id, state, version=_version(), actor=_me()))


@privacy_desk.post("/requests/<request_id>/person")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def name_person(request_id: str) -> Response | tuple[str, int]:
    """Say whose data a request is about, by e-mail or pseudonym."""

    def change() -> RightsRequest:
        pseudonym = _pseudonym_of(request.form.get("q", "").strip())
        return wiring().request_desk.name_person(request_id, pseudonym, version=_version(), actor=_me())

    return _change(request_id, change)


@privacy_desk.post("/requests/<request_id>/documents")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def documents_seen(request_id: str) -> Response | tuple[str, int]:
    """Record that documents proved the identity."""
    return _change(
        request_id, lambda: wiring().request_desk.documents_seen(request_id, version=_version(), actor=_me())
    )


@privacy_desk.post("/requests/<request_id>/code")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def check_code(request_id: str) -> Response | tuple[str, int]:
    """Compare the code that the person gave; a wrong one is counted."""

    def change() -> RightsRequest:
        desk = wiring().request_desk
        right = desk.try_code(request_id, request.form.get("code", "")[:40], version=_version(), actor=_me())
        if not right:
            flash(_("The code is wrong, has lapsed, or was tried too often. Send a new one if need be."), "danger")
        return desk.find(request_id)

    return _change(request_id, change)


@privacy_desk.post("/requests/<request_id>/extend")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def extend_request(request_id: str) -> Response | tuple[str, int]:
    """Take two further months; the notice to the person is the next page."""
    reason = request.form.get("words", "")
    return _change(
        request_id,
        lambda: wiring().request_desk.extend(request_id, reason, version=_version(), actor=_me()),
        then=url_for(".request_letter", request_id=request_id, kind=LetterKind.EXTENSION.value),
    )


@privacy_desk.post("/requests/<request_id>/note")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def note_request(request_id: str) -> Response | tuple[str, int]:
    """Add words to the file."""
    words = request.form.get("words", "")
    return _change(
        request_id, lambda: wiring().request_desk.write_note(request_id, words, version=_version(), actor=_me())
    )


@privacy_desk.post("/requests/<request_id>/close")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def close_request(request_id: str) -> Response | tuple[str, int]:
    """Close as done."""
    return _change(request_id, lambda: wiring().request_desk.close(request_id, version=_version(), actor=_me()))


@privacy_desk.post("/requests/<request_id>/refuse")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def refuse_request(request_id: str) -> Response | tuple[str, int]:
    """Close as refused, with the reason."""
    reason = request.form.get("words", "")
    return _change(
        request_id, lambda: wiring().request_desk.refuse(request_id, reason, version=_version(), actor=_me())
    )


@privacy_desk.post("/requests/<request_id>/standing")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def change_standing_for(request_id: str) -> Response | tuple[str, int]:
    """Hold the person's data, object for them, or lift either."""
    what, wanted = request.form.get("what", ""), request.form.get("set") == "on"

    def change() -> RightsRequest:
        asked = wiring().request_desk.act_for(request_id, _standing_act(what, wanted), version=_version(), actor=_me())
        scope, sources = scope_of_person(asked.pseudonym, wiring().keys), wiring().personal_data_sources
        if what == "restricted":
            set_restriction(scope, sources, restricted=wanted, actor=_me())
        else:
            set_objection(scope, sources, Purpose(what), objects=wanted, actor=_me())
        return asked

    return _change(request_id, change)


@privacy_desk.post("/requests/<request_id>/copy")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def make_copy_for(request_id: str) -> Response | tuple[str, int]:
    """Have a copy of the person's data made; they alone can download it, after logging in."""

    def change() -> RightsRequest:
        asked = wiring().request_desk.act_for(request_id, "copy", version=_version(), actor=_me())
        _require_account(asked)
        ask_for_export(asked.pseudonym, language=asked.language, actor=_me())
        flash(_("The copy is being made. Write to the person that it is ready."), "success")
        return asked

    return _change(request_id, change)


@privacy_desk.post("/requests/<request_id>/erase")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def erase_for(request_id: str) -> Response | tuple[str, int]:
    """Begin to erase all of the person; the receipt is sent to them at the end, by the erasure itself."""

    def change() -> RightsRequest:
        if request.form.get("sure") != "yes":
            raise BadRequestValue("sure", _("Tick the box: an erasure cannot be taken back."))
        asked = wiring().request_desk.act_for(request_id, "erasure", version=_version(), actor=_me())
        known = person_of_pseudonym(asked.pseudonym, wiring().keys)
        erasure = wiring().erasures.erase_person(
            asked.pseudonym,
            account_id=known.account_id if known else None,
            asked_by=BY_OFFICER,
            reason="request",
            language=asked.language,
        )
        wiring().request_desk.erased_by(request_id, erasure.id)
        return asked

    return _change(request_id, change)


@privacy_desk.post("/requests/<request_id>/photos/<photo_id>")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def look_at_photo(request_id: str, photo_id: str) -> str | Response | tuple[str, int]:
    """Show one photo of the person, once, because the request needs it; the reason is audited and told to them."""
    reason = " ".join(request.form.get("reason", "").split())
    try:
        if not reason:
            raise ReasonMissing
        if len(reason) > _LONGEST_REASON:
            raise TextTooLong(len(reason), _LONGEST_REASON)
        asked = wiring().request_desk.act_for(request_id, "photo", version=_version(), actor=_me())
        kept = wiring().vault.open_for_request(photo_id, pseudonym=asked.pseudonym, actor=_me(), reason=reason)
        picture = kept.read("photo.jpg")
    except (RequestError, PrivacyError) as error:
        return _refused(request_id, error)
    # Noted for good before a byte leaves: no look without its record.
    db.session.commit()
    return render_template(
        "privacy_desk/photo.html",
        request_=_shown(asked),
        reason=reason,
        picture="data:image/jpeg;base64," + base64.b64encode(picture).decode(),
    )


@privacy_desk.get("/requests/<request_id>/letters/<kind>")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def request_letter(request_id: str, kind: str) -> str:
    """A letter's first draft, in the request's language or the one asked for."""
    asked, letter = wiring().request_desk.find(request_id), _letter_kind(kind)
    language = request.args.get("language", asked.language)
    language = language if language in LANGUAGES else asked.language
    draft = draft_letter(letter, _facts(asked), language)
    return _letter_page(asked, letter, language, draft)


@privacy_desk.post("/requests/<request_id>/letters/<kind>")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def send_letter(request_id: str, kind: str) -> str | Response | tuple[str, int]:
    """Show the edited letter as it will be read, or send it; it is recorded with the request."""
    asked, letter = wiring().request_desk.find(request_id), _letter_kind(kind)
    language = _one_of_words("language", LANGUAGES)
    draft = Draft(" ".join(request.form.get("subject", "").split()), request.form.get("text", "").replace("\r\n", "\n"))
    if request.form.get("do") != "send":
        return _letter_page(asked, letter, language, draft, preview=True)
    try:
        _send(asked, letter, language, draft)
    except (RequestError, MailNotSent) as error:
        db.session.rollback()
        flash(answer_for(error).words, "danger")
        return _letter_page(asked, letter, language, draft), answer_for(error).status
    flash(_("The letter is sent and kept with the request."), "success")
    return redirect(url_for(".request_file", request_id=request_id), code=303)


def _send(asked: RightsRequest, letter: LetterKind, language: str, draft: Draft) -> None:
    """Record, send, commit: what could not be sent is not recorded, and the code is in the letter alone."""
    desk, version = wiring().request_desk, _version()
    require_finished(letter, draft.text)
    if not draft.subject:
        raise LetterUnfinished(str(_("the subject")))
    if letter in _AFTER_IDENTITY:
        require_identity(asked)
    text = draft.text
    if letter is LetterKind.IDENTITY:
        text = text.replace(CODE_MARK, desk.new_code(asked.id, version=version, actor=_me()))
        version = asked.version
    desk.record_letter(
        asked.id,
        kind=letter.value,
        language=language,
        subject=draft.subject,
        text=draft.text,
        version=version,
        actor=_me(),
    )
    if address := _address_of(asked):
        wiring().mailer.send(Letter(address, draft.subject, text, person=asked.pseudonym))
    db.session.commit()


def _address_of(asked: RightsRequest) -> str:
    """Return where to write to, or nothing for somebody who wrote by post."""
    known = person_of_pseudonym(asked.pseudonym, wiring().keys) if asked.pseudonym else None
    return address_of(known, wiring().keys) if known else wiring().request_desk.contact_of(asked)


def _change(
    request_id: str, change: Callable[[], RightsRequest], *, then: str | None = None
) -> Response | tuple[str, int]:
    try:
        change()
        db.session.commit()
    except (RequestError, BadRequestValue) as error:
        return _refused(request_id, error)
    return redirect(then or url_for(".request_file", request_id=request_id), code=303)


def _refused(request_id: str, error: Exception) -> tuple[str, int]:
    """Show the file again, with the reason and what was typed."""
    db.session.rollback()
    answer = answer_for(error)
    flash(answer.words, "danger")
    return _file_page(request_id, typed=request.form.get("words", "")), answer.status


def _require_account(asked: RightsRequest) -> None:
    if person_of_pseudonym(asked.pseudonym, wiring().keys) is None:
        raise PersonUnknown


def _file_page(request_id: str, *, typed: str = "") -> str:
    desk = wiring().request_desk
    asked = desk.find(request_id)
    known = person_of_pseudonym(asked.pseudonym, wiring().keys) if asked.pseudonym else None
    return render_template(
        "privacy_desk/request.html",
        request_=_shown(asked),
        state=asked.state,
        said=_readable(lambda: desk.words_of(asked)),
        notes=_readable(lambda: desk.notes_of(asked)),
        letters=desk.letters_of(asked),
        letter_words=LETTER_WORDS,
        letter_kinds=_letters_on_offer(asked),
        can_extend=asked.extended_at is None and now() <= asked.due_at,
        has_account=known is not None,
        can_be_written_to=known is not None or bool(asked.contact_sealed),
        standing=standing_of(asked.pseudonym) if asked.pseudonym else None,
        photos=wiring().vault.photos_of(asked.pseudonym) if asked.pseudonym and asked.is_open else [],
        copies=wiring().archives.of_person(asked.pseudonym, ArchiveKind.EXPORT) if asked.pseudonym else [],
        erasure=_erasure_address(asked),
        longest_reason=_LONGEST_REASON,
        most_characters=MOST_CHARACTERS,
        typed=typed,
    )


def _readable(read: Callable[[], str]) -> str:
    """Return a sealed text; one that is damaged says so, and does not keep the request from being answered."""
    try:
        return read()
    except CannotBeDecrypted:
        return str(_("This text can no longer be opened: it was altered, or its key is lost."))


def _letter_page(
    asked: RightsRequest, letter: LetterKind, language: str, draft: Draft, *, preview: bool = False
) -> str:
    return render_template(
        "privacy_desk/letter.html",
        request_=_shown(asked),
        kind=letter.value,
        title=LETTER_WORDS[letter],
        letter_language=language,
        draft=draft,
        preview=preview,
        by_post=not _address_of(asked),
        version=request.form.get("version", asked.version),
        needs_identity=letter in _AFTER_IDENTITY and asked.identity_checked_at is None,
    )


def _new_request_page(error: Exception | None = None) -> str:
    if error is not None:
        db.session.rollback()
        flash(answer_for(error).words, "danger")
    return render_template(
        "privacy_desk/new_request.html",
        kinds=KIND_WORDS,
        channels={channel: CHANNEL_WORDS[channel] for channel in _BY_OFFICER},
        today=now().astimezone(_zone()).date(),
        most_characters=MOST_CHARACTERS,
        typed=request.form,
    )


def _new_request_from_form() -> NewRequest:
    who = request.form.get("who", "").strip()
    known = _PSEUDONYM.fullmatch(who.lower())
    found = person_of_email_or_nobody(who) if who and not known else None
    return NewRequest(
        kind=_one_of("kind", RequestKind, tuple(RequestKind)),
        channel=_one_of("channel", Channel, _BY_OFFICER),
        language=_one_of_words("language", LANGUAGES),
        pseudonym=who.lower() if known else (found.pseudonym if found else ""),
        words=request.form.get("words", ""),
        contact=who if who and not known and found is None else "",
        received_at=_arrival(request.form.get("received_on", "")),
    )


def person_of_email_or_nobody(words: str) -> KnownPerson | None:
    """Return the account of an address. Raises BadRequestValue for what is no address."""
    try:
        return person_of_email(words, wiring().keys)
    except NotAnEmail as error:
        raise BadRequestValue(
            "who", _("Write an e-mail address or a pseudonym of 32 signs, or leave the field empty.")
        ) from error


def _arrival(text: str) -> datetime | None:
    """Return the noon of a day of arrival in the shop's time zone; None for today. Raises BadRequestValue."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadRequestValue("received_on", _("Write the day of arrival as 2026-03-31.")) from error
    today = now().astimezone(_zone()).date()
    if not today - timedelta(days=_OLDEST_ARRIVAL_DAYS) <= day <= today:
        raise BadRequestValue("received_on", _("The day of arrival lies within the last year, and not ahead."))
    return None if day == today else datetime.combine(day, time(12), _zone())


def _facts(asked: RightsRequest) -> LetterFacts:
    zone = _zone()
    return LetterFacts(
        reference=asked.id,
        kind=RequestKind(asked.kind),
        received_on=asked.received_at.astimezone(zone).date(),
        due_on=asked.due_at.astimezone(zone).date(),
        my_data_address=url_for("account.my_data", _external=True),
        code_days=CODE_DAYS,
        export_days=wiring().retention_policy.amount(EXPORT),
        receipt_address=_erasure_address(asked, external=True),
    )


def _erasure_address(asked: RightsRequest, *, external: bool = False) -> str:
    """Return the page of the erasure that was begun for a request; empty when none was."""
    if not asked.erasure_id:
        return ""
    return url_for("erasures.show", code=wiring().erasures.link_code(asked.erasure_id), _external=external)


def _letters_on_offer(asked: RightsRequest) -> list[LetterKind]:
    """Return the letters that make sense for the request, in the order of its way."""
    skipped = {LetterKind.EXTENSION} if asked.extended_at is None else set()
    skipped |= {LetterKind.IDENTITY} if asked.identity_checked_at else set()
    skipped |= {LetterKind.ERASED} if asked.kind != RequestKind.ERASURE else set()
    skipped |= {LetterKind.EXPORT} if asked.kind not in (RequestKind.ACCESS, RequestKind.PORTABILITY) else set()
    return [kind for kind in LetterKind if kind not in skipped]


def _standing_act(what: str, wanted: bool) -> str:
    if what != "restricted" and what not in OBJECTIONS:
        raise BadRequestValue("what", _("Choose one of %(allowed)s.", allowed="restricted, recommendation, statistics"))
    return f"{what} {'set' if wanted else 'lifted'}"


def _pseudonym_of(words: str) -> str:
    if _PSEUDONYM.fullmatch(words.lower()):
        return words.lower()
    found = person_of_email_or_nobody(words)
    if found is None:
        raise PersonUnknown
    return found.pseudonym


def _letter_kind(text: str) -> LetterKind:
    return LetterKind(text) if text in set(LetterKind) else abort(404)


def _one_of(field: str, kind: type[E], allowed: Sequence[E]) -> E:
    return kind(_one_of_words(field, [one.value for one in allowed]))


def _one_of_words(field: str, allowed: Sequence[str]) -> str:
    text = request.form.get(field, "")
    if text not in allowed:
        raise BadRequestValue(field, _("Choose one of %(allowed)s.", allowed=", ".join(allowed)))
    return text


def _version() -> int:
    return whole_number(request.form, "version", default=0, lowest=0, highest=10**8)


def _shown(row: RightsRequest) -> ShownRequest:
    return shown_request(row, zone=_zone(), reader=_me())


def _zone() -> ZoneInfo:
    return wiring().request_desk.zone


def _me() -> str:
    return current_visitor().pseudonym
