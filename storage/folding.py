"""Texts compared without regard to case and accents, in Python and in SQL alike."""

import unicodedata
from typing import Any

from sqlalchemy import String, event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_ACCENTED = "àâäáãåçéèêëîïíìñôöóòõùûüúÿ"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuy"


_LETTERS_WITH_MARKS = range(0xC0, 0x250)
_WITHOUT_MARKS = {
    code: unicodedata.normalize("NFKD", chr(code)).encode("ascii", "ignore").decode() or chr(code)
    for code in _LETTERS_WITH_MARKS
} | {ord("œ"): "oe", ord("æ"): "ae", ord("ø"): "o"}


def fold(text: str) -> str:
    """Return the text in lower case, Latin letters without their accents."""
    lowered = text.casefold()
    return lowered if lowered.isascii() else unicodedata.normalize("NFC", lowered).translate(_WITHOUT_MARKS)


class folded(FunctionElement[str]):
    """`folded(text)`: the same in a statement; PostgreSQL knows the letters of Western Europe alone."""

    type = String()
    inherit_cache = True


@compiles(folded, "sqlite")
def _on_sqlite(element: folded, compiler: Any, **options: Any) -> str:
    return f"fold({compiler.process(element.clauses, **options)})"


@compiles(folded)
def _elsewhere(element: folded, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"replace(translate(lower({text}), '{_ACCENTED}', '{_PLAIN}'), 'œ', 'oe')"


@event.listens_for(Engine, "connect")
def _teach_sqlite(connection: Any, _record: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.create_function("fold", 1, lambda text: None if text is None else fold(text), deterministic=True)
