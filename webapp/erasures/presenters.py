"""An erasure as a page shows it: each step with its words, its state and its time."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import LazyString, lazy_gettext

from privacy.erasure import BY_OFFICER, BY_PERSON, BY_RESTORE, BY_RETENTION, STAGES, Stage
from privacy.erasure_models import Erasure

_ = lazy_gettext

STAGE_WORDS = {
    Stage.MARK: (_("Marked"), _("From here on nothing of it is shown or used.")),
    Stage.KEYS: (_("Keys destroyed"), _("Without its key, every copy of a photo is noise, in backups too.")),
    Stage.BLOBS: (_("Photos deleted"), _("The sealed photos and crops are taken away.")),
    Stage.VECTORS: (_("Digital prints deleted"), _("What the models made of the photos goes.")),
    Stage.ROWS: (_("Records deleted"), _("Accounts, consents, dates and lists go.")),
    Stage.CACHES: (_("Short-term copies emptied"), _("The databases’ logs are cut to nothing.")),
    Stage.JOBS: (_("Queued work removed"), _("No job that waited speaks of it any more.")),
    Stage.EXPORTS: (_("Copies deleted"), _("Files that were made for download go.")),
    Stage.SCAN: (_("Searched for traces"), _("Every store is looked through, byte by byte, free pages included.")),
    Stage.RECEIPT: (_("Receipt signed"), _("What was done is written down and signed.")),
}

ASKER_WORDS = {
    BY_PERSON: _("asked for by the person"),
    BY_OFFICER: _("asked for by the officer"),
    BY_RETENTION: _("time was up"),
    BY_RESTORE: _("a backup was restored"),
}
TROUBLE_WORDS = {
    "SomethingRemains": _("Traces were found."),
    "StillInUse": _("A job still works on it and was asked to stop."),
    "StorageFull": _("The storage is full: make room."),
    "MailNotSent": _("The receipt’s letter could not be sent."),
    "TrainingFolderUnreachable": _("A training folder is out of reach: mount it."),
}
STATE_WORDS = {"done": _("erased"), "failed": _("stopped, tried again"), "running": _("under way")}
KIND_WORDS = {
    "person": _("Everything about a person"),
    "photo": _("One photo"),
    "purpose": _("What rested on a withdrawn consent"),
}


@dataclass(frozen=True)
class ShownStage:
    """One step of the list; `state`: done, running, waiting."""

    name: str | LazyString
    words: str | LazyString
    state: str
    at: datetime | None


@dataclass(frozen=True)
class ShownErasure:
    """What a page says of an erasure."""

    row: Erasure
    kind: str | LazyString
    stages: list[ShownStage]
    receipt: dict[str, Any] | None

    @property
    def asked_by(self) -> str | LazyString:
        return ASKER_WORDS.get(self.row.asked_by, self.row.asked_by)

    @property
    def state(self) -> str:
        """The colour of its state: done, failed (it stopped, and is tried again), running."""
        return "done" if self.is_finished else "failed" if self.row.last_error else "running"

    @property
    def state_words(self) -> str | LazyString:
        return STATE_WORDS[self.state]

    @property
    def trouble(self) -> str | LazyString:
        """What stopped it last, in words; empty when nothing did."""
        name = self.row.last_error
        return TROUBLE_WORDS.get(name, _("A fault: %(name)s", name=name)) if name else ""

    @property
    def is_finished(self) -> bool:
        return self.row.finished_at is not None


def present_erasure(erasure: Erasure) -> ShownErasure:
    """Return what a page shows."""
    passed = {stage["stage"]: datetime.fromisoformat(stage["at"]) for stage in erasure.passed}
    stages = []
    for stage in STAGES[:-1]:
        is_done = stage.value in passed or erasure.finished_at is not None
        state = "done" if is_done else "running" if stage.value == erasure.stage else "waiting"
        stages.append(ShownStage(*STAGE_WORDS[stage], state, passed.get(stage.value)))
    receipt = json.loads(erasure.receipt) if erasure.receipt and erasure.finished_at else None
    return ShownErasure(erasure, KIND_WORDS[erasure.kind], stages, receipt)
