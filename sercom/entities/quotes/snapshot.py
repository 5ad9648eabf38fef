"""What a quote says: each revision that is sent keeps its own, a draft is told anew."""

from typing import TYPE_CHECKING, Any

from sercom.core.base import AnySession
from sercom.core.clock import to_company
from sercom.core.journal import plain
from sercom.entities.company.model import get_company
from sercom.entities.documents.snapshot import priced, texts
from sercom.output.kinds import PaperKind

if TYPE_CHECKING:
    from sercom.entities.quotes.model import Quote


def snapshot_of(session: AnySession, quote: "Quote") -> dict[str, Any]:
    """The quote as plain JSON."""
    return {
        **priced(session, PaperKind.QUOTE, quote),
        "revision": quote.revision,
        "dates": {
            "sent": plain(to_company(quote.sent_at).date()) if quote.sent_at else None,
            "valid_until": plain(quote.valid_until),
        },
        "texts": texts(get_company(session), terms="quote_terms", warranty="warranty"),
    }
