"""What a credit note says: kept when it is issued."""

import json
from typing import TYPE_CHECKING, Any

from sercom.core.base import AnySession
from sercom.core.journal import plain
from sercom.entities.documents.snapshot import priced
from sercom.output.kinds import PaperKind

if TYPE_CHECKING:
    from sercom.entities.credits.model import CreditNote

TAX_NUMBERS = ("gst_number", "qst_number")


def snapshot_of(session: AnySession, note: "CreditNote") -> dict[str, Any]:
    """The credit note as plain JSON, with the invoice it corrects.

    Taxes are given back under the numbers they were charged under, also where the company is no longer registered.
    """
    told, charged = priced(session, PaperKind.CREDIT_NOTE, note), json.loads(note.invoice.snapshot or "{}")
    if note.taxes:
        told["supplier"] |= {name: told["supplier"][name] or charged["supplier"][name] for name in TAX_NUMBERS}
    return told | {
        "dates": {"issued": plain(note.issue_date)},
        "corrects": {"number": note.invoice.number, "issued": plain(note.invoice.issue_date)},
        "texts": {"note": {"fr_CA": note.reason, "en_CA": None}},
    }
