"""First rows: roles, the company, tax rates, services; and the guards of the journal and of what is issued"""

from datetime import date, datetime

import sqlalchemy as sa
from alembic import op

from sercom.core.guards import Guard

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLES = ("owner", "office", "technician", "accountant")
SERVICES = (
    ("Thermopompe et climatisation", "Heat pump and air conditioning"),
    ("Chauffage", "Heating"),
    ("Plomberie", "Plumbing"),
    ("Débouchage et drains", "Drains and unclogging"),
    ("Chauffe-eau", "Water heater"),
    ("Ventilation", "Ventilation"),
    ("Inspection par caméra", "Camera inspection"),
    ("Autre", "Other"),
)
#: Province, tax, thousandths of a percent, in force from.
RATES = (
    ("QC", "GST", 5000, date(2008, 1, 1)),
    ("QC", "QST", 9975, date(2013, 1, 1)),
    ("ON", "HST", 13000, date(2010, 7, 1)),
    ("NB", "HST", 15000, date(2016, 7, 1)),
    ("NL", "HST", 15000, date(2016, 7, 1)),
    ("PE", "HST", 15000, date(2016, 10, 1)),
    ("NS", "HST", 15000, date(2010, 7, 1)),
    ("NS", "HST", 14000, date(2025, 4, 1)),
    *((province, "GST", 5000, date(2008, 1, 1)) for province in ("MB", "SK", "AB", "BC", "YT", "NT", "NU")),
    ("BC", "PST", 7000, date(2013, 4, 1)),
    ("SK", "PST", 6000, date(2017, 3, 23)),
    ("MB", "RST", 7000, date(2019, 7, 1)),
)
#: Kind, language, subject, message.
MAIL_TEMPLATES = (
    (
        "request_received",
        "fr_CA",
        "Votre demande {number} est bien reçue",
        (
            "Bonjour,\n\nNous avons bien reçu votre demande. Son numéro est {number}.\n\n"
            "Suivez-la en tout temps sur cette page\u00a0:\n\n{link}\n\n"
            "Nous vous rappelons pour convenir d’un moment. Si c’est urgent, appelez-nous au {phone}.\n\n{company}"
        ),
    ),
    (
        "request_received",
        "en_CA",
        "Your request {number} was received",
        (
            "Hello,\n\nWe have received your request. Its number is {number}.\n\n"
            "Follow it at any time on this page:\n\n{link}\n\n"
            "We will call you back to agree on a time. If it is urgent, call us at {phone}.\n\n{company}"
        ),
    ),
    (
        "quote",
        "fr_CA",
        "Votre soumission {number}",
        (
            "Bonjour {client},\n\nVoici notre soumission {number}, au total de {total}, taxes comprises. "
            "Elle est valide jusqu’au {valid_until}.\n\n{link}\n\n"
            "Le document est aussi joint à ce courriel. Une question? Répondez à ce courriel ou appelez-nous au {phone}."
            "\n\nMerci,\n{company}"
        ),
    ),
    (
        "quote",
        "en_CA",
        "Your quote {number}",
        (
            "Hello {client},\n\nHere is our quote {number}, for a total of {total}, taxes included. "
            "It is valid until {valid_until}.\n\n{link}\n\n"
            "The document is attached too. A question? Reply to this e-mail or call us at {phone}."
            "\n\nThank you,\n{company}"
        ),
    ),
    (
        "invoice",
        "fr_CA",
        "Votre facture {number}",
        (
            "Bonjour {client},\n\nVoici notre facture {number}. Solde à payer\u00a0: {balance}, au plus tard le {due_date}."
            "\n\n{link}\n\nLe document est aussi joint à ce courriel. Une question? Répondez à ce courriel ou "
            "appelez-nous au {phone}.\n\nMerci de votre confiance,\n{company}"
        ),
    ),
    (
        "invoice",
        "en_CA",
        "Your invoice {number}",
        (
            "Hello {client},\n\nHere is our invoice {number}. Balance to pay: {balance}, by {due_date}."
            "\n\n{link}\n\nThe document is attached too. A question? Reply to this e-mail or call us at {phone}."
            "\n\nThank you for your trust,\n{company}"
        ),
    ),
    (
        "credit_note",
        "fr_CA",
        "Note de crédit {number}",
        (
            "Bonjour {client},\n\nVoici la note de crédit {number}, de {total}, taxes comprises. "
            "Elle corrige la facture {invoice}.\n\n{link}\n\nLe document est aussi joint à ce courriel. Une question? "
            "Répondez à ce courriel ou appelez-nous au {phone}.\n\nMerci de votre confiance,\n{company}"
        ),
    ),
    (
        "credit_note",
        "en_CA",
        "Credit note {number}",
        (
            "Hello {client},\n\nHere is credit note {number}, of {total}, taxes included. It corrects invoice {invoice}."
            "\n\n{link}\n\nThe document is attached too. A question? Reply to this e-mail or call us at {phone}."
            "\n\nThank you for your trust,\n{company}"
        ),
    ),
    (
        "on_the_way",
        "fr_CA",
        "{person} est en route",
        (
            "Bonjour {client},\n\n{person} est en route et sera chez vous entre {from} et {until}.\n\n{address}\n\n"
            "Un empêchement? Appelez-nous au {phone}.\n\nÀ tout de suite,\n{company}"
        ),
    ),
    (
        "on_the_way",
        "en_CA",
        "{person} is on the way",
        (
            "Hello {client},\n\n{person} is on the way and will be there between {from} and {until}.\n\n{address}\n\n"
            "Something came up? Call us at {phone}.\n\nSee you soon,\n{company}"
        ),
    ),
)


