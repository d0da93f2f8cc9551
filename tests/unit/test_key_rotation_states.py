"""The state machine of key rotation: whatever is killed or comes in between, no living key is ever lost.

Every call of the key service and every transaction is a moment at which the process may be killed, or at which another
process does something whole. Two careless variants are kept that the same machine must catch.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

from privacy.destroyed_keys import DestroyedKeys
from privacy.errors import KeyDestroyed, KeyMissing, MasterKeyMissing, WrongMasterKey
from privacy.key_rotation import KeyRotation, Progress, rotate_keys
from privacy.key_service import WrappedKey
from privacy.key_store import KeyStore
from privacy.models import DestroyedKeyRow, WrappedKeyRow
from tests.doubles import InMemoryKeyService

Act = Callable[[], object]


class Killed(BaseException):
    """The process ends here."""


class Moments:
    """Counts the moments of one act; at the planned one it runs what comes in between (which may be a kill)."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._comes_in: Act = lambda: None

    @contextmanager
    def interrupted(self, after: int, comes_in: Act) -> Iterator[None]:
        """Let `comes_in` happen at the moment number `after` of the block, if the block has so many."""
        self._left, self._comes_in = after, comes_in
        try:
            yield
        finally:
            self._left = None

    def pass_one(self) -> None:
        if self._left is None:
            return
        if self._left == 0:
            self._left = None
            self._comes_in()
        else:
            self._left -= 1


class WatchedEngine:
    """An engine whose transactions have a moment before them and one after."""

    def __init__(self, engine: Engine, moments: Moments) -> None:
        self._engine = engine
        self._moments = moments
        self.dialect = engine.dialect

    def begin(self) -> Any:
        return self._watched(self._engine.begin)

    def connect(self) -> Any:
        return self._watched(self._engine.connect)

    @contextmanager
    def _watched(self, opened: Callable[[], Any]) -> Iterator[Connection]:
        self._moments.pass_one()
        with opened() as connection:
            yield connection
        self._moments.pass_one()


class WatchedService(InMemoryKeyService):
    """A key service with a moment before and after each change and use."""

    def __init__(self, moments: Moments) -> None:
        self._moments = moments
        super().__init__()

    def wrap(self, data_key: bytes, *, about: str) -> WrappedKey:
        self._moments.pass_one()
        wrapped = super().wrap(data_key, about=about)
        self._moments.pass_one()
        return wrapped

    def unwrap(self, wrapped: WrappedKey, *, about: str) -> bytes:
        self._moments.pass_one()
        return super().unwrap(wrapped, about=about)

    def add_version(self) -> str:
        self._moments.pass_one()
        made = super().add_version()
        self._moments.pass_one()
        return made

    def remove_version(self, key_id: str) -> None:
        self._moments.pass_one()
        super().remove_version(key_id)
        self._moments.pass_one()


class CarelessStore(KeyStore):
    """Does not look whether a rotation went by while the key was on its way into the store."""

    def _follow_a_rotation(self, about: str, data_key: bytes, wrapped: WrappedKey) -> None:
        return


class HastyRotation(KeyRotation):
    """Holds all keys in memory, takes the former master key away at once, and re-wraps then."""

    def rewrap_all(self, on_progress: Progress = lambda done, total: None) -> tuple[int, tuple[str, ...]]:
        opened = {}
        for about in self._store.names_under_former():
            with suppress(KeyDestroyed):
                opened[about] = self._store.open_key(about)
        for version in self._service.versions()[:-1]:
            self._service.remove_version(version)
        for about, data_key in opened.items():
            with suppress(KeyMissing):
                former = self._store._wrapped(about)
                self._store._replace(about, former, self._service.wrap(data_key, about=about))
        return len(opened), ()


