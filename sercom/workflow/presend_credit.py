"""The pre-send check of a credit note: what its paper, which no longer changes, must carry.

Credit note information: Excise Tax Act, s. 232 (3), and its Credit Note and Debit Note Information
Regulations; Act respecting the Québec sales tax, s. 449.
"""

import json
from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from sercom.core.money import ZERO
from sercom.entities.credits.model import CreditNote
from sercom.entities.users.model import Language
from sercom.workflow.presend import NOT_CHOSEN, Finding


def check(note: CreditNote, language: Language) -> list[Finding]:
    """What is missing, errors first."""
    return sorted(_found(note, language), key=lambda finding: not finding.stops)


def _found(note: CreditNote, language: Language) -> Iterator[Finding]:
    told = json.loads(note.snapshot or "{}")
    supplier, client = told["supplier"], told["client"]
    if not (supplier["name"] and supplier["street"] and supplier["city"]):
        yield Finding(_l("The company's name and address are missing."), stops=True, where="company")
    charged = {tax.code for tax in note.taxes if tax.amount != ZERO}
    if charged & {"GST", "HST"} and not supplier["gst_number"]:
        yield Finding(_l("The GST number is missing."), stops=True, where="company")
    if "QST" in charged and not supplier["qst_number"]:
        yield Finding(_l("The QST number is missing."), stops=True, where="company")
    if not (client["street"] and client["city"]):
        yield Finding(_l("The client's address is missing."), stops=False, where="client")
    if language is Language.ENGLISH and note.client.language is not Language.ENGLISH:
        yield Finding(NOT_CHOSEN, stops=False, where="client")
