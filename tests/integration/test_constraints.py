"""Every named constraint of the schema, and a statement that it refuses, on both databases."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Table, UniqueConstraint, select, text
from sqlalchemy.exc import IntegrityError

from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.core.labels import LabelledType
from sercom.entities.delivery.link import make_link
from sercom.entities.ledger.model import EntryKind, Method
from sercom.entities.quotes.evidence import Channel
from sercom.models import (
    Absence,
    Allocation,
    Answer,
    Approval,
    Backup,
    BankTransfer,
    CalendarFeed,
    Case,
    CatalogItem,
    Checklist,
    ChecklistItem,
    ClientMessage,
    Consent,
    CreditNote,
    Equipment,
    EquipmentWork,
    Erasure,
    File,
    FileContent,
    HubAsk,
    HubLink,
    ImportRun,
    Incident,
    IntakeCount,
    IntakeUpload,
    JournalEntry,
    Logo,
    Message,
    Note,
    PartUsed,
    Passkey,
    Payment,
    Question,
    Reminder,
    RenderedFile,
    SentAction,
    SentQuote,
    Service,
    Signature,
    Skill,
    SlowPage,
    Team,
    TimeSpan,
    VisitSeries,
    WorkingHours,
)
from sercom.workflow import merging
from tests.support import convert, give, make_client, make_user, start

#: One more row like those of a document or of a payment: rows of guarded tables are never updated.
DRAWN = (
    "INSERT INTO rendered_file "
    "(document_id, payment_id, kind, revision, language, "
    "visit_id, told_sha256, data, sha256, template_version, made_at) "
    "SELECT {}, visit_id, told_sha256, data, sha256, template_version, made_at FROM rendered_file WHERE {} IS NOT NULL"
)
#: One more row like those of the outbox: what was written is never updated.
WRITTEN = (
    "INSERT INTO message (kind, to_email, language, message_id, status, subject, body, base_url, attempts, "
    "next_attempt_at, created_at, updated_at, version) SELECT {}, {}, status, subject, body, base_url, attempts, "
    "next_attempt_at, created_at, updated_at, version FROM message"
)
#: One more row of the ledger, on a day of no period: what was entered is never updated.
ENTERED = (
    "INSERT INTO payment (kind, against_id, amount, method, client_id, received_on, created_at) "
    "SELECT {}, {}, {}, {}, client_id, received_on, created_at FROM payment WHERE kind = 'payment'"
)
#: One more approval: what was given is never updated.
APPROVED = (
    "INSERT INTO approval (quote_id, revision, channel, name, address, content, sha256, typed, drawing, paper, at, "
    "drawing_sha256) SELECT quote_id, revision, {}, {}, address, content, approval.sha256, {}, NULL, '{{}}', at, {} "
    "FROM approval CROSS JOIN logo"
)
#: What each CHECK and UNIQUE refuses. CHECKs are tried on one row (or where it says), UNIQUEs on all;
#: a guarded table's by a new row.
VIOLATIONS = {
    "ck_absence_ends_after_start": "ends_at = starts_at",
    "ck_absence_reason_known": "reason = 'x'",
    "ck_allocation_amount_given": "INSERT INTO allocation (payment_id, invoice_id, amount, dated) "
    "SELECT payment_id, invoice_id, 0, dated FROM allocation",
    "ck_approval_channel_known": APPROVED.format("'x'", "name", "''", "NULL"),
    "ck_approval_drawing_is_told": APPROVED.format("channel", "name", "''", "'x'"),
    "ck_approval_name_given": APPROVED.format("channel", "''", "''", "NULL"),
    "ck_approval_signed_one_way": APPROVED.replace("NULL, '{{", "data, '{{").format(
        "channel", "name", "'Julie'", "'x'"
    ),
    "ck_backup_size_positive": "size = 0",
    "ck_bank_transfer_amount_received": "amount = 0",
    "ck_bank_transfer_matched_has_payment": "status = 'waiting'",
    "ck_bank_transfer_status_known": "payment_id = NULL, status = 'x'",
    "ck_calendar_feed_one_owner": "user_id = NULL, team_id = NULL",
    "ck_case_first_contact_known": "first_contact = 'x'",
    "ck_catalog_item_cost_positive": "cost = -1",
    "ck_catalog_item_kind_known": "kind = 'x'",
    "ck_catalog_item_price_positive": "price = -1",
    "ck_catalog_item_tax_status_known": "tax_status = 'x'",
    "ck_checklist_answer_value_given": "value = ''",
    "ck_checklist_item_kind_known": "kind = 'x'",
    "ck_checklist_item_text_given": "text_en = ''",
    "ck_checklist_name_given": "name_fr = ''",
    "ck_client_kind_known": "kind = 'x'",
    "ck_client_language_known": "language = 'fr'",
    "ck_client_message_handled_has_moment": "handled_at = NULL, status = 'handled'",
    "ck_client_message_kind_known": "kind = 'x'",
    "ck_client_message_status_known": "status = 'x'",
    "ck_client_merge_of_two": "stayer_id = merged_id",
    "ck_client_merged_into_another": "merged_into_id = id",
    "ck_client_name_given": "name = ''",
    "ck_client_province_known": "province = 'XX'",
    **{
        f"ck_consent_{name}": "INSERT INTO consent (client_id, version, given, at, purpose, source, language, wording) "
        f"SELECT client_id, version, given, at, {values} FROM consent"
        for name, values in (
            ("purpose_known", "'x', source, language, wording"),
            ("source_known", "purpose, 'x', language, wording"),
            ("language_known", "purpose, source, 'x', wording"),
            ("wording_given", "purpose, source, language, ''"),
        )
    },
    "ck_erasure_extent_known": "extent = 'x', kept_until = NULL",
    "ck_erasure_restricted_until": "extent = 'restricted', kept_until = NULL",
    "ck_incident_discovered_after": "happened_on = '2026-02-01', discovered_on = '2026-01-01'",
    "ck_incident_people_counted": "people_count = -1",
    "ck_incident_period_in_order": "happened_on = '2026-01-01', happened_until = '2025-12-31'",
    "ck_incident_risk_known": "risk = 'x'",
    "ck_incident_told": "circumstances = ''",
    "ck_client_tax_exemption_known": "tax_exemption = 'x'",
    "ck_client_terms_days_range": "terms_days = 366",
    "ck_company_early_days_range": "early_percent = 2000, early_days = 0",
    "ck_company_early_discount_whole": "early_percent = 2000, early_days = NULL",
    "ck_company_early_percent_range": "early_percent = 20001, early_days = 10",
    "ck_company_interest_percent_range": "interest_percent = 5001",
    "ck_company_province_known": "province = 'XX'",
    "ck_company_quote_validity_days_range": "quote_validity_days = 0",
    "ck_company_single": "id = 2",
    "ck_document_discount_positive": "discount = -1",
    "ck_conversion_percent_range": "percent = 100001",
    "ck_credit_note_reason_given": "reason = ''",
    "ck_credit_note_status_known": "status = 'x'",
    "ck_document_discount_percent_range": "discount_percent = 100001",
    "ck_document_kind_known": "kind = 'x'",
    "ck_document_tax_province_known": "tax_province = 'XX'",
    "ck_document_total_adds_up": "total = net + tax + 1",
    "ck_equipment_kind_known": "kind = 'x'",
    "ck_equipment_removed_after_installed": "removed_on = '2020-12-31'",
    "ck_equipment_upkeep_known": "upkeep = '5'",
    "ck_equipment_warranty_after_installed": "warranty_until = '2020-12-31'",
    "ck_file_moment_known": "moment = 'x'",
    "ck_file_size_positive": "size = 0",
    "ck_import_run_kind_known": "kind = 'x'",
    "ck_import_run_state_known": "state = 'x'",
    "ck_intake_count_count_positive": "count = 0",
    "ck_intake_upload_position_range": "position = 6",
    "ck_invoice_due_after_issue": "issue_date = '2026-02-01', due_date = '2026-01-31'",
    "ck_invoice_issued_is_whole": "status = 'issued', issue_date = '2026-02-01'",
    "ck_invoice_status_known": "status = 'x', issue_date = '2026-02-01', snapshot = '{}'",
    "ck_invoice_terms_days_range": "terms_days = -1",
    "ck_job_holdback_percent_range": "holdback_percent = 100000",
    "ck_job_hold_reason_known": "hold_reason = 'x'",
    "ck_job_status_known": "status = 'x'",
    "ck_line_discount_positive": "discount = -1",
    "ck_line_discount_percent_range": "discount_percent = -1",
    "ck_line_fixed_is_accepted": "accepted = false",
    "ck_line_kind_known": "kind = 'x', unit_price = 0, discount = 0",
    "ck_line_holdback_of_something": "holdback = true, source_document_id = NULL",
    "ck_line_quantity_given": "quantity = 0",
    "ck_line_tax_status_known": "tax_status = 'x'",
    "ck_line_words_are_free": "kind = 'section', unit_price = 1",
    "ck_line_words_are_no_option": "kind = 'section', unit_price = 0, discount = 0, optional = true",
    "ck_link_revision_positive": "revision = 0",
    "ck_hub_ask_email_given": "email = ''",
    "ck_hub_link_email_given": "email = ''",
    "ck_reminder_key_given": "key = ''",
    "ck_reminder_kind_known": "kind = 'x'",
    "ck_reminder_stage_positive": "stage = 0",
    "ck_reminder_rule_days_given": "days = ''",
    "ck_reminder_rule_kind_known": "kind = 'x'",
    "ck_reminder_settings_quiet_from_evening": "quiet_from = '21:00:01.000000'",
    "ck_reminder_settings_quiet_until_morning": "quiet_until = '06:59:00.000000'",
    "ck_reminder_settings_single": "id = 2",
    "ck_service_maintenance_months_range": "maintenance_months = 0",
    "ck_mail_template_kind_known": "kind = 'x'",
    "ck_mail_template_language_known": "language = 'fr'",
    "ck_message_attempts_positive": "attempts = -1",
    "ck_message_failure_known": "failure = 'x'",
    "ck_message_kind_known": WRITTEN.format("'x', to_email, language", "'a'"),
    "ck_message_language_known": WRITTEN.format("kind, to_email, 'fr'", "'a'"),
    "ck_message_recipient_given": WRITTEN.format("kind, '', language", "'a'"),
    "ck_message_status_known": "status = 'x'",
    "ck_part_used_quantity_positive": "quantity = 0",
    "ck_passkey_usage_known": "usage = 'x'",
    "ck_payment_amount_given": ENTERED.format("'rounding'", "id", "0", "method"),
    "ck_payment_credit_names_note": ENTERED.format("'credit'", "NULL", "1", "NULL"),
    "ck_payment_kind_known": ENTERED.format("'x'", "NULL", "1", "method"),
    "ck_payment_lowers": ENTERED.format("'write_off'", "NULL", "-1", "NULL"),
    "ck_payment_method_known": ENTERED.format("'payment'", "NULL", "1", "'x'"),
    "ck_payment_moves_somehow": ENTERED.format("'payment'", "NULL", "1", "NULL"),
    "ck_payment_names_what_it_is_against": ENTERED.format("'refund'", "NULL", "-1", "method"),
    "ck_payment_raises": ENTERED.format("'interest'", "NULL", "1", "NULL"),
    "ck_question_kind_known": "kind = 'x'",
    "ck_question_label_given": "label_en = ''",
    "ck_quote_decline_reason_known": "decline_reason = 'x'",
    "ck_quote_deposit_percent_range": "deposit_percent = 100001",
    "ck_quote_deposit_positive": "deposit_amount = 0",
    "ck_quote_one_deposit": "deposit_percent = 30000, deposit_amount = 10000",
    "ck_quote_revision_positive": "revision = 0",
    "ck_quote_status_known": "status = 'x'",
    "ck_rendered_file_approved_is_approval": DRAWN.format("document_id, NULL, 'approval', 9, language", "document_id"),
    "ck_rendered_file_kind_known": DRAWN.format("document_id, payment_id, 'x', 9, language", "document_id"),
    "ck_rendered_file_language_known": DRAWN.format("document_id, payment_id, kind, 9, 'fr'", "document_id"),
    "ck_rendered_file_one_subject": DRAWN.format("NULL, NULL, 'quote', 9, language", "document_id"),
    "ck_rendered_file_report_is_told": DRAWN.replace("SELECT {}, visit_id, told_sha256", "SELECT {}, NULL, 'x'").format(
        "document_id, NULL, 'quote', 9, language", "document_id"
    ),
    "ck_rendered_file_report_of_visit": DRAWN.format("document_id, NULL, 'work_report', 9, language", "document_id"),
    "ck_rendered_file_receipt_of_payment": DRAWN.format("document_id, NULL, 'receipt', 9, language", "document_id"),
    "ck_rendered_file_revision_positive": DRAWN.format("document_id, payment_id, kind, 0, language", "document_id"),
    "ck_request_close_reason_known": "close_reason = 'x'",
    "ck_request_origin_known": "origin = 'x'",
    "ck_request_status_known": "status = 'x'",
    "ck_request_urgency_known": "urgency = 'x'",
    "ck_request_triage_path_known": "triage_path = 'x'",
    "ck_request_triage_urgency_known": "triage_urgency = 'x'",
    "ck_role_name_known": "name = 'x'",
    "ck_sent_quote_revision_positive": "INSERT INTO sent_quote (quote_id, revision, content, at) "
    "SELECT quote_id, 0, content, at FROM sent_quote",
    "ck_sent_action_key_given": "key = ''",
    "ck_signature_name_given": "INSERT INTO signature (visit_id, name, data, sha256, about, signed_at, created_at) "
    "SELECT visit_id, '', data, sha256, about, signed_at, created_at FROM signature",
    "ck_site_province_known": "province = 'XX'",
    "ck_skill_name_given": "name_en = ''",
    "ck_slow_page_count_positive": "count = 0",
    "ck_tax_rate_code_known": "code = 'XXX'",
    "ck_tax_rate_percent_range": "percent = 30001",
    "ck_tax_rate_province_known": "province = 'XX'",
    "ck_team_colour_known": "colour = 'x'",
    "ck_time_span_ended_after_started": "ended_at = '2000-01-01 00:00:00'",
    "ck_user_colour_known": "colour = 'x'",
    "ck_user_language_known": "language = 'fr'",
    "ck_triage_rule_minutes_range": "minutes = 0",
    "ck_triage_rule_path_known": "path = 'x'",
    "ck_triage_rule_proposed_urgency_known": "proposed_urgency = 'x'",
    "ck_triage_rule_reason_given": "reason_fr = ''",
    "ck_triage_rule_urgency_known": "urgency = 'x'",
    "ck_visit_ended_after_started": "started_at = '2026-02-01 08:00:00', ended_at = '2026-02-01 07:59:59'",
    "ck_visit_ends_after_start": "ends_at = starts_at WHERE starts_at IS NOT NULL",
    "ck_visit_expected_minutes_range": "expected_minutes = 0",
    "ck_visit_incomplete_reason_known": "incomplete_reason = 'x'",
    "ck_visit_minutes_range": "minutes = 1441",
    "ck_visit_planned_has_time": "status = 'done' WHERE starts_at IS NULL",
    "ck_visit_series_minutes_range": "minutes = 0",
    "ck_visit_series_rule_given": "rule = ''",
    "ck_visit_status_known": "status = 'x' WHERE starts_at IS NOT NULL",
    "ck_working_hours_ends_after_start": "ends = starts",
    "ck_working_hours_weekday_range": "weekday = 7",
    "uq_bank_transfer_fingerprint": "fingerprint = 'x'",
    "uq_bank_transfer_payment_id": "status = 'matched', payment_id = (SELECT min(id) FROM payment)",
    "uq_case_number": "number = 'x'",
    "uq_catalog_item_code": "code = 'x'",
    "uq_checklist_answer_visit_id_item_id": "visit_id = (SELECT min(id) FROM visit), "
    "item_id = (SELECT min(id) FROM checklist_item)",
    "uq_client_message_ticket": "ticket = 'x'",
    "uq_conversion_source_id_edge_token": "source_id = (SELECT min(id) FROM document), edge = 'x', token = 'x'",
    "uq_conversion_source_id_target_id": "source_id = (SELECT min(id) FROM document), "
    "target_id = (SELECT min(id) FROM document), token = CAST(id AS VARCHAR)",
    "uq_credit_note_token": "token = 'x'",
    "uq_document_number": "number = 'x'",
    "uq_equipment_work_equipment_id_case_id": "equipment_id = (SELECT min(id) FROM equipment), "
    'case_id = (SELECT min(id) FROM "case")',
    "uq_intake_upload_nonce_position": "nonce = 'x', position = 1",
    "uq_logo_sha256": "INSERT INTO logo (data, sha256, created_at) SELECT data, sha256, created_at FROM logo",
    "uq_reminder_kind_key_stage": "kind = 'quote', key = 'x', stage = 1",
    "uq_reminder_rule_kind": "kind = 'quote'",
    "uq_mail_template_kind_language": "kind = 'quote', language = 'fr_CA'",
    "uq_message_message_id": WRITTEN.format("kind, to_email, language", "message_id"),
    "uq_message_token": "token = 'x'",
    "uq_note_token": "token = 'x'",
    "uq_passkey_credential_id": "credential_id = (SELECT min(credential_id) FROM passkey)",
    "uq_rendered_file_document_id_kind_language_revision": DRAWN.format(
        "document_id, payment_id, kind, revision, language", "document_id"
    ),
    "uq_rendered_file_approval_id_kind_language_revision": DRAWN.replace("(document_id", "(approval_id").format(
        "approval_id, payment_id, kind, revision, language", "approval_id"
    ),
    "uq_rendered_file_visit_id_kind_language_revision": DRAWN.format(
        "document_id, payment_id, kind, revision, language", "visit_id"
    ),
    "uq_rendered_file_payment_id_kind_language_revision": DRAWN.format(
        "document_id, payment_id, kind, revision, language", "payment_id"
    ),
    "uq_erasure_client_id_extent": "client_id = (SELECT min(client_id) FROM erasure), extent = 'whole'",
    "uq_request_ticket": "ticket = 'x'",
    "uq_role_name": "name = 'owner'",
    "uq_sent_action_key": "key = 'x'",
    "uq_tax_rate_province_code_valid_from": "province = 'QC', code = 'GST', valid_from = '2020-01-01'",
    "uq_team_name": "name = 'x'",
    "uq_user_email": "email = 'x'",
    "uq_user_fs_uniquifier": "fs_uniquifier = 'x'",
    "uq_user_fs_webauthn_user_handle": "fs_webauthn_user_handle = 'x'",
    "uq_working_hours_user_id_weekday": 'user_id = (SELECT min(id) FROM "user"), weekday = 0',
}
#: What no statement can violate alone: the primary key refuses first.
IMPLIED = {"uq_case_id_client_id"}
NOWHERE = 999_999
PICTURE = {"thumbnail": b"a", "width": 1, "height": 1}
#: Their guards refuse any UPDATE.
GUARDED = {
    *("payment", "allocation", "signature", "consent", "approval"),
    *(table.name for table in (JournalEntry.__table__, Logo.__table__, RenderedFile.__table__, SentQuote.__table__)),
}

#: One of two columns is filled: each is tried on a row that has it.
EITHER = {"calendar_feed"}


def constraints(kind: Any) -> dict[str, tuple[Table, Any]]:
    """The schema's constraints of a kind, by name, each with its table."""
    return {
        str(constraint.name): (table, constraint)
        for table in db.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, kind)
    }


