"""A person's export, made in the background: what the sources keep, as JSON, photos and a page in their language."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import current_app
from flask_babel import force_locale
from PIL import Image

from accounts.lookup import scope_of_person
from privacy.archive_errors import ArchiveError, ArchiveNotReady
from privacy.export_archive import Collected, archive_of, collect
from privacy.retention import EXPORT
from privacy.rights_models import ArchiveState, PersonalArchive
from storage.database import db
from webapp.export_words import correction_words, field_words, kept_words, subject_words, value_words
from webapp.jobs.models import Outcome
from webapp.jobs.queue import JobProgress, enqueue
from webapp.wiring import wiring

_SIDE_ON_THE_PAGE_PIXELS = 480


def ask_for_export(pseudonym: str, *, language: str, actor: str) -> PersonalArchive:
    """Return the export that is being made now; flushes, does not commit."""
    adapters = wiring()
    days = adapters.retention_policy.amount(EXPORT)
    archive = adapters.archives.begin_export(pseudonym, language=language, days=days, actor=actor)
    # The job names the person, so that an erasure finds it and stops it first.
    archive.job_id = enqueue("make_export", archive_id=archive.id, person=pseudonym).id
    db.session.flush()
    return archive


def make_export(progress: JobProgress, *, archive_id: str, person: str) -> Outcome:
    """Fill an export that was asked for; one that is filled, lapsed or erased meanwhile is left alone."""
    archive = db.session.get(PersonalArchive, archive_id)
    if archive is None or archive.pseudonym != person or archive.state != ArchiveState.PREPARING:
        return {}
    try:
        return _fill(archive, progress)
    except Exception as error:
        # The person must see that it failed; the job itself fails with the reason.
        db.session.rollback()
        if kept := db.session.get(PersonalArchive, archive_id):
            wiring().archives.fail(kept, error.code if isinstance(error, ArchiveError) else type(error).__name__)
            db.session.commit()
        raise


def _fill(archive: PersonalArchive, progress: JobProgress) -> Outcome:
    adapters, made_at = wiring(), archive.created_at
    collected = collect(
        scope_of_person(archive.pseudonym, adapters.keys),
        adapters.personal_data_sources,
        language=archive.language,
        made_at=made_at,
        on_progress=_until_asked_to_stop(progress),
    )
    page = page_of(collected, archive.language)
    content = archive_of(collected, page, made_at=made_at)
    adapters.archives.fill_export(archive, content, photos=collected.photos)
    db.session.commit()
    steps = len(adapters.personal_data_sources) + 1
    progress.report(steps, steps)
    return {"bytes": len(content), "photos": collected.photos}


def _until_asked_to_stop(progress: JobProgress) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        progress.report(done, total)
        if progress.should_stop():
            raise ArchiveNotReady("the making of the copy was stopped")

    return report


def page_of(collected: Collected, language: str) -> str:
    """Return the readable page: one HTML file without a script, its small pictures inside."""
    template = current_app.jinja_env.get_template("export/page.html")
    with force_locale(language):
        return template.render(
            language=language,
            made_at=collected.document["made_at"],
            data=collected.document["data"],
            subject_words=subject_words,
            field_words=field_words,
            value_words=value_words,
            kept_words=kept_words,
            correction_words=correction_words,
            is_mapping=lambda value: isinstance(value, Mapping),
            is_list=lambda value: isinstance(value, Sequence) and not isinstance(value, str),
            picture=lambda entry: _small_picture(collected, entry),
        )


def _small_picture(collected: Collected, entry: Mapping[str, Any]) -> str:
    """Return a picture of the archive as a data: address, small enough for a page."""
    with Image.open(io.BytesIO(collected.files[entry["path"]].content), formats=("JPEG",)) as image:
        image.thumbnail((_SIDE_ON_THE_PAGE_PIXELS, _SIDE_ON_THE_PAGE_PIXELS))
        small = io.BytesIO()
        image.save(small, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(small.getvalue()).decode()
