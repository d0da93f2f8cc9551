"""Texts compared without regard to case and accents, in Python and in SQL alike."""

import unicodedata
from typing import Any

from sqlalchemy import String, event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_ACCENTED = "àâäáãåçéèêëîïíìñôöóòõùûüúÿ"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuy"


def fold(text: str) -> str:
    """Return the text in lower case, without accents."""
    lowered = text.casefold()
    if lowered.isascii():
        return lowered
    decomposed = unicodedata.normalize("NFKD", lowered.replace("œ", "oe"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


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
