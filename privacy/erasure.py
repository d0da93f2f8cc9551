"""Erasure in visible steps: mark, keys, blobs, vectors, rows, caches, jobs, exports; then a scan, then a receipt.

Each step asks every source of personal data that belongs to it, commits that source's store, and is recorded. Whatever
is done twice does no harm, so that a kill anywhere is mended by going on from the last step recorded.
"""

import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, String, Table, Text, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from privacy.audit_notes import SYSTEM, note
from privacy.canaries import (
    Canary,
    CanaryKind,
    GivesCanaries,
    PublicData,
    counts_by_kind,
    from_json,
    tells_something,
    to_json,
)
from privacy.consent import Purpose
from privacy.encryption import seal, unseal
from privacy.erasure_errors import ErasureNotFound, SomethingRemains
from privacy.erasure_ledger import ErasureLedger
from privacy.erasure_models import Erasure, fingerprint
from privacy.errors import KeyMissing, PhotoNotFound
from privacy.key_store import KeyStore
from privacy.keys import PersonalDataKeys
from privacy.models import ConsentRecord, KeptPhoto
from privacy.receipts import ReceiptSigner
from privacy.scanned_places import Place, Wanted
from privacy.sealed_columns import place, seal_json, unseal_json
from privacy.sources import CountsWhatItKeeps, ErasureStep, PersonalDataSource, Scope
from privacy.standing import change_standing, hold_the_person
from storage.database import SHOP, db, empty_the_wal, now
from storage.errors import StorageFull, is_full

_log = logging.getLogger(__name__)

# Whoever showed no sign of life for so long was killed; a clock that was put back makes the sign lie in the future.
ABANDONED_AFTER = timedelta(seconds=60)
_SIGN_OF_LIFE_SECONDS = 10
LINK_DAYS = 30
BY_PERSON, BY_OFFICER, BY_RETENTION, BY_RESTORE = "person", "officer", "retention", "restore"
"""Who asked for an erasure."""
_LETTER_HOURS = 24
_IDS_A_QUERY = 500
_IDENTIFIERS = frozenset({CanaryKind.PSEUDONYM, CanaryKind.ACCOUNT, CanaryKind.PHOTO})


class Stage(StrEnum):
    """What an erasure does next."""

    MARK = ErasureStep.MARK.value
    KEYS = ErasureStep.KEYS.value
    BLOBS = ErasureStep.BLOBS.value
    VECTORS = ErasureStep.VECTORS.value
    ROWS = ErasureStep.ROWS.value
    CACHES = ErasureStep.CACHES.value
    JOBS = ErasureStep.JOBS.value
    EXPORTS = ErasureStep.EXPORTS.value
    SCAN = "scan"
    RECEIPT = "receipt"
    FINISHED = "finished"


STAGES = tuple(Stage)

THE_LETTER: Mapping[str, str] = {
    "what": "the letter that brings this receipt, where the person has it",
    "why": "sent after the search to the address that is then forgotten, Art. 12(3) GDPR",
}
# Said in every receipt: what the law has kept, and what is not data about a person any more.
KEPT: tuple[Mapping[str, str], ...] = (
    {
        "what": "audit entries under a pseudonym that leads to nobody any more",
        "why": "accountability, Art. 5(2) and 17(3)(b) GDPR",
    },
    {
        "what": "keyed hashes of what was erased",
        "why": "so that a restored backup is erased again, Art. 17 and 32 GDPR",
    },
    THE_LETTER,
    {"what": "this receipt", "why": "proof of the erasure, Art. 5(2) GDPR; it holds no personal data"},
)


@dataclass(frozen=True)
class ReceiptTerms:
    """What a receipt states of the shop itself."""

    software: str
    key_backup_days: int


@dataclass(frozen=True)
class LetterWithReceipt:
    """What the person is told at the end, at the address that they had."""

    to: str
    erasure_id: str
    language: str
    receipt: str


