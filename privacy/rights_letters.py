"""The letters about a request: a first draft in the person's language, which the officer reads, edits and sends."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from babel.dates import format_date

from privacy.rights_errors import LetterUnfinished
from privacy.rights_models import RequestKind

CODE_MARK = "[code]"
"""Stands in a draft where the code goes; the code itself is made when the letter is sent, and shown to nobody else."""
REASON_MARK = "[…]"
"""Stands where only the officer can say more; a letter that still holds it is not sent."""


class LetterKind(StrEnum):
    """What a letter is for."""

    ACKNOWLEDGEMENT = "acknowledgement"
    IDENTITY = "identity"
    EXTENSION = "extension"
    EXPORT = "export"
    NOTHING_HELD = "nothing_held"
    DONE = "done"
    ERASED = "erased"
    REFUSAL = "refusal"


@dataclass(frozen=True)
class LetterFacts:
    """What the drafts are filled with; days are those of the shop's time zone."""

    reference: str
    kind: RequestKind
    received_on: date
    due_on: date
    my_data_address: str
    code_days: int
    export_days: int
    receipt_address: str = ""
    """Where the receipt of an erasure can be fetched; empty before there is one."""


@dataclass(frozen=True)
class Draft:
    """A letter before it is sent."""

    subject: str
    text: str


def draft_letter(kind: LetterKind, facts: LetterFacts, language: str) -> Draft:
    """Return the draft in `language` (fr or en)."""
    words = _FRENCH if language == "fr" else _ENGLISH
    subject, body = words.letters[kind]
    values = {
        "reference": facts.reference,
        "right": words.rights[facts.kind],
        "received": format_date(facts.received_on, "d MMMM y", locale=language),
        "due": format_date(facts.due_on, "d MMMM y", locale=language),
        "address": facts.my_data_address,
        "code_days": facts.code_days,
        "export_days": facts.export_days,
        "complaint": words.complaint,
        "code": CODE_MARK,
        "reason": facts.receipt_address if kind is LetterKind.ERASED and facts.receipt_address else REASON_MARK,
    }
    text = f"{words.greeting}\n\n{body.format(**values).strip()}\n\n{words.closing}"
    return Draft(subject.format(**values), text)


def require_finished(kind: LetterKind, text: str) -> None:
    """Raise LetterUnfinished for a place that nobody filled in, or a proof of identity that lacks the code."""
    if REASON_MARK in text:
        raise LetterUnfinished(REASON_MARK)
    if (kind is LetterKind.IDENTITY) != (CODE_MARK in text):
        raise LetterUnfinished(CODE_MARK)


@dataclass(frozen=True)
class _Words:
    greeting: str
    closing: str
    complaint: str
    rights: dict[RequestKind, str]
    letters: dict[LetterKind, tuple[str, str]]


_FRENCH = _Words(
    greeting="Bonjour,",
    closing="Cordialement,\nLe délégué à la protection des données de Fashion-Insta",
    complaint=(
        "Si vous estimez que vos droits ne sont pas respectés, vous pouvez adresser une réclamation à la CNIL : "
        "https://www.cnil.fr/fr/plaintes, ou 3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07. Vous pouvez aussi "
        "saisir le juge (articles 77 et 79 du RGPD)."
    ),
    rights={
        RequestKind.ACCESS: "droit d’accès, article 15 du RGPD",
        RequestKind.RECTIFICATION: "droit de rectification, article 16 du RGPD",
        RequestKind.ERASURE: "droit à l’effacement, article 17 du RGPD",
        RequestKind.RESTRICTION: "droit à la limitation du traitement, article 18 du RGPD",
        RequestKind.PORTABILITY: "droit à la portabilité, article 20 du RGPD",
        RequestKind.OBJECTION: "droit d’opposition, article 21 du RGPD",
    },
    letters={
        LetterKind.ACKNOWLEDGEMENT: (
            "Votre demande {reference} est bien arrivée",
            """Nous avons reçu le {received} votre demande ({right}). Son numéro est {reference}.

Nous vous répondrons au plus tard le {due}. Si nous avons besoin d’une précision ou d’une preuve d’identité, nous \
vous l’écrirons ; vous n’avez rien à faire d’ici là.""",
        ),
        LetterKind.IDENTITY: (
            "Votre demande {reference} : est-ce bien vous ?",
            """Avant de répondre à votre demande du {received} ({right}), nous devons être sûrs qu’elle vient \
de vous : vos données ne sont remises à personne d’autre.

Votre code : {code}

Indiquez-le-nous par le moyen que vous avez choisi pour nous écrire. Il est valable {code_days} jours. Si vous \
n’avez rien demandé, ne communiquez ce code à personne et dites-le-nous : rien ne sera fait.

Vous pouvez aussi vous connecter et faire la même demande ici, sans code : {address}""",
        ),
        LetterKind.EXTENSION: (
            "Votre demande {reference} : il nous faut plus de temps",
            """Nous avons reçu le {received} votre demande ({right}). Nous ne pourrons pas y répondre en un mois, pour \
la raison suivante :

{reason}

Comme l’article 12, paragraphe 3, du RGPD le permet, nous prolongeons ce délai de deux mois : vous aurez notre réponse \
au plus tard le {due}.

{complaint}""",
        ),
        LetterKind.EXPORT: (
            "Votre demande {reference} : la copie de vos données est prête",
            """Pour répondre à votre demande du {received} ({right}), nous avons préparé une copie de toutes les \
données que nous gardons sur vous : une page lisible, vos photos, et un fichier que d’autres services savent lire.

Connectez-vous pour la télécharger ; votre mot de passe vous sera redemandé : {address}

La copie est chiffrée, pour vous seul, et s’efface d’elle-même après {export_days} jours.

{complaint}""",
        ),
        LetterKind.NOTHING_HELD: (
            "Votre demande {reference} : nous ne gardons rien sur vous",
            """Pour répondre à votre demande du {received} ({right}), nous avons cherché dans toutes nos bases \
: aucune donnée n’y est liée à cette adresse.

Les photos envoyées sans compte ne portent ni nom ni adresse : elles s’effacent d’elles-mêmes peu après la visite, et \
nous ne pouvons pas savoir à qui elles étaient (article 11 du RGPD). Cette adresse est effacée à la clôture de votre \
demande.

{complaint}""",
        ),
        LetterKind.DONE: (
            "Votre demande {reference} est traitée",
            """Nous avons donné suite à votre demande du {received} ({right}) :

{reason}

Vous pouvez le vérifier, ou revenir dessus, sur cette page : {address}

{complaint}""",
        ),
        LetterKind.ERASED: (
            "Votre demande {reference} : vos données sont effacées",
            """Pour répondre à votre demande du {received} ({right}), vos données ont été effacées : compte, photos, \
vêtements découpés, empreintes numériques, préférences. Nos systèmes ont ensuite été fouillés : il n’en reste rien.

Le reçu signé de cet effacement ne contient aucune donnée personnelle ; il indique aussi en combien de jours les \
sauvegardes des clés expirent. Gardez-le, il se vérifie sans nous :

{reason}

C’est notre dernier message : nous n’avons plus votre adresse.

{complaint}""",
        ),
        LetterKind.REFUSAL: (
            "Votre demande {reference} : notre réponse",
            """Nous avons reçu le {received} votre demande ({right}). Nous ne pouvons pas y donner suite, pour \
la raison suivante :

{reason}

{complaint}""",
        ),
    },
)