class Rotations(RuleBasedStateMachine):
    """A shop whose keys are made, opened, destroyed and rotated; `model` is what must hold of them."""

    store_of = KeyStore
    rotation_of = KeyRotation

    def __init__(self) -> None:
        super().__init__()
        self.moments = Moments()
        self.service = WatchedService(self.moments)
        self.keys = self._engine(WrappedKeyRow)
        self.audit = self._engine(DestroyedKeyRow)
        self.model: dict[str, bytes] = {}
        self.destroyed: set[str] = set()
        self.dying: dict[str, bytes] = {}
        """Their destruction was killed: until it is repeated they may open, or not."""
        self.made = 0

    def _engine(self, table: type[WrappedKeyRow] | type[DestroyedKeyRow]) -> Any:
        engine = create_engine("sqlite://", poolclass=StaticPool)
        table.metadata.tables[table.__tablename__].create(engine)
        return WatchedEngine(engine, self.moments)

    @property
    def store(self) -> KeyStore:
        """The store of a process that has just started."""
        return self.store_of(self.keys, self.service, DestroyedKeys(self.audit, lambda: b"k" * 32))

    def new_key(self) -> None:
        self.made += 1
        about = f"photo/{self.made}"
        self.model[about] = self.store.new_key(about)

    def destroy(self, about: str) -> None:
        self.dying[about] = self.model.pop(about)
        self.store.destroy_key(about)
        self.destroyed.add(about)
        del self.dying[about]

    def rotate(self) -> None:
        rotate_keys(self.rotation_of(self.store, self.service))

    @initialize()
    def the_shop_has_keys(self) -> None:
        for _ in range(3):
            self.new_key()

    @rule(after=st.integers(0, 12), meanwhile=st.sampled_from(["nothing", "kill", "rotate", "rotate twice"]))
    def a_key_is_made(self, after: int, meanwhile: str) -> None:
        with suppress(Killed), self.moments.interrupted(after, self._act(meanwhile)):
            self.new_key()

    @precondition(lambda self: self.model)
    @rule(
        which=st.integers(0), after=st.integers(0, 8), meanwhile=st.sampled_from(["nothing", "rotate", "rotate twice"])
    )
    def a_key_is_opened(self, which: int, after: int, meanwhile: str) -> None:
        about = _pick(sorted(self.model), which)
        with self.moments.interrupted(after, self._act(meanwhile)):
            assert self.store.open_key(about) == self.model[about]

    @precondition(lambda self: self.model)
    @rule(which=st.integers(0), after=st.integers(0, 8), meanwhile=st.sampled_from(["nothing", "kill", "rotate"]))
    def a_key_is_destroyed(self, which: int, after: int, meanwhile: str) -> None:
        with suppress(Killed), self.moments.interrupted(after, self._act(meanwhile)):
            self.destroy(_pick(sorted(self.model), which))

    @precondition(lambda self: self.dying)
    @rule()
    def a_killed_destruction_is_repeated(self) -> None:
        for about in sorted(self.dying):
            self.store.destroy_key(about)
            self.destroyed.add(about)
        self.dying.clear()

    @rule(
        after=st.integers(0, 60),
        meanwhile=st.sampled_from(["nothing", "kill", "kill", "make", "destroy", "rotate"]),
    )
    def keys_are_rotated(self, after: int, meanwhile: str) -> None:
        with suppress(Killed), self.moments.interrupted(after, self._act(meanwhile)):
            self.rotate()

    @rule()
    def the_store_is_swept(self) -> None:
        self.store.sweep()

    @invariant()
    def every_living_key_opens(self) -> None:
        for about, data_key in self.model.items():
            assert self.store.open_key(about) == data_key

    @invariant()
    def no_destroyed_key_opens(self) -> None:
        for about in self.destroyed:
            with pytest.raises(KeyDestroyed):
                self.store.open_key(about)
        for about, data_key in self.dying.items():
            with suppress(KeyDestroyed, KeyMissing):
                assert self.store.open_key(about) == data_key

    @invariant()
    def a_former_master_key_is_kept_while_a_living_key_hangs_on_it(self) -> None:
        needed = {self.store._wrapped(about).master_key_id for about in self.model}
        assert needed <= set(self.service.versions())

    def teardown(self) -> None:
        """Left in peace, a rotation comes to its end."""
        self.rotate()
        assert len(self.service.versions()) == 1
        for about, data_key in self.model.items():
            assert self.store.open_key(about) == data_key
            assert self.store._wrapped(about).master_key_id == self.service.key_id

    def _act(self, words: str) -> Act:
        acts: dict[str, Sequence[Act]] = {
            "nothing": (),
            "kill": (_kill,),
            "make": (self.new_key,),
            "destroy": (self._destroy_one,),
            "rotate": (self.rotate,),
            "rotate twice": (self.rotate, self.rotate),
        }
        return lambda: [act() for act in acts[words]]

    def _destroy_one(self) -> None:
        if self.model:
            self.destroy(min(self.model))


class RotationsOfACarelessStore(Rotations):
    store_of = CarelessStore


class HastyRotations(Rotations):
    rotation_of = HastyRotation


def _kill() -> None:
    raise Killed


def _pick(names: list[str], number: int) -> str:
    return names[number % len(names)]


_ENOUGH = settings(
    max_examples=60,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
_UNTIL_IT_FAILS = settings(_ENOUGH, phases=[Phase.generate], report_multiple_bugs=False)


def test_no_living_key_is_lost_and_no_destroyed_one_opens() -> None:
    run_state_machine_as_test(Rotations, settings=_ENOUGH)


@pytest.mark.parametrize("broken", [RotationsOfACarelessStore, HastyRotations])
def test_the_same_machine_catches_a_careless_variant(broken: type[Rotations]) -> None:
    with pytest.raises((MasterKeyMissing, WrongMasterKey, AssertionError)):
        run_state_machine_as_test(broken, settings=_UNTIL_IT_FAILS)
