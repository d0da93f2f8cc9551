"""What may stand in a log: no id, network address, e-mail, token or query. Ids become short keyed hashes.

The rules sit where Python makes log records, so that every logger of the process, ours and the libraries', goes through
them, tracebacks included; the access log names the page instead of the address that was asked for.
"""

import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

from flask import Flask, request

PAGE = "fashion.page"
"""Under this name a request's environment holds what the access log calls it."""
ACCESS_LINE = f"%(t)s %(m)s %({{{PAGE}}}e)s %(s)s %(b)s bytes %(M)s ms"

# Parts of an address that are about products and pages, not about people.
_HARMLESS = {"filename", "key", "number", "sku", "slug"}
_PART = re.compile(r"<(?:[^:<>]*:)?(\w+)>")

# All run in linear time: a log line may be as long as a stranger makes it.
_QUERY = re.compile(r"(?<=[\w/.~%-])\?[^\s\"'<>]+")
_EMAIL = re.compile(r"[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{16,}(?![0-9a-f])", re.IGNORECASE)
_WORD = re.compile(r"[\w.=-]{20,}")
_SECRET = re.compile(r"(?=.*\d)(?=.*[A-Z])[\w=-]{20,}")
_NUMBER_IN_PATH = re.compile(r"(?<=[\w-]/)(?<!crops/)\d+(?=[/\s\"'?,;)]|$)")
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-f]*:[0-9a-f:]+(?![\w:])", re.IGNORECASE)


class LogWords:
    """Takes out of a text what no log may hold; the same id is the same hash wherever it stands."""

    def __init__(self, secret: bytes) -> None:
        """secret: the key that signs sessions; the key of the hashes is derived from it."""
        self._key = hmac.digest(secret, b"fashion-insta/log-ids/1", "sha256")

    def hashed(self, word: str) -> str:
        """Return what stands for an id: `#` and ten hexadecimal digits (HMAC-SHA-256)."""
        return "#" + hmac.new(self._key, word.encode(), hashlib.sha256).hexdigest()[:10]

    def clean(self, text: str) -> str:
        """Return the text without queries, e-mails, ids, tokens and addresses of other machines."""
        text = _QUERY.sub("", text)
        for pattern in (_EMAIL, _UUID, _HEX, _NUMBER_IN_PATH):
            text = pattern.sub(self._hash_of_match, text)
        text = _WORD.sub(self._token, text)
        return _IPV6.sub(_address, _IPV4.sub(_address, text))

    def page(self, rule: str, values: Mapping[str, Any]) -> str:
        """Return a page's address with hashes for the ids in it, such as `/photos/#1f2e3d4c5b/picture`."""
        return _PART.sub(lambda part: self._shown(part[1], str(values.get(part[1], ""))), rule)

    def _shown(self, name: str, value: str) -> str:
        return quote(value, safe="/") if name in _HARMLESS else self.hashed(value)

    def _hash_of_match(self, found: re.Match[str]) -> str:
        return self.hashed(found[0])

    def _token(self, found: re.Match[str]) -> str:
        secret = any(_SECRET.fullmatch(part) for part in found[0].split("."))
        return self.hashed(found[0]) if secret else found[0]


def clean_logs(secret: bytes) -> LogWords:
    """From now on every log record of this process is cleaned when it is made; return what cleans it."""
    words = LogWords(secret)
    logging.setLogRecordFactory(_factory(words))
    return words


def name_pages_for_the_log(app: Flask, words: LogWords) -> None:
    """Put each request's page where the web server's access log finds it, before anything can refuse the request."""

    @app.url_value_preprocessor
    def _name(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        rule = request.url_rule
        request.environ[PAGE] = words.page(rule.rule, values or {}) if rule else "(no such page)"


def _factory(words: LogWords) -> Callable[..., logging.LogRecord]:
    tracebacks = logging.Formatter()

    def make(*arguments: Any, **options: Any) -> logging.LogRecord:
        record = logging.LogRecord(*arguments, **options)
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            # What cannot be formatted would be reported with its arguments: the plain words must do.
            message = f"{record.msg} (its arguments do not fit)"
        record.msg, record.args = words.clean(message), ()
        if record.exc_info and record.exc_info[0]:
            record.exc_text = words.clean(tracebacks.formatException(record.exc_info))
        if record.stack_info:
            record.stack_info = words.clean(record.stack_info)
        return record

    return make


def _address(found: re.Match[str]) -> str:
    try:
        address = ip_address(found[0])
    except ValueError:
        return found[0]
    return found[0] if address.is_loopback or address.is_unspecified else "[address]"
