"""Asking the rules of triage again, when they change, about the requests that nobody took up yet."""

from typing import Any

from sqlalchemy import bindparam, select, update

from sercom.core.base import AnySession
from sercom.entities.documents.model import Document
from sercom.entities.requests.model import RequestStatus, ServiceRequest, rules_in_force
from sercom.entities.requests.triage import NO_PROPOSAL, facts, propose

#: How many requests are read at a time, and looked at in all, the newest first.
BATCH, AT_MOST = 500, 5000
_request: Any = ServiceRequest.__table__
_document: Any = Document.__table__


def ask_again(session: AnySession) -> int:
    """Bring the proposals of new requests up to date with the rules; how many changed.

    Past the rows' versions: what a person reads or edits on a request is not touched by it.
    """
    rules = rules_in_force(session)
    kept = [_request.c[name] for name in NO_PROPOSAL]
    asked = (_document.c.title, _document.c.description, _request.c.service_id, _request.c.urgency, _request.c.answers)
    rows = select(_request.c.id, *asked, *kept).join(_document, _document.c.id == _request.c.id)
    rows = rows.where(_request.c.status == RequestStatus.NEW).order_by(_request.c.id.desc()).limit(BATCH)
    changed = update(_request).where(_request.c.id == bindparam("request_id"))
    changed = changed.values({name: bindparam(f"new_{name}") for name in NO_PROPOSAL})
    count, last = 0, None
    for _batch in range(AT_MOST // BATCH):
        found = session.execute(rows if last is None else rows.where(_request.c.id < last)).mappings().all()
        if not found:
            break
        last = found[-1]["id"]
        values = []
        for row in found:
            told = facts(row["title"], row["description"], row["service_id"], row["urgency"], row["answers"])
            proposal = propose(rules, told)
            if any(row[name] != value for name, value in proposal.items()):
                values.append({"request_id": row["id"]} | {f"new_{name}": value for name, value in proposal.items()})
        if values:
            session.execute(changed, values)
        count += len(values)
    return count
