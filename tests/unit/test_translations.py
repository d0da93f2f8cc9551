"""Every string of the pages has its French, and the compiled catalogue is the one that is written down."""

import io
import re
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
FRENCH = ROOT / "translations" / "fr" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.fixture(scope="module")
def french() -> Catalog:
    with (FRENCH / "messages.po").open("rb") as file:
        return read_po(file, locale="fr")


@pytest.fixture(scope="module")
def strings_in_use() -> set[str]:
    with (ROOT / "translations" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")
    keywords = DEFAULT_KEYWORDS | {"lazy_gettext": None}
    found = extract_from_dir(ROOT, method_map=methods, options_map=options, keywords=keywords)
    return {_singular(message) for _file, _line, message, _comments, _context in found}


def test_every_string_of_the_pages_is_in_the_french_catalogue(french: Catalog, strings_in_use: set[str]) -> None:
    assert len(strings_in_use) > 100
    assert strings_in_use - _strings_of(french) == set()


def test_the_french_catalogue_holds_no_string_that_is_no_longer_used(french: Catalog, strings_in_use: set[str]) -> None:
    assert _strings_of(french) - strings_in_use == set()


def test_every_entry_is_translated_and_none_is_a_guess(french: Catalog) -> None:
    unfinished = [message.id for message in french if message.id and (message.fuzzy or not all(_texts(message)))]
    assert unfinished == []


def test_placeholders_survive_the_translation(french: Catalog) -> None:
    for message in french:
        for text in _texts(message) if message.id else ():
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(_singular(message.id))), message.id


def test_french_typography_is_kept(french: Catalog) -> None:
    # Plain space before a double sign, straight apostrophe, straight or English quotation marks.
    mistakes = re.compile(r" [;:!?»]|« |[^\s\u00a0\u202f][;!?»]|'|\"|“|”")
    wrong = [text for message in french if message.id for text in _texts(message) if mistakes.search(text)]
    assert wrong == []


def test_the_compiled_catalogue_is_the_written_one(french: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, french)
    assert (FRENCH / "messages.mo").read_bytes() == compiled.getvalue()


def _strings_of(catalogue: Catalog) -> set[str]:
    return {_singular(message.id) for message in catalogue if message.id}


def _singular(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def _texts(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)
