"""One table: domain error -> HTTP status, stable code and words, for pages and for the API."""

from dataclasses import dataclass

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask_babel import LazyString, lazy_gettext, ngettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from accounts.errors import (
    AccountNotFound,
    EmailNotConfirmed,
    EmailTaken,
    GarmentNotInWardrobe,
    LinkNotValid,
    MailNotSent,
    NameTooLong,
    NoSuchGarment,
    NotAnEmail,
    PasswordTooWeak,
    SameEmail,
    SecondStepIsOn,
    SecondStepNotBegun,
    SessionNotFound,
    TooManyAttempts,
    WardrobeNeedsAccount,
    Weakness,
    WrongCode,
    WrongCredentials,
)
from accounts.passwords import MAX_CHARACTERS, MIN_CHARACTERS
from catalog.errors import (
    AnotherImportRuns,
    ChangeBatchNotFound,
    FeedMovedOn,
    FeedNotFound,
    FeedUnreadable,
    FindingNotFound,
    ProductNotFound,
    RuleChangedMeanwhile,
    RuleNotFound,
    ScheduleNotFound,
)
from privacy.archive_errors import (
    ArchiveAltered,
    ArchiveError,
    ArchiveNotFound,
    ArchiveNotReady,
    ArchiveTooLarge,
    ArchiveTooNew,
    ArchiveUnsafe,
    ForeignArchive,
    NotAnArchive,
    NothingToImport,
    PhotoUnreadable,
)
from privacy.breach_errors import (
    BreachChangedMeanwhile,
    BreachIncomplete,
    BreachIsClosed,
    BreachNotFound,
    BreachUnreadable,
)
from privacy.erasure_errors import BeingErased, ErasureNotFound
from privacy.errors import (
    AlertNotFound,
    CannotBeDecrypted,
    ClockWentBackwards,
    ConsentMissing,
    DrawingAsksForNoConsent,
    KeyDestroyed,
    KeyMissing,
    KeysOutOfReach,
    ObjectionStands,
    PeriodOutOfBounds,
    PhotoNotFound,
    ProcessingRestricted,
    PurgeInterrupted,
    UnknownPurpose,
)
from privacy.rights_errors import (
    ClockRanBackwards,
    ExtensionTooLate,
    IdentityNotChecked,
    LetterUnfinished,
    PersonUnknown,
    ReasonMissing,
    RequestChangedMeanwhile,
    RequestIsClosed,
    RequestNotFound,
    TextTooLong,
    TooManyRequests,
)
from recommender.errors import (
    EncoderUnavailable,
    FavouritesFull,
    IndexBuiltWithAnotherEncoder,
    IndexDamaged,
    IndexMissing,
    ListingClassifierDamaged,
    ListingClassifierMissing,
    ListingPhotoOfAnotherEncoder,
    NoEarlierClassifier,
    NothingJudged,
    NothingToSearchFor,
    PanelClosed,
    PanelNotFound,
    TooManyOpinions,
)
from segmentation.errors import SegmenterUnavailable
from storage.database import db
from storage.errors import (
    AnimatedImage,
    BadImage,
    BlobNotFound,
    EmptyFile,
    ImageTakesTooLong,
    ImageTooLarge,
    ImageTooSmall,
    InvalidBlobKey,
    NotAnImage,
    StorageFull,
    TruncatedImage,
    UnsupportedColours,
    WrongExtension,
    is_full,
)
from webapp.denials import note_denial

_ = lazy_gettext


@dataclass(frozen=True)
class Answer:
    """What a person or a program is told."""

    status: int
    code: str
    words: str | LazyString


class BadRequestValue(Exception):
    """A form field or query parameter cannot be used; `field` names it, the words say what is allowed."""

    def __init__(self, field: str, words: str | LazyString) -> None:
        super().__init__(words)
        self.field = field
        self.words = words


class ShopBusy(Exception):
    """More photos wait than can be worked on in time: try again in a few seconds."""


