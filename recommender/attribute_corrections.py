"""A person's word on what a picture shows: stored by the picture's content, it wins over what the models read."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from recommender.attributes import require_known
from recommender.models import AttributeCorrection
from storage.database import db, now

COMMAND_LINE = "command line"


def correct_attribute(
    content_hash: str, attribute: str, value: str, *, known: Mapping[str, tuple[str, ...]], corrected_as: str
) -> None:
    """Store that the picture's attribute is `value`, in place of an earlier correction; flushes, does not commit.

    known: attribute -> values. Raises NoSuchAttribute or NoSuchAttributeValue.
    """
    require_known(attribute, value, known)
    db.session.merge(
        AttributeCorrection(
            content_hash=content_hash, attribute=attribute, value=value, corrected_as=corrected_as, corrected_at=now()
        )
    )
    db.session.flush()


def replace_corrections(
    content_hash: str, said: Mapping[str, str], *, known: Mapping[str, tuple[str, ...]], corrected_as: str
) -> None:
    """Store for each attribute of `said` its value, or nothing for an empty one; what is said already stays as it is.

    Raises NoSuchAttribute or NoSuchAttributeValue. Flushes, does not commit.
    """
    stored = corrections_of(content_hash)
    for attribute, value in said.items():
        if not value:
            withdraw_correction(content_hash, attribute)
        elif value != stored.get(attribute):
            correct_attribute(content_hash, attribute, value, known=known, corrected_as=corrected_as)


def withdraw_correction(content_hash: str, attribute: str) -> None:
    """Let the models speak again; does nothing when nothing was corrected. Flushes, does not commit."""
    db.session.execute(delete(AttributeCorrection).filter_by(content_hash=content_hash, attribute=attribute))


def corrections_of(content_hash: str) -> dict[str, str]:
    """Return what was corrected of a picture: attribute -> value."""
    rows = db.session.execute(
        select(AttributeCorrection.attribute, AttributeCorrection.value).filter_by(content_hash=content_hash)
    )
    return {row.attribute: row.value for row in rows}
