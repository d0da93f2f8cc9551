"""Uploads stay in memory: nothing of a photo touches a disk before its owner agreed. A shop's feed is no photo."""

import io
import tempfile
from pathlib import Path
from typing import IO, cast

from flask import Request, current_app, session
from flask_login import current_user

from accounts.permissions import Permission

ARCHIVES_TAKEN_BY = "account.take_import"
"""The endpoint whose body may be larger than a photo's."""
PICTURES_TAKEN_BY = ("admin.take_in_product", "admin.save_product_form")
"""The endpoints that take several pictures of a product at once."""
FEEDS_TAKEN_BY = "admin.take_feed"
"""The endpoint whose body may be larger than the memory: it goes to a temporary file."""
RULES_TAKEN_BY = ("admin.save_new_rule", "admin.save_rule", "admin.preview_rule")
"""The endpoints of a form with a tick for each brand, category and so on."""
_MOST_TICKS = 2000


class InMemoryRequest(Request):
    """Werkzeug spools file parts over 500 kB to a temporary file; here they stay in memory, but for feeds.

    The application's MAX_CONTENT_LENGTH bounds them: a longer body is refused before it is read.
    """

    @property
    def max_content_length(self) -> int | None:
        """The limit of one request; somebody logged in may bring an archive, staff with the permission a feed."""
        if self.endpoint == ARCHIVES_TAKEN_BY and "_user_id" in session:
            return int(current_app.config["MAX_ARCHIVE_LENGTH"])
        if self._brings_a_feed:
            return int(current_app.config["MAX_FEED_LENGTH"])
        if self.endpoint in PICTURES_TAKEN_BY and _may(Permission.EDIT_CATALOGUE):
            return int(current_app.config["MAX_PICTURES_LENGTH"])
        return super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    @property  # type: ignore[override]  # as Flask's own
    def max_form_parts(self) -> int | None:
        """How many fields a form may have."""
        if self.endpoint in RULES_TAKEN_BY and _may(Permission.SET_RULES):
            return _MOST_TICKS
        return super().max_form_parts

    @max_form_parts.setter
    def max_form_parts(self, value: int | None) -> None:
        self._max_form_parts = value

    @property
    def _brings_a_feed(self) -> bool:
        # Asked before the body is read: nobody else fills the disk.
        return brings_a_feed(self)

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if not self._brings_a_feed:
            return io.BytesIO()
        # Not in /tmp, which may be memory; without a name, so that nothing of it outlives the request.
        folder = Path(current_app.config["FEEDS_FOLDER"])
        folder.mkdir(parents=True, exist_ok=True)
        return cast(IO[bytes], tempfile.TemporaryFile(dir=folder))


def brings_a_feed(sent: Request) -> bool:
    """Say whether a request sends a feed, and by somebody who may."""
    return sent.endpoint == FEEDS_TAKEN_BY and _may(Permission.IMPORT_FEEDS)


def _may(permission: Permission) -> bool:
    return bool(current_user.is_authenticated and current_user.may(permission))