FOREIGN_KEYS = constraints(ForeignKeyConstraint)


@pytest.fixture
def everything(context):
    """A database that holds something everywhere."""
    fill_everything()


def fill_everything():
    """At least two rows of every table, in the open session; no invoice is issued, so that no guard answers first."""
    owner = make_user("owner")
    for number in range(2):
        client, actor = make_client(), make_user("office").actor
        item = CatalogItem(code=f"P{number}", name_fr="Pompe", name_en="Pump")
        db.session.add_all([Team(name=f"Équipe {number}", members=[owner]), item])
        request = start("request", actor, client)
        begins = utcnow() + timedelta(hours=1)
        plan = {"starts_at": begins, "ends_at": begins + timedelta(hours=1), "person": owner}
        give("plan_assessment", request, actor, **plan)
        visit = request.assessments[0]
        visit.parts.append(PartUsed(description="Pompe", quantity=Decimal(1), item_id=None))
        fill_the_field(visit, owner, number)
        quote = convert(request, "quote", actor)
        quote.approvals.append(
            Approval(revision=1, channel=Channel.PHONE, name="Julie", address="", content="{}", sha256="", at=utcnow())
        )
        convert(quote, "job", actor, approval={"channel": "phone", "name": "Julie Tremblay"})
        invoice, other = start("invoice", actor, client), start("invoice", actor, client)
        money = {"client": client, "method": Method.CASH, "received_on": date(2026, 1, 1)}
        money |= {"user_id": owner.id, "document": quote}
        payment = Payment(amount=Decimal(1), **money)
        db.session.add(payment)
        db.session.flush()
        back = Payment(kind=EntryKind.CORRECTION, amount=Decimal(-1), against_id=payment.id, **money)
        refund = Payment(kind=EntryKind.REFUND, amount=Decimal(-1), against_id=payment.id, **money)
        told = {"issue_date": date(2026, 1, 1), "issued_at": utcnow(), "reason": "Essai", "token": str(number)}
        note = CreditNote(case=invoice.case, client=client, invoice=invoice, **told)
        db.session.add(note)
        link = make_link(db.session, quote)
        key = {"name": "Clé", "usage": "first", "public_key": b"", "lastuse_datetime": utcnow()}
        matched = {"received_on": date(2026, 1, 1), "amount": Decimal(1)}
        matched |= {"status": "matched", "payment": payment} if number else {}
        drawn = {"revision": 1, "language": "fr_CA", "data": b"%PDF", "sha256": "", "template_version": 1}
        db.session.add_all(
            [
                Logo(data=b"PNG", sha256=str(number)),
                BankTransfer(fingerprint=str(number), description="Interac", user_id=owner.id, **matched),
                RenderedFile(document_id=quote.id, kind="quote", **drawn),
                RenderedFile(payment_id=payment.id, kind="receipt", **drawn),
                RenderedFile(approval_id=quote.approvals[0].id, kind="approval", **drawn),
                Allocation(payment=payment, invoice=invoice, amount=Decimal(1), dated=date(2026, 1, 1)),
                Message(
                    kind="quote",
                    to_email="a@example.org",
                    language="fr_CA",
                    subject="",
                    body="",
                    base_url="",
                    case=quote.case,
                    document=quote,
                    link=link,
                    approval=quote.approvals[0],
                ),
                Allocation(payment=back, invoice=invoice, amount=Decimal(-1), dated=date(2026, 1, 1)),
                Note(case=request.case, body="Chien"),
                Passkey(user_id=owner.id, credential_id=bytes([number]), **key),
                IntakeCount(day=date(2026, 1, number + 1), key="x", count=1),
                IntakeUpload(nonce="x", position=number, field="photos", name="a", data=b"a", **PICTURE),
                Question(label_fr="Âge", label_en="Age", services=[Service(name_fr="Gaz", name_en="Gas")]),
                File(
                    case=request.case,
                    name="a.jpg",
                    mime="image/jpeg",
                    size=1,
                    width=1,
                    height=1,
                    sha256="",
                    content=FileContent(data=b"a", thumbnail=b"a"),
                ),
            ]
        )
        assert other.allocations == []
        db.session.flush()
        fill_the_clients_side(client, request, owner, number)
        db.session.add(refund)
        start("request", actor)
        start("quote", actor)
        run = {"kind": "clients", "name": "a.csv", "sha256": str(number), "cells": [["Nom"], ["Roy"]], "row_count": 1}
        db.session.add(ImportRun(user_id=owner.id, **run))
        db.session.add(Backup(made_at=utcnow(), size=1))
        db.session.add(SlowPage(day=date(2026, 1, number + 1), endpoint="x", count=1, worst_ms=1))
    for client in (make_client(), make_client()):
        merge = merging.merge(db.session, client.id, make_client().id, actor)
        merge.undone_by_id = owner.id
    Case.open(db.session, client, None)
    db.session.flush()


