"""The letter at the end of an erasure: that it is done, with the receipt's link."""

from flask_babel import force_locale
from flask_babel import gettext as _

from accounts.ports import Letter
from privacy.erasure import LINK_DAYS, LetterWithReceipt


def letter_of(news: LetterWithReceipt, *, link: str) -> Letter:
    """Return the letter, in the person's language."""
    with force_locale(news.language):
        text = _(
            "Hello,\n\nAll that we kept of you is erased. We looked through every store for traces of you and "
            "found none.\n\nYour signed receipt, for %(days)d days: %(link)s\n\nThis is the last letter from us: "
            "we no longer have your address.\n",
            days=LINK_DAYS,
            link=link,
        )
        return Letter(news.to, _("Your data is erased: your receipt"), text)
