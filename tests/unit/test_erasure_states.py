"""Whatever happens in whatever order, a finished erasure leaves nothing: the state machine against a stateful search.

Kills at any point, second requests, uploads, requests that write late (as when the index was rebuilt and a reading is
embedded again), a clock that jumps. Two deliberately broken machines are kept: the search must find them out.
"""

import gc
import json
import secrets
import tempfile
import traceback
from collections.abc import Callable, Collection
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

import numpy as np
import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, delete, event

from accounts.models import Account  # noqa: F401 - a store is only made for tables that are known
from privacy import erasure as erasure_module
from privacy import erasure_ledger, photo_vault
from privacy.audit_notes import NOTE_TABLES
from privacy.canaries import Canary
from privacy.consent import Purpose, give_consent
from privacy.consent_source import ConsentSource
from privacy.destroyed_keys import DestroyedKeys
from privacy.erasure import BY_PERSON, Erasures, LetterWithReceipt, ReceiptTerms, Stage
from privacy.erasure_errors import BeingErased
from privacy.erasure_models import Erasure
from privacy.errors import PhotoNotFound
from privacy.key_store import KeyStore
from privacy.photo_sources import PhotoBlobs, PhotoKeys, PhotoRows, Standing
from privacy.photo_vault import OpenPhoto, PhotoRetention, PhotoVault, new_photo_id
from privacy.scanned_places import AUDIT_KNOWS, Blobs, SqliteFiles
from privacy.sources import ErasureStep, Scope
from privacy.store_logs_source import StoreLogs
from recommender.from_photo import PhotoReading, SeenGarment
from recommender.photo_vectors_source import PhotoVectors
from recommender.ports import EncoderIdentity
from storage import database
from storage.blobs import BlobStore
from storage.database import ACCOUNTS_BIND, AUDIT_BIND, KEYS_BIND, db, empty_the_wal
from tests.doubles import InMemoryKeyService
from tests.erasing import without_waiting
from tests.factories import encoded, personal_data_keys, photo

PICTURE = encoded(photo(60, 80, seed=1))
SEARCHED = (None, KEYS_BIND)
PEOPLE = 2


class Killed(BaseException):
    """The process ended here: nothing that would mend or record it runs any more."""


class Clock:
    """The machine's time: it goes on by itself and may be put forward or back."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return _true_now() + self.offset


_true_now = database.now


class NothingPublic:
    """A shop that shows nothing."""

    def held(self, _canaries: Collection[Canary]) -> set[Canary]:
        return set()


class World:
    """A shop of four SQLite files without pages, models or the rest: the real domain on real stores."""

    def __init__(self, folder: Path, make: Callable[..., Erasures]) -> None:
        self.app = Flask("erasure states")
        self.folder = folder
        self.app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'shop.sqlite3'}"
        self.app.config["SQLALCHEMY_BINDS"] = {
            bind: f"sqlite:///{folder / bind}.sqlite3" for bind in (ACCOUNTS_BIND, KEYS_BIND, AUDIT_BIND)
        }
        db.init_app(self.app)
        event.listen(Engine, "connect", without_waiting)
        self.context = self.app.app_context()
        self.context.push()
        db.create_all()
        keys = personal_data_keys()
        self.blobs = BlobStore(f"memory://{secrets.token_hex(8)}")
        destroyed = DestroyedKeys(db.engines[AUDIT_BIND], lambda: b"d" * 32)
        self.key_store = KeyStore(db.engines[KEYS_BIND], InMemoryKeyService(), destroyed)
        self.vault = PhotoVault(self.blobs, self.key_store, lambda: PhotoRetention(30, 7, 365))
        self.letters: list[LetterWithReceipt] = []
        outbox = {table.__tablename__: AUDIT_KNOWS for table in NOTE_TABLES}
        self.erasures = make(
            sources=(
                PhotoKeys(self.key_store),
                PhotoBlobs(self.blobs, self.vault),
                PhotoVectors(self.blobs, self.vault),
                PhotoRows(),
                ConsentSource(),
                StoreLogs(),
                Standing(),
            ),
            places=(SqliteFiles("shop", None, outbox), SqliteFiles("keys", KEYS_BIND, outbox), Blobs(self.blobs)),
            public=NothingPublic(),
            keys=keys,
            own_keys=self.key_store,
            terms=ReceiptTerms("test", 30),
            post=self.letters.append,
        )

    def keep_photo(self, pseudonym: str) -> tuple[str, OpenPhoto]:
        """Keep a photo, as an upload does. Raises BeingErased."""
        photo_id = new_photo_id()
        give_consent(pseudonym=pseudonym, photo_id=photo_id, purpose=Purpose.RECOMMENDATION, language="en")
        kept = self.vault.keep(photo_id=photo_id, pseudonym=pseudonym, has_account=True)
        kept.write("photo.jpg", PICTURE)
        kept.write("reading.json", reading())
        db.session.commit()
        return photo_id, kept

    def holds(self, word: str) -> bool:
        """Search the stores' raw bytes and the blobs' names; the audit's outbox is emptied first, as the relay does."""
        for outbox in NOTE_TABLES:
            db.session.execute(delete(outbox))
            db.session.commit()
        for bind in SEARCHED:
            assert empty_the_wal(db.engines[bind])
        files = [Path(str(db.engines[bind].url.database)) for bind in SEARCHED]
        in_files = any(word.encode() in file.read_bytes() for file in files)
        return in_files or any(word in name for name, _at, _content in self.blobs.entries())

    def close(self) -> None:
        db.session.remove()
        for bind in (None, ACCOUNTS_BIND, KEYS_BIND, AUDIT_BIND):
            db.engines[bind].dispose()
        event.remove(Engine, "connect", without_waiting)
        self.context.pop()


