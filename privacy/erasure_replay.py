"""After a restored backup: what is on the list of erasures and has come back is erased again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Text, select

from privacy.consent import Purpose
from privacy.erasure import Erasures, Stage, name_of, own_key_name
from privacy.erasure_models import Erasure
from privacy.models import ConsentRecord, KeptPhoto
from privacy.photo_sources import key_name
from privacy.pseudonyms import Pseudonymiser
from privacy.sources import Scope
from storage.blobs import BlobStore
from storage.database import AUDIT_BIND, db

_PSEUDONYMS = frozenset({"pseudonym", "person"})
_ACCOUNTS = frozenset({"account_id"})
_PHOTOS = frozenset({"photo_id"})
_KEYS_OF_PHOTOS = key_name("")


@dataclass(frozen=True)
class Replay:
    """What had come back, and how much of it is gone again."""

    found: int
    finished: int


def replay_erasures(
    erasures: Erasures,
    pseudonyms: Pseudonymiser,
    blobs: BlobStore,
    *,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Replay:
    """Erase again what the ledger names and a store holds; safe to run again, and on a shop that was not restored.

    People first: their photos go with them. Raises what stops an erasure; the others are begun all the same.
    """
    _drop_what_was_finished_since(erasures)
    scopes = list(_come_back(erasures, pseudonyms, blobs))
    begun = [erasures.begin(scope, asked_by="restore", reason="backup restored").id for scope in scopes]
    finished = 0
    for number, erasure_id in enumerate(begun, start=1):
        erasures.run(erasure_id)
        finished += db.session.get_one(Erasure, erasure_id).stage == Stage.FINISHED
        on_progress(number, len(begun))
    return Replay(len(begun), finished)


def _drop_what_was_finished_since(erasures: Erasures) -> None:
    """An erasure that was under way in the backup and has its own key destroyed since was finished: it begins anew."""
    for erasure in db.session.scalars(select(Erasure).where(Erasure.stage != Stage.FINISHED.value)).all():
        erasure.claimed_at = None
        if erasures.own_keys.is_destroyed(own_key_name(erasure)):
            db.session.delete(erasure)
    db.session.commit()


def _come_back(erasures: Erasures, pseudonyms: Pseudonymiser, blobs: BlobStore) -> Iterator[Scope]:
    """Yield what a store holds and the ledger names: people, then photos of others, then withdrawn purposes."""
    accounts = {
        pseudonyms.of_account(account_id): account_id for account_id in _values(_ACCOUNTS, also={"account": "id"})
    }
    people = [
        Scope(pseudonym, accounts.get(pseudonym))
        for pseudonym in sorted(_values(_PSEUDONYMS) | accounts.keys())
        if erasures.ledger.erased_at(f"person/{pseudonym}")
    ]
    yield from people
    gone = {scope.pseudonym for scope in people}
    owners = _owners()
    photo_ids = _values(_PHOTOS) | owners.keys() | set(_photos_of_blobs_and_keys(erasures, blobs))
    for photo_id in sorted(photo_ids):
        scope = Scope(owners.get(photo_id, ""), photo_id=photo_id)
        if scope.pseudonym not in gone and erasures.ledger.erased_at(name_of(scope)):
            yield scope
    yield from _withdrawn(erasures)


def _withdrawn(erasures: Erasures) -> Iterator[Scope]:
    """Yield the purposes that were withdrawn after the consent that the backup holds."""
    for record in db.session.scalars(select(ConsentRecord).filter_by(withdrawn_at=None)):
        scope = Scope(record.pseudonym, photo_id=record.photo_id, purpose=Purpose(record.purpose))
        withdrawn_at = erasures.ledger.erased_at(name_of(scope))
        if withdrawn_at and withdrawn_at >= record.given_at:
            yield scope


def _owners() -> dict[str, str]:
    """Return the pseudonym by photo."""
    kept = db.session.execute(select(KeptPhoto.id, KeptPhoto.pseudonym)).all()
    agreed = db.session.execute(select(ConsentRecord.photo_id, ConsentRecord.pseudonym)).all()
    return {str(photo_id): str(owner) for photo_id, owner in (*agreed, *kept)}


def _photos_of_blobs_and_keys(erasures: Erasures, blobs: BlobStore) -> Iterator[str]:
    for key in blobs.keys("photos"):
        yield key.split("/")[1]
    for name in erasures.own_keys.names(_KEYS_OF_PHOTOS):
        yield name.removeprefix(_KEYS_OF_PHOTOS)


def _values(columns: Iterable[str], also: dict[str, str] | None = None) -> set[str]:
    """Return what short text columns of these names hold, in every store but the audit's; `also`: table -> column."""
    found: set[str] = set()
    for bind, metadata in db.metadatas.items():
        for table in metadata.sorted_tables if bind != AUDIT_BIND else ():
            for column in table.columns:
                named = column.name in columns or (also or {}).get(table.name) == column.name
                if named and not isinstance(column.type, Text):
                    values = db.session.scalars(select(column).distinct(), bind_arguments={"bind": db.engines[bind]})
                    found.update(value for value in values if value)
    return found
