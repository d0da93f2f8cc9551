"""What a visitor may read of their data: the privacy notice, the cookies, what the AI does, other people, minors."""

from dataclasses import dataclass

from flask import render_template
from flask_babel import LazyString, lazy_gettext, ngettext

from privacy.activities import ACTIVITIES
from privacy.consent import Purpose
from privacy.declarations import Activity, Category, LegalBasis
from privacy.retention import RULES, RetentionPolicy, Unit
from webapp.i18n import current_language
from webapp.photo_consents import in_words
from webapp.shop.cookies import cookies_set
from webapp.shop.routes import shop
from webapp.wiring import wiring

_ = lazy_gettext

_ABOUT_NOBODY_READING = frozenset({Category.KEYS, Category.JOBS, Category.BREACHES, Category.CATALOGUE_WORK})
"""The register has these too; to a shopper they say nothing."""

LEGAL_BASIS_WORDS = {
    LegalBasis.CONSENT: _("your consent (Art. 6(1)(a) GDPR)"),
    LegalBasis.CONTRACT: _("the contract with you (Art. 6(1)(b))"),
    LegalBasis.LEGAL_OBLIGATION: _("a duty by law (Art. 6(1)(c))"),
    LegalBasis.LEGITIMATE_INTEREST: _("our interest in a safe shop (Art. 6(1)(f))"),
}


@dataclass(frozen=True)
class NoticedPeriod:
    """How long something is kept: `Photos, with an account: 7 days, since the photo was sent`."""

    title: str
    words: str
    since: str


@dataclass(frozen=True)
class NoticedActivity:
    """One processing activity in the page's language (Art. 13(1)(c), (e) and (2)(a))."""

    purpose: str
    legal_basis: LazyString
    recipients: str
    erasure: str
    periods: tuple[NoticedPeriod, ...]


@shop.get("/privacy")
def privacy() -> str:
    """The privacy notice (Art. 13), made from the register and from the periods in force."""
    adapters = wiring()
    return render_template(
        "shop/privacy.html",
        settings=adapters.settings,
        purposes=in_words(Purpose),
        activities=noticed_activities(adapters.retention_policy, current_language()),
    )


@shop.get("/privacy/cookies")
def cookies() -> str:
    """The cookies that the shop sets: strictly necessary ones alone."""
    return render_template("shop/cookies.html", cookies=cookies_set())


@shop.get("/privacy/artificial-intelligence")
def artificial_intelligence() -> str:
    """What the models do, and what they do not."""
    return render_template("shop/artificial_intelligence.html", settings=wiring().settings)


@shop.get("/privacy/people-in-photos")
def people_in_photos() -> str:
    """Bystanders, photos of somebody else, and minors."""
    return render_template("shop/people_in_photos.html", settings=wiring().settings)


def noticed_activities(policy: RetentionPolicy, language: str) -> list[NoticedActivity]:
    """Return what the notice says of each activity that a shopper may be part of."""
    return [
        _noticed(activity, policy, language)
        for category, activity in ACTIVITIES.items()
        if category not in _ABOUT_NOBODY_READING
    ]


def _noticed(activity: Activity, policy: RetentionPolicy, language: str) -> NoticedActivity:
    french = language == "fr"
    return NoticedActivity(
        activity.purpose_fr if french else activity.purpose_en,
        LEGAL_BASIS_WORDS[activity.legal_basis],
        activity.recipients_fr if french else activity.recipients_en,
        activity.erasure_fr if french else activity.erasure_en,
        tuple(
            NoticedPeriod(
                rule.title_fr if french else rule.title_en,
                _amount_in_words(policy.amount(rule), rule.unit),
                rule.since_fr if french else rule.since_en,
            )
            for rule in RULES.values()
            if rule.category is activity.category
        ),
    )


def _amount_in_words(amount: int, unit: Unit) -> str:
    match unit:
        case Unit.MINUTES:
            return str(ngettext("%(num)d minute", "%(num)d minutes", amount))
        case Unit.DAYS:
            return str(ngettext("%(num)d day", "%(num)d days", amount))
    return str(ngettext("%(num)d month", "%(num)d months", amount))