@dataclass(frozen=True)
class Erasures:
    """Begins erasures and takes them to their end. Methods commit: an erasure lives in several stores."""

    sources: Sequence[PersonalDataSource]
    places: Sequence[Place]
    public: PublicData
    keys: PersonalDataKeys
    own_keys: KeyStore
    terms: ReceiptTerms
    post: Callable[[LetterWithReceipt], None]

    def erase_person(
        self, pseudonym: str, *, account_id: str | None, asked_by: str, reason: str = "", language: str = "en"
    ) -> Erasure:
        """Begin to erase all of a person: from now on nothing of them is shown, used or kept anew."""
        return self.begin(Scope(pseudonym, account_id), asked_by=asked_by, reason=reason, language=language)

    def erase_photo(
        self, photo_id: str, *, pseudonym: str, asked_by: str, reason: str = "", language: str = "en"
    ) -> Erasure | None:
        """Begin to erase the owner's photo with all that was made of it. Raises PhotoNotFound.

        One of an anonymous visit goes at once and without a receipt: None. Killed in between, it is a photo past its
        time, which the purge takes.
        """
        photo = db.session.get(KeptPhoto, photo_id)
        if photo is None or photo.pseudonym != pseudonym:
            raise PhotoNotFound
        scope = Scope(pseudonym, photo_id=photo_id)
        if not photo.of_visit:
            return self.begin(scope, asked_by=asked_by, reason=reason, language=language)
        photo.expires_at = min(photo.expires_at, now())
        note("photo.erased", actor=_actor(asked_by, scope), subject=pseudonym, reason="forgotten")
        db.session.commit()
        self.erase_at_once(scope)
        return None

    def remember(self, scope: Scope) -> None:
        """Put the scope on the list of what stays erased, for what is erased without a row of its own; commits."""
        self.ledger.enter([name_of(scope)])
        db.session.commit()

    def erase_at_once(self, scope: Scope) -> None:
        """Run all steps without a row of their own, a scan or a receipt: for what lapsed. Safe to run again."""
        for step in ErasureStep:
            self._ask_sources(step, scope)

    def begin(self, scope: Scope, *, asked_by: str, reason: str = "", language: str = "en") -> Erasure:
        """Mark what is to be erased and return the erasure; one that is under way already is joined.

        Who or what was erased before is not marked anew, unless a backup brought it back: the old erasure is returned.
        asked_by: BY_PERSON, BY_OFFICER, BY_RETENTION or BY_RESTORE; reason: a code, no personal words.
        """
        subject = fingerprint(name_of(scope))
        if earlier := self._under_way(subject) or _finished(subject, scope, asked_by):
            return earlier
        _mark(scope)
        erasure = self._new(scope, subject=subject, asked_by=asked_by, reason=reason, language=language)
        db.session.add(erasure)
        note("erasure.begun", actor=_actor(asked_by, scope), subject=scope.photo_id or scope.pseudonym, reason=reason)
        try:
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            if under_way := self._under_way(subject):
                return under_way
            raise
        return erasure

    def run(self, erasure_id: str, *, until: Stage = Stage.FINISHED) -> bool:
        """Take an erasure to a stage; say whether it got there (somebody else may be at it).

        Raises what stopped it, after recording its name: StorageFull, StillInUse, SomethingRemains, or a fault.
        """
        with _named_when_full():
            if not self._claim(erasure_id):
                return False
            try:
                while (erasure := _found(erasure_id)).stage not in (until, Stage.FINISHED):
                    self._take(erasure, Stage(erasure.stage))
            except Exception as error:
                self._record_failure(erasure_id, error)
                raise
            erasure.claimed_at = None
            db.session.commit()
            return True

    def resume(self) -> int:
        """Go on with every erasure that nobody is working on; return how many were finished."""
        finished = 0
        for erasure_id in db.session.scalars(select(Erasure.id).where(_is_due()).order_by(Erasure.started_at)).all():
            try:
                finished += self.run(erasure_id)
            except Exception:  # noqa: BLE001 - one that cannot go on now must not hold up the others
                _log.exception("an erasure stopped and will be tried again")
                db.session.rollback()
        return finished

    def scope_of(self, erasure: Erasure) -> Scope:
        """Return whose data goes. Raises ErasureNotFound once it is finished: nobody knows any more."""
        if erasure.sealed_scope is None:
            raise ErasureNotFound
        stated = unseal_json(self.keys, erasure.sealed_scope, about=place("erasure", erasure.id, "scope"))
        purpose = Purpose(stated["purpose"]) if stated["purpose"] else None
        return Scope(stated["pseudonym"], stated["account_id"], stated["photo_id"], purpose)

    def link_code(self, erasure_id: str) -> str:
        """Return the unguessable name of the page that shows an erasure, whoever asks: its id and 128 bits."""
        code = hmac.new(self.keys.ledger, f"link/{erasure_id}".encode(), hashlib.sha256).hexdigest()[:32]
        return f"{erasure_id}-{code}"

    def by_link(self, code: str) -> Erasure:
        """Return the erasure of a link, for 30 days after its end. Raises ErasureNotFound."""
        erasure = db.session.get(Erasure, code.partition("-")[0])
        if erasure is None or not hmac.compare_digest(code.encode(), self.link_code(erasure.id).encode()):
            raise ErasureNotFound
        if erasure.finished_at and erasure.finished_at < now() - timedelta(days=LINK_DAYS):
            raise ErasureNotFound
        return erasure

    @property
    def signer(self) -> ReceiptSigner:
        return ReceiptSigner(self.keys.receipts)

    @property
    def ledger(self) -> ErasureLedger:
        return ErasureLedger(self.keys.ledger)

    def _new(self, scope: Scope, *, subject: str, asked_by: str, reason: str, language: str) -> Erasure:
        erasure_id = secrets.token_hex(16)
        return Erasure(
            id=erasure_id,
            subject=subject,
            open_subject=subject,
            person=fingerprint(f"person/{scope.pseudonym}"),
            kind=name_of(scope).partition("/")[0],
            purpose=scope.purpose.value if scope.purpose else "",
            asked_by=asked_by,
            reason=reason,
            language=language,
            sealed_scope=seal_json(self.keys, asdict(scope), about=place("erasure", erasure_id, "scope")),
            stage=Stage.MARK.value,
        )

    def _under_way(self, subject: str) -> Erasure | None:
        return db.session.scalars(select(Erasure).filter_by(open_subject=subject)).one_or_none()

    def _claim(self, erasure_id: str) -> bool:
        taken = update(Erasure).where(Erasure.id == erasure_id, _is_due()).values(claimed_at=now())
        claimed = cast("CursorResult[Any]", db.session.execute(taken)).rowcount
        db.session.commit()
        return bool(claimed)

    def _take(self, erasure: Erasure, stage: Stage) -> None:
        scope = self.scope_of(erasure)
        if stage is Stage.SCAN:
            self._scan(erasure, scope)
        elif stage is Stage.RECEIPT:
            self._hand_over(erasure)
            self._close(erasure)
            return
        else:
            if stage is Stage.MARK:
                self._gather(erasure, scope)
                self._enter_into_ledger(erasure, scope)
            for part in self._parts(erasure, scope):
                self._ask_sources(ErasureStep(stage.value), part)
        self._pass(erasure, stage)

    def _ask_sources(self, step: ErasureStep, scope: Scope) -> None:
        for source in self.sources:
            if source.step is step:
                source.erase(scope)
                db.session.commit()

    def _parts(self, erasure: Erasure, scope: Scope) -> list[Scope]:
        """Return the scope, and a person's photos one by one: once the rows are gone, nothing else leads to them."""
        if not name_of(scope).startswith("person/"):
            return [scope]
        photos = (c.value.decode() for c in self._known(erasure).canaries if c.kind is CanaryKind.PHOTO)
        return [scope, *(Scope(scope.pseudonym, photo_id=photo_id) for photo_id in photos)]

    def _pass(self, erasure: Erasure, stage: Stage) -> None:
        erasure.passed = [*erasure.passed, {"stage": stage.value, "at": self._moment_after(erasure).isoformat()}]
        erasure.stage = STAGES[STAGES.index(stage) + 1].value
        erasure.claimed_at = now()
        db.session.commit()

    def _moment_after(self, erasure: Erasure) -> datetime:
        """Return the time, but never one before the last stage's: the clock may have been put back."""
        earlier = [erasure.started_at, *(datetime.fromisoformat(passed["at"]) for passed in erasure.passed)]
        return max(now().replace(microsecond=0), *(moment.replace(microsecond=0) for moment in earlier))

    def _gather(self, erasure: Erasure, scope: Scope) -> None:
        """Keep what the scan will look for, under a key of this erasure's own; only once, while all is still there."""
        if erasure.sealed_canaries is not None:
            return
        givers = [source for source in self.sources if isinstance(source, GivesCanaries)]
        given = [*_identifiers(scope), *(canary for giver in givers for canary in giver.canaries(scope))]
        everything = set(given)
        telling = {canary for canary in everything if tells_something(canary)}
        telling -= self.public.held(telling)
        erasure.counts = self._inventory(scope, everything)
        erasure.looked = {
            "for": counts_by_kind(telling),
            "left_out": counts_by_kind(everything - telling),
        }
        address = next((canary.value.decode() for canary in given if canary.kind is CanaryKind.EMAIL), "")
        known = _Known(sorted(telling, key=lambda c: (c.kind, c.value)), address)
        erasure.sealed_canaries = seal(self._own_key(erasure), known.to_json(), about=own_key_name(erasure))
        db.session.commit()

    def _inventory(self, scope: Scope, canaries: Iterable[Canary]) -> dict[str, dict[str, int]]:
        """Return what there is to erase, by store: rows that name the person or the photo, and what sources count."""
        names = sorted(c.value.decode() for c in canaries if c.kind in _IDENTIFIERS)
        found: dict[str, dict[str, int]] = {}
        for bind, table in _tables_of(self.sources):
            if count := _rows_naming(table, names, bind):
                found.setdefault(bind or SHOP, {})[table.name] = count
        for source in self.sources:
            for what, count in source.kept(scope).items() if isinstance(source, CountsWhatItKeeps) else ():
                if count:
                    found.setdefault(source.name, {})[what] = count
        return found

    def _enter_into_ledger(self, erasure: Erasure, scope: Scope) -> None:
        photos = [c.value.decode() for c in self._known(erasure).canaries if c.kind is CanaryKind.PHOTO]
        names = {name_of(scope), *(f"photo/{photo_id}" for photo_id in photos)}
        if scope.account_id and name_of(scope).startswith("person/"):
            names.add(f"account/{scope.account_id}")
        self.ledger.enter(sorted(names))
        db.session.commit()

    def _scan(self, erasure: Erasure, scope: Scope) -> None:
        if erasure.looked.get("found"):
            for place_ in self.places:
                place_.clean()
        wanted = Wanted(self._known(erasure).canaries)
        alive = self._sign_of_life(erasure.id)
        db.session.commit()
        looks = [place_.look(wanted, alive=alive) for place_ in self.places]
        parts = self._parts(erasure, scope)
        remains = [left for part in parts for source in self.sources for left in source.remains(part)]
        found = [*remains, *(spot for look in looks for spot in look.found)]
        erasure = _found(erasure.id)
        through = [{"place": look.place, "how": look.how, "bytes": look.bytes_read} for look in looks]
        erasure.looked = {**erasure.looked, "through": through, "found": found}
        if found:
            raise SomethingRemains(found)
        db.session.commit()

    def _sign_of_life(self, erasure_id: str) -> Callable[[], None]:
        """Return what a long look calls as often as it likes; it is written down every ten seconds."""
        shown_at = time.monotonic()

        def show() -> None:
            nonlocal shown_at
            if time.monotonic() - shown_at > _SIGN_OF_LIFE_SECONDS:
                shown_at = time.monotonic()
                db.session.execute(update(Erasure).filter_by(id=erasure_id).values(claimed_at=now()))
                db.session.commit()

        return show

    def _hand_over(self, erasure: Erasure) -> None:
        """Write the receipt, then send it; the address is known until it is sent, and no longer than a day."""
        if erasure.receipt is None:
            erasure.receipt = self.signer.sign(self._statements(erasure))
            db.session.commit()
        if erasure.letter_at is None:
            self._send(erasure, erasure.receipt)
            erasure.letter_at = now()
            db.session.commit()

    def _send(self, erasure: Erasure, receipt: str) -> None:
        # What a backup brought back was erased before: its letter has been sent.
        address = "" if erasure.asked_by == BY_RESTORE else self._known(erasure).address
        if not address:
            return
        try:
            self.post(LetterWithReceipt(address, erasure.id, erasure.language, receipt))
        except Exception:
            if now() - datetime.fromisoformat(erasure.passed[-1]["at"]) < timedelta(hours=_LETTER_HOURS):
                raise
            _log.warning("a receipt could not be sent for a day: it stays at its link")

    def _close(self, erasure: Erasure) -> None:
        """Destroy the erasure's own key and forget whose it was: from here on nothing leads back."""
        self.own_keys.destroy_key(own_key_name(erasure))
        erasure.sealed_canaries = erasure.sealed_scope = erasure.open_subject = None
        erasure.stage, erasure.finished_at, erasure.last_error = Stage.FINISHED.value, self._moment_after(erasure), ""
        note("erasure.finished", actor=SYSTEM, details={"erasure": erasure.id, "attempts": erasure.attempts})
        db.session.commit()
        empty_the_wal(db.engine)

    def _statements(self, erasure: Erasure) -> dict[str, Any]:
        return {
            "erasure": erasure.id,
            "scope": {"kind": erasure.kind, "purpose": erasure.purpose},
            "asked_by": erasure.asked_by,
            "asked_at": erasure.started_at.replace(microsecond=0).isoformat(),
            "finished_at": self._moment_after(erasure).isoformat(),
            "steps": erasure.passed,
            "erased": erasure.counts,
            "scan": {
                "looked_for": erasure.looked["for"],
                "left_out_because_the_shop_itself_says_them": erasure.looked["left_out"],
                "looked_through": erasure.looked["through"],
                "found": len(erasure.looked["found"]),
            },
            "kept": [kept for kept in KEPT if erasure.kind == "person" or kept is not THE_LETTER],
            "backups": {
                "keys_expire_within_days": self.terms.key_backup_days,
                "restored": "what a restored backup brings back is on the list of erasures and is erased again",
            },
            "software": self.terms.software,
            "public_key": self.signer.public_key,
        }

    def _known(self, erasure: Erasure) -> "_Known":
        assert erasure.sealed_canaries is not None
        key = self.own_keys.open_key(own_key_name(erasure))
        return _Known.from_json(unseal(key, erasure.sealed_canaries, about=own_key_name(erasure)))

    def _own_key(self, erasure: Erasure) -> bytes:
        # Made before what it seals is committed: after a kill in between it is there and has sealed nothing yet.
        try:
            return self.own_keys.open_key(own_key_name(erasure))
        except KeyMissing:
            return self.own_keys.new_key(own_key_name(erasure))

    def _record_failure(self, erasure_id: str, error: Exception) -> None:
        found = error.found if isinstance(error, SomethingRemains) else []
        db.session.rollback()
        try:
            erasure = _found(erasure_id)
            erasure.attempts += 1
            erasure.last_error = _name_of(error)
            if found:
                erasure.looked = {**erasure.looked, "found": found}
                self._go_back(erasure, Stage.KEYS)
                note("erasure.incomplete", actor=SYSTEM, details={"erasure": erasure_id, "traces": len(found)})
            db.session.commit()
        except Exception:  # noqa: BLE001 - a full disk cannot even record that it is full: the claim lapses by itself
            _log.exception("the failure of an erasure could not be recorded")
            db.session.rollback()

    def _go_back(self, erasure: Erasure, stage: Stage) -> None:
        earlier = {earlier.value for earlier in STAGES[: STAGES.index(stage)]}
        erasure.passed = [passed for passed in erasure.passed if passed["stage"] in earlier]
        erasure.stage = stage.value


