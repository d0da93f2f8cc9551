"""What has lapsed of the shop's own tables: rows by their age, photos by theirs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, delete, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from privacy.audit_models import Alert, AlertState
from privacy.audit_notes import SYSTEM
from privacy.breach_models import Breach, BreachState
from privacy.consent import Purpose, withdraw_consent
from privacy.declarations import Category
from privacy.erasure_models import ErasedEntry, Erasure
from privacy.errors import PhotoNotFound
from privacy.models import ConsentRecord, GarmentCount, KeptPhoto
from privacy.photo_vault import PhotoVault
from privacy.retention import (
    ACCOUNT_PHOTO,
    ALERT,
    BREACH,
    CONSENT,
    ERASURE,
    STATISTICS,
    TRAINING,
    VISIT_PHOTO,
    LapsedItem,
    RetentionPolicy,
    Rule,
)
from privacy.retention_models import Disposal
from storage.database import AUDIT_BIND, db


@dataclass(frozen=True)
class RowsLapse:
    """Rows of one table that lapse a rule's period after the time in their column `since`; empty there: not yet."""

    rule: Rule
    key: InstrumentedAttribute[Any]
    since: InstrumentedAttribute[Any]
    pseudonym: InstrumentedAttribute[str] | None = None
    store: str | None = None
    only: ColumnElement[bool] | None = None
    """Rows of which this does not hold never lapse."""

    @property
    def category(self) -> Category:
        return self.rule.category

    def lapsed(self, policy: RetentionPolicy, at: datetime) -> list[LapsedItem]:
        """Return the rows whose time is up, oldest first."""
        before = policy.before(self.rule, at)
        limit = before.date() if isinstance(self.since.type, Date) else before
        whose: Any = literal("") if self.pseudonym is None else self.pseudonym
        old = self.since <= limit if self.only is None else and_(self.since <= limit, self.only)
        rows = db.session.execute(select(self.key, whose, self.since).where(old).order_by(self.since))
        return [LapsedItem(str(key), pseudonym, _moment(since), self.rule) for key, pseudonym, since in rows]

    def erase_lapsed(self, items: Sequence[LapsedItem]) -> None:
        """Delete the rows."""
        keys = [self.key.type.python_type(item.key) for item in items]
        db.session.execute(delete(self.key.class_).where(self.key.in_(keys)))


CONSENTS_LAPSE = RowsLapse(
    CONSENT,
    ConsentRecord.id,
    ConsentRecord.withdrawn_at,
    ConsentRecord.pseudonym,
    only=ConsentRecord.settled_at.is_not(None),
)
"""A photo's consents are withdrawn when it goes: proofs of consent lapse after that, those in force never.

Nor do those of which something is still to be erased: the row is what tells of it.
"""
STATISTICS_LAPSE = RowsLapse(STATISTICS, GarmentCount.id, GarmentCount.counted_on, GarmentCount.pseudonym)
DISPOSALS_LAPSE = RowsLapse(ERASURE, Disposal.id, Disposal.at)
ERASURES_LAPSE = RowsLapse(ERASURE, Erasure.id, Erasure.finished_at)
ERASED_LAPSE = RowsLapse(ERASURE, ErasedEntry.digest, ErasedEntry.erased_at, store=AUDIT_BIND)
ALERTS_LAPSE = RowsLapse(
    ALERT, Alert.id, Alert.handled_at, store=AUDIT_BIND, only=Alert.state == AlertState.CLOSED.value
)
BREACHES_LAPSE = RowsLapse(BREACH, Breach.id, Breach.recorded_at, only=Breach.state == BreachState.CLOSED.value)


