"""What a quote says: each revision that is sent keeps its own, a draft is told anew."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sercom.core.base import AnySession
from sercom.core.clock import to_company
from sercom.core.journal import plain
from sercom.entities.company.model import get_company
from sercom.entities.documents.line import Line
from sercom.entities.documents.snapshot import priced, texts
from sercom.output.kinds import PaperKind

if TYPE_CHECKING:
    from sercom.entities.quotes.model import Quote

#: What the client's choice of options decides.
CHOSEN = ("groups", "options", "taken", "deposit", "subtotal", "discount", "net", "tax", "total", "taxes")


def snapshot_of(session: AnySession, quote: "Quote") -> dict[str, Any]:
    """The quote as plain JSON: what it holds in any case, groups to choose from, single options, the deposit."""
    told, offer = priced(session, PaperKind.QUOTE, quote), quote.offer
    by_line = dict(zip(quote.lines, told["lines"], strict=True))

    def optional(lines: list[Line]) -> list[dict[str, Any]]:
        return [by_line[line] | {"optional": line.optional, "accepted": line.accepted} for line in lines]

    return {
        **told,
        "lines": [by_line[line] for line in offer.fixed],
        "groups": [
            {"name": name, "count": sum(line.is_item for line in lines), "lines": optional(lines)}
            for name, lines in offer.groups.items()
        ],
        "options": optional(offer.options),
        "taken": [line.id for line in offer.optional if line.accepted],
        "deposit": {"percent": plain(quote.deposit_percent), "amount": plain(quote.deposit_asked)}
        if quote.deposit_asked
        else None,
        "revision": quote.revision,
        "dates": {
            "sent": plain(to_company(quote.sent_at).date()) if quote.sent_at else None,
            "valid_until": plain(quote.valid_until),
        },
        "texts": texts(get_company(session), terms="quote_terms", warranty="warranty"),
    }


def as_it_stands(session: AnySession, sent: Mapping[str, Any], quote: "Quote") -> dict[str, Any]:
    """What was ``sent`` of the present revision, with the choice that was made since, and until when it holds."""
    now = snapshot_of(session, quote)
    dates = {**sent["dates"], "valid_until": now["dates"]["valid_until"]}
    return {**sent, **{name: now[name] for name in CHOSEN}, "dates": dates}
