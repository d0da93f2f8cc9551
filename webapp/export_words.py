"""The words of an export's page: what its subjects and fields are called in the person's language."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import LazyString, format_datetime, gettext, lazy_gettext

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
    "statistics": _("Statistics"),
    "training": _("Improvement of the models"),
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
    "counted_on": _("Counted"),
    "created_at": _("Opened"),
    "crop": _("Cut out"),
    "device": _("Device"),
    "details": _("Details"),
    "due_at": _("Answer due by"),
    "email": _("E-mail"),
    "ended_at": _("Ended"),
    "encoder": _("Model"),
    "extended_at": _("Extended"),
    "favourite_categories": _("Favourite categories"),
    "garment": _("Garment"),
    "garments": _("Garments"),
    "garment_size": _("Tops and dresses"),
    "given_at": _("Given"),
    "id": _("Number"),
    "kept_since": _("Kept since"),
    "kept_until": _("Kept until"),
    "kind": _("Kind"),
    "label": _("Recognised as"),
    "language": _("Language"),
    "last_active_at": _("Last active"),
    "last_seen_at": _("Last seen"),
    "letters": _("Letters"),
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
    "purpose": PURPOSE_WORDS,
    "state": STATE_WORDS,
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def subject_words(subject: str) -> str:
    """Return what a subject of the data is called."""
    return str(_SUBJECTS.get(subject, _spelled(subject)))


def field_words(field: str) -> str:
    """Return what a field is called; one without words of its own as it stands in data.json."""
    return str(_FIELDS.get(field, _spelled(field)))


def value_words(value: object, field: str = "") -> str:
    """Return a single value of a field in words: moments in the shop's time zone, codes as the pages call them."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if isinstance(value, str) and _MOMENT.match(value):
        return str(format_datetime(datetime.fromisoformat(value), "d MMMM y, HH:mm"))
    if field in _VALUES and isinstance(value, str):
        return str(_VALUES[field].get(value, value))
    return str(value)


def _spelled(name: str) -> str:
    return name.replace("_", " ").capitalize()
