"""The ordered menu: the one place where an entity joins the back-office."""

from dataclasses import dataclass
from typing import Any

from flask_admin import BaseView
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom import models
from sercom.accounts.views import AccountsView
from sercom.backoffice.view import EntityView
from sercom.entities.cases.admin import CaseView
from sercom.entities.catalog.admin import CatalogView, ServiceView
from sercom.entities.checklists.admin import ChecklistView
from sercom.entities.clients.admin import ClientView
from sercom.entities.company.admin import CompanyView, TaxRateView
from sercom.entities.credits.admin import CreditNoteView
from sercom.entities.delivery.mail_admin import MailTemplateView, MessageView
from sercom.entities.equipment.admin import EquipmentView
from sercom.entities.files.admin import FileView
from sercom.entities.inbox.admin import InboxView
from sercom.entities.invoices.admin import InvoiceView
from sercom.entities.jobs.admin import JobView
from sercom.entities.journal.admin import JournalView
from sercom.entities.ledger.admin import PaymentView
from sercom.entities.planning.admin import AbsenceView, SkillView
from sercom.entities.privacy.incident_admin import IncidentView
from sercom.entities.questions.admin import QuestionView
from sercom.entities.quotes.admin import QuoteView
from sercom.entities.reminders.page import RemindersView
from sercom.entities.requests.admin import RequestView
from sercom.entities.requests.triage_admin import TriageView
from sercom.entities.sites.admin import SiteView
from sercom.entities.users.account import AccountView
from sercom.entities.users.admin import TeamView, UserView
from sercom.entities.visits.admin import VisitView
from sercom.exchange.exports_page import ExportsView
from sercom.exchange.imports_page import ImportsView
from sercom.planning.views import CalendarView
from sercom.reports.views import ReportsView
from sercom.upkeep.page import OperationsView

WORK, BOOKS, CLIENTS, SETTINGS = _l("Work"), _l("Books"), _l("Clients"), _l("Settings")


@dataclass(frozen=True)
class Entry:
    """A view of the menu; its address is ``/admin/<entity>/``, its icon one of ``static/vendor/icons.svg``."""

    view: type[EntityView]
    model: type[Any]
    name: LazyString
    icon: str
    group: LazyString


@dataclass(frozen=True)
class Page:
    """A view that belongs to no entity, at ``/admin/<address>/``; a group lists it after its entities, or before."""

    view: type[BaseView]
    address: str
    name: LazyString
    icon: str
    group: LazyString | None = None
    leads: bool = False


VIEWS: tuple[Entry, ...] = (
    Entry(RequestView, models.ServiceRequest, _l("Requests"), "inbox", WORK),
    Entry(InboxView, models.ClientMessage, _l("Messages"), "message-square", WORK),
    Entry(QuoteView, models.Quote, _l("Quotes"), "file-text", WORK),
    Entry(JobView, models.Job, _l("Jobs"), "wrench", WORK),
    Entry(VisitView, models.Visit, _l("Visits"), "calendar-days", WORK),
    Entry(AbsenceView, models.Absence, _l("Absences"), "calendar-off", WORK),
    Entry(InvoiceView, models.Invoice, _l("Invoices"), "receipt-text", WORK),
    Entry(CaseView, models.Case, _l("Cases"), "folder-open", WORK),
    Entry(PaymentView, models.Payment, _l("Payments"), "banknote", BOOKS),
    Entry(CreditNoteView, models.CreditNote, _l("Credit notes"), "undo-2", BOOKS),
    Entry(ClientView, models.Client, _l("Clients"), "users", CLIENTS),
    Entry(SiteView, models.Site, _l("Addresses"), "map-pin", CLIENTS),
    Entry(EquipmentView, models.Equipment, _l("Equipment"), "air-vent", CLIENTS),
    Entry(FileView, models.File, _l("Photos"), "image", CLIENTS),
    Entry(MessageView, models.Message, _l("E-mails"), "mail", CLIENTS),
    Entry(CatalogView, models.CatalogItem, _l("Catalogue"), "package", SETTINGS),
    Entry(ServiceView, models.Service, _l("Services"), "list-checks", SETTINGS),
    Entry(TriageView, models.TriageRule, _l("Triage rules"), "funnel", SETTINGS),
    Entry(QuestionView, models.Question, _l("Questions"), "message-square", SETTINGS),
    Entry(ChecklistView, models.Checklist, _l("Checklists"), "clipboard-check", SETTINGS),
    Entry(UserView, models.User, _l("People"), "user-cog", SETTINGS),
    Entry(TeamView, models.Team, _l("Teams"), "users-round", SETTINGS),
    Entry(SkillView, models.Skill, _l("Skills"), "badge-check", SETTINGS),
    Entry(MailTemplateView, models.MailTemplate, _l("E-mail templates"), "text-initial", SETTINGS),
    Entry(CompanyView, models.Company, _l("Company"), "building-2", SETTINGS),
    Entry(TaxRateView, models.TaxRate, _l("Tax rates"), "percent", SETTINGS),
    Entry(IncidentView, models.Incident, _l("Privacy incidents"), "shield-check", SETTINGS),
    Entry(JournalView, models.JournalEntry, _l("Journal"), "history", SETTINGS),
)
PAGES: tuple[Page, ...] = (
    Page(CalendarView, "calendar", _l("Calendar"), "calendar-range", WORK, leads=True),
    Page(AccountsView, "accounts", _l("Accounts"), "wallet", BOOKS),
    Page(ReportsView, "reports", _l("Reports"), "chart-column", BOOKS),
    Page(ExportsView, "exports", _l("Exports"), "download", BOOKS),
    Page(RemindersView, "reminders", _l("Reminders"), "bell", CLIENTS),
    Page(ImportsView, "imports", _l("Imports"), "upload", SETTINGS),
    Page(OperationsView, "operations", _l("Operations"), "activity", SETTINGS),
    Page(AccountView, "account", _l("Security"), "shield-check"),
)
