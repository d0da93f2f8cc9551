"""Uploads stay in memory: nothing of a photo touches a disk before its owner agreed."""

import io
from typing import IO

from flask import Request


class InMemoryRequest(Request):
    """Werkzeug spools file parts over 500 kB to a temporary file; here they stay in memory.

    The application's MAX_CONTENT_LENGTH bounds them: a longer body is refused before it is read.
    """

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()
