"""Texts in tables that people open in a spreadsheet, where some beginnings make a formula of them."""

import re

# What Excel, LibreOffice and Google Sheets begin a formula with, wide forms and the white space before it included.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_MARKED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def harmless(text: str) -> str:
    """Return the text as a cell that no spreadsheet runs: an apostrophe before what could begin a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unmarked(cell: str) -> str:
    """Return the text of a cell that `harmless` made; other cells stay as they are."""
    return cell[1:] if _MARKED.match(cell) else cell
