"""What can be put on paper, and what its file is called."""

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l

from sercom.core import formats
from sercom.core.labels import Labelled


class PaperKind(Labelled):
    """A document on paper; its value names its template."""

    QUOTE = "quote", _l("Quote")
    APPROVAL = "approval", _l("Approved quote")
    WORK_ORDER = "work_order", _l("Work order")
    WORK_REPORT = "work_report", _l("Work report")
    INVOICE = "invoice", _l("Invoice")
    CREDIT_NOTE = "credit_note", _l("Credit note")
    RECEIPT = "receipt", _l("Receipt")
    STATEMENT = "statement", _l("Statement of account")


def file_name(kind: PaperKind, number: str, revision: int, language: str) -> str:
    """``Facture F-000123.pdf``, ``Soumission 2026-0142-S (révision 2).pdf``, in the document's language.

    It is one line of a header, and no path, whatever a client is called.
    """
    with force_locale(language):
        later = f" ({gettext('Revision %(number)s', number=revision).lower()})" if revision > 1 else ""
        return f"{kind.label} {formats.single_line(number).replace('/', '_')}{later}.pdf"
