"""``flask backup`` and ``flask restore``."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from sercom.core.base import db
from sercom.entities.delivery.message import Message, MessageStatus
from sercom.upkeep import backup as saving
from sercom.upkeep.backup import Label
from sercom.upkeep.engines import BackupError
from sercom.upkeep.health import code_revision, database_revision
from sercom.upkeep.model import Backup

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@FILE
@with_appcontext
def backup(file: Path) -> None:
    """Save the whole database in FILE; prints the checksum of every table."""
    with _refusals():
        label = saving.save(file)
    _print(label)
    click.echo(f"Saved in {file}: keep it on another machine.")


@click.command()
@FILE
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def restore(file: Path, *, yes: bool) -> None:
    """Replace everything in the database by what FILE holds; stop the server meanwhile."""
    with _refusals():
        label = saving.read_label(file)
        if not yes:
            where = db.engine.url.render_as_string(hide_password=True)
            click.confirm(
                f"Replace everything in {where} by the backup of {label.made_at:%Y-%m-%d %H:%M} UTC?", abort=True
            )
        saving.restore(file)
    _print(label)
    click.echo("Restored; every checksum is that of the backup.")
    if database_revision() != code_revision(current_app.extensions["migrate"].directory):
        click.echo("The backup is of another version: run flask db upgrade.")
        return
    waiting = update(Message).where(Message.status.in_([MessageStatus.QUEUED, MessageStatus.SENDING]))
    held = db.session.execute(waiting.values(status=MessageStatus.KEPT)).rowcount  # type: ignore[attr-defined]
    if held:  # they may have left since the backup, and this may be a copy
        click.echo(f"{held} e-mails waited then: they are kept, and sent when somebody says so.")
    db.session.add(Backup(made_at=label.made_at, size=file.stat().st_size))
    db.session.commit()


def _print(label: Label) -> None:
    for table, checksum in label.tables.items():
        click.echo(f"{table:<20} {checksum}")


@contextmanager
def _refusals() -> Iterator[None]:
    """What went wrong, as a command's error: a refusal of ours, a full disk, a database that went away."""
    try:
        yield
    except (BackupError, OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise click.ClickException(str(error)) from error