_ENGLISH = _Words(
    greeting="Hello,",
    closing="Kind regards,\nThe privacy officer of Fashion-Insta",
    complaint=(
        "If you think that your rights are not respected, you can complain to the French supervisory authority, the "
        "CNIL: https://www.cnil.fr/en/plaintes, or 3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07, France. You "
        "can also go to court (Articles 77 and 79 GDPR)."
    ),
    rights={
        RequestKind.ACCESS: "right of access, Article 15 GDPR",
        RequestKind.RECTIFICATION: "right to rectification, Article 16 GDPR",
        RequestKind.ERASURE: "right to erasure, Article 17 GDPR",
        RequestKind.RESTRICTION: "right to restriction of processing, Article 18 GDPR",
        RequestKind.PORTABILITY: "right to data portability, Article 20 GDPR",
        RequestKind.OBJECTION: "right to object, Article 21 GDPR",
    },
    letters={
        LetterKind.ACKNOWLEDGEMENT: (
            "Your request {reference} has arrived",
            """We received your request ({right}) on {received}. Its number is {reference}.

You will have our answer by {due} at the latest. If we need you to be more precise, or a proof of identity, we will \
write to you; there is nothing to do until then.""",
        ),
        LetterKind.IDENTITY: (
            "Your request {reference}: is it you?",
            """Before we answer your request of {received} ({right}), we must be sure that it comes from you: \
your data is handed to nobody else.

Your code: {code}

Tell it to us in the way in which you chose to write to us. It is valid for {code_days} days. If you asked for \
nothing, give this code to nobody and tell us so: nothing will be done.

You can also log in and make the same request here, without a code: {address}""",
        ),
        LetterKind.EXTENSION: (
            "Your request {reference}: we need more time",
            """We received your request ({right}) on {received}. We cannot answer it within a month, for this reason:

{reason}

As Article 12(3) GDPR allows, we extend the period by two months: you will have our answer by {due} at the latest.

{complaint}""",
        ),
        LetterKind.EXPORT: (
            "Your request {reference}: the copy of your data is ready",
            """In answer to your request of {received} ({right}) we have prepared a copy of all data that we \
keep about you: a page to read, your photos, and a file that other services can read.

Log in to download it; you will be asked for your password again: {address}

The copy is encrypted, for you alone, and erases itself after {export_days} days.

{complaint}""",
        ),
        LetterKind.NOTHING_HELD: (
            "Your request {reference}: we keep nothing about you",
            """In answer to your request of {received} ({right}) we searched all our databases: no data in them \
is tied to this address.

Photos that were sent without an account carry no name and no address: they erase themselves soon after the visit, and \
we cannot know whose they were (Article 11 GDPR). This address is erased when your request is closed.

{complaint}""",
        ),
        LetterKind.DONE: (
            "Your request {reference} is carried out",
            """We have carried out your request of {received} ({right}):

{reason}

You can check it, or take it back, on this page: {address}

{complaint}""",
        ),
        LetterKind.ERASED: (
            "Your request {reference}: your data is erased",
            """In answer to your request of {received} ({right}) your data has been erased: account, photos, crops of \
garments, digital prints, preferences. Our systems were then searched: nothing of it is left.

The signed receipt of this erasure holds no personal data; it also names in how many days the backups of the keys \
expire. Keep it, it can be verified without us:

{reason}

This is our last message: we no longer have your address.

{complaint}""",
        ),
        LetterKind.REFUSAL: (
            "Your request {reference}: our answer",
            """We received your request ({right}) on {received}. We cannot carry it out, for this reason:

{reason}

{complaint}""",
        ),
    },
)
