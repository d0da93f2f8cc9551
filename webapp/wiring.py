"""The only module that chooses adapters: which real thing is plugged in where."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from threading import BoundedSemaphore
from typing import cast
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g
from sqlalchemy import select

from accounts.accounts_source import AccountsSource
from accounts.folder_mailer import FolderMailer
from accounts.inactivity import SESSIONS_LAPSE, AccountsLapse, UnusedAccounts, WardrobesLapse, WarningLetters
from accounts.models import Account
from accounts.people import AccountDesk
from accounts.ports import Mailer
from accounts.sessions import LimitsOfRoles, SessionLimits
from accounts.smtp_mailer import SmtpMailer, SmtpServer
from accounts.wardrobe_source import WardrobeSource
from catalog.feed_fetching import Fetcher, WebPictures
from catalog.feed_intake import FetchLimits
from catalog.history_source import HISTORY_LAPSES, CatalogueWork
from privacy.alert_rules import (
    AlertRule,
    ManyDenials,
    ManyDenialsAroundOne,
    ManyPersonsOpened,
    OutsideWorkingHours,
    WorkingHours,
)
from privacy.archives import Archives, ArchivesLapse, ArchivesSource
from privacy.audit_chain import AuditSeal
from privacy.audit_notes import NOTE_TABLES, SYSTEM, note
from privacy.audit_source import AuditSource
from privacy.azure_key_vault import AzureKeyVault
from privacy.breaches_source import BreachRecords
from privacy.consent_source import ConsentSource
from privacy.destroyed_keys import DestroyedKeys
from privacy.erasure import BY_RETENTION, Erasures, LetterWithReceipt, ReceiptTerms, Stage
from privacy.errors import KeyFileUnsafe, MasterKeyMissing
from privacy.key_backups import KeyBackups
from privacy.key_ring import KeyRing
from privacy.key_service import KeyService
from privacy.key_store import KeyStore
from privacy.keys import PersonalDataKeys, create_key_file, read_key_file
from privacy.lapsing import (
    ALERTS_LAPSE,
    BREACHES_LAPSE,
    CONSENTS_LAPSE,
    DISPOSALS_LAPSE,
    ERASED_LAPSE,
    ERASURES_LAPSE,
    STATISTICS_LAPSE,
    PhotosLapse,
    TrainingLapse,
)
from privacy.legacy_keys import LEGACY, adopt_legacy_keys, has_legacy_keys
from privacy.local_key_file import LocalKeyFile
from privacy.models import ConsentRecord, KeptPhoto
from privacy.moving_key_service import MovingKeyService
from privacy.photo_sources import PhotoBlobs, PhotoKeys, PhotoRows, Standing
from privacy.photo_vault import PhotoRetention, PhotoVault
from privacy.pseudonyms import Pseudonymiser
from privacy.purge import Purger
from privacy.requests_source import RequestsLapse, RequestsSource
from privacy.retention import ACCOUNT_PHOTO, SESSION, TRAINING, VISIT_PHOTO, RetentionPolicy
from privacy.retention_periods import current_policy
from privacy.rights_requests import RequestDesk
from privacy.scanned_places import AUDIT_KNOWS, Blobs, FolderOfFiles, Place, SqliteFiles, store_to_scan
from privacy.sources import PersonalDataSource, Scope
from privacy.statistics_source import StatisticsSource
from privacy.store_logs_source import StoreLogs
from privacy.training_source import TrainingSource
from recommender.abstention import MatchCalibration
from recommender.errors import EncoderUnavailable
from recommender.index_builds import IndexBuilds
from recommender.listing_training import Classifiers
from recommender.onnx_attributes import OnnxAttributeReader
from recommender.onnx_encoder import OnnxImageEncoder, OnnxTextEncoder
from recommender.open_clip_encoder import OpenClipEncoder
from recommender.photo_copies_source import PhotoCopiesSource
from recommender.photo_vectors_source import PhotoVectors
from recommender.ports import AttributeReader, ImageEncoder, TextEncoder
from recommender.rule_book import RuleBook
from recommender.search_counts import SearchBuffer, cut_searches_loose
from recommender.serving import Encoders, Serving, ServingSwitch
from recommender.shop_window import ShopWindow
from recommender.signals_lapse import FAVOURITES_LAPSE, JUDGEMENTS_LAPSE, OPINIONS_LAPSE, SEARCHES_LAPSE
from recommender.signals_source import FavouritesSource, JudgementsSource, OpinionsSource, SearchesSource
from recommender.transformers_encoder import TransformersEncoder
from segmentation.onnx_segmenter import OnnxSegmenter
from segmentation.ports import Segmenter
from segmentation.segformer import TransformersSegmenter
from storage.blobs import BlobStore
from storage.database import ACCOUNTS_BIND, AUDIT_BIND, KEYS_BIND, db
from storage.images import ImageLimits
from webapp.account.letters import AccountLetters
from webapp.demo_accounts_file import DemoAccountsFile
from webapp.jobs.jobs_source import JobsSource
from webapp.jobs.lapsing import JOBS_LAPSE
from webapp.model_choice import EMBEDDED, ENCODER_FORMS, SEGMENTER_FORMS, chosen_model
from webapp.receipt_letter import letter_of
from webapp.settings import Settings, SettingsError

_ROOT = Path(__file__).resolve().parent.parent
_ENCODER_WEIGHTS = _ROOT / "recommender" / "weights"
_SEGMENTER_WEIGHTS = _ROOT / "segmentation" / "weights"


@dataclass(frozen=True)
class Wiring:
    """The adapters of one process, each made when it is first asked for."""

    settings: Settings

    @property
    def image_encoder(self) -> ImageEncoder:
        """The one that ENCODER names: a rebuild uses it, a query asks `serving`."""
        return self._chosen_encoders.images

    @property
    def text_encoder(self) -> TextEncoder:
        """The one that ENCODER names."""
        return self._chosen_encoders.texts

    @property
    def serving(self) -> Serving:
        """The active index and the encoders that it was built with; changes when another build is swapped in."""
        return self.serving_switch.current()

    @cached_property
    def serving_switch(self) -> ServingSwitch:
        return ServingSwitch(self.index, self.encoders_named, self.settings.encoder)

    @cached_property
    def _chosen_encoders(self) -> Encoders:
        return self._new_encoders(self.settings.encoder)

    def encoders_named(self, setting: str) -> Encoders:
        """Return the encoders that a value of ENCODER names. Raises EncoderUnavailable when this version has none."""
        return self._chosen_encoders if setting == self.settings.encoder else self._new_encoders(setting)

    def _new_encoders(self, setting: str) -> Encoders:
        threads = self.settings.inference_threads
        try:
            choice = chosen_model(setting, ENCODER_FORMS)
        except ValueError as error:
            raise EncoderUnavailable(setting, str(error)) from error
        if choice.library == EMBEDDED:
            weights = _ENCODER_WEIGHTS
            return Encoders(OnnxImageEncoder(weights, threads=threads), OnnxTextEncoder(weights, threads=threads))
        adapter = OpenClipEncoder if choice.library == "open_clip" else TransformersEncoder
        both = adapter(choice.model, revision=choice.revision, setting=choice.setting, threads=threads)
        return Encoders(both, both)

    @cached_property
    def attribute_reader(self) -> AttributeReader:
        """The embedded one, whatever ENCODER says. Raises EncoderReadsNoAttributes for weights without them."""
        return OnnxAttributeReader(_ENCODER_WEIGHTS, threads=self.settings.inference_threads)

    @cached_property
    def match_calibration(self) -> MatchCalibration:
        """Raises MatchCalibrationMissing or MatchCalibrationDamaged."""
        return MatchCalibration.read(_ENCODER_WEIGHTS / "match_calibration.json")

    @cached_property
    def segmenter(self) -> Segmenter:
        threads = self.settings.inference_threads
        choice = chosen_model(self.settings.segmenter, SEGMENTER_FORMS)
        if choice.library == EMBEDDED:
            return OnnxSegmenter(_SEGMENTER_WEIGHTS, threads=threads)
        return TransformersSegmenter(choice.model, revision=choice.revision, threads=threads)

    @cached_property
    def photo_slots(self) -> BoundedSemaphore:
        """Taken while a photo is worked on: more at once than cores would be no faster and fill the memory."""
        return BoundedSemaphore(self.settings.photos_at_once)

    @cached_property
    def searches(self) -> SearchBuffer:
        """What is looked for, until the background work counts it."""
        return SearchBuffer()

    @cached_property
    def index(self) -> IndexBuilds:
        return IndexBuilds(self.settings.index_folder)

    @cached_property
    def rule_book(self) -> RuleBook:
        return RuleBook()

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.settings.time_zone)

    @cached_property
    def fetcher(self) -> Fetcher:
        """Gets feeds by address."""
        return Fetcher(self.settings.hosts_of_feeds)

    @property
    def web_pictures(self) -> WebPictures:
        """Gets pictures that a feed names by address."""
        return WebPictures(self.fetcher)

    @property
    def fetch_limits(self) -> FetchLimits:
        """How many pictures an import fetches at the same time."""
        at_once = self.settings.feed_pictures_at_once
        return FetchLimits(at_once, from_a_host=(at_once + 1) // 2)

    @cached_property
    def listing_classifiers(self) -> Classifiers:
        return Classifiers(self.settings.instance / "classifiers")

    @cached_property
    def blobs(self) -> BlobStore:
        return BlobStore(self.settings.blobs)

    @cached_property
    def key_service(self) -> KeyService:
        settings = self.settings
        kind, _, address = settings.key_service.partition(":")
        if kind == "local":
            return LocalKeyFile(settings.master_key)
        current = AzureKeyVault(address)
        if settings.master_key_file is None:
            return current
        return MovingKeyService(current, former=LocalKeyFile(settings.master_key_file))

    @cached_property
    def key_store(self) -> KeyStore:
        engine = db.engines[KEYS_BIND]
        if has_legacy_keys(engine):
            adopt_legacy_keys(engine, self.key_service, self._legacy_secret())
        return KeyStore(engine, self.key_service, self.destroyed_keys)

    def _legacy_secret(self) -> bytes:
        if not self.settings.needs_master_key_file:
            raise MasterKeyMissing(LEGACY, "MASTER_KEY_FILE")
        return read_key_file(self.settings.master_key)

    @cached_property
    def destroyed_keys(self) -> DestroyedKeys:
        return DestroyedKeys(db.engines[AUDIT_BIND], lambda: self.key_ring.key("destroyed"))

    @cached_property
    def key_backups(self) -> KeyBackups:
        days = self.settings.key_backup_days
        return KeyBackups(self.key_store, self.key_service, ring_key=lambda: self.key_ring.key("backups"), days=days)

    @cached_property
    def key_ring(self) -> KeyRing:
        return KeyRing(lambda: self.key_store, is_first_use=nobody_is_known)

    @cached_property
    def keys(self) -> PersonalDataKeys:
        return self.key_ring.personal_data_keys()

    @cached_property
    def pseudonyms(self) -> Pseudonymiser:
        return Pseudonymiser(self.keys.pseudonyms)

    @cached_property
    def vault(self) -> PhotoVault:
        return PhotoVault(self.blobs, self.key_store, self._photo_retention)

    def _photo_retention(self) -> PhotoRetention:
        policy = self.retention_policy
        return PhotoRetention(policy.amount(VISIT_PHOTO), policy.amount(ACCOUNT_PHOTO), policy.amount(TRAINING))

    @property
    def retention_policy(self) -> RetentionPolicy:
        """The periods in force at this moment: the officer's choices, else the settings."""
        settings = self.settings
        return current_policy(
            {
                VISIT_PHOTO.name: settings.visit_minutes,
                ACCOUNT_PHOTO.name: settings.account_photo_days,
                SESSION.name: settings.session_days,
            }
        )

    @cached_property
    def photos_lapse(self) -> PhotosLapse:
        return PhotosLapse(self.vault, cut_loose=cut_searches_loose)

    @cached_property
    def photo_purger(self) -> Purger:
        """For every minute: what lapses at a time that was told: photos, archives."""
        return Purger((self.photos_lapse, ArchivesLapse(self.archives)), self.pseudonyms)

    @cached_property
    def purger(self) -> Purger:
        """For every night: all that can lapse."""
        return Purger(
            (
                self.photos_lapse,
                TrainingLapse(),
                STATISTICS_LAPSE,
                FAVOURITES_LAPSE,
                OPINIONS_LAPSE,
                JUDGEMENTS_LAPSE,
                SEARCHES_LAPSE,
                WardrobesLapse(self.unused_accounts, self._erase_unused_photo),
                SESSIONS_LAPSE,
                CONSENTS_LAPSE,
                RequestsLapse(),
                ArchivesLapse(self.archives),
                JOBS_LAPSE,
                HISTORY_LAPSES,
                ALERTS_LAPSE,
                BREACHES_LAPSE,
                ERASURES_LAPSE,
                ERASED_LAPSE,
                DISPOSALS_LAPSE,
                # Last: a person takes with them what would have lapsed by its own rule, and was counted there.
                AccountsLapse(self.unused_accounts, self._erase_unused_account),
            ),
            self.pseudonyms,
        )

    @property
    def unused_accounts(self) -> UnusedAccounts:
        return UnusedAccounts(self.keys)

    @property
    def warning_letters(self) -> WarningLetters:
        """Raises SettingsError when a real shop names no mail server."""
        return WarningLetters(self.unused_accounts, self.account_desk.letters, self.mailer)

    def _erase_unused_photo(self, photo_id: str, pseudonym: str) -> None:
        note("photo.erased", actor=SYSTEM, subject=pseudonym, reason="account not used")
        db.session.commit()
        self.erasures.erase_at_once(Scope(pseudonym, photo_id=photo_id))

    def _erase_unused_account(self, account_id: str, pseudonym: str) -> None:
        language = db.session.get_one(Account, account_id).language
        erasure = self.erasures.erase_person(
            pseudonym, account_id=account_id, asked_by=BY_RETENTION, reason="account not used", language=language
        )
        # The search for traces may take minutes: that is left to the background.
        self.erasures.run(erasure.id, until=Stage.SCAN)

    @cached_property
    def audit_seal(self) -> AuditSeal:
        return AuditSeal(self.keys.audit)

    @cached_property
    def alert_rules(self) -> tuple[AlertRule, ...]:
        settings = self.settings
        window = timedelta(minutes=settings.alert_window_minutes)
        return (
            ManyPersonsOpened(settings.alert_persons_opened, window),
            ManyDenials(settings.alert_denials, window),
            ManyDenialsAroundOne(settings.alert_denials, window),
            OutsideWorkingHours(WorkingHours.read(settings.working_hours, settings.time_zone)),
        )

    @cached_property
    def mailer(self) -> Mailer:
        """Raises SettingsError when a real shop names no mail server."""
        settings = self.settings
        if settings.mail_url:
            return SmtpMailer(SmtpServer.at(settings.mail_url), sender=settings.mail_from)
        if not settings.demo:
            raise SettingsError("MAIL_URL is missing: without a mail server nobody can confirm an e-mail address")

        # The keys are asked for when a letter is written: at the start there may be no database yet.
        return FolderMailer(
            settings.mail_folder, sender=settings.mail_from, hash_of=lambda email: self.pseudonyms.of_email(email)
        )

    @cached_property
    def request_desk(self) -> RequestDesk:
        return RequestDesk(self.keys, ZoneInfo(self.settings.time_zone))

    @cached_property
    def personal_data_sources(self) -> tuple[PersonalDataSource, ...]:
        """Everything that is kept of a person, one source a store of it; erased in the order of their steps."""
        return (
            AccountsSource(self.keys, self.mailer),
            PhotoKeys(self.key_store),
            PhotoBlobs(self.blobs, self.vault),
            PhotoVectors(self.blobs, self.vault),
            PhotoRows(),
            PhotoCopiesSource(self.vault),
            ConsentSource(),
            WardrobeSource(self.keys),
            StatisticsSource(),
            FavouritesSource(),
            OpinionsSource(),
            JudgementsSource(),
            SearchesSource(),
            TrainingSource(),
            RequestsSource(self.request_desk),
            BreachRecords(),
            StoreLogs(),
            JobsSource(),
            CatalogueWork(),
            ArchivesSource(self.archives),
            AuditSource(),
            Standing(),
            *([DemoAccountsFile(self.settings, self.keys)] if self.settings.demo else []),
        )

    @cached_property
    def erasures(self) -> Erasures:
        """Erases people and photos, and proves it."""
        return Erasures(
            sources=self.personal_data_sources,
            places=self.scanned_places,
            public=ShopWindow(),
            keys=self.keys,
            own_keys=self.key_store,
            terms=ReceiptTerms(f"fashion-insta {version('fashion-insta')}", self.settings.key_backup_days),
            post=self._send_receipt,
        )

    def _send_receipt(self, news: LetterWithReceipt) -> None:
        link = f"{self.settings.site}/erasures/{self.erasures.link_code(news.erasure_id)}"
        self.mailer.send(letter_of(news, link=link))

    @cached_property
    def scanned_places(self) -> tuple[Place, ...]:
        """Where the scan after an erasure looks: every store, and the whole instance folder."""
        waiting_for_audit = {table.__tablename__: AUDIT_KNOWS for table in NOTE_TABLES}
        stores = (
            ("shop database", None, waiting_for_audit),
            ("accounts database", ACCOUNTS_BIND, waiting_for_audit),
            ("keys database", KEYS_BIND, waiting_for_audit),
            ("audit database", AUDIT_BIND, {"*": AUDIT_KNOWS}),
        )
        personal = frozenset(table for source in self.personal_data_sources for table in source.tables)
        databases = [store_to_scan(name, bind, tolerated, personal) for name, bind, tolerated in stores]
        index, instance = self.settings.index_folder, self.settings.instance
        elsewhere = [path for place in databases if isinstance(place, SqliteFiles) for path in place.files()]
        blobs = [self.blobs.local_folder] if self.blobs.local_folder else []
        # Key backups name photos; they expire within a stated time, which the receipt says.
        backups = [self.settings.key_backup_dir] if self.settings.key_backup_dir else []
        return (
            *databases,
            Blobs(self.blobs),
            FolderOfFiles("vector index", index),
            FolderOfFiles("instance folder", instance, (*elsewhere, *blobs, *backups, index)),
        )

    @cached_property
    def archives(self) -> Archives:
        return Archives(self.blobs, self.key_store)

    @property
    def folders_of_the_shop(self) -> tuple[Path, ...]:
        """Where the shop itself keeps things: nothing that is taken out of the vault may be written there."""
        settings = self.settings
        blobs = [Path(settings.blobs.removeprefix("file://"))] if settings.blobs.startswith("file://") else []
        return (_ROOT, settings.instance, settings.index_folder, *blobs)

    @property
    def account_desk(self) -> AccountDesk:
        """What the use cases of accounts work with. Raises SettingsError when a real shop names no address."""
        return AccountDesk(self.keys, AccountLetters(self.settings.site))

    @cached_property
    def session_limits(self) -> LimitsOfRoles:
        settings = self.settings
        return LimitsOfRoles(
            shopper=SessionLimits(
                timedelta(minutes=settings.session_idle_minutes), timedelta(days=settings.session_days)
            ),
            staff=SessionLimits(
                timedelta(minutes=settings.staff_session_idle_minutes), timedelta(hours=settings.staff_session_hours)
            ),
        )

    @property
    def photo_limits(self) -> ImageLimits:
        return ImageLimits(max_pixels=self.settings.max_photo_pixels)

    def session_secret(self) -> bytes:
        """Return the key that signs session cookies; the demo makes both key files at its first start.

        Raises SettingsError when a key file is missing or unsafe: better at the start than at the first photo.
        """
        settings = self.settings
        # Only its own: a file that was named and is not there is a mistake, not a wish for a new key.
        if settings.demo and settings.secret_key_file is None:
            create_key_file(settings.secret_key)
        if settings.needs_master_key_file and settings.demo and settings.master_key_file is None:
            create_key_file(settings.master_key)
        try:
            secret = read_key_file(settings.secret_key)
            if settings.needs_master_key_file:
                read_key_file(settings.master_key)
        except KeyFileUnsafe as error:
            raise SettingsError(f"MASTER_KEY_FILE, SECRET_KEY_FILE: {error}") from error
        return secret


def nobody_is_known() -> bool:
    """Say whether the shop keeps nothing of anybody yet: then it may begin a key ring."""
    known = (select(Account.id), select(ConsentRecord.id), select(KeptPhoto.id))
    return not any(db.session.execute(some.limit(1)).first() for some in known)


def serving() -> Serving:
    """Return the index and the encoders that answer this request: one pair from its first question to its last."""
    if "serving" not in g:
        g.serving = wiring().serving
    return cast(Serving, g.serving)


def wiring(app: Flask | None = None) -> Wiring:
    """Return the adapters of the running application."""
    return cast(Wiring, (app or current_app).extensions["wiring"])
