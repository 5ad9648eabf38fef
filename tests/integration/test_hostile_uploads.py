"""Hostile files sent to the public form, in a process of its own: memory, answers, what is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sercom.config import ROOT

COUNT = 300 if os.environ.get("SERCOM_SOAK") else 40
#: Sends each file with a ticket of its own; tells the answers, the growth in megabytes, and what was kept.
SEND_ALL = """
import json, resource, sys
from collections import Counter
from io import BytesIO
from sercom import models
from sercom.core.base import db
from sercom.entities.files.photos import make_safe
from sercom.portal import ticket
from tests.conftest import build_app
from tests.hostile import MARK, files
from tests.rows import picture
from PIL import Image
app = build_app(sys.argv[1])
client, count, answers = app.test_client(), int(sys.argv[2]), Counter()
make_safe(picture(size=(2048, 2048)))
sent = list(files(count))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name, raw in sent:
    with app.app_context():
        issued = ticket.issue()
    data = {"ticket": issued, "field": "photos", "photo": (BytesIO(raw), name or "x")}
    answers[client.post("/photos", data=data).status_code] += 1
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
with app.app_context():
    kept = db.session.query(models.IntakeUpload).all()
    parts = [part for row in kept for part in (row.data, row.thumbnail)]
    clean = all(MARK not in part and Image.open(BytesIO(part)).format == "JPEG" for part in parts)
    names = all("/" not in row.name and 0 < len(row.name) <= 160 for row in kept)
print(json.dumps({"answers": answers, "grown": grown, "kept": len(kept), "clean": clean, "names": names}))
"""


@pytest.mark.slow
def test_hostile_files_take_no_memory_and_leave_no_byte(tmp_path: Path):
    command = [sys.executable, "-c", SEND_ALL, f"sqlite:///{tmp_path / 'a.sqlite3'}", str(COUNT)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told["answers"]) <= {"200", "422"}
    assert told["answers"]["422"] > COUNT // 2
    assert told["kept"] == told["answers"]["200"] > 0
    assert told["clean"]
    assert told["names"]
    assert told["grown"] < 150