@dataclass(frozen=True)
class _Known:
    """What an erasure knows of the person until its end: what to look for, and where to send the receipt."""

    canaries: Sequence[Canary]
    address: str

    def to_json(self) -> bytes:
        return json.dumps({"canaries": to_json(self.canaries).decode(), "address": self.address}).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "_Known":
        stated = json.loads(content)
        return cls(from_json(stated["canaries"].encode()), stated["address"])


def name_of(scope: Scope) -> str:
    """Return what the scope is called in the ledger: `person/P`, `photo/ID`, `purpose/ID-or-P/PURPOSE`."""
    if scope.purpose:
        return f"purpose/{scope.photo_id or scope.pseudonym}/{scope.purpose.value}"
    return f"photo/{scope.photo_id}" if scope.photo_id else f"person/{scope.pseudonym}"


def open_erasures() -> list[Erasure]:
    """Return the erasures that are not finished, oldest first."""
    return list(
        db.session.scalars(select(Erasure).where(Erasure.stage != Stage.FINISHED.value).order_by(Erasure.started_at))
    )


def latest_erasures(limit: int) -> list[Erasure]:
    """Return the newest erasures, open ones first, then newest first."""
    return list(
        db.session.scalars(
            select(Erasure).order_by(Erasure.finished_at.is_not(None), Erasure.started_at.desc()).limit(limit)
        )
    )