#: Words, path, urgency, minutes, skill, why: rules of triage to begin with.
TRIAGE = (
    (
        "fuite, fuit, coule, dégât d’eau, inondation, inondé, déborde, refoule, leak, leaking, flood, flooded, burst",
        ("called", "emergency", 120, "Plomberie"),
        ("l’eau qui coule fait plus de dégâts d’heure en heure", "running water does more damage by the hour"),
    ),
    (
        "pas de chauffage, plus de chauffage, panne de chauffage, ne chauffe plus, ne chauffe pas, no heat, not heating",
        ("called", "emergency", 120, "Chauffage"),
        ("une maison sans chauffage n’attend pas en hiver", "a home without heat cannot wait in winter"),
    ),
    (
        "entretien, nettoyage, inspection annuelle, mise au point, maintenance, tune-up, cleaning, yearly",
        ("called", None, 90, "Entretien"),
        ("un entretien a un prix connu", "maintenance has a known price"),
    ),
)

#: As they were at this revision; a test compares the database with what the code declares today.
GUARDS = (
    Guard("journal_entry", "UPDATE", "1 = 1", "the journal is append-only"),
    Guard("journal_entry", "DELETE", "1 = 1", "the journal is append-only"),
    Guard(
        "line",
        "INSERT",
        "EXISTS (SELECT 1 FROM invoice WHERE invoice.id = NEW.document_id AND invoice.status <> 'draft')",
        "an issued document is frozen",
    ),
    Guard(
        "line",
        "UPDATE",
        "(EXISTS (SELECT 1 FROM invoice WHERE invoice.id = OLD.document_id AND invoice.status <> 'draft') OR EXISTS (SELECT 1 FROM invoice WHERE invoice.id = NEW.document_id AND invoice.status <> 'draft'))",
        "an issued document is frozen",
    ),
    Guard(
        "line",
        "DELETE",
        "EXISTS (SELECT 1 FROM invoice WHERE invoice.id = OLD.document_id AND invoice.status <> 'draft')",
        "an issued document is frozen",
    ),
    Guard(
        "document_tax",
        "INSERT",
        "EXISTS (SELECT 1 FROM invoice WHERE invoice.id = NEW.document_id AND invoice.status <> 'draft')",
        "an issued document is frozen",
    ),
    Guard(
        "document_tax",
        "UPDATE",
        "(EXISTS (SELECT 1 FROM invoice WHERE invoice.id = OLD.document_id AND invoice.status <> 'draft') OR EXISTS (SELECT 1 FROM invoice WHERE invoice.id = NEW.document_id AND invoice.status <> 'draft'))",
        "an issued document is frozen",
    ),
    Guard(
        "document_tax",
        "DELETE",
        "EXISTS (SELECT 1 FROM invoice WHERE invoice.id = OLD.document_id AND invoice.status <> 'draft')",
        "an issued document is frozen",
    ),
    Guard(
        "conversion",
        "UPDATE",
        "(NEW.source_id <> OLD.source_id OR (NEW.source_id IS NULL) <> (OLD.source_id IS NULL) OR NEW.target_id <> OLD.target_id OR (NEW.target_id IS NULL) <> (OLD.target_id IS NULL) OR NEW.net <> OLD.net OR (NEW.net IS NULL) <> (OLD.net IS NULL) OR NEW.held <> OLD.held OR (NEW.held IS NULL) <> (OLD.held IS NULL)) AND EXISTS (SELECT 1 FROM invoice WHERE invoice.id = OLD.target_id AND invoice.status <> 'draft')",
        "an issued document is frozen",
    ),
    Guard(
        "invoice",
        "UPDATE",
        "NEW.status <> OLD.status AND (OLD.issue_date <= (SELECT locked_until FROM company WHERE id = 1) OR NEW.issue_date <= (SELECT locked_until FROM company WHERE id = 1))",
        "the period is closed",
        "period",
    ),
    Guard("invoice", "DELETE", "OLD.status <> 'draft'", "an issued document is frozen"),
    Guard(
        "invoice",
        "UPDATE",
        "OLD.status <> 'draft' AND (NEW.status = 'draft' OR (OLD.status = 'void' AND NEW.status <> 'void') OR (NEW.snapshot <> OLD.snapshot OR (NEW.snapshot IS NULL) <> (OLD.snapshot IS NULL) OR NEW.issue_date <> OLD.issue_date OR (NEW.issue_date IS NULL) <> (OLD.issue_date IS NULL) OR NEW.due_date <> OLD.due_date OR (NEW.due_date IS NULL) <> (OLD.due_date IS NULL) OR NEW.service_date <> OLD.service_date OR (NEW.service_date IS NULL) <> (OLD.service_date IS NULL) OR NEW.terms_days <> OLD.terms_days OR (NEW.terms_days IS NULL) <> (OLD.terms_days IS NULL) OR NEW.issued_at <> OLD.issued_at OR (NEW.issued_at IS NULL) <> (OLD.issued_at IS NULL)))",
        "an issued document is frozen",
    ),
    Guard(
        "document",
        "UPDATE",
        "(NEW.kind <> OLD.kind OR (NEW.kind IS NULL) <> (OLD.kind IS NULL) OR NEW.number <> OLD.number OR (NEW.number IS NULL) <> (OLD.number IS NULL) OR NEW.title <> OLD.title OR (NEW.title IS NULL) <> (OLD.title IS NULL) OR NEW.description <> OLD.description OR (NEW.description IS NULL) <> (OLD.description IS NULL) OR NEW.discount <> OLD.discount OR (NEW.discount IS NULL) <> (OLD.discount IS NULL) OR NEW.discount_percent <> OLD.discount_percent OR (NEW.discount_percent IS NULL) <> (OLD.discount_percent IS NULL) OR NEW.tax_province <> OLD.tax_province OR (NEW.tax_province IS NULL) <> (OLD.tax_province IS NULL) OR NEW.net <> OLD.net OR (NEW.net IS NULL) <> (OLD.net IS NULL) OR NEW.tax <> OLD.tax OR (NEW.tax IS NULL) <> (OLD.tax IS NULL) OR NEW.total <> OLD.total OR (NEW.total IS NULL) <> (OLD.total IS NULL)) AND EXISTS (SELECT 1 FROM invoice WHERE invoice.id = OLD.id AND invoice.status <> 'draft')",
        "an issued document is frozen",
    ),
    Guard(
        "line",
        "INSERT",
        "EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = NEW.document_id AND credit_note.snapshot IS NOT NULL)",
        "an issued document is frozen",
        "credited",
    ),
    Guard(
        "line",
        "UPDATE",
        "(EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = OLD.document_id AND credit_note.snapshot IS NOT NULL) OR EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = NEW.document_id AND credit_note.snapshot IS NOT NULL))",
        "an issued document is frozen",
        "credited",
    ),
    Guard(
        "line",
        "DELETE",
        "EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = OLD.document_id AND credit_note.snapshot IS NOT NULL)",
        "an issued document is frozen",
        "credited",
    ),
    Guard(
        "document_tax",
        "INSERT",
        "EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = NEW.document_id AND credit_note.snapshot IS NOT NULL)",
        "an issued document is frozen",
        "credited",
    ),
    Guard(
        "document_tax",
        "UPDATE",
        "(EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = OLD.document_id AND credit_note.snapshot IS NOT NULL) OR EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = NEW.document_id AND credit_note.snapshot IS NOT NULL))",
        "an issued document is frozen",
        "credited",
    ),
    Guard(
        "document_tax",
        "DELETE",
        "EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = OLD.document_id AND credit_note.snapshot IS NOT NULL)",
        "an issued document is frozen",
        "credited",
    ),
    Guard(
        "document",
        "UPDATE",
        "(NEW.kind <> OLD.kind OR (NEW.kind IS NULL) <> (OLD.kind IS NULL) OR NEW.number <> OLD.number OR (NEW.number IS NULL) <> (OLD.number IS NULL) OR NEW.title <> OLD.title OR (NEW.title IS NULL) <> (OLD.title IS NULL) OR NEW.description <> OLD.description OR (NEW.description IS NULL) <> (OLD.description IS NULL) OR NEW.discount <> OLD.discount OR (NEW.discount IS NULL) <> (OLD.discount IS NULL) OR NEW.discount_percent <> OLD.discount_percent OR (NEW.discount_percent IS NULL) <> (OLD.discount_percent IS NULL) OR NEW.tax_province <> OLD.tax_province OR (NEW.tax_province IS NULL) <> (OLD.tax_province IS NULL) OR NEW.net <> OLD.net OR (NEW.net IS NULL) <> (OLD.net IS NULL) OR NEW.tax <> OLD.tax OR (NEW.tax IS NULL) <> (OLD.tax IS NULL) OR NEW.total <> OLD.total OR (NEW.total IS NULL) <> (OLD.total IS NULL)) AND EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = OLD.id AND credit_note.snapshot IS NOT NULL)",
        "an issued document is frozen",
        "credited",
    ),
    Guard("credit_note", "UPDATE", "OLD.snapshot IS NOT NULL", "an issued document is frozen"),
    Guard("credit_note", "DELETE", "OLD.snapshot IS NOT NULL", "an issued document is frozen"),
    Guard(
        "credit_note",
        "INSERT",
        "NEW.issue_date <= (SELECT locked_until FROM company WHERE id = 1)",
        "the period is closed",
        "period",
    ),
    Guard(
        "payment",
        "UPDATE",
        "(NEW.kind <> OLD.kind OR (NEW.kind IS NULL) <> (OLD.kind IS NULL) OR NEW.against_id <> OLD.against_id OR (NEW.against_id IS NULL) <> (OLD.against_id IS NULL) OR NEW.document_id <> OLD.document_id OR (NEW.document_id IS NULL) <> (OLD.document_id IS NULL) OR NEW.amount <> OLD.amount OR (NEW.amount IS NULL) <> (OLD.amount IS NULL) OR NEW.method <> OLD.method OR (NEW.method IS NULL) <> (OLD.method IS NULL) OR NEW.received_on <> OLD.received_on OR (NEW.received_on IS NULL) <> (OLD.received_on IS NULL) OR NEW.reference <> OLD.reference OR (NEW.reference IS NULL) <> (OLD.reference IS NULL) OR NEW.note <> OLD.note OR (NEW.note IS NULL) <> (OLD.note IS NULL))",
        "the ledger is append-only",
    ),
    Guard("payment", "DELETE", "1 = 1", "the ledger is append-only"),
    Guard("allocation", "UPDATE", "1 = 1", "the ledger is append-only"),
    Guard("allocation", "DELETE", "1 = 1", "the ledger is append-only"),
    Guard(
        "payment",
        "INSERT",
        "NEW.received_on <= (SELECT locked_until FROM company WHERE id = 1)",
        "the period is closed",
    ),
    Guard(
        "allocation", "INSERT", "NEW.dated <= (SELECT locked_until FROM company WHERE id = 1)", "the period is closed"
    ),
    Guard("logo", "UPDATE", "1 = 1", "a logo is append-only"),
    Guard("logo", "DELETE", "1 = 1", "a logo is append-only"),
    Guard("sent_quote", "UPDATE", "1 = 1", "a sent quote is append-only"),
    Guard("sent_quote", "DELETE", "1 = 1", "a sent quote is append-only"),
    Guard("rendered_file", "UPDATE", "1 = 1", "a file that was drawn is append-only"),
    Guard("rendered_file", "DELETE", "1 = 1", "a file that was drawn is append-only"),
    Guard(
        "message",
        "UPDATE",
        "(NEW.kind <> OLD.kind OR (NEW.kind IS NULL) <> (OLD.kind IS NULL) OR NEW.to_email <> OLD.to_email OR (NEW.to_email IS NULL) <> (OLD.to_email IS NULL) OR NEW.language <> OLD.language OR (NEW.language IS NULL) <> (OLD.language IS NULL) OR NEW.subject <> OLD.subject OR (NEW.subject IS NULL) <> (OLD.subject IS NULL) OR NEW.body <> OLD.body OR (NEW.body IS NULL) <> (OLD.body IS NULL) OR NEW.base_url <> OLD.base_url OR (NEW.base_url IS NULL) <> (OLD.base_url IS NULL) OR NEW.message_id <> OLD.message_id OR (NEW.message_id IS NULL) <> (OLD.message_id IS NULL) OR NEW.created_at <> OLD.created_at OR (NEW.created_at IS NULL) <> (OLD.created_at IS NULL))",
        "a message is append-only",
    ),
    Guard("message", "DELETE", "1 = 1", "a message is append-only"),
    Guard("signature", "UPDATE", "1 = 1", "a signature is append-only"),
)


