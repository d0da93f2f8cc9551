"""The documented form of an export's data.json; docs/personal-data.schema.json is made from these classes."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.json_schema import GenerateJsonSchema

FORMAT = "fashion-insta/personal-data"
VERSION = 1
_HEX_32 = r"^[0-9a-f]{32}$"
_SHA_256 = r"^[0-9a-f]{64}$"
PATH = r"^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*\.(jpg|json|html)$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Open(BaseModel):
    """Parts that this software does not read back: more may be in them."""

    model_config = ConfigDict(extra="allow", frozen=True)


class FileEntry(_Strict):
    """A file of the archive."""

    path: str = Field(pattern=PATH, max_length=120, description="Its name in the archive.")
    sha256: str = Field(pattern=_SHA_256)
    bytes: int = Field(ge=0)
    media_type: str = Field(max_length=60)


class Vector(_Strict):
    """What the search compares: a digital print of a garment."""

    encoder: str = Field(description="The model that made it.")
    float32_base64: str = Field(description="Little-endian 32-bit floats.")


class ExportedGarment(_Strict):
    """A garment that was recognised in a photo."""

    number: int = Field(ge=0, le=99)
    label: str = Field(max_length=40, description="What the model saw: dress, top …")
    confidence: float = Field(ge=0, le=1)
    box_xyxy_pixels: tuple[float, float, float, float]
    crop: FileEntry | None = Field(description="The garment cut out, on white; null when it cannot be opened.")
    corrections: dict[str, str] = Field(description="What the person corrected: category, colour.")
    vector: Vector


class ExportedPhoto(_Strict):
    """A kept photo and what was derived from it."""

    id: str = Field(pattern=_HEX_32)
    kept_since: AwareDatetime
    kept_until: AwareDatetime
    is_drawing: bool = Field(description="One of the shop's own drawn looks: nobody is in it.")
    picture: FileEntry | None = Field(description="Null when it cannot be opened any more; `problem` says why.")
    problem: str | None = None
    garments: list[ExportedGarment]


class ExportedConsent(_Open):
    """One yes to one purpose of one photo, with the words that were read."""

    photo: str
    purpose: str
    given_at: AwareDatetime
    withdrawn_at: AwareDatetime | None
    language: str
    text_version: str
    text_sha256: str = Field(pattern=_SHA_256)
    words: str | None = Field(description="The text itself.")


class ExportedLetter(_Strict):
    """A letter about a request."""

    kind: str
    sent_at: AwareDatetime
    subject: str
    text: str


class ExportedRequest(_Strict):
    """A request to the privacy officer."""

    number: str
    kind: str
    channel: str
    state: str
    received_at: AwareDatetime
    due_at: AwareDatetime
    extended_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    words: str
    letters: list[ExportedLetter]


class AuditedAct(_Strict):
    """What was done about the person; staff appear as staff, never by name."""

    at: AwareDatetime
    action: str
    words_fr: str
    words_en: str
    by: Literal["you", "staff", "system"]
    reason: str
    details: dict[str, str | int | bool]


class PersonalData(_Open):
    """All that is kept, by subject; a subject of which nothing is kept is left out. Others may be added."""

    photos: list[ExportedPhoto] = []
    consents: list[ExportedConsent] = []
    requests: list[ExportedRequest] = []
    audit: list[AuditedAct] = []
    account: dict[str, Any] = Field({}, description="E-mail, name, preferences, sessions, letters.")
    wardrobe: list[dict[str, Any]] = Field([], description="The garments that were kept.")


class ExportDocument(_Strict):
    """data.json: everything that a shop of this software keeps of one person."""

    format: Literal["fashion-insta/personal-data"]
    version: Literal[1]
    made_at: AwareDatetime
    language: Literal["fr", "en"]
    data: PersonalData


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of data.json."""
    described = ExportDocument.model_json_schema(schema_generator=_Untitled)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | described


class _Untitled(GenerateJsonSchema):
    """Fields without a title: their names and descriptions say it."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False