def fill_the_clients_side(client, request, owner, number):
    """What is kept of a client's pages, wishes and rights."""
    message = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    said = {"wording": "Oui", "language": "fr_CA", "given": True, "user_id": owner.id}
    db.session.add_all(
        [
            ClientMessage(case=request.case, document=request, author="Julie", body="Chien"),
            HubLink(client=client, email="a@example.org", expires_at=utcnow()),
            HubAsk(email="a@example.org", base_url=""),
            Reminder(kind="quote", key=f"quote/{number}", stage=1, client_id=client.id, message_id=message.id),
            Consent(client=client, purpose="service", source="form", **said),
            Erasure(client=client, extent="whole", user_id=owner.id, closed_at=utcnow()),
            Incident(information="Noms", circumstances="Courriel", discovered_on=date(2026, 1, 1)),
        ]
    )


def fill_the_field(visit, owner, number):
    """What planning and the field keep about a visit."""
    now, day = utcnow(), date(2026, 1, 1)
    skill = Skill(name_fr="Gaz", name_en="Gas")
    owner.skills.append(skill)
    team = Team(name=f"Fin {number}", members=[owner])
    item = ChecklistItem(text_fr="Pression", text_en="Pressure")
    series = {"document_id": visit.document_id, "first_day": day, "starts": time(8), "minutes": 60}
    db.session.add_all(
        [
            skill,
            team,
            Absence(user_id=owner.id, starts_at=now, ends_at=now + timedelta(hours=1)),
            WorkingHours(user_id=owner.id, weekday=number, starts=time(8), ends=time(17)),
            VisitSeries(rule="FREQ=YEARLY", **series),
            CalendarFeed(user_id=owner.id),
            Checklist(name_fr="Entretien", name_en="Maintenance", items=[item]),
            TimeSpan(visit_id=visit.id, user_id=owner.id, started_at=now),
            SentAction(
                key=str(number), user_id=owner.id, visit_id=visit.id, name="start", happened_at=now, answer="{}"
            ),
        ]
    )
    db.session.flush()
    service = Service(name_fr="Gaz", name_en="Gas", skill_id=skill.id)
    told = {"asked": {}, "value": "oui", "answered_at": now, "answered_by_id": owner.id}
    db.session.add_all([service, Answer(visit_id=visit.id, item_id=item.id, **told)])
    report = {"revision": 1, "language": "fr_CA", "data": b"%PDF", "sha256": "", "template_version": 1}
    db.session.add(RenderedFile(visit_id=visit.id, told_sha256="", kind="work_report", **report))
    drawn = {"name": "Julie", "data": b"PNG", "sha256": "", "signed_at": now}
    db.session.add(Signature(visit_id=visit.id, taken_by_id=owner.id, **drawn))
    db.session.add(CalendarFeed(team_id=team.id))
    device = Equipment(site_id=visit.case.site_id, service_id=service.id, installed_on=date(2021, 1, 1))
    db.session.add(EquipmentWork(equipment=device, case_id=visit.case_id))
    db.session.flush()


