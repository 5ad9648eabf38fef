"""What no writer may change of an invoice once it was issued."""

from sercom.core.guards import Guard, but_erasing, changed

_issued = "EXISTS (SELECT 1 FROM invoice WHERE invoice.id = {} AND invoice.status <> 'draft')"
_from_or_to_issued = f"({_issued.format('OLD.document_id')} OR {_issued.format('NEW.document_id')})"
_frozen = "an issued document is frozen"
FROZEN = (
    "kind",
    "number",
    "title",
    "description",
    "discount",
    "discount_percent",
    "tax_province",
    "net",
    "tax",
    "total",
)
#: What of a line is no word: it stays even when its client is anonymised after the tax papers' years.
FIGURES = (
    *("document_id", "source_line_id", "source_document_id", "position", "kind", "quantity", "unit_price"),
    *("discount", "discount_percent", "tax_status", "accepted", "optional", "holdback"),
)
WORDS = ("title", "description")
NUMBERS = tuple(name for name in FROZEN if name not in WORDS)
FROZEN_GUARDS = (
    Guard("line", "INSERT", _issued.format("NEW.document_id"), _frozen),
    Guard("line", "UPDATE", but_erasing(_from_or_to_issued, *FIGURES), _frozen),
    Guard("line", "DELETE", _issued.format("OLD.document_id"), _frozen),
    Guard("document_tax", "INSERT", _issued.format("NEW.document_id"), _frozen),
    Guard("document_tax", "UPDATE", _from_or_to_issued, _frozen),
    Guard("document_tax", "DELETE", _issued.format("OLD.document_id"), _frozen),
    # What it took of a job.
    Guard(
        "conversion",
        "UPDATE",
        f"{changed('source_id', 'target_id', 'net', 'held')} AND {_issued.format('OLD.target_id')}",
        _frozen,
    ),
    # An invoice of a closed period is put right by a credit note.
    Guard(
        "invoice",
        "UPDATE",
        "NEW.status <> OLD.status AND (OLD.issue_date <= (SELECT locked_until FROM company WHERE id = 1) "
        "OR NEW.issue_date <= (SELECT locked_until FROM company WHERE id = 1))",
        "the period is closed",
        "period",
    ),
    Guard("invoice", "DELETE", "OLD.status <> 'draft'", _frozen),
    Guard(
        "invoice",
        "UPDATE",
        "OLD.status <> 'draft' AND (NEW.status = 'draft' OR (OLD.status = 'void' AND NEW.status <> 'void') OR "
        f"{changed('issue_date', 'due_date', 'service_date', 'terms_days', 'issued_at')})",
        _frozen,
    ),
    Guard("invoice", "UPDATE", but_erasing(f"OLD.status <> 'draft' AND {changed('snapshot')}"), _frozen, "words"),
    # Client and case may follow a merge of clients: the snapshot keeps whom it was issued to.
    Guard(
        "document",
        "UPDATE",
        but_erasing(f"{changed(*FROZEN)} AND " + _issued.format("OLD.id"), *NUMBERS),
        _frozen,
    ),
)