ANSWERS: dict[type[Exception], Answer] = {
    EmptyFile: Answer(400, EmptyFile.code, _("The file is empty. Choose the photo again.")),
    NotAnImage: Answer(415, NotAnImage.code, _("This is no photo that we can read. Send a JPEG, PNG, WebP or HEIC.")),
    WrongExtension: Answer(
        415,
        WrongExtension.code,
        _("The file’s name and its content disagree about the format. Export the photo again, or rename it."),
    ),
    TruncatedImage: Answer(
        422, TruncatedImage.code, _("The photo is damaged or cut short. Take it again, or send it again.")
    ),
    ImageTooLarge: Answer(413, ImageTooLarge.code, _("The photo has too many pixels. Send a smaller one.")),
    ImageTakesTooLong: Answer(
        422,
        ImageTakesTooLong.code,
        _("Reading this photo would take too long. Save it again as an ordinary JPEG, and send that."),
    ),
    ImageTooSmall: Answer(422, ImageTooSmall.code, _("The picture is too small. Send a larger one.")),
    AnimatedImage: Answer(415, AnimatedImage.code, _("The picture is animated. Send a single still photo.")),
    UnsupportedColours: Answer(
        415,
        UnsupportedColours.code,
        _("The picture is in print colours, 16 bits, or a transparent palette. Save it as an ordinary RGB photo."),
    ),
    BadImage: Answer(415, BadImage.code, _("This file cannot be used as a photo.")),
    ConsentMissing: Answer(
        403, "consent_missing", _("We may only look at your photo if you agree. Tick the box and send it again.")
    ),
    ProcessingRestricted: Answer(
        403,
        "processing_restricted",
        _("Your data is on hold, as was asked: it is kept and not used. On “My data” you can lift the hold."),
    ),
    ObjectionStands: Answer(
        403,
        "objection_stands",
        _("You objected to this use of your data, so it is not made. On “My data” you can take that back."),
    ),
    ArchiveNotFound: Answer(
        404, ArchiveNotFound.code, _("This copy is no longer kept: it was erased or its time is up.")
    ),
    ArchiveNotReady: Answer(409, ArchiveNotReady.code, _("This copy is not ready.")),
    NotAnArchive: Answer(
        422, NotAnArchive.code, _("This is no ZIP file, or it is damaged. Download the copy again, then send it here.")
    ),
    ArchiveTooLarge: Answer(413, ArchiveTooLarge.code, _("The copy is too large, or would unpack to too much.")),
    ArchiveUnsafe: Answer(
        422,
        ArchiveUnsafe.code,
        _("The ZIP holds files that no such copy has. Send the file just as the other shop gave it to you."),
    ),
    ForeignArchive: Answer(
        422, ForeignArchive.code, _("This ZIP is no copy of data from a shop of this kind, so we cannot read it.")
    ),
    ArchiveTooNew: Answer(
        422, ArchiveTooNew.code, _("This copy has a version that we do not know. Ask the other shop for version 1.")
    ),
    ArchiveAltered: Answer(
        422,
        ArchiveAltered.code,
        _("The copy was altered or is incomplete. Send the file just as the other shop gave it to you."),
    ),
    NothingToImport: Answer(
        422, NothingToImport.code, _("There is no photo to take over: none is in the copy, or none was chosen.")
    ),
    PhotoUnreadable: Answer(
        422, PhotoUnreadable.code, _("One of the photos cannot be read, so none was taken over. Leave it out.")
    ),
    ArchiveError: Answer(422, ArchiveError.code, _("This copy cannot be used.")),
    RequestNotFound: Answer(404, "request_not_found", _("There is no such request.")),
    RequestChangedMeanwhile: Answer(
        409,
        "request_changed",
        _("Somebody else changed this request meanwhile. Look at what is there now, then decide again."),
    ),
    RequestIsClosed: Answer(409, "request_closed", _("This request is closed; nothing of it changes any more.")),
    IdentityNotChecked: Answer(
        409, "identity_not_checked", _("Check the identity first: nothing is handed out or changed before.")
    ),
    PersonUnknown: Answer(
        409, "person_unknown", _("Say first whom the request is about, or answer that nothing is held.")
    ),
    LetterUnfinished: Answer(
        400,
        "letter_unfinished",
        _("The letter is not finished: fill in what stands as […]; [code] belongs in a proof of identity alone."),
    ),
    ExtensionTooLate: Answer(
        409, "extension_too_late", _("The period can be extended once, with notice inside the first month.")
    ),
    ReasonMissing: Answer(400, "reason_missing", _("Say why, in a few words.")),
    TextTooLong: Answer(400, "text_too_long", _("The text is too long: 4,000 characters at most.")),
    TooManyRequests: Answer(
        409, "too_many_requests_open", _("You have many open requests already. Wait for an answer, or withdraw one.")
    ),
    ClockRanBackwards: Answer(
        503, "clock_wrong", _("The date is before what has happened already: correct the date, or the server’s clock.")
    ),
    UnknownPurpose: Answer(
        400,
        "unknown_purpose",
        _("There is no such purpose. Consent to recommendation, wardrobe, statistics or training."),
    ),
    DrawingAsksForNoConsent: Answer(
        409,
        "drawing_asks_for_no_consent",
        _("This is one of our drawings: nobody is in it, so there is nothing to agree to."),
    ),
    WardrobeNeedsAccount: Answer(
        403, "wardrobe_needs_account", _("Without an account you could not find your wardrobe again. Log in first.")
    ),
    GarmentNotInWardrobe: Answer(404, "garment_not_in_wardrobe", _("This garment is not in your wardrobe (any more).")),
    NoSuchGarment: Answer(400, "no_such_garment", _("The photo has no such garment. Choose among those shown.")),
    NameTooLong: Answer(400, "name_too_long", _("This name is too long. Use at most 60 characters.")),
    BeingErased: Answer(
        409, "being_erased", _("Your data is being erased, as was asked: nothing new can be kept of you.")
    ),
    ErasureNotFound: Answer(404, "erasure_not_found", _("There is no such erasure, or its link has lapsed.")),
    PhotoNotFound: Answer(404, "photo_not_found", _("This photo is no longer kept: it was erased or its time is up.")),
    CannotBeDecrypted: Answer(500, "photo_unreadable", _("This photo can no longer be opened. Please send it again.")),
    KeyDestroyed: Answer(404, "photo_not_found", _("This photo is no longer kept: it was erased or its time is up.")),
    KeyMissing: Answer(500, "photo_unreadable", _("This photo can no longer be opened. Please send it again.")),
    KeysOutOfReach: Answer(
        503, "keys_out_of_reach", _("Nothing that is encrypted can be opened at the moment. Try again later.")
    ),
    PeriodOutOfBounds: Answer(400, "period_out_of_bounds", _("A retention period is out of its bounds.")),
    ClockWentBackwards: Answer(
        409,
        "clock_went_backwards",
        _("The clock shows a time before the last purge: nothing was erased. Have the server’s clock set right."),
    ),
    PurgeInterrupted: Answer(
        503,
        "purge_interrupted",
        _("The storage failed during the purge. Nothing is half-done; try again, it goes on where it stopped."),
    ),
    ProductNotFound: Answer(404, "product_not_found", _("This item is no longer in the shop.")),
    ChangeBatchNotFound: Answer(
        404, "act_not_found", _("The history has no such act: it never was, or its time is up.")
    ),
    FeedUnreadable: Answer(422, "feed_unreadable", _("This feed cannot be read, or its file is gone. Send it again.")),
    FeedNotFound: Answer(404, "feed_not_found", _("There is no such feed.")),
    ScheduleNotFound: Answer(404, "schedule_not_found", _("This schedule is no longer there.")),
    FeedMovedOn: Answer(
        409,
        "feed_moved_on",
        _("Something was done with this feed meanwhile, by somebody else or in the background: see where it stands."),
    ),
    AnotherImportRuns: Answer(
        409, "another_import_runs", _("Another feed is being imported. Wait for its end, or pause it.")
    ),
    FindingNotFound: Answer(404, "finding_not_found", _("This was put right meanwhile, or is no more.")),
    RuleNotFound: Answer(404, "rule_not_found", _("There is no such rule (any more).")),
    RuleChangedMeanwhile: Answer(
        409, "rule_changed", _("Somebody else changed this rule since you opened it. Load it again, then decide.")
    ),
    BlobNotFound: Answer(404, "picture_not_found", _("This picture is not here (any more).")),
    InvalidBlobKey: Answer(404, "picture_not_found", _("This picture is not here (any more).")),
    IndexMissing: Answer(503, "index_missing", _("The shop is being prepared. Try again in a minute.")),
    IndexDamaged: Answer(503, "index_damaged", _("The shop is being prepared. Try again in a minute.")),
    IndexBuiltWithAnotherEncoder: Answer(
        503, "index_of_another_encoder", _("The shop is being prepared. Try again in a minute.")
    ),
    EncoderUnavailable: Answer(503, "encoder_unavailable", _("The shop is being prepared. Try again in a minute.")),
    SegmenterUnavailable: Answer(503, "segmenter_unavailable", _("The shop is being prepared. Try again in a minute.")),
    ListingClassifierMissing: Answer(
        503,
        "classifier_missing",
        _("No classifier was trained yet. A merchandiser trains one on the page Classification."),
    ),
    ListingClassifierDamaged: Answer(
        503,
        "classifier_damaged",
        _("The classifier cannot be read. A merchandiser trains it again on the page Classification."),
    ),
    ListingPhotoOfAnotherEncoder: Answer(
        503,
        "classifier_of_another_encoder",
        _("The classifier cannot read photos since the shop changed its encoder. Send words alone, or train it again."),
    ),
    NoEarlierClassifier: Answer(409, "no_earlier_classifier", _("There is no earlier classifier to go back to.")),
    NothingToSearchFor: Answer(400, "query_empty", _("Tell us what to look for: a photo, words, or both.")),
    WrongCredentials: Answer(401, "wrong_credentials", _("The e-mail or the password is wrong.")),
    MailNotSent: Answer(503, "mail_not_sent", _("The letter could not be sent. Nothing is recorded; try again later.")),
    AlertNotFound: Answer(404, "alert_not_found", _("There is no such alert.")),
    BreachNotFound: Answer(404, "breach_not_found", _("There is no such breach in the register.")),
    BreachChangedMeanwhile: Answer(
        409, "breach_changed", _("Somebody else changed this record since you opened it. Load it again, then decide.")
    ),
    BreachIsClosed: Answer(409, "breach_closed", _("This record is closed. Open it again before you change it.")),
    BreachUnreadable: Answer(
        500, "breach_unreadable", _("The words of this breach cannot be opened: they were altered. Restore a backup.")
    ),
    BreachIncomplete: Answer(422, "breach_incomplete", _("The record does not say all that it must.")),
    PanelNotFound: Answer(404, "panel_not_found", _("There is no such relevance panel.")),
    PanelClosed: Answer(409, "panel_closed", _("This panel is closed and takes no more judgements. Open a new one.")),
    NothingJudged: Answer(409, "nothing_judged", _("Nobody has judged a match of this panel yet.")),
    FavouritesFull: Answer(409, "favourites_full", _("You have 500 favourites already. Take one away first.")),
    TooManyOpinions: Answer(409, "too_many_opinions", _("You have judged every match of this search already.")),
    ShopBusy: Answer(503, "busy", _("The shop is busy. Try again in a few seconds.")),
    CSRFError: Answer(400, "csrf_failed", _("The page was open for too long. Go back, reload it and try again.")),
    EmailNotConfirmed: Answer(
        403, "email_not_confirmed", _("Confirm your e-mail address first: we sent you a letter with a link.")
    ),
    LinkNotValid: Answer(
        410, "link_not_valid", _("This link was used already, has lapsed, or was replaced by a newer one.")
    ),
    WrongCode: Answer(401, "wrong_code", _("The code is wrong, or was used already. Wait for the next one.")),
    NotAnEmail: Answer(400, "not_an_email", _("Write the address as name@domain.example.")),
    SameEmail: Answer(400, "same_email", _("This is your address already.")),
    EmailTaken: Answer(409, "email_taken", _("An account with this e-mail exists.")),
    AccountNotFound: Answer(404, "account_not_found", _("There is no such account.")),
    SessionNotFound: Answer(404, "session_not_found", _("This device is logged out already.")),
    SecondStepIsOn: Answer(409, "second_step_on", _("The second step is on already.")),
    SecondStepNotBegun: Answer(409, "second_step_not_begun", _("Begin the set-up of the second step again.")),
}

