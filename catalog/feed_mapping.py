"""A small TOML file that says where in a shop's feed our fields are."""

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog.errors import MappingError

Cell = str | tuple[str, ...]
"""What a feed holds in one place: a text, or (JSON lines) a list of texts."""

PLAIN_FIELDS = (
    "sku", "brand", "category", "sub_category", "colour", "pattern", "gender", "season", "sizes", "price", "currency",
    "cost", "stock", "link", "image",
)  # fmt: skip
TEXT_FIELDS = ("title", "description")
_NEEDED = ("sku", "category", "price", "stock", "image")
_OF_A_PLACE = re.compile(r"stock_([a-z0-9_]{1,40})")
_IN_A_LANGUAGE = re.compile(rf"({'|'.join(TEXT_FIELDS)})_([a-z]{{2}})")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class FieldSource:
    """Where one of our fields comes from: a column, or a template of several, then what is done with its text."""

    column: str = ""
    template: str = ""
    """As "{id}.jpg": each name in braces is a column."""
    pattern: str = ""
    """A regular expression; its first group is kept, and nothing when it does not match."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Feed's word -> ours, whatever the case; other words stay, or become `otherwise`."""
    otherwise: str | None = None

    def columns(self) -> tuple[str, ...]:
        """The feed's columns that are needed."""
        return (self.column,) if self.column else tuple(_PLACEHOLDER.findall(self.template))

    def is_in(self, row: Mapping[str, Cell]) -> bool:
        """Say whether the row has the field's columns, be they empty."""
        return self.column in row if self.column else all(column in row for column in self.columns())

    def read(self, row: Mapping[str, Cell]) -> Cell:
        """Return the field's text, or texts, in this row; empty when the feed says nothing."""
        found = row.get(self.column, "") if self.column else self._filled(row)
        if isinstance(found, tuple):
            return tuple(self._translated(text) for text in found)
        return self._translated(found)

    def _filled(self, row: Mapping[str, Cell]) -> str:
        parts = {name: row.get(name, "") for name in self.columns()}
        if not all(isinstance(part, str) and part.strip() for part in parts.values()):
            return ""
        return _PLACEHOLDER.sub(lambda match: str(parts[match[1]]).strip(), self.template)

    def _translated(self, text: str) -> str:
        text = text.strip()
        if self.pattern:
            match = re.search(self.pattern, text)
            text = (match[1] or "").strip() if match else ""
        if not self.values:
            return text
        return self.values.get(text.casefold(), text if self.otherwise is None else self.otherwise)


@dataclass(frozen=True)
class FeedMapping:
    """How a feed is read. A column that is named as a field of ours fills it, where the mapping says nothing else."""

    fields: Mapping[str, FieldSource] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Our field -> the text used where the feed says nothing."""
    language: str = "en"
    """Of a title or description whose name has no language."""
    list_separator: str = ""
    """Between sizes, and between images; empty: the first of | ; , that is there (only | for images)."""
    decimal_sign: str = ""
    """"." or ",", for feeds with prices such as 1.299 that mean two things."""
    by_name: bool = True
    """Whether a column that is named as a field of ours fills it; False: only what the mapping says counts."""

    def fingerprint(self) -> str:
        """Return the same text for the same mapping."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    def read(self, row: Mapping[str, Cell]) -> dict[str, Cell]:
        """Return our fields that a feed's row speaks of, empty ones too; a default stands in for an empty one.

        A field that the row lacks gets its default where the row then is a whole product: a row of some fields alone
        must not bring others along, the same for every product.
        """
        sources = {**self._named_alike(row), **self.fields}
        said = {
            name: source.read(row) or self.defaults.get(name, "")
            for name, source in sources.items()
            if source.is_in(row)
        }
        whole = {**self.defaults, **said}
        return said if missing_in(whole) else whole

    def fields_of(self, columns: Iterable[str]) -> frozenset[str]:
        """Return which of our fields a feed with these columns can fill."""
        return frozenset([*self._named_alike(columns), *self.fields, *self.defaults])

    def columns(self) -> frozenset[str]:
        """Return the columns that the mapping names."""
        return frozenset(column for source in self.fields.values() for column in source.columns())

    def _named_alike(self, columns: Iterable[str]) -> dict[str, FieldSource]:
        return _named_alike(tuple(columns)) if self.by_name else {}


@lru_cache(maxsize=100)
def _named_alike(columns: tuple[str, ...]) -> dict[str, FieldSource]:
    return {name.lower(): FieldSource(column=name) for name in columns if is_field(name.lower())}


def is_field(name: str) -> bool:
    """Say whether `name` is a field of ours: `sku`, `title`, `title_fr`, `stock_lyon` …"""
    if name in PLAIN_FIELDS or name in TEXT_FIELDS:
        return True
    return (_IN_A_LANGUAGE.fullmatch(name) or _OF_A_PLACE.fullmatch(name)) is not None


