"""One row of each entity, and for every rule a request that would succeed if it were allowed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from PIL import Image

from sercom import models
from sercom.core.access import Role
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.entities.checklists.model import ItemDraft
from sercom.entities.company.model import get_company
from sercom.entities.delivery.link import make_link
from sercom.entities.delivery.message import MessageStatus
from sercom.entities.equipment.model import Upkeep
from sercom.entities.files.photos import make_safe
from sercom.entities.files.store import add_photo
from sercom.entities.ledger.model import Method
from sercom.entities.planning.feed import renew
from sercom.entities.reminders.model import ReminderKind, get_settings
from sercom.entities.sites.model import Province
from sercom.entities.users.model import Language
from sercom.entities.visits import signing
from sercom.exchange import importing
from sercom.exchange.run import ImportKind
from sercom.portal import ticket
from sercom.workflow import hub, inbox, merging, payments, sending
from tests.ledger import deposit
from tests.support import World, convert, credit, day, give, make_client, make_user, name_company, start

#: An e-transfer as a bank's file tells it.
BANK = b"Date,Description,Amount\n2026-01-06,INTERAC e-Transfer JULIE TREMBLAY,20.00\n"


def picture(color: str = "navy", size: tuple[int, int] = (60, 40), kind: str = "JPEG") -> bytes:
    """A small photo."""
    buffer = BytesIO()
    Image.new("RGB", size, color).save(buffer, kind)
    return buffer.getvalue()


def add_picture(case: models.Case, author: models.User, name: str = "chauffe-eau.jpg") -> models.File:
    """A photo of a case, in the open session."""
    return add_photo(db.session, case, make_safe(picture()), author.actor, name=name)


def plan(visit: models.Visit, author: models.User, **who: Any) -> models.Visit:
    """Plan a visit tomorrow, in the open session."""
    starts = utcnow() + timedelta(days=1)
    give("schedule", visit, author.actor, starts_at=starts, ends_at=starts + timedelta(hours=2), **who)
    return visit


@dataclass
class Rows:
    """People by role, rows by entity (those that may be deleted, where any may), and what else requests name."""

    people: dict[str, int]
    ids: dict[str, int]
    versions: dict[str, int]
    extra: dict[str, Any]

    def request(self, endpoint: str, method: str) -> tuple[str, dict[str, Any]]:
        """The address and the form of a request to ``endpoint``."""
        view, _dot, action = endpoint.rpartition(".")
        if view in self.ids:
            return self._of_entity(view, action, method)
        return self._of_product(endpoint, method)

    def _of_entity(self, entity: str, action: str, method: str) -> tuple[str, dict[str, Any]]:  # noqa: PLR0911  # one answer each
        row, base = self.ids[entity], f"/admin/{entity}"
        case, version = self.ids["cases"], self.versions.get(entity, 1)
        command = {
            "requests": "mark_assessed",
            "quotes": "mark_sent",
            "jobs": "complete",
            "visits": "start",
            "messages": "resend",
            "inbox": "handle",
        }
        edge = {"requests": "quote", "quotes": "job"}.get(entity, "invoice")
        answers: dict[str, tuple[str, dict[str, Any]]] = {
            "index_view": (f"{base}/", {}),
            "create_view": (f"{base}/new/", {}),
            "edit_view": (f"{base}/edit/?id={row}", {}),
            "details_view": (f"{base}/details/?id={row}", {}),
            "delete_view": (f"{base}/delete/", {"id": row}),
            "export": (f"{base}/export/csv/", {}),
            "action_view": (f"{base}/action/", {"action": "delete", "rowid": row}),
            "ajax_lookup": (f"{base}/ajax/lookup/?name=client&query=tremblay", {}),
            "ajax_update": (f"{base}/ajax/update/", {"list_form_pk": row, "title": "x"}),
            "privacy_view": (f"{base}/{row}/privacy", {}),
            "consent_view": (f"{base}/{row}/privacy/consent", {"given": "1", "source": "phone"}),
            "export_data_view": (f"{base}/{row}/privacy/export", {}),
            "anonymise_view": (f"{base}/{row}/privacy/anonymise", {"version": version, "confirm": "1"}),
            "contact_view": (f"{base}/{row}/contact", {"wanted": "visits", "source": "phone"}),
            "add_note_view": (f"{base}/{case}/notes", {"body": "Sonner deux fois."}),
            "write_view": (f"{base}/{self.extra['told']}/write", {"body": "Bonjour", "token": secrets.token_hex(8)}),
            "add_photos_view": (f"{base}/{case}/photos", {"photos": (BytesIO(picture()), "a.jpg")}),
            "content_view": (f"{base}/{row}/content?small=1", {}),
            "show_view": (f"{base}/{row}/show", {"shown": "1"}),
            "bulk_view": (f"{base}/bulk/", {"action": command.get(entity, "issue"), "row": f"{row}:{version}"}),
            "totals_view": (f"{base}/totals", {"lines-0-description": "x", "lines-0-unit_price": "100"}),
            "items_view": (f"{base}/items?query=thermo", {}),
            "forget_devices_view": (f"{base}/{row}/forget-devices", {}),
            "renew_calendar_view": (f"{base}/{row}/calendar", {}),
            "end_calendar_view": (f"{base}/{row}/calendar/end", {}),
            "undo_view": (f"{base}/{row}/undo", {"version": version}),
            "add_visit_view": (f"{base}/{row}/visits", {}),
            "paper_view": (f"{base}/{row}/paper", {}),
            "pdf_view": (f"{base}/{row}/pdf", {}),
            "send_view": (f"{base}/{row}/send", self.extra["mail"] | {"version": version}),
            "end_links_view": (f"{base}/{row}/links/end", {}),
            "revoke_view": (f"{base}/{row}/revoke", {}),
            "receipt_view": (f"{base}/{row}/receipt", {}),
            "send_receipt_view": (f"{base}/{row}/receipt/send?seen=0", {}),
            "send_page_view": (f"{base}/{self.extra['payer']}/page/send", {}),
            "end_page_view": (f"{base}/{self.extra['payer']}/page/end", {}),
            "payment_view": (f"{base}/{row}/payment", self.extra["money"] | {"version": version, "confirm": "1"}),
            "refund_view": (f"{base}/{row}/refund", self.extra["money"]),
            "correct_view": (f"{base}/{row}/correct", {}),
            "keep_view": (f"{base}/{self.extra['deposit']}/keep", {}),
            "logo_view": (f"{base}/logo", {}),
            "sticker_view": (f"{base}/{row}/sticker", {}),
            "stickers_view": (f"{base}/stickers?site={self.extra['device_site']}", {}),
            "renew_view": (f"{base}/{row}/sticker/renew", {}),
            "due_view": (f"{base}/due", {}),
            "plan_view": (f"{base}/plan", {"device": row}),
            "concerned_view": (f"{base}/cases/{case}", {}),
            "merge_view": (
                f"{base}/{row}/merge/{self.extra['other']}",
                {"stays": row, "version": version, "other_version": self.extra["other_version"]},
            ),
            "undo_merge_view": (
                f"{base}/{self.extra['stayer']}/merges/{self.extra['merge']}/undo",
                {"version": self.extra["stayer_version"]},
            ),
            "command_view": (f"{base}/{row}/do/{command.get(entity)}", {"version": version, "confirm": "1"}),
            "convert_view": (
                f"{base}/{row}/convert/{edge}",
                {"token": secrets.token_hex(8), "version": version, "confirm": "1", **self.extra["approval"]},
            ),
        }
        answers["approval_view"] = (f"{base}/{self.extra['approved']}/approval", {})
        answers["report_view"] = (f"{base}/{self.extra['worked']}/report", {})
        answers["signature_view"] = (f"{base}/{self.extra['worked']}/signatures/1", {})
        if entity == "quotes" and action == "undo_view":
            return f"{base}/{self.extra['undo']}/undo", {"version": self.extra["undo_version"]}
        if entity == "payments" and action == "refund_view":  # what is wholly on an invoice is not given back
            return f"{base}/{self.extra['credit']}/refund", self.extra["money"] | {"rest": "30.00"}
        if entity == "invoices" and action == "credit_view":
            shown = {"scope": "amount", "amount": "10", "reason": "Essai", "version": self.extra["issued_version"]}
            return f"{base}/{self.extra['issued']}/credit", shown
        if action == "pdf_view" and entity not in {"jobs", "credit_notes"}:  # a draft has none
            return f"{base}/{self.extra['issued' if entity == 'invoices' else 'sent']}/pdf", {}
        if entity == "credit_notes" and action == "send_view":
            return f"{base}/{row}/send", self.extra["mail"] | {"version": version, "token": secrets.token_hex(8)}
        if entity == "invoices" and action == "send_view":
            return f"{base}/{self.extra['issued']}/send", self.extra["mail"] | {"version": self.extra["issued_version"]}
        if entity == "invoices" and action in {"command_view", "correct_payment_view", "release_view"}:
            issued, payment, version = self.extra["issued"], self.extra["payment"], self.extra["issued_version"]
            paid = {"version": version, "amount": "10", "method": "cash", "received_on": day().isoformat()}
            answers["command_view"] = (f"{base}/{issued}/do/record_payment", paid)
            answers["release_view"] = (f"{base}/{issued}/payments/{payment}/release", {"version": version})
            answers["correct_payment_view"] = (f"{base}/{issued}/payments/{payment}/correct", {"version": version})
        return answers[action]

    def _of_product(self, endpoint: str, method: str) -> tuple[str, dict[str, Any]]:
        account = "/admin/account"
        transfer = f"/admin/accounts/interac/{self.extra['transfer']}"
        wrong = {"email": "nobody@example.org", "password": "not the password"}
        visit, moment = f"/admin/calendar/visits/{self.ids['visits']}", f"{day(1)}T08:30"
        planned = {"version": self.versions["visits"], "starts_at": moment, "person": self.people["technician"]}
        return {
            "choices.page": (f"/r/{self.extra['reminder']}", {}),
            "choices.again": (f"/r/{self.extra['reminder']}/stop", {}),
            "choices.save": (f"/r/{self.extra['reminder']}", {"wanted": "visits", "source": "phone"}),
            "choices.stop": (f"/r/{self.extra['reminder']}/stop", {}),
            "reminders.index": ("/admin/reminders/", {}),
            "reminders.settings_view": ("/admin/reminders/settings", self.extra["rules"]),
            "links.page": (f"/l/{self.extra['link']}", {}),
            "links.pdf": (f"/l/{self.extra['link']}/pdf", {}),
            "links.receipt": (f"/l/{self.extra['paid_link']}/receipts/{self.ids['payments']}", {}),
            "hub.ask": ("/espace-client", {"email": "julie@example.org"}),
            "hub.ask_en": ("/en/client-page", {"email": "julie@example.org"}),
            "hub.page": (f"/c/{self.extra['page']}", {}),
            "hub.open_document": (f"/c/{self.extra['page']}/open/{self.extra['issued']}", {}),
            "hub.receipt": (f"/c/{self.extra['page']}/receipts/{self.ids['payments']}", {}),
            "hub.report": (f"/c/{self.extra['page']}/reports/{self.extra['worked']}", {}),
            "hub.emails": (f"/c/{self.extra['page']}/emails", {}),
            "hub.save_emails": (f"/c/{self.extra['page']}/emails", {"wanted": "visits"}),
            "hub.statement_page": (f"/c/{self.extra['page']}/statement", {}),
            "hub.statement_pdf": (f"/c/{self.extra['page']}/statement/pdf", {}),
            "links.seen": (f"/l/{self.extra['link']}/seen", {}),
            "links.approved": (f"/l/{self.extra['link']}/approved", {}),
            "links.photo": (f"/l/{self.extra['follow']}/photos/{self.extra['shown']}?small=1", {}),
            "links.write": (
                f"/l/{self.extra['link']}/write",
                {"ticket": self.extra["ticket"], "body": "À quelle heure?"},
            ),
            "links.cancel": (f"/l/{self.extra['follow']}/cancel", {"ticket": self.extra["ticket"], "reason": "other"}),
            "links.again": (f"/l/{self.extra['follow']}/write", {}),
            "answers.again": (f"/l/{self.extra['link']}/approve", {}),
            "answers.total": (f"/l/{self.extra['link']}/total", {}),
            "answers.approve": (f"/l/{self.extra['link']}/approve", {"name": "Julie", "typed": "Julie"}),
            "answers.changes": (f"/l/{self.extra['link']}/changes", {"words": "Plus petit"}),
            "answers.decline": (f"/l/{self.extra['link']}/decline", {"reason": "price"}),
            "portal.intake": ("/", self.extra["intake"]),
            "portal.intake_en": ("/en/", self.extra["intake"]),
            "portal.device": (f"/a/{self.extra['sticker']}", self.extra["intake"]),
            "portal.device_en": (f"/en/a/{self.extra['sticker']}", self.extra["intake"]),
            "portal.receipt": (f"/merci/{self.extra['receipt']}", {}),
            "portal.receipt_en": (f"/en/thanks/{self.extra['receipt']}", {}),
            "portal.privacy": ("/confidentialite", {}),
            "portal.privacy_en": ("/en/privacy", {}),
            "portal.logo": ("/logo", {}),
            "portal_photos.add": ("/photos", self.extra["photo"] | {"photo": (BytesIO(picture()), "a.jpg")}),
            "portal_photos.add_en": ("/en/photos", self.extra["photo"] | {"photo": (BytesIO(picture()), "a.jpg")}),
            "portal_photos.remove": ("/photos/remove", self.extra["photo"] | {"remove_photo": "0"}),
            "portal_photos.small": (f"/photos/{self.extra['photo']['ticket']}/0", {}),
            "static": ("/static/icon.svg", {}),
            "home.static": ("/admin/static/bootstrap/bootstrap4/css/bootstrap.min.css", {}),
            "security.login": ("/login", wrong),
            "security.logout": ("/logout", {}),
            "security.forgot_password": ("/reset", {"email": "nobody@example.org"}),
            "security.reset_password": ("/reset/none", {"password": "x" * 12, "password_confirm": "x" * 12}),
            "security.two_factor_token_validation": ("/login/code", {"code": "123456"}),
            "security.tf_select": ("/login/step", {"which": "authenticator"}),
            "security.mf_recovery": ("/login/recovery", {"code": "0000-0000-0000"}),
            "security.wan_signin": ("/login/passkey", {}),
            "security.wan_signin_response": ("/login/passkey/none", {"credential": "{}"}),
            "security.two_factor_setup": ("/tf-setup", {"setup": "disable"}),
            "security.two_factor_setup_validate": ("/tf-setup/none", {"code": "123456"}),
            "security.two_factor_rescue": ("/tf-rescue", {"help_setup": "help"}),
            "security.wan_delete": ("/wan-delete", {"name": "x"}),
            "security.change_password": (f"{account}/password", {"password": "x"}),
            "security.verify": (f"{account}/confirm", {"password": "x"}),
            "security.wan_verify": (f"{account}/confirm/passkey", {}),
            "security.wan_verify_response": (f"{account}/confirm/passkey/none", {"credential": "{}"}),
            "security.wan_register": (f"{account}/passkeys/new", {"name": "x", "usage": "first"}),
            "security.wan_register_response": (f"{account}/passkeys/new/none", {"credential": "{}"}),
            "security.mf_recovery_codes": (f"{account}/codes", {}),
            "account.index": (f"{account}/", {}),
            "account.authenticator": (f"{account}/authenticator", {"secret": "none", "code": "123456"}),
            "account.remove_authenticator": (f"{account}/authenticator/off", {}),
            "account.remove_passkey": (f"{account}/passkeys/1/remove", {}),
            "account.end_sessions": (f"{account}/sessions/end", {}),
            "account.renew_calendar": (f"{account}/calendar", {}),
            "account.end_calendar": (f"{account}/calendar/end", {}),
            "feeds.calendar": (f"/calendar/{self.extra['feed']}.ics", {}),
            "language.switch": ("/language", {"language": "en_CA", "back": "/admin/"}),
            "home.index": ("/admin/", {}),
            "calendar.index": ("/admin/calendar/", {}),
            "calendar.events_view": ("/admin/calendar/events?start=2026-11-23&end=2026-11-30", {}),
            "calendar.suggestions_view": (f"{visit}/suggestions?day={day(1)}", {}),
            "calendar.plan_view": (f"{visit}/plan", planned),
            "calendar.unplan_view": (f"{visit}/unplan", {"version": self.versions["visits"]}),
            "operations.index": ("/admin/operations/", {}),
            "accounts.index": ("/admin/accounts/", {}),
            "accounts.ageing_view": ("/admin/accounts/ageing", {}),
            "accounts.ageing_csv": ("/admin/accounts/ageing/csv", {}),
            "accounts.items_view": ("/admin/accounts/items?bucket=not_due", {}),
            "accounts.statement_view": (f"/admin/accounts/statement/{self.ids['clients']}", {}),
            "accounts.statement_pdf": (f"/admin/accounts/statement/{self.ids['clients']}/pdf", {}),
            "accounts.closing_view": (
                "/admin/accounts/closing",
                {"until": "2025-12-31", "version": self.extra["closing"]},
            ),
            "accounts.interac_view": ("/admin/accounts/interac", {"file": (BytesIO(BANK), "bank.csv")}),
            "accounts.interac_confirm": (f"{transfer}/confirm", {"number": self.extra["issued_number"]}),
            "accounts.interac_set_aside": (f"{transfer}/set-aside", {}),
            "accounts.interac_restore": (f"{transfer}/restore", {}),
            "reports.index": ("/admin/reports/", {}),
            "reports.report": ("/admin/reports/taxes", {}),
            "reports.report_file": ("/admin/reports/taxes/csv", {}),
            "reports.rows": ("/admin/reports/taxes/rows?tax=GST", {}),
            "reports.rows_file": ("/admin/reports/taxes/rows/csv?tax=GST", {}),
            "exports.index": ("/admin/exports/", {}),
            "exports.download": ("/admin/exports/invoices.csv", {}),
            "exports.company": ("/admin/exports/company.zip", {}),
            "imports.index": ("/admin/imports/", {"kind": "clients", "file": (BytesIO(b"Nom\nLuc Roy"), "a.csv")}),
            "imports.run": (f"/admin/imports/{self.extra['import']}", {}),
            "imports.columns": (f"/admin/imports/{self.extra['import']}/columns", {"version": 1, "column-name": "0"}),
            "imports.confirm": (f"/admin/imports/{self.extra['import']}/confirm", {"version": 1}),
            "imports.discard": (f"/admin/imports/{self.extra['import']}/discard", {"version": 1}),
            "imports.undo": (f"/admin/imports/{self.extra['imported']}/undo", {"version": 2}),
            "home.guide": ("/admin/guide", {}),
            "field.index": ("/field/", {}),
            "field.token": ("/field/token", {}),
            "field.visit": (f"/field/visits/{self.ids['visits']}", {}),
            "field.photo": (f"/field/visits/{self.ids['visits']}/photos/{self.ids['files']}?small=1", {}),
            "field.act": (f"/field/visits/{self.ids['visits']}/start", {"key": secrets.token_hex(8)}),
            "field_offline.worker": ("/field/sw.js", {}),
            "field_offline.manifest": ("/field/manifest.webmanifest", {}),
            "home.components": ("/admin/components", {}),
            "palette.search": ("/admin/search?q=tremblay", {}),
        }[endpoint]


def intake_answers(issued: str, **changes: Any) -> dict[str, Any]:
    """The intake form, filled in."""
    return {
        "ticket": issued,
        "name": "Aïcha Benoît",
        "phone": "514 555-0198",
        "email": "aicha@example.org",
        "company": "",
        "street": "12, rue des Érables",
        "city": "Laval",
        "province": "QC",
        "postal_code": "h7l1m3",
        "service": "1",
        "description": "Le chauffe-eau coule.\nDepuis hier.",
        "urgency": "soon",
        "consent": "y",
    } | changes


def nonce_of(issued: str) -> str:
    """The nonce of a genuine ticket."""
    known = ticket.read(issued)
    assert known is not None
    return known.nonce


def make_rows(world: World) -> Rows:  # noqa: PLR0915  # one row after the other
    """Everything that one request of each rule needs."""
    with world.app.app_context():
        people = {role.value: make_user(role) for role in Role}
        office, technician = people["office"], people["technician"]
        request, quote, job, invoice = (start(kind, office.actor) for kind in ("request", "quote", "job", "invoice"))
        alternative = convert(start("request", office.actor), "quote", office.actor)
        name_company()
        issued = start("invoice", office.actor)
        give("issue", issued, office.actor)
        give("record_payment", issued, office.actor, amount=Decimal(20), method="cash", received_on=date(2026, 1, 5))
        money = payments.Received(Decimal(30), Method.CHEQUE, date(2026, 1, 6))
        kept = payments.receive(db.session, issued.client, office.actor, money, [], confirm=True)
        sent_quote = start("quote", office.actor)
        give("mark_sent", sent_quote, office.actor)
        approved = start("quote", office.actor)
        give("mark_sent", approved, office.actor)
        give("approve", approved, office.actor, channel="phone", name="Julie")
        words = sending.proposed_words(db.session, sent_quote, Language.FRENCH)
        to = ["julie@example.org"]
        mail = sending.send(db.session, sent_quote, office.actor, words, to=to, token="a", confirm=True)
        mail[0].status = MessageStatus.DEAD
        sent = start("request", office.actor)
        issued_ticket = ticket.issue()
        sent.ticket = nonce_of(issued_ticket)
        client = models.Client(name="Sans adresse")
        item = models.CatalogItem(code=secrets.token_hex(4), name_fr="Filtre", name_en="Filter", price=Decimal(12))
        rate = models.TaxRate(province=Province.YT, code="GST", percent=Decimal(6), valid_from=date(2030, 1, 1))
        team = models.Team(name=f"Équipe {secrets.token_hex(3)}", members=[])
        service = models.Service(name_fr="Drains", name_en="Drains")
        question = models.Question(label_fr="Quel âge a l’appareil?", label_en="How old is it?")
        staged, photo = ticket.issue(), make_safe(picture())
        waits = {"nonce": nonce_of(staged), "position": 0, "field": "photos", "name": "a.jpg"}
        bytes_ = {"data": photo.data, "thumbnail": photo.thumbnail, "width": 60, "height": 40}
        db.session.add_all([question, models.IntakeUpload(**waits, **bytes_)])
        visit = plan(job.case.visits[0], office, person=technician)
        worked = plan(start("job", office.actor).visits[0], office, person=technician)
        give("start", worked, office.actor)
        signing.sign(db.session, worked, office.actor, name="Julie", png=picture(kind="PNG"))
        give("finish", worked, office.actor)
        checklist = models.Checklist(name_fr="Entretien", name_en="Yearly check", for_assessments=True)
        checklist.take_items([ItemDraft("Filtre propre", "Clean filter")])
        db.session.add(checklist)
        rule = models.TriageRule(keywords="drain", reason_fr="un drain", reason_en="a drain")
        skill = models.Skill(name_fr="Gaz", name_en="Gas")
        hour = utcnow().replace(minute=0, second=0, microsecond=0)
        absence = models.Absence(user=technician, starts_at=hour, ends_at=hour + timedelta(hours=1))
        db.session.add_all([client, item, rate, team, service, rule, skill, absence])
        db.session.flush()
        received = {"received_on": date(2026, 1, 6), "amount": Decimal(20), "description": "Interac JULIE TREMBLAY"}
        transfer = models.BankTransfer(fingerprint=secrets.token_hex(32), **received)
        db.session.add(transfer)
        db.session.flush()
        issued.client.email = worked.case.client.email = "julie@example.org"
        paid_link = make_link(db.session, issued)
        page = hub.send(db.session, issued.client, office.actor, to="julie@example.org")
        note = credit(issued, office.actor, amount=Decimal(10))
        held = deposit(sent_quote, office.actor, "30.00")
        feed = renew(db.session, technician)
        device = models.Equipment(site=make_client().sites[0], upkeep=Upkeep.YEARLY, make="Daikin")
        db.session.add(device)
        told = {"information": "Adresses", "circumstances": "Téléphone perdu", "discovered_on": day()}
        incident = models.Incident(**told)
        db.session.add(incident)
        asked = start("request", office.actor)
        follow = make_link(db.session, asked)
        words = inbox.Written("Passez par la cour.", (), [("a.jpg", photo)])
        heard = inbox.receive(db.session, asked, words, secrets.token_hex(8))
        visited = inbox.receive(db.session, job, inbox.Written("Merci"), secrets.token_hex(8))
        about = {"client_id": sent_quote.client_id, "message_id": mail[0].id}
        reminder = models.Reminder(kind=ReminderKind.QUOTE, key=f"quote/{sent_quote.id}/1", stage=1, **about)
        db.session.add(reminder)
        db.session.flush()
        rows: dict[str, Any] = {
            "requests": request,
            "quotes": quote,
            "jobs": job,
            "invoices": invoice,
            "credit_notes": note,
            "visits": visit,
            "payments": issued.allocations[0].payment,
            "cases": job.case,
            "clients": client,
            "sites": make_client().sites[0],
            "equipment": device,
            "files": add_picture(job.case, office),
            "catalog": item,
            "services": service,
            "questions": question,
            "checklists": checklist,
            "users": office,
            "teams": team,
            "skills": skill,
            "absences": absence,
            "incidents": incident,
            "taxes": rate,
            "messages": mail[0],
            "inbox": visited,
            "mail_templates": db.session.get_one(models.MailTemplate, 1),
            "triage": rule,
        }
        stayer = make_client("Réunie")
        merge = merging.merge(db.session, stayer.id, make_client("Réunie aussi").id, office.actor)
        other = rows["sites"].client
        journal = db.session.query(models.JournalEntry).order_by(models.JournalEntry.id.desc()).first()
        uploads = [
            importing.open_run(db.session, ImportKind.CLIENTS, "a.csv", f"Nom\n{name}".encode(), office.actor)
            for name in ("Léa Roy", "Marc Roy")
        ]
        importing.confirm(db.session, uploads[1], office.actor)
        db.session.commit()
        extra = {
            "import": uploads[0].id,
            "imported": uploads[1].id,
            "worked": worked.id,
            "undo": alternative.id,
            "undo_version": alternative.version,
            "issued": issued.id,
            "merge": merge.id,
            "stayer": stayer.id,
            "stayer_version": stayer.version,
            "other": other.id,
            "other_version": other.version,
            "sent": sent_quote.id,
            "approved": approved.id,
            "deposit": held.id,
            "issued_version": issued.version,
            "issued_number": issued.number,
            "transfer": transfer.id,
            "closing": get_company(db.session).version,
            "payment": rows["payments"].id,
            "link": mail[0].link.token,
            "ticket": ticket.issue(),
            "follow": follow.token,
            "shown": heard.photos[0].id,
            "told": asked.case_id,
            "paid_link": paid_link.token,
            "page": page.hub_link.token,
            "reminder": reminder.token,
            "rules": {f"{kind.value}_days": "3" for kind in ReminderKind}
            | {"quiet_from": "20:00", "quiet_until": "08:00", "version": get_settings(db.session).version},
            "feed": feed.token,
            "receipt": issued_ticket,
            "sticker": device.token,
            "device_site": device.site_id,
            "photo": {"ticket": staged, "field": "photos"},
            "intake": intake_answers(ticket.issue()),
            "mail": {"to": "julie@example.org", "language": "fr_CA", "subject": "Votre soumission", "body": "{link}"}
            | {"send": "1", "token": secrets.token_hex(8), "confirm": "1"},
            "credit": kept.id,
            "payer": issued.client_id,
            "money": {"amount": "10", "method": "cash", "received_on": day().isoformat()},
            "approval": {"channel": "phone", "name": "Julie Tremblay"},
        }
        ids = {entity: row.id for entity, row in rows.items()} | {"company": 1, "journal": journal.id}
        versions = {entity: row.version for entity, row in rows.items() if hasattr(row, "version")}
        return Rows({role: user.id for role, user in people.items()}, ids, versions, extra)