_WEAKNESS_WORDS = {
    Weakness.TOO_SHORT: _("The password is too short: take %(least)d characters or more.", least=MIN_CHARACTERS),
    Weakness.TOO_LONG: _("The password is too long: take %(most)d characters at most.", most=MAX_CHARACTERS),
    Weakness.TOO_COMMON: _("Many people use this password, so it is the first to be guessed. Take another one."),
    Weakness.TOO_UNIFORM: _("The password repeats the same few characters. Take another one."),
    Weakness.LIKE_EMAIL: _("The password is made of your e-mail address. Take another one."),
}

_HTTP_WORDS = {
    400: ("bad_request", _("The request cannot be understood.")),
    401: ("login_required", _("Please log in first.")),
    403: ("forbidden", _("Your account may not open this page.")),
    404: ("not_found", _("There is no such page.")),
    405: ("method_not_allowed", _("This address does not accept this kind of request.")),
    406: ("not_acceptable", _("None of the formats that you accept is on offer.")),
    413: ("request_too_large", _("The file is over the size limit. Send a smaller photo.")),
    415: ("media_type_not_supported", _("Send a form (multipart/form-data); a photo is one of its files.")),
    500: ("server_error", _("Something went wrong on our side. Nothing was kept.")),
    503: ("unavailable", _("The shop is busy. Try again in a minute.")),
    507: ("storage_full", _("Our storage is full; your photo was not kept. Try again later.")),
}


