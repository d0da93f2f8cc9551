"""The data protection impact assessment (Art. 35 GDPR), made from the register and the four named risks."""

from dataclasses import dataclass
from typing import Any

from privacy.dpia_risks import RISKS, Risk
from privacy.register import Register
from privacy.words import Words


@dataclass(frozen=True)
class Assessment:
    """The whole DPIA."""

    register: Register
    risks: tuple[Risk, ...]

    @property
    def is_acceptable(self) -> bool:
        """Say whether the processing may go on without asking the authority first (Art. 36)."""
        return self.register.protected_share == 1 and all(risk.after.is_acceptable for risk in self.risks)

    @property
    def decision(self) -> Words:
        return _GO_ON if self.is_acceptable else _ASK_FIRST

    def as_json(self, language: str) -> dict[str, Any]:
        """Return the assessment ready for JSON, its words in a language (fr or en)."""
        return {
            "language": language,
            "context": [words.of(language) for words in CONTEXT],
            "necessity": [words.of(language) for words in NECESSITY],
            "protected_share": self.register.protected_share,
            "risks": [_risk_as_json(risk, language) for risk in self.risks],
            "acceptable": self.is_acceptable,
            "decision": self.decision.of(language),
        }


CONTEXT = (
    Words(
        "Une personne envoie la photo d’une tenue. Un modèle y reconnaît des vêtements et les découpe, un autre en "
        "tire des empreintes numériques, qui sont comparées à celles du catalogue ; les articles proches sont montrés.",
        "A person sends the photo of an outfit. One model recognises garments and cuts them out, another makes digital "
        "prints of them, which are compared with the catalogue’s; the items close to them are shown.",
    ),
    Words(
        "La photo peut montrer la personne, son visage, d’autres personnes ou un lieu. Aucun visage n’est reconnu, "
        "aucune donnée biométrique n’est tirée de la photo, aucune décision n’est prise sur la personne.",
        "The photo may show the person, their face, other people or a place. No face is recognised, no biometric data "
        "is drawn from the photo, and no decision is made about the person.",
    ),
    Words(
        "Les modèles tournent sur le serveur de la boutique : rien n’est envoyé à un tiers pour être analysé.",
        "The models run on the shop’s own server: nothing is sent to a third party to be analysed.",
    ),
)
NECESSITY = (
    Words(
        "Base légale : le consentement, donné photo par photo et finalité par finalité, retiré aussi simplement ; sans "
        "lui la photo n’est pas même décodée.",
        "Legal basis: consent, given photo by photo and purpose by purpose, and withdrawn as simply; without it the "
        "photo is not even decoded.",
    ),
    Words(
        "Minimisation : un compte n’est pas nécessaire ; de la photo ne restent que les pixels réduits, sans aucune "
        "métadonnée ; les tables ne connaissent que des pseudonymes.",
        "Minimisation: no account is needed; of the photo only reduced pixels are kept, without any metadata; the "
        "tables know pseudonyms alone.",
    ),
    Words(
        "Durée : chaque catégorie a son terme, dans des bornes que le délégué ne peut dépasser ; une purge l’applique "
        "chaque nuit et dit pourquoi chaque chose est partie.",
        "Duration: each category has its term, within bounds that the officer cannot exceed; a purge applies it every "
        "night and says why each thing went.",
    ),
    Words(
        "Droits : accès, portabilité, rectification, effacement, limitation et opposition s’exercent en ligne, et "
        "auprès du délégué, qui répond dans le mois.",
        "Rights: access, portability, rectification, erasure, restriction and objection are exercised online, and with "
        "the officer, who answers within the month.",
    ),
)
_GO_ON = Words(
    "Les risques résiduels sont acceptables : le traitement peut se poursuivre. L’analyse est refaite à chaque "
    "nouvelle finalité ou catégorie de données, et au moins une fois par an.",
    "The residual risks are acceptable: the processing may go on. The assessment is made again for each new purpose or "
    "category of data, and at least once a year.",
)
_ASK_FIRST = Words(
    "Un risque résiduel est trop élevé, ou une colonne personnelle n’est pas protégée : consulter l’autorité de "
    "contrôle avant de traiter (art. 36).",
    "A residual risk is too high, or a personal column is unprotected: consult the supervisory authority before "
    "processing (Art. 36).",
)


def assessment_of(register: Register) -> Assessment:
    """Return the DPIA of what the register lists."""
    return Assessment(register, RISKS)


def _risk_as_json(risk: Risk, language: str) -> dict[str, Any]:
    return {
        "name": risk.name,
        "title": risk.title.of(language),
        "scenario": risk.scenario.of(language),
        "measures": [{"words": each.words.of(language), "tests": list(each.tests)} for each in risk.measures],
        "before": {"severity": int(risk.before.severity), "likelihood": int(risk.before.likelihood)},
        "after": {"severity": int(risk.after.severity), "likelihood": int(risk.after.likelihood)},
        "residual": risk.residual.of(language),
    }
