"""Tables of the rights of a person: their requests and the letters about them; free text is sealed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from privacy.activities import EXPORTS, REQUESTS
from privacy.declarations import NOT_PERSONAL, Protection, personal
from storage.database import Model, UtcDateTime

_LINKED = personal(REQUESTS, Protection.LINKED)
_SEALED = personal(REQUESTS, Protection.SEALED)
_NAMED = personal(REQUESTS, Protection.PSEUDONYM)
_ARCHIVED = personal(EXPORTS, Protection.LINKED)


class RequestKind(StrEnum):
    """Which right a person exercises."""

    ACCESS = "access"  # Art. 15
    RECTIFICATION = "rectification"  # Art. 16
    ERASURE = "erasure"  # Art. 17
    RESTRICTION = "restriction"  # Art. 18
    PORTABILITY = "portability"  # Art. 20
    OBJECTION = "objection"  # Art. 21


class RequestState(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    IDENTITY = "identity"
    """It is not sure yet that the person asking is the person meant."""
    WORKING = "working"
    WAITING = "waiting"
    """The officer has asked the person something."""
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN_STATES = (RequestState.RECEIVED, RequestState.IDENTITY, RequestState.WORKING, RequestState.WAITING)


class Channel(StrEnum):
    """How a request came."""

    MY_DATA = "my_data"
    LETTER = "letter"
    EMAIL = "email"
    PHONE = "phone"


class IdentityMeans(StrEnum):
    """How the officer knows that it is the person: the fact only, no copy is kept."""

    LOGGED_IN = "logged_in"
    CODE = "code"
    DOCUMENTS = "documents"


class RightsRequest(Model):
    """One request of one person, with its clock."""

    __tablename__ = "rights_request"

    id: Mapped[str] = mapped_column(String(10), primary_key=True, info=NOT_PERSONAL)
    version: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    """Counts the changes, so that of two officers at once only the first one's change is taken."""
    kind: Mapped[str] = mapped_column(String(20), info=_LINKED)
    channel: Mapped[str] = mapped_column(String(20), info=_LINKED)
    language: Mapped[str] = mapped_column(String(5), info=_LINKED)
    pseudonym: Mapped[str] = mapped_column(String(32), index=True, info=_NAMED)
    """Empty: nobody that the shop knows, or somebody whose data has been erased."""
    state: Mapped[str] = mapped_column(String(12), index=True, info=_LINKED)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, info=_LINKED)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, info=_LINKED)
    extended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=_LINKED)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, info=_LINKED)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True, info=_LINKED)
    assigned_to: Mapped[str] = mapped_column(String(32), default="", info=_NAMED)
    identity_means: Mapped[str | None] = mapped_column(String(12), info=_LINKED)
    identity_checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=_LINKED)
    code_hash: Mapped[str | None] = mapped_column(String(64), info=personal(REQUESTS, Protection.HASHED))
    code_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=_LINKED)
    code_tries: Mapped[int] = mapped_column(default=0, info=_LINKED)
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=_SEALED)
    """What the person wrote or said."""
    notes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=_SEALED)
    """What the officer wrote: why extended, why refused, what was done."""
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=_SEALED)
    """Where to answer a person whom no account names; gone when the request is closed."""
    erasure_id: Mapped[str | None] = mapped_column(String(32), info=_LINKED)
    """The erasure that the officer began for it: its page leads to the receipt."""

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy has it

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class RightsLetter(Model):
    """A letter that was sent about a request."""

    __tablename__ = "rights_letter"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    request_id: Mapped[str] = mapped_column(ForeignKey("rights_request.id"), index=True, info=_NAMED)
    kind: Mapped[str] = mapped_column(String(20), info=_LINKED)
    language: Mapped[str] = mapped_column(String(5), info=_LINKED)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=_SEALED)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, info=_LINKED)


class ArchiveKind(StrEnum):
    """Which way personal data travels."""

    EXPORT = "export"
    IMPORT = "import"


class ArchiveState(StrEnum):
    """Where an archive stands."""

    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"
    DONE = "done"
    """An import: what was chosen of it is in the vault."""


class PersonalArchive(Model):
    """An export that waits for its owner, or an import that waits for its owner's consents; the bytes are a blob."""

    __tablename__ = "personal_archive"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=NOT_PERSONAL)
    kind: Mapped[str] = mapped_column(String(8), info=_ARCHIVED)
    pseudonym: Mapped[str] = mapped_column(String(32), index=True, info=personal(EXPORTS, Protection.PSEUDONYM))
    language: Mapped[str] = mapped_column(String(5), info=_ARCHIVED)
    state: Mapped[str] = mapped_column(String(10), info=_ARCHIVED)
    problem: Mapped[str] = mapped_column(String(40), default="", info=_ARCHIVED)
    """The code of what went wrong; empty while nothing did."""
    job_id: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0, info=_ARCHIVED)
    photos: Mapped[int] = mapped_column(default=0, info=_ARCHIVED)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, info=_ARCHIVED)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, info=_ARCHIVED)