def answer_for(error: Exception) -> Answer:
    """Return the table's answer for an error; the nearest class in its family wins, else a plain 500."""
    if isinstance(error, BadRequestValue):
        return Answer(400, "invalid_value", error.words)
    if isinstance(error, PasswordTooWeak):
        return Answer(400, "password_too_weak", _WEAKNESS_WORDS[error.weakness])
    if isinstance(error, TooManyAttempts):
        words = _("Too many attempts. Wait %(time)s and try again.", time=_waiting_words(error.wait_seconds))
        return Answer(429, "too_many_attempts", words)
    for family in type(error).__mro__:
        if family in ANSWERS:
            return ANSWERS[family]
    if isinstance(error, HTTPException) and error.code:
        code, words = _HTTP_WORDS.get(error.code, (error.name.lower().replace(" ", "_"), error.name))
        return Answer(error.code, code, words)
    status = 507 if isinstance(error, StorageFull) or is_full(error) else 500
    return Answer(status, *_HTTP_WORDS[status])


def _waiting_words(seconds: int) -> str:
    """Return how long to wait, in the coarsest unit that is not too short."""
    if seconds <= 90:
        return str(ngettext("%(num)d second", "%(num)d seconds", seconds))
    return str(ngettext("%(num)d minute", "%(num)d minutes", -(-seconds // 60)))


def words_of_code(code: str) -> str | LazyString:
    """Return the words for a code that was kept with a failed job; general ones for a code that nobody foresaw."""
    return next((answer.words for answer in ANSWERS.values() if answer.code == code), _HTTP_WORDS[500][1])


def register_error_pages(app: Flask) -> None:
    """Answer every error by the table, unless the pages of a desk answer it in their own place."""
    app.register_error_handler(Exception, answer_error)


def answer_error(error: Exception) -> tuple[Response | str, int]:
    """Return the table's answer: JSON below /api, a page elsewhere; a broken transaction is rolled back."""
    db.session.rollback()
    answer = answer_for(error)
    if answer.status in (403, 429):
        note_denial(answer.code)
    if answer.status >= 500:
        # Foreseen ones (the index is being built, say) are a line, surprises come with their traceback.
        surprise = error if type(error) not in ANSWERS else None
        current_app.logger.error("%s %s: %s", request.method, request.endpoint, answer.code, exc_info=surprise)
    if is_api_request():
        return json_error(answer, field=getattr(error, "field", None)), answer.status
    return render_template("errors/error.html", answer=answer), answer.status


def is_api_request() -> bool:
    """Say whether the answer goes to a program."""
    return request.path.startswith("/api/")


def json_error(answer: Answer, *, field: str | None = None) -> Response:
    """Return the API's one error shape: {"error": {"code", "message", "field"?}}."""
    error = {"code": answer.code, "message": str(answer.words)}
    return jsonify(error=error | ({"field": field} if field else {}))
