"""What pages and the API do when a person agrees to a purpose of a photo, or takes that back."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString, lazy_gettext

from accounts.errors import WardrobeNeedsAccount
from accounts.wardrobe import keep_garments
from privacy.audit_notes import SYSTEM, note
from privacy.consent import CONSENT_TEXTS, Purpose, consents_in_force, give_consent, withdraw_consent
from privacy.consent_texts import words_of_version
from privacy.erasure import BY_PERSON, BY_RETENTION, Stage
from privacy.erasure_models import Erasure
from privacy.errors import DrawingAsksForNoConsent, ObjectionStands, ProcessingRestricted, TrainingFolderUnreachable
from privacy.models import ConsentRecord
from privacy.photo_vault import OpenPhoto
from privacy.standing import refuse_by_standing, standing_of
from privacy.statistics import count_garments
from privacy.training_pool import files_that_must_go, remove_files
from privacy.withdrawals import (
    KEEPING_A_PHOTO,
    nothing_keeps,
    photos_that_nothing_keeps,
    settle_withdrawal,
    unsettled_withdrawals,
)
from recommender.photo_garments import garment_labels, garments_to_count
from storage.database import db, now
from webapp.i18n import current_language
from webapp.visitor import Visitor, current_visitor
from webapp.wiring import wiring

_ = lazy_gettext
_log = logging.getLogger(__name__)

PURPOSE_WORDS = {
    Purpose.RECOMMENDATION: _("Find similar items"),
    Purpose.WARDROBE: _("Keep in my wardrobe"),
    Purpose.STATISTICS: _("Count in anonymous statistics"),
    Purpose.TRAINING: _("Improve the models"),
}


@dataclass(frozen=True)
class PurposeOnOffer:
    """What a person may agree to, in the page's language."""

    purpose: Purpose
    title: LazyString
    words: str


@dataclass(frozen=True)
class PurposeSwitch:
    """One purpose of one photo, as pages show it."""

    purpose: Purpose
    title: LazyString
    words: str
    agreed_at: datetime | None
    erases_photo: bool
    """Switching it off erases the photo: nothing else keeps it."""


def in_words(purposes: Iterable[Purpose]) -> list[PurposeOnOffer]:
    """Return the purposes with the words in force."""
    return [
        PurposeOnOffer(purpose, PURPOSE_WORDS[purpose], CONSENT_TEXTS[purpose].words(current_language()))
        for purpose in purposes
    ]


def purposes_on_offer(visitor: Visitor) -> list[Purpose]:
    """Return what this visitor may agree to: a wardrobe needs an account, an objection takes its purpose away."""
    offered = [purpose for purpose in Purpose if visitor.has_account or purpose is not Purpose.WARDROBE]
    standing = standing_of(visitor.pseudonym)
    if standing is not None and standing.objects_to_statistics_at:
        offered.remove(Purpose.STATISTICS)
    return offered


def refuse_purposes(purposes: Iterable[Purpose], visitor: Visitor) -> None:
    """Before a photo is decoded: raise WardrobeNeedsAccount, ProcessingRestricted, ObjectionStands, PhotoNotFound."""
    for purpose in purposes:
        if purpose is Purpose.WARDROBE and not visitor.has_account:
            raise WardrobeNeedsAccount
        refuse_by_standing(visitor.pseudonym, purpose)


def refuse_drawing(photo_id: str, visitor: Visitor) -> None:
    """Raise DrawingAsksForNoConsent for one of the shop's drawings, PhotoNotFound for nobody's or somebody else's."""
    if wiring().vault.kept(photo_id, pseudonym=visitor.pseudonym).is_drawing:
        raise DrawingAsksForNoConsent


def is_on_hold(visitor: Visitor) -> bool:
    """Say whether the person asked to hold their data (Art. 18): then not even they are shown their photos."""
    standing = standing_of(visitor.pseudonym)
    return standing is not None and standing.restricted_at is not None


def record_consents(purposes: Iterable[Purpose], *, pseudonym: str, photo_id: str) -> None:
    """Record what a person agreed to, in the language of the page; flushes."""
    for purpose in sorted(purposes):
        give_consent(pseudonym=pseudonym, photo_id=photo_id, purpose=purpose, language=current_language())
        note("consent.given", actor=pseudonym, subject=pseudonym, details={"purpose": purpose.value})


def act_on_consents(
    kept: OpenPhoto, purposes: Collection[Purpose], visitor: Visitor, *, chosen: Collection[int] | None = None
) -> None:
    """Do what the purposes ask for: fill the wardrobe (with the chosen garments, else all), count. Flushes."""
    if Purpose.WARDROBE in purposes:
        garments = dict(enumerate(garment_labels(kept)))
        keep_garments(
            pseudonym=visitor.pseudonym,
            photo_id=kept.id,
            garments=garments,
            chosen=garments if chosen is None else chosen,
        )
    if Purpose.STATISTICS in purposes:
        count_garments(
            pseudonym=visitor.pseudonym, photo_id=kept.id, day=now().date(), garments=garments_to_count(kept)
        )


