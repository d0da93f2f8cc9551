"""Uploads stay in memory: nothing of a photo touches a disk before its owner agreed."""

import io
from typing import IO

from flask import Request, current_app, session

ARCHIVES_TAKEN_BY = "account.take_import"
"""The endpoint whose body may be larger than a photo's."""


class InMemoryRequest(Request):
    """Werkzeug spools file parts over 500 kB to a temporary file; here they stay in memory.

    The application's MAX_CONTENT_LENGTH bounds them: a longer body is refused before it is read.
    """

    @property
    def max_content_length(self) -> int | None:
        """The limit of one request; somebody logged in may bring a whole archive from elsewhere."""
        if self.endpoint == ARCHIVES_TAKEN_BY and "_user_id" in session:
            return int(current_app.config["MAX_ARCHIVE_LENGTH"])
        return super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()
