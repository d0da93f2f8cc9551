"""All that speaks HTTP, Celery or the command line; no business rule."""

from importlib import import_module
from pathlib import Path

from flask import Flask

from webapp.settings import LANGUAGES, Settings, read_settings

_PROJECT = Path(__file__).resolve().parent.parent
_TABLES_IN = (
    "accounts.models",
    "catalog.models",
    "catalog.rule_models",
    "catalog.finding_models",
    "catalog.history",
    "catalog.feed_models",
    "privacy.models",
    "privacy.retention_models",
    "privacy.rights_models",
    "privacy.audit_models",
    "privacy.breach_models",
    "privacy.erasure_models",
    "recommender.listing_records",
    "recommender.models",
    "recommender.panel_models",
    "recommender.signal_models",
    "webapp.jobs.models",
)

_PAGES_IN = (
    "webapp.admin.jobs",
    "webapp.admin.rules",
    "webapp.admin.putting_right",
    "webapp.admin.listings",
    "webapp.admin.catalogue",
    "webapp.admin.history",
    "webapp.account.my_data",
    "webapp.account.my_imports",
    "webapp.account.wardrobe",
    "webapp.account.favourites",
    "webapp.shop.opinions",
    "webapp.admin.insight",
    "webapp.admin.panels",
    "webapp.shop.corrections",
    "webapp.account.erasing",
    "webapp.privacy_desk.requests",
    "webapp.privacy_desk.erasures",
    "webapp.privacy_desk.retention",
    "webapp.privacy_desk.audit",
    "webapp.privacy_desk.alerts",
    "webapp.privacy_desk.breaches",
    "webapp.privacy_desk.register",
    "webapp.privacy_desk.consents",
    "webapp.privacy_desk.statistics",
    "webapp.admin.feeds",
    "webapp.admin.index_health",
    "webapp.admin.feed_mappings",
    "webapp.admin.feed_schedules",
    "webapp.admin.feed_exports",
    "webapp.shop.consents",
    "webapp.shop.notices",
    "webapp.admin.classification",
    "webapp.admin.classification_report",
    "webapp.api.classifications",
)
"""Modules that add their pages to the blueprint of a `routes.py`."""


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application: the start-up steps in reading order."""
    settings = settings or read_settings()
    _close_the_network(settings)
    app = _new_flask()
    _plug_in_adapters(app, settings)
    _configure(app, settings)
    _keep_people_out_of_logs(app)
    _believe_proxies(app, settings)
    _check_the_mailer(app)
    _check_that_stores_are_apart(settings)
    _bind_databases(app, settings)
    _bind_extensions(app)
    _register_pages(app)
    _register_commands(app)
    return app


def _close_the_network(settings: Settings) -> None:
    from storage.network import allow_outgoing

    allow_outgoing(settings.allowed_hosts)


def _new_flask() -> Flask:
    from webapp.addresses import StoredId
    from webapp.uploads import InMemoryRequest

    app = Flask(__name__, root_path=str(_PROJECT), template_folder="templates", static_folder="static")
    app.request_class = InMemoryRequest
    app.url_map.converters["int"] = StoredId
    return app


def _keep_people_out_of_logs(app: Flask) -> None:
    from webapp.logs import clean_logs, name_pages_for_the_log

    name_pages_for_the_log(app, clean_logs(app.config["SECRET_KEY"]))


def _believe_proxies(app: Flask, settings: Settings) -> None:
    from werkzeug.middleware.proxy_fix import ProxyFix

    proxies = settings.trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]


def _plug_in_adapters(app: Flask, settings: Settings) -> None:
    from webapp.wiring import Wiring

    settings.instance.mkdir(parents=True, exist_ok=True)
    app.extensions["wiring"] = Wiring(settings)


def _configure(app: Flask, settings: Settings) -> None:
    from webapp.wiring import wiring

    app.config.update(
        SECRET_KEY=wiring(app).session_secret(),
        MAX_CONTENT_LENGTH=settings.max_upload_bytes,
        MAX_ARCHIVE_LENGTH=settings.max_archive_bytes,
        MAX_PICTURES_LENGTH=settings.max_pictures_bytes,
        MAX_FEED_LENGTH=settings.max_feed_bytes,
        FEEDS_FOLDER=settings.feeds_folder,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=100,
        SESSION_COOKIE_SECURE=settings.cookies_need_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="__Host-visit" if settings.cookies_need_https else "visit",
        WTF_CSRF_TIME_LIMIT=8 * 3600,
        BABEL_DEFAULT_LOCALE=settings.default_language,
        BABEL_DEFAULT_TIMEZONE=settings.time_zone,
        BABEL_TRANSLATION_DIRECTORIES=str(_PROJECT / "translations"),
        BOOTSTRAP_SERVE_LOCAL=True,
        LANGUAGES=LANGUAGES,
    )


def _check_that_stores_are_apart(settings: Settings) -> None:
    from webapp.stores_apart import refuse_stores_together

    refuse_stores_together(settings)


def _check_the_mailer(app: Flask) -> None:
    from webapp.wiring import wiring

    # At the start, not at the first person who signs up.
    _ = wiring(app).mailer, wiring(app).settings.site
    # Art. 13: the notice names who answers for the data; the demo's company answers for nobody.
    wiring(app).settings.refuse_the_demos_company()


def _bind_databases(app: Flask, settings: Settings) -> None:
    from storage.database import ACCOUNTS_BIND, AUDIT_BIND, KEYS_BIND, db

    app.config["SQLALCHEMY_DATABASE_URI"] = settings.shop_database
    app.config["SQLALCHEMY_BINDS"] = {
        ACCOUNTS_BIND: settings.accounts_database,
        KEYS_BIND: settings.keys_database,
        AUDIT_BIND: settings.audit_database,
    }
    for package in _TABLES_IN:
        import_module(package)
    db.init_app(app)


def _bind_extensions(app: Flask) -> None:
    from flask_babel import lazy_gettext

    from storage.database import db
    from webapp import extensions
    from webapp.account.session_user import load_user
    from webapp.i18n import page_locale

    extensions.babel.init_app(app, locale_selector=page_locale)
    extensions.bootstrap.init_app(app)
    extensions.csrf.init_app(app)
    extensions.login.init_app(app)
    extensions.login.login_view = "account.log_in"
    extensions.login.login_message = lazy_gettext("Please log in first.")
    extensions.login.login_message_category = "info"
    extensions.login.user_loader(load_user)
    extensions.migrate.init_app(app, db, directory=str(_PROJECT / "migrations"), render_as_batch=True)


def _register_pages(app: Flask) -> None:
    from webapp.account.routes import account
    from webapp.admin.routes import admin
    from webapp.api.routes import api
    from webapp.erasures.routes import erasures
    from webapp.errors import register_error_pages
    from webapp.extensions import csrf
    from webapp.headers import add_security_headers
    from webapp.health import health
    from webapp.presenting import register_template_words
    from webapp.privacy_desk.routes import privacy_desk
    from webapp.shop.routes import shop

    for module in _PAGES_IN:
        import_module(module)
    for pages in (shop, account, erasures, admin, privacy_desk, api, health):
        app.register_blueprint(pages)
    # The API carries no cookie-borne authority: there is nothing for a forged request to ride on.
    csrf.exempt(api)
    add_security_headers(app)
    register_error_pages(app)
    register_template_words(app)


def _register_commands(app: Flask) -> None:
    from webapp.cli import register_commands

    register_commands(app)