def agree(photo_id: str, purpose: Purpose, *, chosen: Collection[int] | None = None) -> None:
    """Let the visitor's photo be used for one purpose more; commits.

    Raises PhotoNotFound, DrawingAsksForNoConsent, and what `refuse_purposes` raises.
    """
    visitor, vault = current_visitor(), wiring().vault
    refuse_drawing(photo_id, visitor)
    refuse_purposes([purpose], visitor)
    record_consents([purpose], pseudonym=visitor.pseudonym, photo_id=photo_id)
    kept = vault.open(photo_id, pseudonym=visitor.pseudonym, has_account=visitor.has_account, purpose=purpose)
    act_on_consents(kept, {purpose}, visitor, chosen=chosen)
    vault.renew_lapse(photo_id, pseudonym=visitor.pseudonym)
    db.session.commit()


def withdraw(photo_id: str, purpose: Purpose) -> bool:
    """Take a purpose back and erase what rested on it; commits. Say whether the photo is still kept.

    A second time nothing happens. Raises PhotoNotFound, DrawingAsksForNoConsent.
    """
    visitor = current_visitor()
    refuse_drawing(photo_id, visitor)
    if withdraw_consent(photo_id, purpose):
        note("consent.withdrawn", actor=visitor.pseudonym, subject=visitor.pseudonym, details={"purpose": purpose})
    return close_the_gate(photo_id, visitor)


def close_the_gate(photo_id: str, visitor: Visitor) -> bool:
    """After a withdrawal was marked: commit it, erase what rested on it, and say whether the photo is still kept."""
    db.session.commit()
    settle_withdrawals(photo_id)
    if nothing_keeps(photo_id):
        forget(photo_id, visitor.pseudonym)
        return False
    wiring().vault.renew_lapse(photo_id, pseudonym=visitor.pseudonym)
    db.session.commit()
    return True


def forget(photo_id: str, pseudonym: str, *, asked_by: str = BY_PERSON) -> Erasure | None:
    """Erase a photo and all that rests on it; commits. Return the erasure that will have a receipt, None for a visit's.

    Raises PhotoNotFound.
    """
    erasures = wiring().erasures
    erasure = erasures.erase_photo(photo_id, pseudonym=pseudonym, asked_by=asked_by, language=current_language())
    if erasure is not None:
        try:
            # The steps take a moment, the search for traces may take minutes: that is left to the background.
            erasures.run(erasure.id, until=Stage.SCAN)
        except Exception:  # noqa: BLE001 - recorded with the erasure, shown on its page, tried again every minute
            _log.exception("an erasure stopped and will be tried again")
    return erasure


def settle_withdrawals(photo_id: str | None = None) -> bool:
    """Erase what rested on withdrawn consents, of one photo or of all; commits. Say whether nothing must wait."""
    waiting: set[str] = set()
    for scope in unsettled_withdrawals(photo_id):
        try:
            wiring().erasures.remember(scope)
            settle_withdrawal(scope, wiring().personal_data_sources)
        except TrainingFolderUnreachable as error:
            # The files that can be reached are gone; the others are tried again by the background work.
            waiting.add(str(error))
        else:
            note("consent.settled", actor=SYSTEM, subject=scope.pseudonym, details={"purpose": str(scope.purpose)})
        db.session.commit()
    for words in waiting:
        _log.warning("a withdrawal waits: %s", words)
    return not waiting


def finish_withdrawals() -> bool:
    """Every minute: take up what a killed process or an unmounted folder left undone."""
    settled = settle_withdrawals()
    for photo_id, pseudonym in photos_that_nothing_keeps():
        forget(photo_id, pseudonym, asked_by=BY_RETENTION)
    try:
        remove_files(files_that_must_go())
    finally:
        db.session.commit()
    return settled


def showing_purpose(photo_id: str) -> Purpose:
    """Return for which purpose a photo is shown to its owner: the first that keeps it and is not objected to."""
    agreed, standing = consents_in_force(photo_id), standing_of(current_visitor().pseudonym)
    objected = {Purpose.RECOMMENDATION} if standing and standing.objects_to_personalisation_at else set()
    return next(
        (purpose for purpose in KEEPING_A_PHOTO if purpose in agreed and purpose not in objected),
        Purpose.RECOMMENDATION,
    )


def is_shown(photo_id: str, visitor: Visitor) -> bool:
    """Say whether a photo's pictures open to its owner: not on hold, nor when they object to what it is kept for."""
    try:
        refuse_by_standing(visitor.pseudonym, showing_purpose(photo_id))
    except (ProcessingRestricted, ObjectionStands):
        return False
    return True


def switches_of(photo_id: str, visitor: Visitor) -> list[PurposeSwitch]:
    """Return the purposes of a photo, those that stand and those on offer, in their order."""
    standing = consents_in_force(photo_id)
    keeping = [purpose for purpose in KEEPING_A_PHOTO if purpose in standing]
    offered = purposes_on_offer(visitor)
    return [
        _switch(purpose, standing.get(purpose), erases_photo=keeping == [purpose])
        for purpose in Purpose
        if purpose in standing or purpose in offered
    ]


def _switch(purpose: Purpose, record: ConsentRecord | None, *, erases_photo: bool) -> PurposeSwitch:
    """What was agreed to is shown in the words of then, what is on offer in those of now."""
    version = record.text_version if record else CONSENT_TEXTS[purpose].version
    words = words_of_version(purpose, version, current_language())
    return PurposeSwitch(purpose, PURPOSE_WORDS[purpose], words, record.given_at if record else None, erases_photo)
