"""Every model, imported once, so that the mappers and the migrations see the whole schema."""

from sercom.accounts.model import BankTransfer
from sercom.core.base import never_reuse_ids
from sercom.core.guards import JOURNAL_GUARDS
from sercom.core.journal import JournalEntry
from sercom.core.numbering import Counter
from sercom.entities.cases.model import NOTE_GUARDS, Case, Note
from sercom.entities.catalog.model import CatalogItem, Service
from sercom.entities.checklists.model import Answer, Checklist, ChecklistItem
from sercom.entities.clients.merge import ClientMerge
from sercom.entities.clients.model import Client
from sercom.entities.company.model import LOGO_GUARDS, Company, Logo, TaxRate
from sercom.entities.credits.model import CREDIT_GUARDS, CreditNote
from sercom.entities.delivery.hub_link import HubAsk, HubLink
from sercom.entities.delivery.link import Link
from sercom.entities.delivery.mail_template import MailTemplate
from sercom.entities.delivery.message import MESSAGE_GUARDS, Message
from sercom.entities.delivery.model import DRAWN_GUARDS, RenderedFile
from sercom.entities.documents.line import DocumentTax, Line
from sercom.entities.documents.model import Conversion, Document
from sercom.entities.equipment.model import Equipment, EquipmentWork
from sercom.entities.equipment.stage import EquipmentStage as _EquipmentStage  # noqa: F401  # maps the stage
from sercom.entities.files.model import File, FileContent
from sercom.entities.inbox.model import ClientMessage
from sercom.entities.intake.model import IntakeCount, IntakeUpload
from sercom.entities.invoices.frozen import FROZEN_GUARDS
from sercom.entities.invoices.model import Invoice
from sercom.entities.jobs.model import Job
from sercom.entities.ledger.model import LEDGER_GUARDS, Allocation, Payment
from sercom.entities.planning.feed import CalendarFeed
from sercom.entities.planning.model import Absence, Skill, VisitSeries, WorkingHours
from sercom.entities.privacy.consent import CONSENT_GUARDS, Consent
from sercom.entities.privacy.erasure import Erasure
from sercom.entities.privacy.incident import Incident
from sercom.entities.questions.model import Question
from sercom.entities.quotes.evidence import APPROVAL_GUARDS, SENT_GUARDS, Approval, SentQuote
from sercom.entities.quotes.model import Quote
from sercom.entities.reminders.model import Reminder, ReminderRule, ReminderSettings
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.requests.triage import TriageRule
from sercom.entities.sites.model import Site
from sercom.entities.users.model import Passkey, Role, Team, User
from sercom.entities.visits.model import PartUsed, Visit
from sercom.entities.visits.proof import PROOF_GUARDS, SentAction, Signature, TimeSpan
from sercom.exchange.run import ImportRun
from sercom.search.model import Posting, Variant
from sercom.upkeep.model import Backup
from sercom.upkeep.slow import SlowPage

never_reuse_ids()

#: Every trigger that the migrations create.
GUARDS = (
    *(*JOURNAL_GUARDS, *FROZEN_GUARDS, *CREDIT_GUARDS, *LEDGER_GUARDS),
    *(*LOGO_GUARDS, *SENT_GUARDS, *DRAWN_GUARDS, *MESSAGE_GUARDS, *PROOF_GUARDS, *CONSENT_GUARDS, *APPROVAL_GUARDS),
    *NOTE_GUARDS,
)

__all__ = [
    "GUARDS",
    "Absence",
    "Allocation",
    "Answer",
    "Approval",
    "Backup",
    "BankTransfer",
    "CalendarFeed",
    "Case",
    "CatalogItem",
    "Checklist",
    "ChecklistItem",
    "Client",
    "ClientMerge",
    "ClientMessage",
    "Company",
    "Consent",
    "Conversion",
    "Counter",
    "CreditNote",
    "Document",
    "DocumentTax",
    "Equipment",
    "EquipmentWork",
    "Erasure",
    "File",
    "FileContent",
    "HubAsk",
    "HubLink",
    "ImportRun",
    "Incident",
    "IntakeCount",
    "IntakeUpload",
    "Invoice",
    "Job",
    "JournalEntry",
    "Line",
    "Link",
    "Logo",
    "MailTemplate",
    "Message",
    "Note",
    "PartUsed",
    "Passkey",
    "Payment",
    "Posting",
    "Question",
    "Quote",
    "Reminder",
    "ReminderRule",
    "ReminderSettings",
    "RenderedFile",
    "Role",
    "SentAction",
    "SentQuote",
    "Service",
    "ServiceRequest",
    "Signature",
    "Site",
    "Skill",
    "SlowPage",
    "TaxRate",
    "Team",
    "TimeSpan",
    "TriageRule",
    "User",
    "Variant",
    "Visit",
    "VisitSeries",
    "WorkingHours",
]