def reading() -> bytes:
    vector = np.random.default_rng(secrets.randbits(60)).normal(size=32).astype(np.float32)
    garment = SeenGarment("top", (0, 0, 9, 9), 0.9, (((0, 0), (9, 0), (9, 9)),), vector)
    return PhotoReading(60, 80, (garment,), EncoderIdentity("t", "1", 32), whole_photo_used=False).to_json()


class ErasureMachine(RuleBasedStateMachine):
    """Two people, their photos, and all that may happen to their erasures."""

    make: Callable[..., Erasures] = Erasures
    erasures = Bundle("erasures")

    def __init__(self) -> None:
        super().__init__()
        self._closing = ExitStack()
        self.world = World(Path(self._closing.enter_context(tempfile.TemporaryDirectory())), type(self).make)
        self.clock = Clock()
        patch = self._closing.enter_context(pytest.MonkeyPatch.context())
        for module in (erasure_module, erasure_ledger, photo_vault):
            patch.setattr(module, "now", self.clock.now)
        self.people = [secrets.token_hex(16) for _ in range(PEOPLE)]
        self.photos: dict[str, list[str]] = {person: [] for person in self.people}
        self.held: list[OpenPhoto] = []
        self.asked: dict[str, list[str]] = {}
        """What each erasure must leave no trace of."""

    def teardown(self) -> None:
        try:
            self.everything_that_was_asked_for_is_done_in_the_end()
        finally:
            self.world.close()
            self._closing.close()

    @initialize()
    def somebody_has_a_photo(self) -> None:
        for person in self.people:
            self.upload(person)

    def upload(self, person: str) -> None:
        try:
            photo_id, kept = self.world.keep_photo(person)
        except BeingErased:
            db.session.rollback()
            assert self._is_asked(person)
            return
        assert not self._is_asked(person), "something new was kept of a person being erased"
        self.photos[person].append(photo_id)
        self.held.append(kept)

    @rule(number=st.integers(0, PEOPLE - 1))
    def upload_a_photo(self, number: int) -> None:
        self.upload(self.people[number])

    @rule(data=st.data())
    def a_late_request_writes_its_reading(self, data: st.DataObject) -> None:
        if self.held:
            kept = self.held[data.draw(st.integers(0, len(self.held) - 1))]
            try:
                kept.write("reading.json", reading())
            except PhotoNotFound:
                db.session.rollback()

    @rule(target=erasures, number=st.integers(0, PEOPLE - 1))
    def ask_for_a_person(self, number: int) -> str:
        person = self.people[number]
        begun = self.world.erasures.erase_person(person, account_id=None, asked_by=BY_PERSON)
        self.asked[begun.id] = [person, *self.photos[person]]
        return begun.id

    @rule(target=erasures, number=st.integers(0, PEOPLE - 1), data=st.data())
    def ask_for_a_photo(self, number: int, data: st.DataObject) -> str:
        person = self.people[number]
        photo_id = self.photos[person][data.draw(st.integers(0, len(self.photos[person]) - 1))]
        scope = Scope(person, photo_id=photo_id)
        begun = self.world.erasures.begin(scope, asked_by=BY_PERSON)
        self.asked[begun.id] = [photo_id]
        return begun.id

    @rule(erasure_id=erasures, until=st.sampled_from(list(Stage)))
    def go_on(self, erasure_id: str, until: Stage) -> None:
        self.world.erasures.run(erasure_id, until=until)

    @rule(erasure_id=erasures, points=st.integers(1, 60))
    def go_on_and_be_killed(self, erasure_id: str, points: int) -> None:
        with KilledAfter(points, self.world):
            self.world.erasures.run(erasure_id)

    @rule(hours=st.integers(-48, 48))
    def put_the_clock(self, hours: int) -> None:
        self.clock.offset += timedelta(hours=hours)

    @rule()
    def wait_a_minute_and_resume(self) -> None:
        self.clock.offset += timedelta(seconds=90)
        self.world.erasures.resume()

    @invariant()
    def once_finished_nothing_remains(self) -> None:
        for erasure_id, words in self.asked.items():
            if db.session.get_one(Erasure, erasure_id, populate_existing=True).stage == Stage.FINISHED:
                left = [word for word in words if self.world.holds(word)]
                assert left == [], f"of a finished erasure {left} is still there"

    @invariant()
    def what_is_marked_is_not_opened(self) -> None:
        for person, photo_ids in self.photos.items():
            for photo_id in photo_ids if self._is_asked(person) else ():
                with pytest.raises(PhotoNotFound):
                    self.world.vault.open(photo_id, pseudonym=person, has_account=True)

    def everything_that_was_asked_for_is_done_in_the_end(self) -> None:
        self.wait_a_minute_and_resume()
        self.once_finished_nothing_remains()
        stages = {db.session.get_one(Erasure, erasure_id).stage for erasure_id in self.asked}
        assert stages <= {Stage.FINISHED.value}
        assert self.world.key_store.names("erasure/") == []
        for erasure_id in self.asked:
            receipt = db.session.get_one(Erasure, erasure_id).receipt
            assert receipt
            assert not any(word in json.dumps(receipt) for words in self.asked.values() for word in words)

    def _is_asked(self, person: str) -> bool:
        return any(words[0] == person for words in self.asked.values())