def upgrade() -> None:
    tables = sa.MetaData()
    tables.reflect(
        op.get_bind(), only=("role", "company", "service", "tax_rate", "counter", "mail_template", "triage_rule")
    )
    insert = op.bulk_insert
    insert(tables.tables["role"], [{"name": name} for name in ROLES])
    company = dict.fromkeys(("name", "street", "city", "postal_code"), "")
    company |= {"id": 1, "province": "QC", "taxes_registered": True, "quote_validity_days": 30, "version": 1}
    company |= {"interac_autodeposit": False, "cheques_accepted": True}
    moment = datetime(2026, 1, 1)  # noqa: DTZ001  # stored as naive UTC
    insert(tables.tables["company"], [company | {"updated_at": moment}])
    services = enumerate(SERVICES, start=1)
    insert(
        tables.tables["service"],
        [{"name_fr": fr, "name_en": en, "position": place, "active": True} for place, (fr, en) in services],
    )
    insert(
        tables.tables["tax_rate"],
        [{"province": p, "code": c, "percent": rate, "valid_from": day} for p, c, rate, day in RATES],
    )
    insert(
        tables.tables["mail_template"],
        [
            {"kind": kind, "language": language, "subject": subject, "body": body, "version": 1, "updated_at": moment}
            for kind, language, subject, body in MAIL_TEMPLATES
        ],
    )
    stamp = {"version": 1, "created_at": moment, "updated_at": moment}
    insert(
        tables.tables["triage_rule"],
        [
            {"position": place, "active": True, "keywords": words, "path": path, "proposed_urgency": urgency}
            | {"minutes": minutes, "skill": skill, "reason_fr": fr, "reason_en": en}
            | stamp
            for place, (words, (path, urgency, minutes, skill), (fr, en)) in enumerate(TRIAGE, start=1)
        ],
    )
    # Kept when going down: documents that stay keep their numbers, and none is given twice.
    op.execute("INSERT INTO counter SELECT 'invoice', 0 WHERE NOT EXISTS (SELECT 1 FROM counter)")
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('company', 'id'), 1)")
    for guard in GUARDS:
        for statement in guard.create(dialect):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for guard in GUARDS:
        for statement in guard.drop(dialect):
            op.execute(statement)
    op.execute("UPDATE request SET service_id = NULL, triage_rule_id = NULL")
    op.execute("UPDATE checklist SET service_id = NULL")
    for table in (
        "question_service",
        "mail_template",
        "triage_rule",
        "tax_rate",
        "service",
        "company",
        "user_role",
        "role",
    ):
        op.execute(f"DELETE FROM {table}")