def missing_in(fields: Collection[str]) -> tuple[str, ...]:
    """Return what a new product needs besides these fields, empty ones counted; the currency may be with the price."""
    missing = [name for name in _NEEDED if name not in fields]
    if any(place_of(name) for name in fields):
        # The shops' pieces make the stock.
        missing = [name for name in missing if name != "stock"]
    if not any(name.startswith("title") for name in fields):
        missing.append("title")
    return tuple(missing)


def place_of(name: str) -> str | None:
    """Return the slug of the shop whose stock a field gives, `lyon` of `stock_lyon`; None of any other field."""
    match = _OF_A_PLACE.fullmatch(name)
    return match[1] if match else None


def language_of(name: str, *, otherwise: str) -> tuple[str, str] | None:
    """Return ("title", "fr") of "title_fr", ("title", `otherwise`) of "title", and None of a field without language."""
    if name in TEXT_FIELDS:
        return name, otherwise
    match = _IN_A_LANGUAGE.fullmatch(name)
    return (match[1], match[2]) if match else None


def read_mapping(path: Path) -> FeedMapping:
    """Return the mapping of a TOML file. Raises MappingError, which names the faulty key."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingError(path.name, f"this file cannot be read as TOML: {error}") from error
    return mapping_from(document)


def mapping_from(document: Mapping[str, Any]) -> FeedMapping:
    """Return the mapping of a parsed TOML document. Raises MappingError, which names the faulty key."""
    options = ("language", "list_separator", "decimal_sign", "by_name", "fields", "defaults")
    for key in document:
        if key not in options:
            raise MappingError(key, f"unknown; the keys are {', '.join(options)}")
    sources = {name: _source(name, value) for name, value in _table(document, "fields").items()}
    return FeedMapping(
        fields=sources,
        defaults={name: _default(name, value) for name, value in _table(document, "defaults").items()},
        language=_text_like(document, "language", r"[a-z]{2}|", "give a two-letter language code, such as fr") or "en",
        list_separator=_text_like(document, "list_separator", r".{0,3}", "give one to three characters"),
        decimal_sign=_text_like(document, "decimal_sign", r"[.,]?", 'give "." or ","'),
        by_name=_switch(document, "by_name"),
    )


def _switch(document: Mapping[str, Any], key: str) -> bool:
    value = document.get(key, True)
    if not isinstance(value, bool):
        raise MappingError(key, "write true or false")
    return value


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = document.get(key, {})
    if not isinstance(table, dict):
        raise MappingError(key, f"write it as a table, [{key}]")
    for name in table:
        if not is_field(name):
            known = ", ".join((*PLAIN_FIELDS, "title_en", "title_fr", "description_en", "stock_lyon", "…"))
            raise MappingError(f"{key}.{name}", f"no field of ours; the fields are {known}")
    return table


def _source(name: str, value: Any) -> FieldSource:
    key = f"fields.{name}"
    if isinstance(value, str) and value:
        return FieldSource(template=value) if _PLACEHOLDER.search(value) else FieldSource(column=value)
    if not isinstance(value, dict):
        raise MappingError(key, 'give a column\'s name, a template such as "{id}.jpg", or a table')
    for part in value:
        if part not in ("column", "template", "pattern", "values", "otherwise"):
            raise MappingError(f"{key}.{part}", "unknown; the keys are column, template, pattern, values, otherwise")
    if bool(value.get("column")) == bool(value.get("template")):
        raise MappingError(key, "give either column or template")
    if "otherwise" in value and not value.get("values"):
        raise MappingError(f"{key}.otherwise", "this is for words that are not in values; give values too")
    for part in ("column", "template", "otherwise"):
        _must_be_text(f"{key}.{part}", value.get(part, ""))
    return FieldSource(
        column=value.get("column", ""),
        template=value.get("template", ""),
        pattern=_pattern(f"{key}.pattern", value.get("pattern", "")),
        values=_values(f"{key}.values", value.get("values", {})),
        otherwise=value.get("otherwise"),
    )


def _values(key: str, table: Any) -> dict[str, str]:
    if not isinstance(table, dict):
        raise MappingError(key, 'write it as a table, such as { "Tshirts" = "t-shirt" }')
    return {word.strip().casefold(): _must_be_text(f"{key}.{word}", ours) for word, ours in table.items()}


def _pattern(key: str, text: Any) -> str:
    try:
        groups = re.compile(_must_be_text(key, text)).groups
    except re.error as error:
        raise MappingError(key, f"no regular expression: {error}") from error
    if text and groups < 1:
        raise MappingError(key, "put what is to be kept in parentheses")
    return str(text)


def _default(name: str, value: Any) -> str:
    # 10 and 19.9 are natural to write in TOML; "a number" is what they mean.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return _must_be_text(f"defaults.{name}", value)


def _must_be_text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise MappingError(key, "give a text in quotes")
    return value


def _text_like(document: Mapping[str, Any], key: str, pattern: str, advice: str) -> str:
    value = document.get(key, "")
    if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
        raise MappingError(key, advice)
    return value
