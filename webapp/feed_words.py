"""The reasons of the feed reader in the page's language.

The reader, which serves the command line too, gives its reasons in English sentences; each is found again here by its
fixed words, and its French is in the catalogue of the pages. What is not found stays English.
"""

import re
from functools import cache

from flask_babel import gettext

from webapp.i18n import current_language


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogue of translations."""
    return sentence


_SENTENCES = (
    N_("a SKU is needed: the shop's own number of the product"),
    N_("no product has this SKU yet, and a new one needs %(missing)s too"),
    N_("%(text)s is no SKU: use up to 64 letters, digits, and . : + - _ (first a letter or digit)"),
    N_("row %(row)s has this SKU already: keep one of them"),
    N_("a title is needed, in at least one language (title_en, title_fr …)"),
    N_("a category is needed, such as dress or t-shirt"),
    N_("%(text)s has no Latin letter: translate it in the mapping's values"),
    N_("%(text)s is not known: use %(known)s, or translate it in the mapping"),
    N_("a price is needed; the mapping can give a default"),
    N_("a currency such as EUR is needed; the mapping can give a default"),
    N_("the price is in %(beside)s but the currency says %(currency)s"),
    N_("the cost is in %(beside)s but the price in %(currency)s"),
    N_("%(text)s is not usable as a price: %(advice)s"),
    N_("a price cannot be negative"),
    N_("write a price as 1299.00 or 1 299,00"),
    N_("this can mean thousands or decimals; write 1299.00, or set decimal_sign in the mapping"),
    N_("this is too high to be a price"),
    N_("%(currency)s has %(digits)s decimals"),
    N_("%(text)s is no currency: give its three-letter ISO 4217 code, such as EUR"),
    N_("a stock is needed, 0 or more; the mapping can give a default"),
    N_("%(text)s is no stock: give a whole number from 0 to %(most)s"),
    N_("the stock is %(stock)s, but the places hold %(held)s"),
    N_("%(number)s shops with pieces are too many for one row: %(most)s at most"),
    N_("%(number)s more fields are wrong"),
    N_("%(text)s is no web address: it must begin with https://"),
    N_("%(number)s characters are too many: %(limit)s at most"),
    N_("%(text)s… is too long for one size: check the separator"),
    N_("a picture is needed: give its file name in the image folder"),
    N_("an address is not fetched: put the picture in the image folder, give its name"),
    N_("the feed came without pictures: send it as a ZIP with an images folder"),
    N_("give a file name inside the image folder"),
    N_("this is a link to a place outside the image folder"),
    N_("no such file is in the image folder"),
    N_("no such file is in the archive, under images or beside the table"),
    N_("this is a link: put the picture itself into the archive"),
    N_("it is encrypted: make the archive without a password"),
    N_("it cannot be unpacked: the archive is damaged there"),
    N_("it has not the size that the archive states"),
    N_("the file has more than %(megabytes)s MB"),
    N_("the file cannot be opened: %(reason)s"),
    N_("broken CSV, check its quotes: %(reason)s"),
    N_("%(cells)s cells under %(columns)s columns: put a text that holds the separator in quotes"),
    N_("broken JSON: %(reason)s"),
    N_("an object in braces is needed"),
    N_("%(name)s must be a text, a number or a list of them"),
    N_("the line has more than %(limit)s characters"),
    N_("the feed has no rows"),
    N_("the first %(megabytes)s MB hold no whole row; take out empty lines and white space"),
    N_("this is a workbook; save it as “CSV UTF-8” in its program, and send that file"),
    N_("a feed is a .csv, .tsv, .jsonl (JSON lines), .xml or .zip file"),
    N_("%(name)s, line %(line)s: %(advice)s"),
    N_("%(advice)s. Save the file again as “CSV UTF-8” (or JSON in UTF-8)."),
    N_("this is damaged UTF-16 text"),
    N_("this is no text"),
    N_("this is not UTF-8 text"),
    N_("broken XML, %(reason)s"),
    N_("its encoding is not known; save it in UTF-8"),
    N_("this is no product feed; RSS 2.0 with <item> or Atom with <entry> is read"),
    N_("a document type (<!DOCTYPE …>) is not read; leave it out"),
    N_("the line of the columns is broken CSV: %(reason)s"),
    N_("the archive holds no table (products.csv, .tsv, .jsonl or .xml); an archive within it is not opened"),
    N_("%(table)s cannot be unpacked: the archive is damaged there"),
    N_("%(table)s is a link; put the table itself into the archive"),
    N_(
        "nothing gives %(missing)s; the feed has the columns %(found)s. "
        "Name them as our fields, or give a mapping file."
    ),
    N_("the first line must name the columns, separated by commas, semicolons or tabs"),
    N_("two columns are named %(name)s; rename one"),
    N_("this is one JSON list; write one object a line, without commas"),
    N_("the mapping names columns that are missing: %(absent)s; the feed has %(found)s"),
    N_("this is no ZIP archive, or a damaged one"),
    N_("the archive holds more than %(most)s files; send it in parts, or the table alone with its pictures by address"),
    N_("the archive holds several tables (%(tables)s); call one of them products"),
    N_("%(table)s is encrypted; make the archive without a password"),
    N_("%(table)s unpacks to more than %(most)s GB"),
    N_("another import of a feed has started; this one stops here"),
    N_("%(address)s is not fetched: %(advice)s"),
    N_("%(address)s cannot be fetched: %(advice)s"),
    N_("a redirect from https must not lead to http"),
    N_("it redirects again and again"),
    N_("an address has %(limit)s characters at most"),
    N_("write it in ASCII, without control characters"),
    N_("this is no address"),
    N_("it must begin with https:// or http:// and a host"),
    N_("it must not hold a name or password"),
    N_("the host %(host)s is not on the list FEED_HOSTS"),
    N_("the port %(port)s is not on the list FEED_HOSTS"),
    N_("the host %(host)s is not found"),
    N_("the host %(host)s lies in a private network"),
    N_("it takes too long"),
    N_("the host's certificate is not valid, or it speaks no TLS"),
    N_("the host does not answer, or breaks off"),
    N_("it breaks off"),
    N_(
        "the host %(host)s did not answer %(times)s times in a row, the rest was not tried: import the feed again "
        "when it does"
    ),
    N_("the host answers %(status)s instead of the file"),
    N_("the host sends it compressed, though that was not asked for"),
    N_("another feed is being imported"),
    # The last: a file's or a picture's name, perhaps with a line, before any of the others.
    N_("%(name)s: %(advice)s"),
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def in_words(reason: str) -> str:
    """Return a reason of the feed reader in the page's language."""
    if current_language() == "en":
        return reason
    for sentence in _SENTENCES:
        if found := _pattern(sentence).fullmatch(reason):
            parts = found.groupdict()
            if "advice" in parts:
                parts["advice"] = in_words(parts["advice"])
            return str(gettext(sentence, **parts))
    return reason


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    pieces = _PLACEHOLDER.split(sentence)
    parts = [re.escape(piece) if number % 2 == 0 else f"(?P<{piece}>.*?)" for number, piece in enumerate(pieces)]
    return re.compile("".join(parts), re.DOTALL)
