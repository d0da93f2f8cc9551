"""Accounts that nobody uses: their wardrobe and then they themselves lapse, after a letter that says so.

The letter is handed over `warning_days` before anything goes, and any log-in after it makes it void.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Exists, select

from accounts.errors import MailNotSent
from accounts.models import Account, AccountSession, LapseWarning, Role, WardrobeItem
from accounts.people import email_of, note_of, pseudonym_of
from accounts.ports import Addressee, LetterKind, LetterWriter, Mailer
from privacy.audit_notes import SYSTEM
from privacy.declarations import Category
from privacy.errors import CannotBeDecrypted
from privacy.keys import PersonalDataKeys
from privacy.lapsing import RowsLapse
from privacy.purge import people_on_hold
from privacy.retention import INACTIVE_ACCOUNT, INACTIVE_WARDROBE, SESSION, WARNING, LapsedItem, RetentionPolicy, Rule
from storage.database import ACCOUNTS_BIND, db

_LETTERS = {INACTIVE_WARDROBE: LetterKind.WARDROBE_LAPSES, INACTIVE_ACCOUNT: LetterKind.ACCOUNT_LAPSES}


@dataclass(frozen=True)
class UnusedAccounts:
    """Who has not been here for longer than the policy allows. Staff accounts are closed by hand, never by time."""

    keys: PersonalDataKeys

    def warned(self, rule: Rule, policy: RetentionPolicy, at: datetime) -> list[Account]:
        """Return the accounts that lapse by the rule now: unused for so long, and told of it early enough."""
        told = _told(rule, LapseWarning.sent_at <= policy.before(WARNING, at))
        return self._unused(policy.before(rule, at), told)

    def to_warn(self, rule: Rule, policy: RetentionPolicy, at: datetime) -> list[Account]:
        """Return the accounts that lapse by the rule within the days of a warning, and were not told of it yet."""
        return self._unused(policy.before(rule, policy.after(WARNING, at)), ~_told(rule))

    def owners_of_a_wardrobe(self, accounts: Iterable[Account]) -> list[Account]:
        """Return those of the accounts that keep something in a wardrobe."""
        owners = set(db.session.scalars(select(WardrobeItem.pseudonym).distinct()))
        return [account for account in accounts if pseudonym_of(account, self.keys) in owners]

    def _unused(self, limit: datetime, also: ColumnElement[bool]) -> list[Account]:
        unused = select(Account).where(
            Account.role == Role.SHOPPER.value,
            Account.confirmed_at.is_not(None),
            Account.last_active_at <= limit,
            also,
        )
        return list(db.session.scalars(unused.order_by(Account.last_active_at)))


def _told(rule: Rule, *also: ColumnElement[bool]) -> Exists:
    """A warning by this rule that the person has not answered by coming back."""
    warning = select(LapseWarning.account_id).where(
        LapseWarning.account_id == Account.id,
        LapseWarning.rule == rule.name,
        LapseWarning.sent_at > Account.last_active_at,
        *also,
    )
    return warning.exists()


@dataclass(frozen=True)
class AccountsLapse:
    """Unused accounts whose owners were warned; the whole person is erased with them."""

    unused: UnusedAccounts
    erase_person: Callable[[str, str], None]
    """Takes the account's id and the pseudonym; commits."""
    category = Category.ACCOUNTS
    store = ACCOUNTS_BIND

    def lapsed(self, policy: RetentionPolicy, at: datetime) -> list[LapsedItem]:
        """Return the accounts that go, the longest unused first."""
        return [
            LapsedItem(account.id, pseudonym_of(account, self.unused.keys), account.last_active_at, INACTIVE_ACCOUNT)
            for account in self.unused.warned(INACTIVE_ACCOUNT, policy, at)
        ]

    def erase_lapsed(self, items: Sequence[LapsedItem]) -> None:
        """Erase these persons."""
        for item in items:
            self.erase_person(item.key, item.pseudonym)


@dataclass(frozen=True)
class WardrobesLapse:
    """Photos in the wardrobes of unused accounts whose owners were warned; the garments go with their photo."""

    unused: UnusedAccounts
    erase_photo: Callable[[str, str], None]
    """Takes the photo's id and the pseudonym; commits."""
    category = Category.WARDROBE
    store = ACCOUNTS_BIND

    def lapsed(self, policy: RetentionPolicy, at: datetime) -> list[LapsedItem]:
        """Return the photos that go, of the longest unused account first."""
        last_seen = {
            pseudonym_of(account, self.unused.keys): account.last_active_at
            for account in self.unused.warned(INACTIVE_WARDROBE, policy, at)
        }
        kept = db.session.execute(select(WardrobeItem.pseudonym, WardrobeItem.photo_id).distinct()).all()
        going = [(last_seen[pseudonym], photo_id, pseudonym) for pseudonym, photo_id in kept if pseudonym in last_seen]
        return [LapsedItem(photo, pseudonym, since, INACTIVE_WARDROBE) for since, photo, pseudonym in sorted(going)]

    def erase_lapsed(self, items: Sequence[LapsedItem]) -> None:
        """Erase these photos with all that rests on them."""
        for item in items:
            self.erase_photo(item.key, item.pseudonym)


@dataclass(frozen=True)
class Warnings:
    """How many letters of warning went out, and how many could not be sent (they are tried again the next night)."""

    sent: int
    failed: int


@dataclass(frozen=True)
class WarningLetters:
    """Tells the owners of unused accounts what will be erased, and when."""

    unused: UnusedAccounts
    letters: LetterWriter
    mailer: Mailer

    def due(self, policy: RetentionPolicy, at: datetime) -> list[tuple[Rule, Account]]:
        """Return whom to warn of what at `at`; changes nothing."""
        accounts = self.unused.to_warn(INACTIVE_ACCOUNT, policy, at)
        wardrobes = self.unused.owners_of_a_wardrobe(self.unused.to_warn(INACTIVE_WARDROBE, policy, at))
        held = people_on_hold()
        letters = [(INACTIVE_ACCOUNT, one) for one in accounts] + [(INACTIVE_WARDROBE, one) for one in wardrobes]
        return [(rule, one) for rule, one in letters if pseudonym_of(one, self.unused.keys) not in held]

    def send(self, policy: RetentionPolicy, at: datetime) -> Warnings:
        """Send the letters that are due; each is handed over before it is recorded, and commits by itself."""
        due = [(rule, account.id) for rule, account in self.due(policy, at)]
        sent = sum(self._send(rule, account_id, policy, at) for rule, account_id in due)
        return Warnings(sent, len(due) - sent)

    def _send(self, rule: Rule, account_id: str, policy: RetentionPolicy, at: datetime) -> bool:
        account, keys = db.session.get_one(Account, account_id), self.unused.keys
        erased_on = max(policy.after(rule, account.last_active_at), policy.after(WARNING, at))
        try:
            to = Addressee(email_of(account, keys), account.language, pseudonym_of(account, keys))
            self.mailer.send(self.letters.write(_LETTERS[rule], to, day=erased_on.date()))
        except (MailNotSent, CannotBeDecrypted):
            db.session.rollback()
            return False
        db.session.merge(LapseWarning(account_id=account_id, rule=rule.name, sent_at=at))
        day = erased_on.date().isoformat()
        note_of(account, "account.lapse_warned", keys, actor=SYSTEM, rule=rule.name, erased_on=day)
        db.session.commit()
        return True


SESSIONS_LAPSE = RowsLapse(SESSION, AccountSession.id_hash, AccountSession.created_at, store=ACCOUNTS_BIND)
"""Log-ins of so long ago end, whatever the settings allow."""
