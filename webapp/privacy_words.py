"""Words for what the audit, its alerts and the breaches are about, in the page's language."""

import json
from datetime import time

from flask_babel import LazyString, get_locale, lazy_gettext, ngettext
from flask_babel import gettext as _

from privacy.alert_rules import RuleName, WorkingHours
from privacy.audit_models import Alert, AlertState, AuditEntry
from privacy.audit_verification import ChainReport, Fault
from privacy.breach_errors import BreachProblem
from privacy.breaches import Nature

RULE_WORDS: dict[str, LazyString] = {
    RuleName.VOLUME.value: lazy_gettext("Many people’s data opened"),
    RuleName.HOURS.value: lazy_gettext("Work outside of working hours"),
    RuleName.DENIALS.value: lazy_gettext("Many refusals"),
    RuleName.ATTACKED.value: lazy_gettext("Many refusals around one person"),
    RuleName.CHAIN.value: lazy_gettext("The audit chain is broken"),
}
ALERT_STATE_WORDS: dict[str, LazyString] = {
    AlertState.NEW.value: lazy_gettext("New alert"),
    AlertState.SEEN.value: lazy_gettext("Seen alert"),
    AlertState.CLOSED.value: lazy_gettext("Closed alert"),
}

NATURE_WORDS: dict[str, LazyString] = {
    Nature.CONFIDENTIALITY.value: lazy_gettext("Confidentiality: somebody could read it"),
    Nature.INTEGRITY.value: lazy_gettext("Integrity: it was changed"),
    Nature.AVAILABILITY.value: lazy_gettext("Availability: it was lost"),
}
BREACH_FIELD_WORDS: dict[str, LazyString] = {
    "found_at": lazy_gettext("Found"),
    "natures": lazy_gettext("What was broken"),
    "circumstances": lazy_gettext("What happened"),
    "persons_categories": lazy_gettext("Kinds of people concerned"),
    "persons": lazy_gettext("People, about"),
    "records_categories": lazy_gettext("Kinds of data"),
    "records": lazy_gettext("Records, about"),
    "consequences": lazy_gettext("Likely consequences"),
    "measures": lazy_gettext("Measures taken or planned"),
    "contact": lazy_gettext("Contact for the authority"),
    "authority_notified_at": lazy_gettext("Authority notified"),
    "delay_reason": lazy_gettext("Why later than 72 hours"),
    "why_not_notified": lazy_gettext("Why the authority need not be notified"),
    "persons_informed_at": lazy_gettext("People informed"),
    "why_not_informed": lazy_gettext("Why people need not be informed"),
}
_FAULT_WORDS: dict[Fault, LazyString] = {
    Fault.ALTERED: lazy_gettext("Entry %(seq)s was altered."),
    Fault.MISSING: lazy_gettext("Entry %(seq)s is missing."),
    Fault.MOVED: lazy_gettext("Entry %(seq)s does not follow the one before it."),
    Fault.REPLACED: lazy_gettext("Entry %(seq)s is not the one that was anchored."),
    Fault.CUT_OFF: lazy_gettext("The end was cut off: entry %(seq)s and later ones are gone."),
    Fault.ANCHOR_MISSING: lazy_gettext("The anchor is missing: it was deleted from the shop’s store."),
    Fault.ANCHOR_ALTERED: lazy_gettext("The anchor was altered in the shop’s store."),
}


def working_hours_words(hours: WorkingHours) -> str:
    """Return `lun.–ven. 08:00–19:00` in the page's language."""
    days = get_locale().days["format"]["abbreviated"]
    first, last = days[hours.first_day], days[hours.last_day]
    end = "24:00" if hours.end == time.max else f"{hours.end:%H:%M}"
    return f"{first if first == last else f'{first}–{last}'} {hours.start:%H:%M}–{end}"


def details_in_words(entry: AuditEntry) -> str:
    """Return an entry's details as `name value, name value`; as they stand when they are not what notes hold."""
    try:
        details = json.loads(entry.details)
    except ValueError:
        return entry.details
    if not isinstance(details, dict):
        return entry.details
    return ", ".join(f"{name} {_value_in_words(value)}" for name, value in details.items() if value != "")


def _value_in_words(value: object) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(value)


def what_was_noticed(alert: Alert) -> str:
    """Return what an alert is about, in a sentence that names nobody."""
    match RuleName(alert.rule):
        case RuleName.VOLUME:
            return str(
                ngettext(
                    "One actor opened the data of %(num)d person.",
                    "One actor opened the data of %(num)d people.",
                    alert.count,
                )
            )
        case RuleName.HOURS:
            return str(
                ngettext(
                    "One member of staff did %(num)d act outside of working hours.",
                    "One member of staff did %(num)d acts outside of working hours.",
                    alert.count,
                )
            )
        case RuleName.DENIALS:
            return str(
                ngettext("One actor was refused %(num)d time.", "One actor was refused %(num)d times.", alert.count)
            )
        case RuleName.ATTACKED:
            return str(
                ngettext(
                    "Somebody was refused %(num)d time at one person’s account.",
                    "Somebody was refused %(num)d times at one person’s account.",
                    alert.count,
                )
            )
        case RuleName.CHAIN:
            return str(_("The audit does not agree with its hashes or its anchor. Verify it on the page Audit."))


def what_was_found(report: ChainReport) -> str:
    """Return the result of a verification in a sentence."""
    if report.fault:
        return str(_FAULT_WORDS[report.fault]) % {"seq": report.bad_seq}
    return str(ngettext("%(num)d entry, as it was written.", "%(num)d entries, all as they were written.", report.good))


def breach_problem_words(field: str, problem: BreachProblem, *, most_characters: int) -> str:
    """Return what is wrong with a field of the breach form, and how to mend it."""
    words = {
        BreachProblem.MISSING: _("Fill this in: the register must say it."),
        BreachProblem.IN_FUTURE: _("This moment is in the future."),
        BreachProblem.BEFORE_FOUND: _("This moment is before the breach was found."),
        BreachProblem.TOO_LONG: _("Write at most %(most)d characters.", most=most_characters),
        BreachProblem.OUT_OF_RANGE: _("Write a whole number from 0 on."),
        BreachProblem.DELAY_UNEXPLAINED: _("The authority was notified after 72 hours: say why (Art. 33(1))."),
    }
    return f"{BREACH_FIELD_WORDS[field]}: {words[problem]}"
