"""The words of letters about an account: templates/mail, in the person's language."""

import re
from datetime import date

from flask import current_app, render_template
from flask_babel import force_locale, format_date

from accounts.ports import Addressee, Letter, LetterKind

_LINKS = {
    LetterKind.CONFIRM_EMAIL: "account.confirm",
    LetterKind.RESET_PASSWORD: "account.choose_password",
    LetterKind.CONFIRM_NEW_EMAIL: "account.confirm_new_email",
    LetterKind.EMAIL_KNOWN: "account.log_in",
    LetterKind.PASSWORD_CHANGED: "account.ask_for_reset_letter",
    LetterKind.EMAIL_CHANGED: "shop.privacy",
    LetterKind.SECOND_STEP_ON: "account.security",
    LetterKind.SECOND_STEP_OFF: "account.security",
    LetterKind.WARDROBE_LAPSES: "account.log_in",
    LetterKind.ACCOUNT_LAPSES: "account.log_in",
}
_EMPTY_LINES = re.compile(r"\n{3,}")


class AccountLetters:
    """`LetterWriter` with the shop's templates."""

    def __init__(self, site: str) -> None:
        self._site = site

    def write(self, kind: LetterKind, to: Addressee, *, token: str = "", day: date | None = None) -> Letter:
        """Return the letter; its template's first line is the subject."""
        link = self.address_of(_LINKS[kind], **({"token": token} if token else {}))
        with force_locale(to.language):
            words = render_template(
                f"mail/{kind.value}.txt", link=link, site=self._site, day=format_date(day, "long") if day else ""
            )
        subject, _, text = words.strip().partition("\n")
        return Letter(to.email, subject.strip(), _EMPTY_LINES.sub("\n\n", text).strip() + "\n", person=to.person)

    def address_of(self, endpoint: str, **values: str) -> str:
        """Return a page's address for somebody who is not here: never taken from a request's own headers."""
        return self._site + current_app.url_map.bind("").build(endpoint, values)