def erasures_of(pseudonym: str, limit: int) -> list[Erasure]:
    """Return a person's own erasures, newest first."""
    own = select(Erasure).filter_by(person=fingerprint(f"person/{pseudonym}"))
    return list(db.session.scalars(own.order_by(Erasure.started_at.desc()).limit(limit)))


@contextmanager
def _named_when_full() -> Iterator[None]:
    """Say StorageFull for whatever a system or a database says when there is no room."""
    try:
        yield
    except Exception as error:
        if not is_full(error):
            raise
        db.session.rollback()
        raise StorageFull from error


def _found(erasure_id: str) -> Erasure:
    erasure = db.session.get(Erasure, erasure_id, populate_existing=True)
    if erasure is None:
        raise ErasureNotFound
    return erasure


def _finished(subject: str, scope: Scope, asked_by: str) -> Erasure | None:
    """Return the erasure that has done this for good; a purpose may be agreed to and withdrawn again."""
    if scope.purpose or asked_by == BY_RESTORE:
        return None
    return db.session.scalars(select(Erasure).filter_by(subject=subject, stage=Stage.FINISHED.value)).first()


def _is_due() -> ColumnElement[bool]:
    silent = or_(Erasure.claimed_at.is_(None), Erasure.claimed_at < now() - ABANDONED_AFTER, Erasure.claimed_at > now())
    return silent & (Erasure.stage != Stage.FINISHED.value)