def refusal(statement: Any) -> str:
    """The constraint that refuses ``statement``, as the database names it."""
    point = db.session.begin_nested()
    try:
        db.session.execute(statement)
    except IntegrityError as error:
        named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        return str(named or error.orig)
    finally:
        point.rollback()
    return "nothing was refused"


def test_every_constraint_is_listed():
    named = constraints((CheckConstraint, UniqueConstraint))
    assert set(VIOLATIONS) | IMPLIED == set(named)
    assert all(name.startswith(("ck_", "uq_", "fk_")) for name in (*named, *FOREIGN_KEYS))


def test_every_choice_is_kept_within_its_enum():
    """A column that holds an enum has its CHECK: no import can write a status that no code knows."""
    checks = constraints(CheckConstraint)
    expected = {
        f"ck_{table.name}_{column.name}_known"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LabelledType)
    }
    assert expected <= set(checks)


def test_each_check_and_unique_refuses(everything):
    sqlite = db.session.get_bind().dialect.name == "sqlite"
    for name, (table, constraint) in constraints((CheckConstraint, UniqueConstraint)).items():
        if name in IMPLIED:
            continue
        change, _where, condition = VIOLATIONS[name].partition(" WHERE ")
        if name.startswith("ck_") and not condition:
            key = table.primary_key.columns.keys()[0]
            condition = f'"{key}" = (SELECT max("{key}") FROM "{table.name}")'
        update = f'UPDATE "{table.name}" SET {change} WHERE {condition or "true"}'
        said = refusal(text(VIOLATIONS[name] if change.startswith("INSERT") else update))
        if sqlite and name.startswith("uq_"):
            columns = ", ".join(f"{table.name}.{column.name}" for column in constraint.columns)
            assert said == f"UNIQUE constraint failed: {columns}", name
        else:
            assert said.removeprefix("CHECK constraint failed: ") == name


def test_each_foreign_key_refuses(everything):
    for name, (table, constraint) in FOREIGN_KEYS.items():
        column = constraint.columns[0]
        keys = list(table.primary_key.columns)
        rows = select(table).order_by(*(key.desc() for key in keys)).limit(1)
        if table.name in GUARDED or table.name in EITHER:
            rows = rows.where(column.is_not(None))
        row = db.session.execute(rows).mappings().one()
        statement = table.update().where(*(key == row[key.name] for key in keys)).values({column.name: NOWHERE})
        if table.name in GUARDED:
            values = {**row, column.name: NOWHERE}
            statement = table.insert().values({key: value for key, value in values.items() if key != "id"})
        same_column = {key for key, (_, other) in FOREIGN_KEYS.items() if column in list(other.columns)}
        assert refusal(statement) in {"FOREIGN KEY constraint failed", *same_column}, name
