"""A person's wardrobe: the garments of their photos that they chose to keep, until they take them out."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from accounts.errors import GarmentNotInWardrobe, NameTooLong, NoSuchGarment
from accounts.models import WardrobeItem
from privacy.audit_notes import note
from privacy.consent import Purpose, consents_in_force, has_consent, require_consent, withdraw_consent
from privacy.keys import PersonalDataKeys
from privacy.models import ConsentRecord
from privacy.sealed_columns import place, seal_text, unseal_text
from storage.database import db, now

LONGEST_NAME_CHARACTERS = 60


@dataclass(frozen=True)
class KeptGarment:
    """One garment of a wardrobe."""

    id: str
    photo_id: str
    number: int
    """Its place among the photo's garments, from 0."""
    garment: str
    """The segmenter's label: `dress`, `top` …"""
    name: str
    """What its owner calls it; empty when they gave it no name."""
    added_at: datetime


def keep_garments(*, pseudonym: str, photo_id: str, garments: Mapping[int, str], chosen: Collection[int]) -> None:
    """Let the wardrobe hold exactly the chosen garments of a photo; flushes, does not commit.

    garments: label by number. One that stays keeps its name. Raises ConsentMissing, NoSuchGarment.
    """
    require_consent(consents_in_force(photo_id), Purpose.WARDROBE)
    if not set(chosen) <= set(garments):
        raise NoSuchGarment
    kept = {item.garment_number: item for item in _items_of_photo(photo_id)}
    for number in kept.keys() - set(chosen):
        db.session.delete(kept[number])
    added_at = now()
    for number in sorted(set(chosen) - kept.keys()):
        db.session.add(
            WardrobeItem(
                id=uuid.uuid4().hex,
                pseudonym=pseudonym,
                photo_id=photo_id,
                garment_number=number,
                garment=garments[number],
                added_at=added_at,
            )
        )
    db.session.flush()


def wardrobe_of(pseudonym: str, keys: PersonalDataKeys) -> list[KeptGarment]:
    """Return a person's garments, newest photo first; those of photos whose consent stands."""
    items = select(WardrobeItem).filter_by(pseudonym=pseudonym).where(WardrobeItem.photo_id.in_(_photos_agreed_to()))
    newest_first = items.order_by(WardrobeItem.added_at.desc(), WardrobeItem.photo_id, WardrobeItem.garment_number)
    return [_kept(item, keys) for item in db.session.scalars(newest_first)]


def garment_of(item_id: str, *, pseudonym: str, keys: PersonalDataKeys) -> KeptGarment:
    """Return one garment of a person. Raises GarmentNotInWardrobe."""
    return _kept(_item(item_id, pseudonym), keys)


def numbers_kept_of(photo_id: str) -> set[int]:
    """Return which garments of a photo are in the wardrobe."""
    return {item.garment_number for item in _items_of_photo(photo_id)}


def rename_garment(item_id: str, name: str, *, pseudonym: str, keys: PersonalDataKeys) -> None:
    """Give a garment a name, or none; flushes. Raises GarmentNotInWardrobe, NameTooLong."""
    item = _item(item_id, pseudonym)
    cleaned = " ".join(name.split())
    if len(cleaned) > LONGEST_NAME_CHARACTERS:
        raise NameTooLong
    item.name_sealed = seal_text(keys, cleaned, about=_place_of_name(item)) if cleaned else None
    db.session.flush()


def take_out(item_id: str, *, pseudonym: str) -> str:
    """Take a garment out of the wardrobe and return its photo's id; flushes. Raises GarmentNotInWardrobe.

    With the last garment of a photo goes the consent to keep it: nothing rests on it any more.
    """
    item = _item(item_id, pseudonym)
    photo_id = item.photo_id
    db.session.delete(item)
    db.session.flush()
    if not numbers_kept_of(photo_id):
        withdraw_consent(photo_id, Purpose.WARDROBE)
        note("consent.withdrawn", actor=pseudonym, subject=pseudonym, details={"purpose": Purpose.WARDROBE.value})
    return photo_id


def _photos_agreed_to() -> Select[Any]:
    return select(ConsentRecord.photo_id).filter_by(purpose=Purpose.WARDROBE.value, withdrawn_at=None)


def _item(item_id: str, pseudonym: str) -> WardrobeItem:
    item = db.session.get(WardrobeItem, item_id)
    if item is None or item.pseudonym != pseudonym or not has_consent(item.photo_id, Purpose.WARDROBE):
        raise GarmentNotInWardrobe
    return item


def _items_of_photo(photo_id: str) -> list[WardrobeItem]:
    return list(db.session.scalars(select(WardrobeItem).filter_by(photo_id=photo_id)))


def _kept(item: WardrobeItem, keys: PersonalDataKeys) -> KeptGarment:
    name = unseal_text(keys, item.name_sealed, about=_place_of_name(item)) if item.name_sealed else ""
    return KeptGarment(item.id, item.photo_id, item.garment_number, item.garment, name, item.added_at)


def _place_of_name(item: WardrobeItem) -> str:
    return place("wardrobe_item", item.id, "name")
