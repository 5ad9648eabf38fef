"""What the paper of a statement says."""

from typing import Any

from sercom.accounts.statement import Statement
from sercom.core.base import AnySession
from sercom.core.journal import plain
from sercom.entities.company.model import get_company
from sercom.entities.documents.snapshot import columns, head
from sercom.output.kinds import PaperKind


def snapshot_of(session: AnySession, statement: Statement) -> dict[str, Any]:
    """What the paper says: plain values, with labels that are told in the paper's language."""
    company = get_company(session)
    return {
        **head(session, PaperKind.STATEMENT, None, statement.client),
        "title": None,
        "view": statement.view.value,
        "dates": {"since": plain(statement.since), "until": plain(statement.until)},
        "opening": plain(statement.opening),
        "total": plain(statement.closing),
        "overdue": plain(statement.aged.overdue),
        "entries": [
            {
                "day": plain(entry.day),
                "label": entry.label,
                "number": entry.number,
                "method": entry.method,
                "reference": entry.reference,
                "due": plain(entry.due),
                "late": entry.late,
                **{name: plain(getattr(entry, name)) for name in ("total", "amount", "balance")},
            }
            for entry in statement.entries
        ],
        "ageing": [{"label": bucket.label, "amount": plain(amount)} for bucket, amount in statement.aged.by_bucket],
        "sums": [{"label": label, "amount": plain(amount)} for label, amount in statement.sums],
        "credit": plain(statement.aged.credit),
        "payment": {
            **columns(company, "interac_email interac_autodeposit bank_account interest_percent"),
            "cheque": company.cheques_accepted,
        },
    }
