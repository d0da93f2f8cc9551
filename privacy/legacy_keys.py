"""Keys of shops older than the keys store: photos' keys wrapped in the shop, the ring derived from the key file.

The migration `02_keys` cannot open them (it has no master key): it marks them `legacy`. The first use of the keys
store re-wraps them under the current master key. Their values stay, and with them pseudonyms and sealed columns.
"""

from typing import cast

from sqlalchemy import Engine, Table, select

from privacy.encryption import unseal
from privacy.key_service import KeyService
from privacy.key_store import RING
from privacy.keys import derive_key
from privacy.models import WrappedKeyRow
from storage.database import empty_the_wal

LEGACY = "legacy"
"""The master key id of such rows."""

_ROWS = cast(Table, WrappedKeyRow.__table__)


def has_legacy_keys(engine: Engine) -> bool:
    """Say whether there are keys to adopt."""
    with engine.connect() as connection:
        found = connection.execute(select(_ROWS.c.about).where(_ROWS.c.master_key_id == LEGACY).limit(1))
        return found.first() is not None


def adopt_legacy_keys(engine: Engine, service: KeyService, secret: bytes) -> int:
    """Re-wrap every legacy key, all or none; return how many. secret: the content of the key file of that time.

    Raises CannotBeDecrypted when the file is another one. Two processes may do it at once.
    """
    wanted = select(_ROWS.c.about, _ROWS.c.wrapped).where(_ROWS.c.master_key_id == LEGACY)
    with engine.connect() as connection:
        # All are opened before one is written: the wrong file shows in the first photo's key.
        legacy = connection.execute(wanted).all()
    adopted = [(about, service.wrap(_value(about, wrapped, secret), about=about)) for about, wrapped in legacy]
    with engine.begin() as connection:
        for about, newer in adopted:
            still = (_ROWS.c.about == about) & (_ROWS.c.master_key_id == LEGACY)
            values = {"master_key_id": newer.master_key_id, "wrapped": newer.wrapped}
            connection.execute(_ROWS.update().where(still).values(values))
    if adopted:
        empty_the_wal(engine)
    return len(adopted)


def _value(about: str, wrapped: bytes, secret: bytes) -> bytes:
    if about.startswith(RING):
        return derive_key(secret, about.removeprefix(RING))
    return unseal(derive_key(secret, "photos"), wrapped, about=about.rsplit("/", 1)[-1])