class KilledAfter:
    """Ends the process after so many commits and acts of sources (or not at all, when there are fewer)."""

    def __init__(self, points: int, world: World) -> None:
        self._left = points
        self._world = world
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> None:
        event.listen(Engine, "commit", self._point)
        for source in self._world.erasures.sources:
            self._patch.setattr(source, "erase", self._around(source.erase))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        event.remove(Engine, "commit", self._point)
        self._patch.undo()
        # What the dead process held open closes with it: its session, and connections in the midst of a commit.
        traceback.clear_frames(trace)
        db.session.remove()
        for bind in (None, ACCOUNTS_BIND, KEYS_BIND, AUDIT_BIND):
            db.engines[bind].dispose()
        gc.collect()
        return kind is Killed

    def _around(self, act: Callable[[Scope], None]) -> Callable[[Scope], None]:
        def reported(scope: Scope) -> None:
            self._point()
            act(scope)
            self._point()

        return reported

    def _point(self, _connection: object = None) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed


class RowsBeforeKeys(Erasures):
    """Broken on purpose: the rows go first, and with them all knowledge of which keys and blobs are to go."""

    def _ask_sources(self, step: ErasureStep, scope: Scope) -> None:
        swapped = {ErasureStep.KEYS: ErasureStep.ROWS, ErasureStep.ROWS: ErasureStep.KEYS}
        super()._ask_sources(swapped.get(step, step), scope)

    def _parts(self, erasure: Erasure, scope: Scope) -> list[Scope]:
        """Do not remember the photos either."""
        return [scope]

    def _scan(self, erasure: Erasure, scope: Scope) -> None:
        """Believe that all went well."""
        erasure.looked = {**erasure.looked, "through": [], "found": []}
        db.session.commit()


class ForgetsWhoWasErased(Erasures):
    """Broken on purpose: at the end it forgets the mark, so that a late upload is kept."""

    def _close(self, erasure: Erasure) -> None:
        super()._close(erasure)
        erasure.subject = ""
        db.session.commit()


def search(make: Callable[..., Erasures], examples: int, *phases: Phase) -> None:
    machine = type("Machine", (ErasureMachine,), {"make": staticmethod(make)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases or tuple(Phase),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_finished_erasure_leaves_nothing_whatever_happened_in_whatever_order() -> None:
    search(Erasures, examples=25)


@pytest.mark.parametrize("broken", [RowsBeforeKeys, ForgetsWhoWasErased])
def test_the_search_finds_out_a_broken_erasure(broken: type[Erasures]) -> None:
    with pytest.raises(AssertionError, match=r"still there|something new was kept"):
        search(broken, 25, Phase.generate)
