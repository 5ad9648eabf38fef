"""Technicians in tests: a planned visit, what a phone sends of it, how long ago."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from werkzeug.test import TestResponse

from sercom import models
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.entities.documents.line import LineDraft
from sercom.entities.visits.model import Visit
from tests.rows import plan
from tests.support import Browser, World, make_user, start

JSON = {"Accept": "application/json"}
PRICED = LineDraft("Compresseur", Decimal(1), "", Decimal("7531.97"))


def planned(person_id: int, client: models.Client | None = None, **columns: Any) -> Visit:
    """A visit of a job, planned for that person, in the open session."""
    office, person = make_user("office"), db.session.get_one(models.User, person_id)
    return plan(start("job", office.actor, client, drafts=(PRICED,), **columns).visits[0], office, person=person)


def send(browser: Browser, visit: int, name: str, **data: Any) -> TestResponse:
    form = {"key": str(uuid.uuid4())} | data
    return browser.post(f"/field/visits/{visit}/{name}", form, headers=JSON)


def status(world: World, visit: int) -> str:
    return str(world.get(Visit, visit, "status").value)


def ago(minutes: float, wrong_by: timedelta = timedelta(0)) -> dict[str, str]:
    """The phone's two readings for something entered so long ago, on a clock that is wrong."""
    phone = utcnow() + wrong_by
    return {"at": (phone - timedelta(minutes=minutes)).isoformat(), "sent_at": phone.isoformat()}
