"""What a quote says: each revision that is sent keeps its own, a draft is told anew."""

from typing import TYPE_CHECKING, Any

from sercom.core.base import AnySession
from sercom.core.clock import to_company
from sercom.core.journal import plain
from sercom.core.money import ZERO
from sercom.entities.company.model import get_company
from sercom.entities.documents.snapshot import columns, priced, texts
from sercom.output.kinds import PaperKind

if TYPE_CHECKING:
    from sercom.entities.quotes.model import Quote


LINE = "kind description quantity unit unit_price discount tax_status amount"
OPTION = f"{LINE} optional accepted"


def told(quote: "Quote") -> dict[str, Any]:
    """What depends on the options: lines apart, ids of the options taken, the deposit, sums."""
    offer = quote.offer
    percent, deposit = quote.deposit_percent, quote.deposit_asked
    return {
        "lines": [columns(line, LINE) for line in offer.fixed],
        "groups": [
            {"name": name, "count": sum(line.is_item for line in held), "lines": [columns(line, OPTION) for line in held]}
            for name, held in offer.groups.items()
        ],
        "options": [columns(line, OPTION) for line in offer.options],
        "taken": [line.id for line in offer.optional if line.accepted],
        "deposit": {"percent": plain(percent), "amount": plain(deposit)} if deposit else None,
        "subtotal": plain(sum((line.amount for line in quote.lines if line.accepted), ZERO)),
        **columns(quote, "discount net tax total"),
        "taxes": [columns(tax, "code percent base amount") for tax in quote.taxes],
    }


def as_it_stands(sent: dict[str, Any], quote: "Quote") -> dict[str, Any]:
    """What was ``sent`` of the present revision, with the choice that was made since, and until when it holds."""
    return {**sent, **told(quote), "dates": sent["dates"] | {"valid_until": plain(quote.valid_until)}}


def snapshot_of(session: AnySession, quote: "Quote") -> dict[str, Any]:
    """The quote as plain JSON."""
    return {
        **priced(session, PaperKind.QUOTE, quote),
        **told(quote),
        "revision": quote.revision,
        "dates": {
            "sent": plain(to_company(quote.sent_at).date()) if quote.sent_at else None,
            "valid_until": plain(quote.valid_until),
        },
        "texts": texts(get_company(session), terms="quote_terms", warranty="warranty"),
    }
