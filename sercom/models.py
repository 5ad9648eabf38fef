"""Every model, imported once, so that the mappers and the migrations see the whole schema."""

from sercom.core.base import never_reuse_ids
from sercom.core.journal import JournalEntry
from sercom.core.numbering import Counter
from sercom.entities.cases.model import Case, Note
from sercom.entities.catalog.model import CatalogItem, Service
from sercom.entities.clients.model import Client
from sercom.entities.company.model import Company, Logo, TaxRate
from sercom.entities.delivery.model import RenderedFile
from sercom.entities.documents.line import DocumentTax, Line
from sercom.entities.documents.model import Conversion, Document
from sercom.entities.files.model import File, FileContent
from sercom.entities.invoices.model import Invoice
from sercom.entities.jobs.model import Job
from sercom.entities.ledger.model import Allocation, Payment
from sercom.entities.quotes.model import Approval, Quote, SentQuote
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.sites.model import Site
from sercom.entities.users.model import Role, Team, User
from sercom.entities.visits.model import PartUsed, Visit
from sercom.search.model import Posting, Variant

never_reuse_ids()

__all__ = [
    "Allocation",
    "Approval",
    "Case",
    "CatalogItem",
    "Client",
    "Company",
    "Conversion",
    "Counter",
    "Document",
    "DocumentTax",
    "File",
    "FileContent",
    "Invoice",
    "Job",
    "JournalEntry",
    "Line",
    "Logo",
    "Note",
    "PartUsed",
    "Payment",
    "Posting",
    "Quote",
    "RenderedFile",
    "Role",
    "SentQuote",
    "Service",
    "ServiceRequest",
    "Site",
    "TaxRate",
    "Team",
    "User",
    "Variant",
    "Visit",
]
