"""Feeds out: the products that the list's filter shows, as a file that a shop, a spreadsheet or Google reads."""

from flask import Response, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from accounts.permissions import Permission
from catalog.feed_writing import FeedFormat, export_products
from catalog.product_list import ListFilter, conditions, count_products
from privacy.audit_notes import note
from storage.database import db
from webapp.account.session_user import permission_required
from webapp.admin.routes import admin
from webapp.errors import BadRequestValue
from webapp.i18n import current_language
from webapp.list_query import as_text, list_query_from
from webapp.merchandising import rules_in_force
from webapp.settings import LANGUAGES
from webapp.storefront import storefront
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_FORMATS = (
    (FeedFormat.CSV, lazy_gettext("For a spreadsheet, or to bring back here"), "CSV"),
    (FeedFormat.JSON_LINES, lazy_gettext("For programs, or to bring back here"), "JSON lines"),
    (FeedFormat.ZIP, lazy_gettext("With its pictures, for another shop of this kind"), "ZIP"),
    (FeedFormat.GOOGLE_XML, lazy_gettext("For Google Merchant"), "Google XML"),
    (FeedFormat.GOOGLE_TSV, lazy_gettext("For Google Merchant, as a table"), "Google TSV"),
)


@admin.get("/feeds/export")
@permission_required(Permission.IMPORT_FEEDS)
def feed_export() -> str:
    """How many products the filter shows, and the formats to choose from."""
    wanted = _wanted()
    return render_template(
        "admin/feed_export.html",
        count=count_products(wanted),
        kept=[(name, value) for name, value in request.args.items(multi=True) if name not in ("format", "language")],
        list_address=f"{url_for('.catalogue')}?{as_text(request.args)}",
        formats=_FORMATS,
        chosen_language=current_language(),
    )


@admin.get("/feeds/export/file")
@permission_required(Permission.IMPORT_FEEDS)
def exported_feed() -> Response:
    """The products that the filter shows, as a download in parts."""
    wanted, feed_format = _wanted(), _format()
    language = request.args.get("language", current_language())
    if language not in LANGUAGES:
        raise BadRequestValue("language", _("Choose one of %(allowed)s.", allowed=", ".join(LANGUAGES)))
    parts = export_products(
        conditions(wanted),
        feed_format,
        places=[place.slug for place in wiring().settings.places],
        storefront=storefront(language),
        blobs=wiring().blobs,
        rules=rules_in_force(),
    )
    details: dict[str, str | int] = {"format": feed_format.value, "products": count_products(wanted)}
    note("catalogue.exported", actor=current_visitor().pseudonym, details=details)
    db.session.commit()
    response = Response(stream_with_context(parts), mimetype=feed_format.media_type.partition(";")[0])
    response.headers["Content-Disposition"] = f'attachment; filename="{feed_format.file_name}"'
    return response


def _wanted() -> ListFilter:
    """What the list's address shows; words that describe a look have an order and no end, so they narrow nothing."""
    query = list_query_from(request.args)
    return query.without_words if query.is_by_look else query.wanted


def _format() -> FeedFormat:
    try:
        return FeedFormat(request.args.get("format", ""))
    except ValueError as error:
        allowed = ", ".join(each.value for each in FeedFormat)
        raise BadRequestValue("format", _("Choose one of %(allowed)s.", allowed=allowed)) from error
