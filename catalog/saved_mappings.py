"""What the columns of feeds mean, kept under names for the next upload and for schedules."""

from typing import Any

from sqlalchemy import select

from catalog.feed_mapping import mapping_from
from catalog.feed_models import FeedSchedule, SavedMapping
from storage.database import db, id_in


def saved_mappings() -> list[SavedMapping]:
    """Return all saved mappings, by label."""
    return list(db.session.scalars(select(SavedMapping).order_by(SavedMapping.label)))


def saved_mapping(number: str) -> SavedMapping | None:
    """Return the mapping that a form's or an address's number names; None where there is none."""
    mapping_id = id_in(number)
    return None if mapping_id is None else db.session.get(SavedMapping, mapping_id)


def keep_mapping(label: str, document: dict[str, Any]) -> None:
    """Keep a mapping's document under a name, in place of one that had it; does not flush. Raises MappingError."""
    mapping_from(document)
    found = db.session.scalar(select(SavedMapping).filter_by(label=label))
    if found is None:
        db.session.add(SavedMapping(label=label, document=document))
    else:
        found.document = document


def is_scheduled(mapping: SavedMapping) -> bool:
    """Whether a schedule reads its feed with this mapping."""
    return db.session.scalar(select(FeedSchedule.id).filter_by(mapping_id=mapping.id).limit(1)) is not None
