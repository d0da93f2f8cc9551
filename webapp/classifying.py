"""What API and product form share: a listing that was sent -> what the classifier says of it. Nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import FileStorage

from catalog.models import full_key
from recommender.embeddings import stored_embeddings
from recommender.errors import ListingPhotoOfAnotherEncoder
from recommender.listing_records import ListingModel
from recommender.listing_training import fits
from recommender.listings import FieldSuggestion, Listing
from recommender.ports import Embedding
from storage.images import read_photo, read_picture
from webapp.errors import BadRequestValue
from webapp.photo_flow import photo_slot, uploaded_photo
from webapp.wiring import serving, wiring

_MOST_CHARACTERS = {"title": 500, "description": 10_000}


@dataclass(frozen=True)
class SentListing:
    """A listing as it came: its words, and its photo, which is not decoded yet."""

    title: str
    description: str
    photo: FileStorage | None
    picture: str = ""
    """Content hash of one of the shop's own pictures, instead of a photo."""

    @property
    def parts(self) -> list[str]:
        """What there is of it."""
        parts = {"photo": self.photo or self.picture, "title": self.title, "description": self.description}
        return [name for name, value in parts.items() if value]


@dataclass(frozen=True)
class Answered:
    """What was said, and by which classifier."""

    fields: Mapping[str, FieldSuggestion]
    model: ListingModel


def sent_listing(*, picture: str = "") -> SentListing:
    """Return the listing of a form: `title` and `description` may repeat (one a language), `photo` comes once.

    picture: content hash of one of the shop's own pictures that was sent instead.
    Raises BadRequestValue when there is nothing, or more than a listing has.
    """
    photos = [photo for photo in request.files.getlist("photo") if photo.filename]
    photo = uploaded_photo(request.files) if photos else None
    sent = SentListing(_text("title"), _text("description"), photo, picture if photo is None else "")
    if not sent.parts:
        raise BadRequestValue("photo", _("Send a photo, a title or a description."))
    return sent


def classified(sent: SentListing) -> Answered:
    """Return what the classifier says of a listing; the photo is decoded, read and dropped.

    Raises ListingClassifierMissing, ListingClassifierDamaged, ListingPhotoOfAnotherEncoder, BadImage, BlobNotFound,
    ShopBusy.
    """
    model, classifier = wiring().listing_classifiers.active()
    listing = Listing(sent.title, sent.description, _embedded(sent, model) if "photo" in sent.parts else None)
    return Answered(classifier.suggest(listing), model)


def _embedded(sent: SentListing, model: ListingModel) -> Embedding:
    encoder, pictures = serving().image_encoder, wiring().blobs
    if not fits(model, encoder.identity):
        raise ListingPhotoOfAnotherEncoder(encoder.identity, model.encoder_id)
    known = stored_embeddings([sent.picture], encoder.identity)
    if sent.picture in known:
        return known[sent.picture]
    with photo_slot():
        if sent.photo is None:
            pixels = read_picture(pictures.get(full_key(sent.picture)))
        else:
            name = sent.photo.filename or ""
            pixels = read_photo(sent.photo.read(), file_name=name, limits=wiring().photo_limits)
        vector: Embedding = encoder.encode_images([pixels])[0]
    return vector


def _text(field: str) -> str:
    words = " ".join(" ".join(request.form.getlist(field)).split())
    most = _MOST_CHARACTERS[field]
    if len(words) > most:
        raise BadRequestValue(field, _("Write at most %(most)d characters.", most=most))
    return words
