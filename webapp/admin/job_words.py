"""What a job reports, in the page's language: the job wrote it in English, at a time when no page asked."""

import re

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

_CHANGED = re.compile(r"(\d+) products changed( \(stopped early\))?")
_PUT_BACK = re.compile(r"(\d+) products put back, (\d+) were changed since and are left so( \(stopped early; .+\))?")


def report_words(report: str) -> str:
    """Return the report of a bulk edit or of its undo in the page's language; empty for any other."""
    if changed := _CHANGED.fullmatch(report):
        count, stopped = int(changed[1]), changed[2]
        said = [ngettext("%(num)d product was changed.", "%(num)d products were changed.", count)]
        return " ".join(said + [_("It was stopped before its end.")] * bool(stopped))
    if put_back := _PUT_BACK.fullmatch(report):
        return " ".join(_undo_words(int(put_back[1]), int(put_back[2]), is_stopped=bool(put_back[3])))
    return ""


def _undo_words(put_back: int, left_alone: int, *, is_stopped: bool) -> list[str]:
    words = [_("The undo stopped before its end; undo again, and it goes on.")] if is_stopped else []
    words.append(
        ngettext(
            "%(count)s product is again as it was before.",
            "%(count)s products are again as they were before.",
            put_back,
            count=format_decimal(put_back),
        )
    )
    if left_alone:
        words.append(
            ngettext(
                "%(count)s was changed again since: that stays.",
                "%(count)s were changed again since: that stays.",
                left_alone,
                count=format_decimal(left_alone),
            )
        )
    return words
