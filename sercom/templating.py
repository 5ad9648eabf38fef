"""What every template may use: formats, pills, labels of events, addresses."""

import hashlib
import secrets
from functools import lru_cache
from pathlib import Path

from flask import Flask, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom.backoffice.formatters import pill
from sercom.core import clock, formats
from sercom.core.access import MONEY
from sercom.core.journal import JournalEntry
from sercom.core.labels import Status
from sercom.core.money import TaxStatus
from sercom.entities.catalog.lookup import known_parts
from sercom.entities.documents.convert import document_url
from sercom.entities.documents.lines import blank_row
from sercom.entities.files.model import Moment
from sercom.models import Invoice, Job, Quote, ServiceRequest, Visit
from sercom.workflow.payments import is_corrected
from sercom.workflow.transitions import TRANSITIONS

EVENTS: dict[str, LazyString] = {
    "created": _l("Created"),
    "changed": _l("Changed"),
    "deleted": _l("Deleted"),
    "converted": _l("Conversion"),
    "conversion_undone": _l("Conversion undone"),
    "photo_added": _l("Photo added"),
    "note_added": _l("Note added"),
    "payment_corrected": _l("Payment taken back"),
}
STATUSES: dict[str, type[Status]] = {
    model.__tablename__: model.status.type.enum for model in (ServiceRequest, Quote, Job, Invoice, Visit)
}


def event_label(entry: JournalEntry) -> str:
    """An event of the journal in words: what happened, or the command that was given."""
    given = (t.label for t in TRANSITIONS if t.model.__tablename__ == entry.subject_type and t.name == entry.event)
    return str(EVENTS.get(entry.event) or next(given, entry.event))


def change_text(entry: JournalEntry) -> str:
    """A change of status in words: ``Draft → Sent``."""
    enum = STATUSES.get(entry.subject_type)
    if enum is None or "status" not in entry.changes:
        return ""
    return " → ".join(str(enum(value).label) for value in entry.changes["status"] if value)


def init_app(app: Flask) -> None:
    """Add filters and globals to Jinja."""
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    for name in ("money", "number", "percent", "day", "long_day", "moment", "phone", "clock"):
        environment.filters[name] = getattr(formats, name)
    environment.filters["pill"] = pill
    environment.filters["local"] = clock.to_company
    environment.globals |= {
        "MONEY_ROLES": MONEY,
        "asset": lambda name: url_for("static", filename=name, v=_fingerprint(Path(app.static_folder or "") / name)),
        "change_text": change_text,
        "document_url": document_url,
        "event_label": event_label,
        "in_french": formats.in_french,
        "is_corrected": is_corrected,
        "known_parts": known_parts,
        "locale_name": formats.locale_name,
        "nonce": lambda: secrets.token_urlsafe(12),
        "spare_lines": lambda: [blank_row()],
        "photo_moments": Moment.choices,
        "tax_statuses": TaxStatus.choices,
    }


@lru_cache
def _fingerprint(path: Path) -> str:
    """A file's content in eight letters: a new version is a new address."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
