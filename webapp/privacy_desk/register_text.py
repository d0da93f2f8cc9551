"""The register and the DPIA as Markdown, for `flask privacy register` and `flask privacy dpia`."""

from collections.abc import Iterable

from privacy.declared_columns import DeclaredColumn
from privacy.dpia import CONTEXT, NECESSITY, Assessment
from privacy.dpia_risks import Estimate, Risk
from privacy.register import LEGAL_BASES, PROTECTIONS, TRANSFERS, Register, RegisterEntry
from privacy.words import Words

_ABOUT = {
    "purpose": Words("Finalité", "Purpose"),
    "people": Words("Personnes concernées", "People concerned"),
    "data": Words("Données", "Data"),
    "recipients": Words("Destinataires", "Recipients"),
    "erasure": Words("Effacement", "Erasure"),
}
_COLON = Words("\u00a0:", ":")
_BASIS = Words("Base légale", "Legal basis")
_RETENTION = Words("Conservation", "Retention")
_COLUMNS = Words("Colonnes", "Columns")
_PROTECTED = Words("colonnes personnelles chiffrées ou pseudonymisées", "personal columns encrypted or pseudonymised")


def register_text(register: Register, language: str) -> str:
    """Return the register as Markdown in a language (fr or en)."""
    title = Words("Registre des traitements (art. 30)", "Register of processing (Art. 30)").of(language)
    controller = register.controller
    head = [
        f"# {title}",
        f"{controller.name}, {controller.address}, {controller.contact}",
        f"{register.protected_share:.0%} ({len(register.columns)}) {_PROTECTED.of(language)}. {TRANSFERS.of(language)}",
    ]
    return _paragraphs([*head, *(_entry_text(entry, language) for entry in register.entries)])


def dpia_text(assessment: Assessment, language: str) -> str:
    """Return the DPIA as Markdown in a language (fr or en)."""
    parts = [
        f"# {Words('Analyse d’impact (art. 35)', 'Data protection impact assessment (Art. 35)').of(language)}",
        assessment.decision.of(language),
        f"## {Words('Contexte', 'Context').of(language)}",
        *(words.of(language) for words in CONTEXT),
        f"{assessment.register.protected_share:.0%} {_PROTECTED.of(language)}.",
        f"## {Words('Nécessité et proportionnalité', 'Necessity and proportionality').of(language)}",
        *(words.of(language) for words in NECESSITY),
        *(_risk_text(risk, language) for risk in assessment.risks),
    ]
    return _paragraphs(parts)


def _entry_text(entry: RegisterEntry, language: str) -> str:
    activity, colon = entry.activity, _COLON.of(language)
    columns = [
        f"  - `{table}`: " + ", ".join(f"{each.column.name} ({_protection(each, language)})" for each in columns)
        for table, columns in entry.tables.items()
    ]
    lines = [
        f"## {activity.words('title', language)}\n",
        *(f"- {name.of(language)}{colon} {activity.words(about, language)}" for about, name in _ABOUT.items()),
        f"- {_BASIS.of(language)}{colon} {LEGAL_BASES[activity.legal_basis].of(language)}",
        f"- {_RETENTION.of(language)}{colon} {'; '.join(entry.retention_in_words(language))}",
        f"- {_COLUMNS.of(language)}{colon}",
        *columns,
    ]
    return "\n".join(lines)


def _protection(column: DeclaredColumn, language: str) -> str:
    protection = column.declaration.protection if column.declaration else None
    return PROTECTIONS[protection].of(language) if protection else "–"


def _risk_text(risk: Risk, language: str) -> str:
    measures = [f"- {each.words.of(language)} ({', '.join(each.tests)})" for each in risk.measures]
    before, after = Words("Avant", "Before").of(language), Words("Après", "After").of(language)
    colon = _COLON.of(language)
    estimates = f"{before}{colon} {_estimate(risk.before, language)}. {after}{colon} {_estimate(risk.after, language)}."
    parts = [f"## {risk.title.of(language)}", risk.scenario.of(language), "\n".join(measures), estimates]
    return "\n\n".join([*parts, risk.residual.of(language)])


def _estimate(estimate: Estimate, language: str) -> str:
    severity, likelihood = Words("gravité", "severity"), Words("vraisemblance", "likelihood")
    return (
        f"{severity.of(language)} {estimate.severity.words.of(language)}, "
        f"{likelihood.of(language)} {estimate.likelihood.words.of(language)}"
    )


def _paragraphs(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"
