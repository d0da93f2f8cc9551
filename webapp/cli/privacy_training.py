"""`flask privacy training-set DIR`: the crops of those who agree, for the training machine."""

from pathlib import Path

import click
from flask.cli import with_appcontext


@click.command("training-set")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--destroyed", is_flag=True, help="DIR and all copies of it are destroyed: forget its files.")
@with_appcontext
def training_set(folder: Path, destroyed: bool) -> None:
    """Write the garments of photos whose owners agree to training to DIR, as LABEL/NAME.jpg, unencrypted.

    Run again, it adds what is new. Who withdraws has their files deleted in DIR within a minute, so leave it mounted
    where it is; copies that you make of it are yours to keep in step.
    """
    from privacy.audit_notes import COMMAND_LINE, note
    from privacy.errors import TrainingFolderRefused, TrainingFolderUnreachable
    from privacy.training_pool import (
        TrainingFolder,
        export_training_set,
        files_that_must_go,
        forget_destroyed_folder,
        remove_files,
    )
    from recommender.photo_garments import garment_labels
    from storage.database import db
    from webapp.wiring import wiring

    adapters = wiring()
    try:
        if destroyed:
            forgotten = forget_destroyed_folder(folder)
            note("training.destroyed", actor=COMMAND_LINE, details={"files": forgotten})
            db.session.commit()
            click.echo(f"{forgotten} files are no longer expected in {folder}.")
            return
        prepared = TrainingFolder.prepared(folder, apart_from=adapters.folders_of_the_shop)
        report = export_training_set(prepared, adapters.vault, garment_labels)
        note("training.exported", actor=COMMAND_LINE, details={"photos": report.photos, "files": report.files_written})
        db.session.commit()
        click.echo(f"{report.photos} photos in {prepared.path}: {report.files_written} files are new.")
        if report.photos_left_out:
            click.echo(f"{report.photos_left_out} photos were left out: lapsed, or on hold at their owners' wish.")
        remove_files(files_that_must_go())
        db.session.commit()
    except (TrainingFolderRefused, TrainingFolderUnreachable) as error:
        db.session.commit()
        raise click.ClickException(str(error)) from error
    except OSError as error:
        db.session.rollback()
        raise click.ClickException(
            f"{folder} cannot be written: {error.strerror}. Make room or mend it, and run the command again."
        ) from error