@dataclass(frozen=True)
class PhotosLapse:
    """Photos past their time; the vault erases them, with all that rests on them.

    A shorter period holds for the photos that are here already, a longer one for those to come: nobody was told so.
    """

    vault: PhotoVault
    cut_loose: Callable[[str], None] = lambda _photo_id: None
    """Called before a photo goes: what may outlive a photo whose time is up, with its owner's consent, leaves it."""
    category = Category.PHOTOS
    store = None

    def lapsed(self, policy: RetentionPolicy, at: datetime) -> list[LapsedItem]:
        """Return the photos whose time is up, oldest first."""
        photos = db.session.scalars(select(KeptPhoto).where(_is_up(policy, at)).order_by(KeptPhoto.created_at))
        return [LapsedItem(photo.id, photo.pseudonym, photo.created_at, _rule_of(photo)) for photo in photos]

    def erase_lapsed(self, items: Sequence[LapsedItem]) -> None:
        """Let the vault forget the photos."""
        for item in items:
            self.cut_loose(item.key)
            try:
                self.vault.forget(item.key, pseudonym=item.pseudonym, actor=SYSTEM, reason="lapsed")
            except PhotoNotFound:
                continue

    def shorten(self, policy: RetentionPolicy) -> None:
        """Bring the photos that are here to a shorter period, so that their owners read the true date; flushes."""
        plain = timedelta(days=policy.amount(ACCOUNT_PHOTO))
        for days, of_these in ((plain, ~_in_pool()), (max(plain, timedelta(days=policy.amount(TRAINING))), _in_pool())):
            for photo in db.session.scalars(select(KeptPhoto).where(_of_account(), of_these)):
                photo.expires_at = min(photo.expires_at, photo.created_at + days)
        db.session.flush()


@dataclass(frozen=True)
class TrainingLapse:
    """Consents to training past their time: they are withdrawn, and the exported files go as with any withdrawal."""

    category = Category.TRAINING
    store = None

    def lapsed(self, policy: RetentionPolicy, at: datetime) -> list[LapsedItem]:
        """Return the photos that were in the pool for long enough, oldest first."""
        limit = policy.before(TRAINING, at)
        # A photo that goes itself takes its consents with it.
        photos = select(KeptPhoto).where(_in_pool(), KeptPhoto.created_at <= limit, ~_is_up(policy, at))
        photos = photos.order_by(KeptPhoto.created_at)
        return [LapsedItem(one.id, one.pseudonym, one.created_at, TRAINING) for one in db.session.scalars(photos)]

    def erase_lapsed(self, items: Sequence[LapsedItem]) -> None:
        """Withdraw the consents; what rested on them is erased within a minute."""
        for item in items:
            withdraw_consent(item.key, Purpose.TRAINING)


def _is_up(policy: RetentionPolicy, at: datetime) -> ColumnElement[bool]:
    return or_(KeptPhoto.expires_at <= at, _sent_too_early(policy, at))


def _sent_too_early(policy: RetentionPolicy, at: datetime) -> ColumnElement[bool]:
    plain = policy.before(ACCOUNT_PHOTO, at)
    in_pool = and_(_in_pool(), KeptPhoto.created_at <= min(plain, policy.before(TRAINING, at)))
    return and_(_of_account(), or_(in_pool, and_(~_in_pool(), KeptPhoto.created_at <= plain)))


def _in_pool() -> ColumnElement[bool]:
    agreed = select(ConsentRecord.photo_id).filter_by(purpose=Purpose.TRAINING.value, withdrawn_at=None)
    return KeptPhoto.id.in_(agreed)


def _of_account() -> ColumnElement[bool]:
    """Photos of accounts that are not in a wardrobe: those stay as long as the wardrobe does."""
    in_wardrobe = select(ConsentRecord.photo_id).filter_by(purpose=Purpose.WARDROBE.value, withdrawn_at=None)
    return and_(KeptPhoto.of_visit.is_(False), KeptPhoto.id.not_in(in_wardrobe))


def _rule_of(photo: KeptPhoto) -> Rule:
    return VISIT_PHOTO if photo.of_visit else ACCOUNT_PHOTO


def _moment(value: date | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)
