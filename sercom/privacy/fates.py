"""What becomes of every text about a person when it is anonymised: one table, which a test compares with the schema.

Rows go, texts go, and what is a number, a date, an amount or a choice stays: the company still knows what it sold.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, LargeBinary, String, Table, Text

from sercom.core.journal import plain
from sercom.core.labels import LabelledType
from sercom.core.money import Money, Percent

#: Stands where a text must stand.
BLANK = "—"


class Stays:
    """A text that tells nothing of the person: a number of ours, a word of the program's, a key by chance."""


STAYS = Stays()
#: Makes of a row (by column) what becomes of one of its texts.
Rewrite = Callable[[Mapping[str, Any]], Any]


def called(client_id: int) -> str:
    """What a client is called from then on, in either language."""
    return f"Client {client_id}"


@dataclass(frozen=True)
class Fate:
    """Of a table's rows: all of them go, or each text becomes what is said. ``tax`` ones stay while tax law asks."""

    texts: Mapping[str, Any] = field(default_factory=dict)
    gone: bool = False


def bare(text: str | None) -> str | None:
    """A snapshot (JSON) without the person: amounts, dates and what the company says of itself stay."""
    return None if text is None else json.dumps(_bare(json.loads(text)), ensure_ascii=False, sort_keys=True)


#: Whole parts of a snapshot that are the company's own, and texts that are numbers or choices.
OURS = frozenset({"supplier", "texts", "payment", "taxes", "logo", "dates"})
FIGURES = frozenset(
    {"kind", "number", "revision", "code", "percent", "base", "amount", "quantity", "unit", "unit_price", "discount"}
    | {"discount_percent", "tax_status", "subtotal", "net", "tax", "total", "case", "issued", "received", "balance"}
    | {"province", "because", "on", "rates", "spared", "unnumbered", "exemption", "language", "terms_days", "taken"}
)


def _bare(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        told = {name: part if name in OURS else _bare(part, name) for name, part in value.items()}
        if key in {"client", "site"}:
            told = {name: part if name in {"language", "province"} else None for name, part in told.items()}
            told |= {"name": BLANK} if key == "client" else {}
        if key == "" and value.get("kind") == "credit_note":  # its note is the reason, in somebody's words
            told["texts"] = {"note": {"fr_CA": BLANK, "en_CA": None}}
        return told
    if isinstance(value, list):
        return [_bare(part, key) for part in value]
    return BLANK if isinstance(value, str) and key not in FIGURES else value


def _hash_of_bare(row: Mapping[str, Any]) -> str:
    return hashlib.sha256((bare(row["content"]) or "").encode()).hexdigest()


def _merge_emptied(row: Mapping[str, Any]) -> Any:
    return {**row["changed"], "filled": []}


def _snapshot(row: Mapping[str, Any]) -> str | None:
    return bare(row["snapshot"])


def _content(row: Mapping[str, Any]) -> str | None:
    return bare(row["content"])


def _paper(row: Mapping[str, Any]) -> str:
    return bare(row["paper"] or None) or ""


def _name(row: Mapping[str, Any]) -> str:
    return called(row["id"])


def _sort_name(row: Mapping[str, Any]) -> str:
    return called(row["id"]).lower()


GONE = Fate(gone=True)
FATES: dict[str, Fate] = {
    "client": Fate(
        {
            "name": _name,
            "sort_name": _sort_name,
            **dict.fromkeys(("contact_name", "phone", "other_phone", "email", "billing_email", "street", "city")),
            **dict.fromkeys(("postal_code", "exemption_number", "notes")),
        }
    ),
    "client_merge": Fate({"moved": STAYS, "changed": _merge_emptied}),
    "consent": Fate({"version": STAYS, "wording": STAYS}),
    "site": Fate(
        {
            "label": None,
            "street": BLANK,
            "city": BLANK,
            "postal_code": "",
            **dict.fromkeys(("access_notes", "contact_name", "contact_phone")),
        }
    ),
    "case": Fate({"number": STAYS, "title": "", "letters": STAYS}),
    "document": Fate({"number": STAYS, "title": BLANK, "description": None}),
    "document_tax": Fate({"code": STAYS}),
    "line": Fate({"description": BLANK, "unit": STAYS, "option_group": STAYS}),
    "request": Fate(
        {
            "availability": [],
            "answers": [],
            "ticket": None,
            "consent_version": STAYS,
            **dict.fromkeys(("triage_skill", "triage_reason_fr", "triage_reason_en"), STAYS),
        }
    ),
    "quote": Fate({"change_request": None, "decline_note": None}),
    "job": Fate({"instructions": None}),
    "invoice": Fate({"snapshot": _snapshot, "void_reason": None}),
    "credit_note": Fate({"snapshot": _snapshot, "reason": BLANK, "token": STAYS}),
    "equipment": Fate({"make": STAYS, "model": STAYS, "nonce": STAYS, **dict.fromkeys(("serial", "place", "notes"))}),
    "equipment_work": Fate(),
    "conversion": Fate({"edge": STAYS, "token": STAYS}),
    "approval": Fate(
        {"name": BLANK, "address": "", "content": _content, "sha256": _hash_of_bare, "paper": _paper}
        | {"typed": "", "drawing": None, "drawing_sha256": None}
    ),
    "sent_quote": Fate({"content": _content}),
    "payment": Fate({"reference": None, "note": None}),
    "allocation": Fate(),
    "bank_transfer": Fate({"description": BLANK, "fingerprint": STAYS}),
    "visit": Fate(dict.fromkeys(("instructions", "findings", "unanswered_reason"))),
    "visit_series": Fate({"rule": STAYS}),
    "time_span": Fate(),
    "part_used": Fate({"description": BLANK}),
    "sent_action": Fate({"key": STAYS, "name": STAYS, "answer": ""}),
    **dict.fromkeys(("note", "file", "file_content", "signature", "checklist_answer", "message", "link"), GONE),
    **dict.fromkeys(("client_message", "hub_link", "reminder"), GONE),
    "rendered_file": GONE,
}

#: Rows that are tax papers, with the column that names the document; ``None``: all of the table's.
TAX_PAPERS = {
    "document": "id",
    "invoice": "id",
    "credit_note": "id",
    "line": "document_id",
    "document_tax": "document_id",
    "payment": None,
    "bank_transfer": None,
}


def texts_of(table: Table) -> list[str]:
    """The columns that may hold somebody's words: text, JSON and bytes, whatever an enum names aside."""
    return [c.name for c in table.columns if _is_text(c.type) and not c.foreign_keys]


def _is_text(kind: Any) -> bool:
    return isinstance(kind, String | Text | JSON | LargeBinary) and not isinstance(kind, LabelledType)


# --- the journal ------------------------------------------------------------------------------------

#: Kinds that call themselves by a number of ours.
NUMBERED = frozenset({"case", "request", "quote", "job", "invoice", "credit_note"})
#: Values of the journal that are numbers of ours.
TOLD = frozenset({"quote", "job", "invoice", "credit_note", "source"})
AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,4})?", re.ASCII)


def bare_changes(model: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry of the journal told, less the words: choices, amounts and days stay."""
    return {name: value for name, value in changes.items() if name in TOLD or _is_figure(model, name, value)}


def _is_figure(model: Any, name: str, pair: Any) -> bool:
    if name == "amount":
        return all(value is None or AMOUNT.fullmatch(str(plain(value))) for value in pair)
    column = model.__table__.c.get(name) if model is not None else None
    return column is not None and (isinstance(column.type, Money | Percent) or not _is_text(column.type))
