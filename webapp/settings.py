"""Typed settings, read once from the environment; a bad or missing value stops the start with its name."""

import re
from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from accounts.smtp_mailer import SmtpServer
from catalog.places import Shop, read_shops
from privacy.alert_rules import WorkingHours
from storage.errors import NotAHost
from storage.network import AllowedHost
from webapp.model_choice import EMBEDDED, ENCODER_FORMS, SEGMENTER_FORMS, check_at_hand, chosen_model

LANGUAGES = ("fr", "en")
_HOLDS_A_PASSWORD = ("MAIL_URL",)
_OF_AZURE = (".azure.net", ".windows.net")
# Where Azure's libraries ask who they are: the directory, and the machine's own identity service.
_AZURE_IDENTITY = ("login.microsoftonline.com", "169.254.169.254")
_SITE = re.compile(r"https?://[^\s/?#@]+/?")
_ADDRESS_AND_PORT = r"^([^\s:]+|\[[0-9a-f:]+\]):\d{1,5}$"


def _listed(forms: tuple[str, ...]) -> str:
    return ", ".join(f"`{form}`" for form in forms) + " (a model of the hub may end in `@REVISION`)"


class SettingsError(SystemExit):
    """The environment holds a value that cannot be used; the message names it.

    Left alone it ends the program with that message and status 1, under `flask` and gunicorn alike.
    """


