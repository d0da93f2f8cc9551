"""Addresses: the numbers in them, and this page's own with something of its query changed."""

from urllib.parse import urlencode

from flask import request
from werkzeug.routing import IntegerConverter, Map

from storage.database import LARGEST_ID

_FILTER_FIELDS = frozenset({"category", "gender", "colour", "brand", "min_price", "max_price", "in_stock"})


class StoredId(IntegerConverter):
    """`<int:…>` of an address: a larger number than a database holds is the address of nothing."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ID)


def address_with(**changes: object) -> str:
    """Return this page's address with these query fields set; None leaves a field out."""
    kept = [(field, value) for field, value in request.args.items(multi=True) if field not in changes]
    return _address(kept + [(field, str(value)) for field, value in changes.items() if value is not None])


def address_without(field: str, value: str | None = None) -> str:
    """Return this page's address without a field, or without one of its values; begins at the first page again."""
    kept = [
        (name, text)
        for name, text in request.args.items(multi=True)
        if name != "page" and (name != field or (value is not None and text.strip() != value))
    ]
    return _address(kept)


def address_without_filters() -> str:
    """Return this page's address with every filter removed; search words and the chosen garment stay."""
    dropped = _FILTER_FIELDS | {"page"}
    return _address([(name, text) for name, text in request.args.items(multi=True) if name not in dropped])


def address_to_return_to() -> str:
    """Return the address that shows this page again: its own, or the front page after a form was sent."""
    if request.method != "GET":
        return "/"
    return request.full_path if request.query_string else request.path


def _address(fields: list[tuple[str, str]]) -> str:
    filled = [(name, text) for name, text in fields if text.strip()]
    return f"{request.path}?{urlencode(filled)}" if filled else request.path
