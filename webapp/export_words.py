"""The words of an export's page: what its subjects and fields are called in the person's language."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import LazyString, format_date, format_datetime, get_locale, gettext, lazy_gettext

from catalog.vocabulary import Kind, label_of
from privacy.photo_vault import KEPT_UNTIL_REMOVED
from webapp.photo_consents import PURPOSE_WORDS
from webapp.presenting import GARMENT_WORDS
from webapp.request_words import CHANNEL_WORDS, KIND_WORDS, LETTER_WORDS, STATE_WORDS

_ = lazy_gettext

_SUBJECTS = {
    "account": _("Account"),
    "photos": _("Photos and their garments"),
    "wardrobe": _("Wardrobe"),
    "consents": _("Consents"),
    "requests": _("Requests"),
    "audit": _("What was done with your data"),
    "counted_garments": _("Statistics"),
    "counted_searches": _("Counted searches"),
    "favourites": _("Favourites"),
    "panel_judgements": _("Your judgements in relevance panels"),
    "opinions": _("Your opinions of matches"),
    "training_files": _("Improvement of the models"),
    "catalogue_acts": _("What you did to products"),
    "saved_views": _("Your lists of products"),
}
_FIELDS = {
    "added_at": _("Added"),
    "at": _("When"),
    "by": _("By"),
    "box_xyxy_pixels": _("Place in the photo (pixels)"),
    "bytes": _("Size in bytes"),
    "channel": _("How it came"),
    "closed_at": _("Closed"),
    "colour": _("Colour"),
    "confidence": _("How sure the model was (0 to 1)"),
    "confirmed_at": _("Address confirmed"),
    "corrections": _("Your corrections"),
    "created_at": _("Opened"),
    "crop": _("Cut out"),
    "device": _("Device"),
    "day": _("Counted"),
    "details": _("Details"),
    "due_at": _("Answer due by"),
    "email": _("E-mail"),
    "ended_at": _("Ended"),
    "encoder": _("Model"),
    "exported_at": _("Copied for the training"),
    "extended_at": _("Extended"),
    "favourite_categories": _("Favourite categories"),
    "garment": _("Garment"),
    "garments": _("Garments"),
    "garment_size": _("Tops and dresses"),
    "given_at": _("Given"),
    "good_match": _("A good match"),
    "id": _("Number"),
    "kept_since": _("Kept since"),
    "kept_until": _("Kept until"),
    "kind": _("Kind"),
    "label": _("Recognised as"),
    "language": _("Language"),
    "last_active_at": _("Last active"),
    "last_seen_at": _("Last seen"),
    "letters": _("Letters"),
    "looked_with": _("Looked with"),
    "match_opened": _("Match opened"),
    "name": _("Name"),
    "number": _("Number"),
    "path": _("File"),
    "photo": _("Photo"),
    "preferences": _("Preferences"),
    "purpose": _("Purpose"),
    "reason": _("Reason"),
    "received_at": _("Received"),
    "role": _("Role"),
    "shoe_size": _("Shoes"),
    "trouser_size": _("Trousers"),
    "second_step_since": _("Second step of the log-in since"),
    "warned_of_erasure_at": _("Last warning that the account is unused"),
    "sent_at": _("Sent"),
    "sku": _("Reference"),
    "titles": _("Name"),
    "sessions": _("Sessions"),
    "state": _("State"),
    "subject": _("Subject"),
    "text": _("Text"),
    "text_sha256": _("Checksum of the text"),
    "text_version": _("Version of the text"),
    "withdrawn_at": _("Withdrawn"),
    "words": _("Words"),
}
_VALUES: dict[str, Mapping[Any, LazyString]] = {
    "channel": CHANNEL_WORDS,
    "garment": GARMENT_WORDS,
    "kind": {**KIND_WORDS, **LETTER_WORDS},
    "label": GARMENT_WORDS,
    "looked_with": {"photo": _("A photo"), "words": _("Words")},
    "purpose": PURPOSE_WORDS,
    "state": STATE_WORDS,
}
_KINDS_OF_SLUGS = {"category": Kind.CATEGORY, "favourite_categories": Kind.CATEGORY, "colour": Kind.COLOUR}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def subject_words(subject: str) -> str:
    """Return what a subject of the data is called."""
    return str(_SUBJECTS.get(subject, _spelled(subject)))


def field_words(field: str) -> str:
    """Return what a field is called; one without words of its own as it stands in data.json."""
    return str(_FIELDS.get(field, _spelled(field)))


def kept_words(kept_until: str) -> str:
    """Return how long a photo is kept."""
    if datetime.fromisoformat(kept_until) == KEPT_UNTIL_REMOVED:
        return str(gettext("Kept until you remove it from your wardrobe"))
    return str(gettext("Kept until %(date)s", date=value_words(kept_until)))


def correction_words(corrections: Mapping[str, str]) -> str:
    """Return what a person corrected of a garment, as the choices are called."""
    said = ", ".join(value_words(value, field) for field, value in corrections.items())
    return str(gettext("Your corrections: %(words)s", words=said))


def value_words(value: object, field: str = "") -> str:
    """Return a single value of a field in words: moments in the shop's time zone, codes as the pages call them."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    return _text_words(value, field) if isinstance(value, str) else str(value)


def _text_words(value: str, field: str) -> str:
    if moment := _moment(value):
        return str(format_datetime(moment, "d MMMM y, HH:mm"))
    if field == "day":
        return str(format_date(date.fromisoformat(value), "d MMMM y"))
    if field in _KINDS_OF_SLUGS:
        return label_of(_KINDS_OF_SLUGS[field], value, get_locale().language)
    return str(_VALUES.get(field, {}).get(value, value))


def _moment(value: str) -> datetime | None:
    """Return the moment that a value is; None for a person's own words, though they may begin like one."""
    try:
        return datetime.fromisoformat(value) if _MOMENT.match(value) else None
    except ValueError:
        return None


def _spelled(name: str) -> str:
    return name.replace("_", " ").capitalize()
