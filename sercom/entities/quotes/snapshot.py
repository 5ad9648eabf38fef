"""What a quote says: each revision that is sent keeps its own, a draft is told anew."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sercom.core.base import AnySession
from sercom.core.clock import to_company
from sercom.core.journal import plain
from sercom.entities.company.model import get_company
from sercom.entities.documents.line import Line
from sercom.entities.documents.snapshot import in_both, priced, texts
from sercom.entities.quotes.evidence import Approval
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
        return [by_line[line] | {"id": line.id, "optional": line.optional, "accepted": line.accepted} for line in lines]

    return {
        **told,
        "lines": [by_line[line] for line in offer.fixed],
        "groups": [
            {"name": name, "count": sum(line.is_item for line in lines), "lines": optional(lines)}
            for name, lines in offer.groups.items()
        ],
        "options": optional(offer.options),
        "taken": [line.id for line in offer.optional if line.accepted],
        "deposit": _deposit(quote, quote.deposit_asked),
        "revision": quote.revision,
        "dates": {
            "sent": plain(to_company(quote.sent_at).date()) if quote.sent_at else None,
            "valid_until": plain(quote.valid_until),
        },
        "texts": texts(get_company(session), terms="quote_terms", warranty="warranty"),
    }


def _deposit(quote: "Quote", amount: Decimal) -> dict[str, Any] | None:
    """What is asked, and whether only if it is signed face to face."""
    told = {"percent": plain(quote.deposit_percent), "amount": plain(amount)}
    return told | {"face_to_face": quote.deposit_face_to_face} if amount else None


def as_it_stands(
    session: AnySession, sent: Mapping[str, Any], quote: "Quote", taken: Collection[int] | None = None
) -> dict[str, Any]:
    """What was ``sent`` of the present revision, with the choice that was made since, and until when it holds.

    ``taken`` are ids of another choice, to look at.
    """
    now = snapshot_of(session, quote)
    dates = {**sent["dates"], "valid_until": now["dates"]["valid_until"]}
    told = {**sent, **{name: now[name] for name in CHOSEN}, "dates": dates}
    return told if taken is None else told | _with_choice(told, quote, taken)


def _with_choice(told: Mapping[str, Any], quote: "Quote", taken: Collection[int]) -> dict[str, Any]:
    """What another choice says in place of the present one."""
    totals = quote.price_of(taken)

    def chosen(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [line | {"accepted": line["id"] in taken} if line["kind"] == "item" else line for line in lines]

    amounts = {tax.rate.code: {"base": plain(tax.base), "amount": plain(tax.amount)} for tax in totals.taxes}
    return {
        "groups": [group | {"lines": chosen(group["lines"])} for group in told["groups"]],
        "options": chosen(told["options"]),
        "taken": sorted(taken),
        "deposit": _deposit(quote, quote.deposit_of(totals.total)),
        **{name: plain(getattr(totals, name)) for name in ("subtotal", "discount", "net", "tax", "total")},
        "taxes": [tax | amounts.get(tax["code"], {}) for tax in told["taxes"]],
    }


def approved_paper(
    session: AnySession, quote: "Quote", approval: Approval, french_since: date | None = None
) -> dict[str, Any]:
    """What was approved, as it is printed: the offer with the choice made, and who gave their word how and when.

    A client is bound by the English version once they were given the French one, where they say so expressly
    (Charter of the French language, s. 55): ``french_since`` is that day.
    """
    sent = quote.sent_content(quote.revision)
    told = as_it_stands(session, json.loads(sent), quote) if sent else snapshot_of(session, quote)
    at = to_company(approval.at)
    return told | {
        "kind": PaperKind.APPROVAL.value,
        "approval": {
            "name": approval.name,
            "day": at.date().isoformat(),
            "time": at.time().isoformat(),
            "channel": in_both(approval.channel.label),
            "typed": approval.typed,
            "drawing": approval.drawing_sha256,
            "sha256": approval.sha256,
            "french_since": plain(french_since),
        },
    }