def _mark(scope: Scope) -> None:
    """Put the scope out of use, in the caller's commit: the gate knows these marks."""
    if scope.purpose:
        _withdraw(scope, scope.purpose)
    elif scope.photo_id is None:
        hold_the_person(scope.pseudonym, exclusively=True)
        change_standing(scope.pseudonym, erasing=True)
        own = update(KeptPhoto).filter_by(pseudonym=scope.pseudonym, erasing_at=None)
        db.session.execute(own.values(erasing_at=now()))
    elif photo := db.session.get(KeptPhoto, scope.photo_id):
        photo.erasing_at = photo.erasing_at or now()


def _withdraw(scope: Scope, purpose: Purpose) -> None:
    concerned = (
        ConsentRecord.photo_id == scope.photo_id if scope.photo_id else ConsentRecord.pseudonym == scope.pseudonym
    )
    standing = select(ConsentRecord).filter_by(purpose=purpose.value, withdrawn_at=None).where(concerned)
    for record in db.session.scalars(standing):
        record.withdrawn_at = now()


def _actor(asked_by: str, scope: Scope) -> str:
    return scope.pseudonym if asked_by == BY_PERSON else SYSTEM


def _identifiers(scope: Scope) -> Iterable[Canary]:
    """Yield what the scope itself names; a photo's owner stays, and so does a photo that only loses a purpose."""
    if scope.photo_id is None and scope.purpose is None:
        yield Canary.text(CanaryKind.PSEUDONYM, scope.pseudonym)
        if scope.account_id:
            yield Canary.text(CanaryKind.ACCOUNT, scope.account_id)


def own_key_name(erasure: Erasure) -> str:
    """Return what the keys store calls the key of this erasure alone."""
    return f"erasure/{erasure.id}"


def _tables_of(sources: Iterable[PersonalDataSource]) -> list[tuple[str | None, Table]]:
    named = {name for source in sources for name in source.tables}
    stores = {bind: metadata.tables for bind, metadata in db.metadatas.items()}
    return [(bind, tables[name]) for bind, tables in stores.items() for name in sorted(named & set(tables))]


def _rows_naming(table: Table, names: Sequence[str], bind: str | None) -> int:
    """Return how many rows of a table hold one of the identifiers in a short text column."""
    texts = [
        column for column in table.columns if isinstance(column.type, String) and not isinstance(column.type, Text)
    ]
    if not texts:
        return 0
    found = 0
    for start in range(0, len(names), _IDS_A_QUERY):
        some = names[start : start + _IDS_A_QUERY]
        naming = select(func.count()).select_from(table).where(or_(*(column.in_(some) for column in texts)))
        found += db.session.scalar(naming, bind_arguments={"bind": db.engines[bind]}) or 0
    return found


def _name_of(error: Exception) -> str:
    return StorageFull.__name__ if is_full(error) else type(error).__name__