class Settings(BaseSettings):
    """One field a setting; its environment variable is the name in capitals (docs/SETTINGS.md)."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, env_file=".env")

    demo: bool = Field(False, description="A shop to try: makes its own keys and accounts, seeds drawn products.")
    instance_dir: Path = Field(Path("instance"), description="Folder of databases, blobs, index and keys.")
    shop_database_url: str = Field("", description="Default: SQLite in the instance folder.")
    accounts_database_url: str = Field("", description="Default: SQLite in the instance folder.")
    keys_database_url: str = Field(
        "", description="Wrapped data keys; never in one backup with the rest. Default: SQLite in the instance folder."
    )
    audit_database_url: str = Field("", description="The audit chain. Default: SQLite in the instance folder.")
    blob_url: str = Field("", description="Product pictures and sealed photos; default: a folder of the instance.")
    index_dir: Path | None = Field(None, description="Folder of the vector index; default: in the instance folder.")
    key_service: str = Field(
        "local",
        pattern=r"^(local|azure:https://[^/\s]+/keys/[A-Za-z0-9-]+)$",
        description="Where the master key is: `local` (MASTER_KEY_FILE), or "
        "`azure:https://VAULT.vault.azure.net/keys/NAME` (extra `azure`).",
    )
    master_key_file: Path | None = Field(
        None,
        description="32 random bytes, mode 0600; all personal data hangs on it. "
        "Named beside Key Vault: keys that hang on the file still open, and `flask privacy rotate-keys` moves them.",
    )
    key_backup_dir: Path | None = Field(
        None,
        description="Where `flask privacy back-up-keys` writes, and expired backups are deleted every hour; apart from "
        "everything else.",
    )
    key_backup_days: int = Field(
        30, ge=1, le=90, description="Backups of the wrapped keys are kept so long at most; receipts of erasure say so."
    )
    secret_key_file: Path | None = Field(None, description="32 random bytes, mode 0600; signs session cookies.")

    mail_url: str = Field(
        "",
        description="The mail server: `smtp://user:password@host:port` (STARTTLS) or `smtps://…` (TLS). "
        "Empty, in the demo alone: letters are files in the instance folder's `mail`.",
        repr=False,
    )
    public_url: str = Field(
        "", description="The shop's address as people type it, `https://shop.example`; links in letters begin with it."
    )
    mail_from: str = Field("Fashion-Insta <shop@localhost>", description="The sender of letters.")

    privacy_mail: str = Field("", description="Where alerts are mailed to; empty: they are on the privacy desk alone.")
    working_hours: str = Field(
        "mon-fri 08:00-19:00", description="Acts of staff on personal data at other times raise an alert."
    )
    alert_window_minutes: int = Field(60, ge=1, le=1440, description="The time in which alerts count.")
    alert_persons_opened: int = Field(
        20, ge=1, le=100_000, description="One actor opens the data of so many persons in that time: alert."
    )
    alert_denials: int = Field(
        10, ge=1, le=60, description="One actor is refused so often in that time (log-ins, pages, consents): alert."
    )

    encoder: str = Field(
        EMBEDDED,
        description="Which model turns pictures and words into vectors from the next `flask index rebuild` on: "
        f"{_listed(ENCODER_FORMS)}.",
    )
    encoders_offered: str = Field(
        "",
        description="Further values of ENCODER, with commas, that the page of the search index offers to build with.",
    )
    segmenter: str = Field(
        EMBEDDED, description=f"Which model finds the garments of a photo: {_listed(SEGMENTER_FORMS)}."
    )
    suggestion_sure_from: float = Field(
        0.9,
        ge=0.5,
        le=0.999,
        description="A suggestion for a listing that is at least so probable counts as sure; others are reviewed.",
    )
    inference_threads: int = Field(1, ge=1, le=64, description="Threads of one model call in one process.")

    photos_at_once: int = Field(2, ge=1, le=64, description="Photos that one process works on; further ones wait.")
    busy_after_seconds: float = Field(10, gt=0, le=60, description="A photo that waits longer is answered 503.")

    max_archive_bytes: int = Field(
        80_000_000, ge=1_000_000, le=500_000_000, description="Hard limit of a copy of data brought from another shop."
    )
    max_upload_bytes: int = Field(15_000_000, ge=10_000, le=100_000_000, description="Hard limit of one request.")
    max_feed_bytes: int = Field(
        1_000_000_000, ge=1_000_000, le=20_000_000_000, description="Hard limit of a feed that a merchandiser sends."
    )
    max_pictures_bytes: int = Field(
        80_000_000, ge=1_000_000, le=500_000_000, description="Hard limit of the pictures that one product form sends."
    )
    max_photo_pixels: int = Field(50_000_000, ge=100_000, le=80_000_000, description="Hard limit of one photo.")
    visit_minutes: int = Field(30, ge=1, le=240, description="Without an account a photo lapses so long after a look.")
    account_photo_days: int = Field(7, ge=1, le=365, description="With an account a photo lapses after so many days.")
    statistics_min_people: int = Field(
        20,
        ge=2,
        le=10_000,
        description="A count (garments, searches, opinions, favourites) is shown with so many people behind it.",
    )
    shops: str = Field(
        "Paris, Lyon, Marseille, Toulouse, Nice, Nantes, Montpellier, Strasbourg, Bordeaux, Lille, Rennes",
        description="The shops that hold stock besides the web, with commas; a feed’s column for Lyon is `stock_lyon`.",
    )
    company_name: str = Field("Fashion-Insta (demo)", description="Who answers for the data, in the privacy notice.")
    company_address: str = Field("1 rue de la Démo, 75001 Paris, France", description="Its postal address.")
    privacy_contact: str = Field(
        "privacy@demo.example", pattern=r"^[^@\s]+@[^@\s]+$", description="The address in the privacy notice."
    )

    purge_hour: int = Field(
        3,
        ge=0,
        le=23,
        description="The hour of the nightly purge and look through the catalogue, in the shop’s time zone.",
    )

    default_language: Literal["fr", "en"] = Field("fr", description="For visitors whose browser asks for neither.")
    time_zone: str = Field("Europe/Paris", description="In which times are shown; they are stored in UTC.")
    session_idle_minutes: int = Field(1440, ge=5, le=43_200, description="A log-in ends so long after a request.")
    session_days: int = Field(30, ge=1, le=365, description="A log-in ends at the latest after so many days.")
    staff_session_idle_minutes: int = Field(60, ge=5, le=1440, description="The same for staff: idle minutes.")
    staff_session_hours: int = Field(12, ge=1, le=168, description="The same for staff: hours at the latest.")
    staff_totp_required: bool | None = Field(
        None, description="Staff open their desks only with a second step (TOTP). Default: yes, but not in the demo."
    )
    bind: str = Field("127.0.0.1:8000", pattern=_ADDRESS_AND_PORT, description="Address and port of the web server.")
    web_workers: int = Field(2, ge=1, le=64, description="Processes of the web server.")
    web_threads: int = Field(4, ge=1, le=64, description="Threads of each process.")
    access_log: bool = Field(
        False,
        description="One line a request on standard output: page, status, time; ids hashed, no address, no query.",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=5,
        description="Reverse proxies in front, each adding X-Forwarded-For and X-Forwarded-Proto: limits then count "
        "the visitor's address, not the proxy's. 0 believes no such header; a number too high lets visitors "
        "forge theirs.",
    )
    outgoing_hosts: str = Field(
        "",
        description="Hosts that the shop may talk to besides those that other settings name, with commas: `host`, "
        "`host:port`, `*.host`. A model of the hub needs `huggingface.co,*.huggingface.co,*.hf.co` while it is "
        "fetched.",
    )

    feed_hosts: str = Field(
        "",
        description="Hosts that feeds, and pictures that feeds name by address, are fetched from, with commas: `host`, "
        "`host:port`, `*.host`. Without a port: by http and https. A host in a private network is refused.",
    )

    feed_pictures_at_once: int = Field(
        8, ge=1, le=32, description="Pictures that an import fetches by address at the same time, half from one host."
    )

    @field_validator("encoder", "segmenter")
    @classmethod
    def _usable_model(cls, words: str, about: ValidationInfo) -> str:
        choice = chosen_model(words, ENCODER_FORMS if about.field_name == "encoder" else SEGMENTER_FORMS)
        check_at_hand(choice)
        return choice.setting

    @field_validator("encoders_offered")
    @classmethod
    def _usable_models(cls, text: str) -> str:
        for words in filter(None, map(str.strip, text.split(","))):
            check_at_hand(chosen_model(words, ENCODER_FORMS))
        return text

    @field_validator("time_zone")
    @classmethod
    def _known_time_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("no such time zone; use a name such as Europe/Paris")
        return name

    @field_validator("shop_database_url", "accounts_database_url", "keys_database_url", "audit_database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url:
            try:
                make_url(url).get_dialect()
            except ArgumentError as error:
                raise ValueError(f"no database address: {error}") from error
        return url

    @field_validator("blob_url")
    @classmethod
    def _known_blob_store(cls, url: str) -> str:
        if url:
            from fsspec import available_protocols

            scheme = url.partition("://")[0]
            if scheme not in available_protocols():
                raise ValueError("no such kind of store; use a URL such as file:///folder")
        return url

    @field_validator("mail_url")
    @classmethod
    def _known_mail_server(cls, url: str) -> str:
        if url:
            SmtpServer.at(url)
        return url

    @field_validator("privacy_mail")
    @classmethod
    def _one_recipient(cls, text: str) -> str:
        if text and ("@" not in parseaddr(text)[1] or not text.isprintable()):
            raise ValueError("write one address, such as privacy@example.com")
        return text

    @field_validator("working_hours")
    @classmethod
    def _readable_hours(cls, text: str) -> str:
        WorkingHours.read(text, "UTC")
        return text

    @field_validator("public_url")
    @classmethod
    def _address_of_a_site(cls, url: str) -> str:
        if url and not _SITE.fullmatch(url):
            raise ValueError("write the site's address alone, such as https://shop.example")
        return url.rstrip("/")

    @field_validator("mail_from")
    @classmethod
    def _one_sender(cls, text: str) -> str:
        if "@" not in parseaddr(text)[1] or not text.isprintable():
            raise ValueError("write one address, such as Shop <shop@example.com>")
        return text

    @field_validator("shops")
    @classmethod
    def _readable_shops(cls, text: str) -> str:
        read_shops(text)
        return text

    @field_validator("outgoing_hosts", "feed_hosts")
    @classmethod
    def _readable_hosts(cls, text: str) -> str:
        try:
            _hosts(text)
        except NotAHost as error:
            raise ValueError(str(error)) from error
        return text

    @property
    def places(self) -> tuple[Shop, ...]:
        """SHOPS, in its order; the web (`catalog.places.WEB`) is not among them."""
        return read_shops(self.shops)

    @property
    def allowed_hosts(self) -> list[AllowedHost]:
        """OUTGOING_HOSTS and FEED_HOSTS, and the hosts that the databases, blobs, letters and keys are at."""
        urls = [self.shop_database, self.accounts_database, self.keys_database, self.audit_database]
        urls += [self.blobs, self.mail_url, self.key_service.removeprefix("azure:")]
        named = [host for url in urls if (host := urlsplit(url).hostname)]
        if any(host.endswith(_OF_AZURE) for host in named):
            named += _AZURE_IDENTITY
        return [
            *_hosts(self.outgoing_hosts),
            *self.hosts_of_feeds,
            *(AllowedHost.read(f"[{name}]" if ":" in name else name) for name in named),
        ]

    @property
    def encoders_on_offer(self) -> tuple[str, ...]:
        """ENCODER, the embedded one, and ENCODERS_OFFERED, as `chosen_model` writes them."""
        more = filter(None, map(str.strip, self.encoders_offered.split(",")))
        return tuple(
            dict.fromkeys((self.encoder, EMBEDDED, *(chosen_model(words, ENCODER_FORMS).setting for words in more)))
        )

    @property
    def hosts_of_feeds(self) -> list[AllowedHost]:
        """FEED_HOSTS."""
        return _hosts(self.feed_hosts)

    @property
    def instance(self) -> Path:
        return self.instance_dir.absolute()

    @property
    def cookies_need_https(self) -> bool:
        """Cookies travel over HTTPS only, but for a demo on this machine alone."""
        on_loopback = self.bind.rsplit(":", 1)[0] in ("127.0.0.1", "localhost", "[::1]")
        return not (self.demo and on_loopback)

    @property
    def shop_database(self) -> str:
        return self.shop_database_url or f"sqlite:///{self.instance / 'shop.sqlite3'}"

    @property
    def accounts_database(self) -> str:
        return self.accounts_database_url or f"sqlite:///{self.instance / 'accounts.sqlite3'}"

    @property
    def keys_database(self) -> str:
        return self.keys_database_url or f"sqlite:///{self.instance / 'wrapped_keys.sqlite3'}"

    @property
    def audit_database(self) -> str:
        return self.audit_database_url or f"sqlite:///{self.instance / 'audit.sqlite3'}"

    @property
    def blobs(self) -> str:
        return self.blob_url or f"file://{self.instance / 'blobs'}"

    @property
    def index_folder(self) -> Path:
        return self.index_dir or self.instance / "index"

    @property
    def site(self) -> str:
        """The shop's address, without a slash at its end. Raises SettingsError when a real shop names none."""
        if not self.public_url and not self.demo:
            raise SettingsError("PUBLIC_URL is missing: links in letters begin with it, such as https://shop.example")
        return self.public_url or f"http://{self.bind.replace('0.0.0.0', 'localhost')}"  # noqa: S104

    def refuse_the_demos_company(self) -> None:
        """Raise SettingsError when a real shop does not say who answers for its data."""
        for name in ("company_name", "company_address", "privacy_contact"):
            if not self.demo and getattr(self, name) == Settings.model_fields[name].default:
                raise SettingsError(f"{name.upper()} is missing: the privacy notice names who answers for the data")

    @property
    def staff_needs_second_step(self) -> bool:
        return not self.demo if self.staff_totp_required is None else self.staff_totp_required

    @property
    def feeds_folder(self) -> Path:
        """Where the feeds that were sent lie until their import has ended."""
        return self.instance / "feeds"

    @property
    def mail_folder(self) -> Path:
        """Where the demo keeps its letters."""
        return self.instance / "mail"

    @property
    def needs_master_key_file(self) -> bool:
        """With Key Vault the file is named only while keys move there from it."""
        return self.key_service == "local" or self.master_key_file is not None

    @property
    def master_key(self) -> Path:
        return self.master_key_file or self._demo_key("master_key")

    @property
    def secret_key(self) -> Path:
        return self.secret_key_file or self._demo_key("secret_key")

    def _demo_key(self, name: str) -> Path:
        if not self.demo:
            raise SettingsError(f"{name.upper()}_FILE is missing: secrets have no default outside the demo (DEMO=1)")
        return self.instance / "keys" / f"{name}.bin"


def _hosts(text: str) -> list[AllowedHost]:
    return [AllowedHost.read(entry) for entry in text.split(",") if entry.strip()]


def read_settings(**overrides: object) -> Settings:
    """Return the settings of the environment. Raises SettingsError naming each bad variable and what is allowed."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [_in_words(problem) for problem in error.errors()]
        raise SettingsError("; ".join(lines)) from error


def _in_words(problem: object) -> str:
    assert isinstance(problem, dict)
    name = "_".join(str(part) for part in problem["loc"]).upper()
    message = problem["msg"].removeprefix("Value error, ")
    # A password in a log would be worse than a longer search for the typing error.
    shown = "…" if name in _HOLDS_A_PASSWORD else repr(problem["input"])
    return f"{name}={shown}: {message}"
