"""First rows: roles, the company, tax rates, services; and the guards of the journal and of what is issued"""

from datetime import date, datetime, time

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
            "Nous vous rappellerons pour convenir d’un moment. Si c’est urgent, appelez-nous au {phone}.\n\n{company}"
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
            "Elle est valide jusqu’au {valid_until}.\n\nPour l’approuver ou demander une modification\u00a0:\n\n{link}\n\n"
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
            "It is valid until {valid_until}.\n\nTo approve it, or to ask for a change:\n\n{link}\n\n"
            "The document is attached too. Any questions? Reply to this e-mail or call us at {phone}."
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
            "\n\n{link}\n\nThe document is attached too. Any questions? Reply to this e-mail or call us at {phone}."
            "\n\nThank you for your business,\n{company}"
        ),
    ),
    (
        "client_page",
        "fr_CA",
        "Votre espace client chez {company}",
        (
            "Bonjour {client},\n\nVoici la page qui montre tout ce que nous faisons pour vous\u00a0: vos demandes et où "
            "elles en sont, vos visites, vos soumissions, vos factures et votre solde.\n\n{link}\n\n"
            "Ce lien est personnel et valide jusqu’au {until}. Ensuite, il vous offrira d’en demander un autre. "
            "Si vous ne l’avez pas demandé, ignorez ce courriel\u00a0: personne d’autre ne l’a reçu.\n\n{company}"
        ),
    ),
    (
        "client_page",
        "en_CA",
        "Your client page at {company}",
        (
            "Hello {client},\n\nHere is the page that shows all that we do for you: your requests and where they stand, "
            "your visits, your quotes, your invoices and your balance.\n\n{link}\n\n"
            "This link is yours alone and works until {until}. After that, it lets you ask for a new one. "
            "If you did not ask for it, ignore this e-mail: nobody else received it.\n\n{company}"
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
            "\n\n{link}\n\nThe document is attached too. Any questions? Reply to this e-mail or call us at {phone}."
            "\n\nThank you for your business,\n{company}"
        ),
    ),
    (
        "receipt",
        "fr_CA",
        "Reçu {number}\u00a0: {amount}",
        (
            "Bonjour {client},\n\n{what}\n\n{details}\n\nLe reçu est joint à ce courriel. Tout se trouve aussi sur votre page"
            "\u00a0:\n\n{link}\n\nUne question? Répondez à ce courriel ou appelez-nous au {phone}."
            "\n\nMerci de votre confiance,\n{company}"
        ),
    ),
    (
        "receipt",
        "en_CA",
        "Receipt {number}: {amount}",
        (
            "Hello {client},\n\n{what}\n\n{details}\n\nThe receipt is attached. Everything is on your page too:"
            "\n\n{link}\n\nAny questions? Reply to this e-mail or call us at {phone}."
            "\n\nThank you for your business,\n{company}"
        ),
    ),
    (
        "quote_approved",
        "fr_CA",
        "Votre soumission {number} est approuvée",
        (
            "Bonjour {client},\n\nMerci de votre confiance. Voici la soumission {number} telle que vous l’avez approuvée, "
            "au total de {total}, taxes comprises\u00a0: le document signé est joint à ce courriel.\n\n{link}\n\n"
            "Nous vous appellerons pour convenir d’une date. Une question? Répondez à ce courriel ou appelez-nous au {phone}."
            "\n\n{company}"
        ),
    ),
    (
        "quote_approved",
        "en_CA",
        "Your quote {number} is approved",
        (
            "Hello {client},\n\nThank you for your business. Here is quote {number} as you approved it, "
            "for a total of {total}, taxes included: the signed document is attached.\n\n{link}\n\n"
            "We will call you to agree on a date. Any questions? Reply to this e-mail or call us at {phone}."
            "\n\n{company}"
        ),
    ),
    (
        "reply",
        "fr_CA",
        "Un message de {company} au sujet de {number}",
        (
            "Bonjour {client},\n\n{text}\n\nPour nous répondre, écrivez-nous sur votre page\u00a0:\n\n{link}\n\n"
            "Vous pouvez aussi répondre à ce courriel ou nous appeler au {phone}.\n\n{company}"
        ),
    ),
    (
        "reply",
        "en_CA",
        "A message from {company} about {number}",
        (
            "Hello {client},\n\n{text}\n\nTo answer, write to us on your page:\n\n{link}\n\n"
            "You may also reply to this e-mail or call us at {phone}.\n\n{company}"
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
    (
        "quote_reminder",
        "fr_CA",
        "Votre soumission {number} vous attend",
        (
            "Bonjour {client},\n\nNous vous avons envoyé la soumission {number} ({title}), au total de {total}, taxes comprises. "
            "Elle est valide jusqu’au {valid_until}.\n\n{link}\n\n"
            "Une question, un changement? Répondez à ce courriel ou appelez-nous au {phone}.\n\nMerci,\n{company}"
        ),
    ),
    (
        "quote_reminder",
        "en_CA",
        "Your quote {number} is waiting for you",
        (
            "Hello {client},\n\nWe sent you quote {number} ({title}), for a total of {total}, taxes included. "
            "It is valid until {valid_until}.\n\n{link}\n\n"
            "Any questions or changes? Reply to this e-mail or call us at {phone}.\n\nThank you,\n{company}"
        ),
    ),
    (
        "quote_reminder_again",
        "fr_CA",
        "Soumission {number}\u00a0: valide jusqu’au {valid_until}",
        (
            "Bonjour {client},\n\nNous n’avons pas encore de réponse à notre soumission {number} ({title}), au total de "
            "{total}, taxes comprises. Elle reste valide jusqu’au {valid_until}.\n\n{link}\n\n"
            "Si vos plans ont changé, dites-le-nous en répondant à ce courriel ou au {phone}\u00a0: nous ne vous la "
            "rappellerons plus.\n\nMerci,\n{company}"
        ),
    ),
    (
        "quote_reminder_again",
        "en_CA",
        "Quote {number}, valid until {valid_until}",
        (
            "Hello {client},\n\nWe have no answer yet to our quote {number} ({title}), for a total of {total}, taxes "
            "included. It stays valid until {valid_until}.\n\n{link}\n\n"
            "If your plans have changed, tell us by replying to this e-mail or at {phone}; we will not remind you of it "
            "again.\n\nThank you,\n{company}"
        ),
    ),
    (
        "visit_reminder",
        "fr_CA",
        "Rappel\u00a0: votre rendez-vous du {day}",
        (
            "Bonjour {client},\n\nNous serons chez vous le {day}, {time}.\n\n{address}\n\n"
            "Un empêchement? Répondez à ce courriel ou appelez-nous au {phone}.\n\nÀ bientôt,\n{company}"
        ),
    ),
    (
        "visit_reminder",
        "en_CA",
        "Reminder: your appointment on {day}",
        (
            "Hello {client},\n\nWe will be at your place on {day}, {time}.\n\n{address}\n\n"
            "Something came up? Reply to this e-mail or call us at {phone}.\n\nSee you soon,\n{company}"
        ),
    ),
    (
        "due_soon",
        "fr_CA",
        "Votre facture {number} est à payer le {due_date}",
        (
            "Bonjour {client},\n\nUn simple rappel\u00a0: le solde de {balance} de la facture {number} est à payer au plus tard le "
            "{due_date}.\n\n{link}\n\n"
            "Si le paiement est déjà en route, ne tenez pas compte de ce courriel.\n\nMerci de votre confiance,\n{company}\n{phone}"
        ),
    ),
    (
        "due_soon",
        "en_CA",
        "Your invoice {number} is due on {due_date}",
        (
            "Hello {client},\n\nA simple reminder: the balance of {balance} of invoice {number} is due by {due_date}."
            "\n\n{link}\n\n"
            "If your payment is on its way, please disregard this e-mail.\n\nThank you for your business,\n{company}\n{phone}"
        ),
    ),
    (
        "overdue",
        "fr_CA",
        "Votre facture {number} est en souffrance",
        (
            "Bonjour {client},\n\nSauf erreur, le solde de {balance} de la facture {number}, à payer le {due_date}, "
            "ne nous est pas parvenu.\n\n{link}\n\n"
            "Si le paiement est déjà en route, ne tenez pas compte de ce courriel. Une difficulté? Appelez-nous au {phone}"
            "\u00a0: nous trouverons une solution.\n\nMerci,\n{company}"
        ),
    ),
    (
        "overdue",
        "en_CA",
        "Your invoice {number} was due on {due_date}",
        (
            "Hello {client},\n\nUnless we are mistaken, the balance of {balance} of invoice {number}, due on {due_date}, "
            "has not reached us.\n\n{link}\n\n"
            "If your payment is on its way, please disregard this e-mail. In difficulty? Call us at {phone}"
            "; we will find a solution.\n\nThank you,\n{company}"
        ),
    ),
    (
        "overdue_again",
        "fr_CA",
        "Facture {number}\u00a0: {balance} en souffrance depuis {days} jours",
        (
            "Bonjour {client},\n\nMalgré notre rappel, la facture {number} reste impayée. Son solde de {balance} était à payer "
            "le {due_date}, il y a {days} jours.\n\n{link}\n\n"
            "Veuillez la régler sans tarder, ou nous appeler au {phone} pour convenir d’un arrangement.\n\n{company}"
        ),
    ),
    (
        "overdue_again",
        "en_CA",
        "Your invoice {number} is still unpaid, {days} days after {due_date}",
        (
            "Hello {client},\n\nDespite our reminder, invoice {number} is still unpaid. Its balance of {balance} was due "
            "on {due_date}, {days} days ago.\n\n{link}\n\n"
            "Please settle it without delay, or call us at {phone} to agree on an arrangement.\n\n{company}"
        ),
    ),
    (
        "review",
        "fr_CA",
        "Êtes-vous satisfait de nos travaux?",
        (
            "Bonjour {client},\n\nNous avons terminé les travaux suivants chez vous\u00a0: {title}. Votre avis nous aide à nous améliorer, "
            "et aide d’autres personnes à choisir.\n\n{page}\n\n"
            "Quelque chose ne va pas? Dites-le-nous d’abord au {phone}.\n\nMerci,\n{company}"
        ),
    ),
    (
        "review",
        "en_CA",
        "How did we do?",
        (
            "Hello {client},\n\nWe have finished this work at your place: {title}. Your opinion helps us do better, "
            "and helps others choose.\n\n{page}\n\n"
            "Is something not right? Tell us first at {phone}.\n\nThank you,\n{company}"
        ),
    ),
    (
        "maintenance",
        "fr_CA",
        "Le temps de l’entretien\u00a0: {what}",
        (
            "Bonjour {client},\n\nLe prochain entretien est à prévoir vers {day}\u00a0: {what}.\n\n{address}\n\n"
            "Choisissez votre moment ici\u00a0:\n\n{page}\n\nou appelez-nous au {phone}.\n\nÀ bientôt,\n{company}"
        ),
    ),
    (
        "maintenance",
        "en_CA",
        "Time for maintenance: {what}",
        (
            "Hello {client},\n\nThe next maintenance should take place around {day}: {what}.\n\n{address}\n\n"
            "Choose your time here:\n\n{page}\n\nor call us at {phone}.\n\nSee you soon,\n{company}"
        ),
    ),
)


REMINDED = ("reminder_settings", "reminder_rule")
#: Kind of reminder, days before or after: all are off until somebody switches them on.
REMINDERS = (
    ("quote", "3, 10"),
    ("visit", "1"),
    ("due_soon", "3"),
    ("overdue", "3, 10, 21"),
    ("review", "3"),
    ("maintenance", "14"),
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
    Guard(
        "journal_entry",
        "UPDATE",
        "(1 = 1) AND ((NEW.id <> OLD.id OR (NEW.id IS NULL) <> (OLD.id IS NULL) OR NEW.at <> OLD.at OR (NEW.at IS NULL) <> (OLD.at IS NULL) OR NEW.user_id <> OLD.user_id OR (NEW.user_id IS NULL) <> (OLD.user_id IS NULL) OR NEW.event <> OLD.event OR (NEW.event IS NULL) <> (OLD.event IS NULL) OR NEW.subject_type <> OLD.subject_type OR (NEW.subject_type IS NULL) <> (OLD.subject_type IS NULL) OR NEW.subject_id <> OLD.subject_id OR (NEW.subject_id IS NULL) <> (OLD.subject_id IS NULL) OR NEW.case_id <> OLD.case_id OR (NEW.case_id IS NULL) <> (OLD.case_id IS NULL)) OR NOT EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL))",
        "the journal is append-only",
    ),
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
        "((EXISTS (SELECT 1 FROM invoice WHERE invoice.id = OLD.document_id AND invoice.status <> 'draft') OR EXISTS (SELECT 1 FROM invoice WHERE invoice.id = NEW.document_id AND invoice.status <> 'draft'))) AND ((NEW.document_id <> OLD.document_id OR (NEW.document_id IS NULL) <> (OLD.document_id IS NULL) OR NEW.source_line_id <> OLD.source_line_id OR (NEW.source_line_id IS NULL) <> (OLD.source_line_id IS NULL) OR NEW.source_document_id <> OLD.source_document_id OR (NEW.source_document_id IS NULL) <> (OLD.source_document_id IS NULL) OR NEW.position <> OLD.position OR (NEW.position IS NULL) <> (OLD.position IS NULL) OR NEW.kind <> OLD.kind OR (NEW.kind IS NULL) <> (OLD.kind IS NULL) OR NEW.quantity <> OLD.quantity OR (NEW.quantity IS NULL) <> (OLD.quantity IS NULL) OR NEW.unit_price <> OLD.unit_price OR (NEW.unit_price IS NULL) <> (OLD.unit_price IS NULL) OR NEW.discount <> OLD.discount OR (NEW.discount IS NULL) <> (OLD.discount IS NULL) OR NEW.discount_percent <> OLD.discount_percent OR (NEW.discount_percent IS NULL) <> (OLD.discount_percent IS NULL) OR NEW.tax_status <> OLD.tax_status OR (NEW.tax_status IS NULL) <> (OLD.tax_status IS NULL) OR NEW.accepted <> OLD.accepted OR (NEW.accepted IS NULL) <> (OLD.accepted IS NULL) OR NEW.optional <> OLD.optional OR (NEW.optional IS NULL) <> (OLD.optional IS NULL) OR NEW.holdback <> OLD.holdback OR (NEW.holdback IS NULL) <> (OLD.holdback IS NULL)) OR NOT EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL))",
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
        "OLD.status <> 'draft' AND (NEW.status = 'draft' OR (OLD.status = 'void' AND NEW.status <> 'void') OR (NEW.issue_date <> OLD.issue_date OR (NEW.issue_date IS NULL) <> (OLD.issue_date IS NULL) OR NEW.due_date <> OLD.due_date OR (NEW.due_date IS NULL) <> (OLD.due_date IS NULL) OR NEW.service_date <> OLD.service_date OR (NEW.service_date IS NULL) <> (OLD.service_date IS NULL) OR NEW.terms_days <> OLD.terms_days OR (NEW.terms_days IS NULL) <> (OLD.terms_days IS NULL) OR NEW.issued_at <> OLD.issued_at OR (NEW.issued_at IS NULL) <> (OLD.issued_at IS NULL)))",
        "an issued document is frozen",
    ),
    Guard(
        "invoice",
        "UPDATE",
        "(OLD.status <> 'draft' AND (NEW.snapshot <> OLD.snapshot OR (NEW.snapshot IS NULL) <> (OLD.snapshot IS NULL))) AND (NOT EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL))",
        "an issued document is frozen",
        "words",
    ),
    Guard(
        "document",
        "UPDATE",
        "((NEW.kind <> OLD.kind OR (NEW.kind IS NULL) <> (OLD.kind IS NULL) OR NEW.number <> OLD.number OR (NEW.number IS NULL) <> (OLD.number IS NULL) OR NEW.title <> OLD.title OR (NEW.title IS NULL) <> (OLD.title IS NULL) OR NEW.description <> OLD.description OR (NEW.description IS NULL) <> (OLD.description IS NULL) OR NEW.discount <> OLD.discount OR (NEW.discount IS NULL) <> (OLD.discount IS NULL) OR NEW.discount_percent <> OLD.discount_percent OR (NEW.discount_percent IS NULL) <> (OLD.discount_percent IS NULL) OR NEW.tax_province <> OLD.tax_province OR (NEW.tax_province IS NULL) <> (OLD.tax_province IS NULL) OR NEW.net <> OLD.net OR (NEW.net IS NULL) <> (OLD.net IS NULL) OR NEW.tax <> OLD.tax OR (NEW.tax IS NULL) <> (OLD.tax IS NULL) OR NEW.total <> OLD.total OR (NEW.total IS NULL) <> (OLD.total IS NULL)) AND EXISTS (SELECT 1 FROM invoice WHERE invoice.id = OLD.id AND invoice.status <> 'draft')) AND ((NEW.kind <> OLD.kind OR (NEW.kind IS NULL) <> (OLD.kind IS NULL) OR NEW.number <> OLD.number OR (NEW.number IS NULL) <> (OLD.number IS NULL) OR NEW.discount <> OLD.discount OR (NEW.discount IS NULL) <> (OLD.discount IS NULL) OR NEW.discount_percent <> OLD.discount_percent OR (NEW.discount_percent IS NULL) <> (OLD.discount_percent IS NULL) OR NEW.tax_province <> OLD.tax_province OR (NEW.tax_province IS NULL) <> (OLD.tax_province IS NULL) OR NEW.net <> OLD.net OR (NEW.net IS NULL) <> (OLD.net IS NULL) OR NEW.tax <> OLD.tax OR (NEW.tax IS NULL) <> (OLD.tax IS NULL) OR NEW.total <> OLD.total OR (NEW.total IS NULL) <> (OLD.total IS NULL)) OR NOT EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL))",
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
        "((EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = OLD.document_id AND credit_note.snapshot IS NOT NULL) OR EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = NEW.document_id AND credit_note.snapshot IS NOT NULL))) AND ((NEW.document_id <> OLD.document_id OR (NEW.document_id IS NULL) <> (OLD.document_id IS NULL) OR NEW.source_line_id <> OLD.source_line_id OR (NEW.source_line_id IS NULL) <> (OLD.source_line_id IS NULL) OR NEW.source_document_id <> OLD.source_document_id OR (NEW.source_document_id IS NULL) <> (OLD.source_document_id IS NULL) OR NEW.position <> OLD.position OR (NEW.position IS NULL) <> (OLD.position IS NULL) OR NEW.kind <> OLD.kind OR (NEW.kind IS NULL) <> (OLD.kind IS NULL) OR NEW.quantity <> OLD.quantity OR (NEW.quantity IS NULL) <> (OLD.quantity IS NULL) OR NEW.unit_price <> OLD.unit_price OR (NEW.unit_price IS NULL) <> (OLD.unit_price IS NULL) OR NEW.discount <> OLD.discount OR (NEW.discount IS NULL) <> (OLD.discount IS NULL) OR NEW.discount_percent <> OLD.discount_percent OR (NEW.discount_percent IS NULL) <> (OLD.discount_percent IS NULL) OR NEW.tax_status <> OLD.tax_status OR (NEW.tax_status IS NULL) <> (OLD.tax_status IS NULL) OR NEW.accepted <> OLD.accepted OR (NEW.accepted IS NULL) <> (OLD.accepted IS NULL) OR NEW.optional <> OLD.optional OR (NEW.optional IS NULL) <> (OLD.optional IS NULL) OR NEW.holdback <> OLD.holdback OR (NEW.holdback IS NULL) <> (OLD.holdback IS NULL)) OR NOT EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL))",
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
        "((NEW.kind <> OLD.kind OR (NEW.kind IS NULL) <> (OLD.kind IS NULL) OR NEW.number <> OLD.number OR (NEW.number IS NULL) <> (OLD.number IS NULL) OR NEW.title <> OLD.title OR (NEW.title IS NULL) <> (OLD.title IS NULL) OR NEW.description <> OLD.description OR (NEW.description IS NULL) <> (OLD.description IS NULL) OR NEW.discount <> OLD.discount OR (NEW.discount IS NULL) <> (OLD.discount IS NULL) OR NEW.discount_percent <> OLD.discount_percent OR (NEW.discount_percent IS NULL) <> (OLD.discount_percent IS NULL) OR NEW.tax_province <> OLD.tax_province OR (NEW.tax_province IS NULL) <> (OLD.tax_province IS NULL) OR NEW.net <> OLD.net OR (NEW.net IS NULL) <> (OLD.net IS NULL) OR NEW.tax <> OLD.tax OR (NEW.tax IS NULL) <> (OLD.tax IS NULL) OR NEW.total <> OLD.total OR (NEW.total IS NULL) <> (OLD.total IS NULL)) AND EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = OLD.id AND credit_note.snapshot IS NOT NULL)) AND ((NEW.kind <> OLD.kind OR (NEW.kind IS NULL) <> (OLD.kind IS NULL) OR NEW.number <> OLD.number OR (NEW.number IS NULL) <> (OLD.number IS NULL) OR NEW.discount <> OLD.discount OR (NEW.discount IS NULL) <> (OLD.discount IS NULL) OR NEW.discount_percent <> OLD.discount_percent OR (NEW.discount_percent IS NULL) <> (OLD.discount_percent IS NULL) OR NEW.tax_province <> OLD.tax_province OR (NEW.tax_province IS NULL) <> (OLD.tax_province IS NULL) OR NEW.net <> OLD.net OR (NEW.net IS NULL) <> (OLD.net IS NULL) OR NEW.tax <> OLD.tax OR (NEW.tax IS NULL) <> (OLD.tax IS NULL) OR NEW.total <> OLD.total OR (NEW.total IS NULL) <> (OLD.total IS NULL)) OR NOT EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL))",
        "an issued document is frozen",
        "credited",
    ),
    Guard(
        "credit_note",
        "UPDATE",
        "(OLD.snapshot IS NOT NULL) AND ((NEW.id <> OLD.id OR (NEW.id IS NULL) <> (OLD.id IS NULL) OR NEW.status <> OLD.status OR (NEW.status IS NULL) <> (OLD.status IS NULL) OR NEW.invoice_id <> OLD.invoice_id OR (NEW.invoice_id IS NULL) <> (OLD.invoice_id IS NULL) OR NEW.issue_date <> OLD.issue_date OR (NEW.issue_date IS NULL) <> (OLD.issue_date IS NULL) OR NEW.issued_at <> OLD.issued_at OR (NEW.issued_at IS NULL) <> (OLD.issued_at IS NULL) OR NEW.token <> OLD.token OR (NEW.token IS NULL) <> (OLD.token IS NULL)) OR NOT EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL))",
        "an issued document is frozen",
    ),
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
        "(NEW.kind <> OLD.kind OR (NEW.kind IS NULL) <> (OLD.kind IS NULL) OR NEW.against_id <> OLD.against_id OR (NEW.against_id IS NULL) <> (OLD.against_id IS NULL) OR NEW.document_id <> OLD.document_id OR (NEW.document_id IS NULL) <> (OLD.document_id IS NULL) OR NEW.amount <> OLD.amount OR (NEW.amount IS NULL) <> (OLD.amount IS NULL) OR NEW.method <> OLD.method OR (NEW.method IS NULL) <> (OLD.method IS NULL) OR NEW.received_on <> OLD.received_on OR (NEW.received_on IS NULL) <> (OLD.received_on IS NULL))",
        "the ledger is append-only",
    ),
    Guard(
        "payment",
        "UPDATE",
        "((NEW.reference <> OLD.reference OR (NEW.reference IS NULL) <> (OLD.reference IS NULL) OR NEW.note <> OLD.note OR (NEW.note IS NULL) <> (OLD.note IS NULL))) AND (NOT EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL))",
        "the ledger is append-only",
        "words",
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
    Guard(
        "sent_quote",
        "UPDATE",
        "(1 = 1) AND ((NEW.quote_id <> OLD.quote_id OR (NEW.quote_id IS NULL) <> (OLD.quote_id IS NULL) OR NEW.revision <> OLD.revision OR (NEW.revision IS NULL) <> (OLD.revision IS NULL) OR NEW.at <> OLD.at OR (NEW.at IS NULL) <> (OLD.at IS NULL)) OR NOT EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL))",
        "a sent quote is append-only",
    ),
    Guard("sent_quote", "DELETE", "1 = 1", "a sent quote is append-only"),
    Guard("rendered_file", "UPDATE", "1 = 1", "a file that was drawn is append-only"),
    Guard(
        "rendered_file",
        "DELETE",
        "(1 = 1) AND (NOT EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL))",
        "a file that was drawn is append-only",
    ),
    Guard(
        "message",
        "UPDATE",
        "(NEW.kind <> OLD.kind OR (NEW.kind IS NULL) <> (OLD.kind IS NULL) OR NEW.to_email <> OLD.to_email OR (NEW.to_email IS NULL) <> (OLD.to_email IS NULL) OR NEW.language <> OLD.language OR (NEW.language IS NULL) <> (OLD.language IS NULL) OR NEW.subject <> OLD.subject OR (NEW.subject IS NULL) <> (OLD.subject IS NULL) OR NEW.body <> OLD.body OR (NEW.body IS NULL) <> (OLD.body IS NULL) OR NEW.base_url <> OLD.base_url OR (NEW.base_url IS NULL) <> (OLD.base_url IS NULL) OR NEW.message_id <> OLD.message_id OR (NEW.message_id IS NULL) <> (OLD.message_id IS NULL) OR NEW.created_at <> OLD.created_at OR (NEW.created_at IS NULL) <> (OLD.created_at IS NULL))",
        "a message is append-only",
    ),
    Guard(
        "message",
        "DELETE",
        "(1 = 1) AND (NOT EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL))",
        "a message is append-only",
    ),
    Guard("signature", "UPDATE", "1 = 1", "a signature is append-only"),
    Guard(
        "consent",
        "UPDATE",
        "(NEW.purpose <> OLD.purpose OR (NEW.purpose IS NULL) <> (OLD.purpose IS NULL) OR NEW.given <> OLD.given OR (NEW.given IS NULL) <> (OLD.given IS NULL) OR NEW.version <> OLD.version OR (NEW.version IS NULL) <> (OLD.version IS NULL) OR NEW.wording <> OLD.wording OR (NEW.wording IS NULL) <> (OLD.wording IS NULL) OR NEW.language <> OLD.language OR (NEW.language IS NULL) <> (OLD.language IS NULL) OR NEW.source <> OLD.source OR (NEW.source IS NULL) <> (OLD.source IS NULL) OR NEW.user_id <> OLD.user_id OR (NEW.user_id IS NULL) <> (OLD.user_id IS NULL) OR NEW.at <> OLD.at OR (NEW.at IS NULL) <> (OLD.at IS NULL))",
        "a consent is append-only",
    ),
    Guard("consent", "DELETE", "1 = 1", "a consent is append-only"),
    Guard(
        "approval",
        "UPDATE",
        "((NEW.name <> OLD.name OR (NEW.name IS NULL) <> (OLD.name IS NULL) OR NEW.address <> OLD.address OR (NEW.address IS NULL) <> (OLD.address IS NULL) OR NEW.content <> OLD.content OR (NEW.content IS NULL) <> (OLD.content IS NULL) OR NEW.sha256 <> OLD.sha256 OR (NEW.sha256 IS NULL) <> (OLD.sha256 IS NULL) OR NEW.typed <> OLD.typed OR (NEW.typed IS NULL) <> (OLD.typed IS NULL) OR NEW.drawing_sha256 <> OLD.drawing_sha256 OR (NEW.drawing_sha256 IS NULL) <> (OLD.drawing_sha256 IS NULL) OR NEW.drawing <> OLD.drawing OR (NEW.drawing IS NULL) <> (OLD.drawing IS NULL) OR NEW.paper <> OLD.paper OR (NEW.paper IS NULL) <> (OLD.paper IS NULL) OR NEW.quote_id <> OLD.quote_id OR (NEW.quote_id IS NULL) <> (OLD.quote_id IS NULL) OR NEW.revision <> OLD.revision OR (NEW.revision IS NULL) <> (OLD.revision IS NULL) OR NEW.channel <> OLD.channel OR (NEW.channel IS NULL) <> (OLD.channel IS NULL) OR NEW.recorded_by_id <> OLD.recorded_by_id OR (NEW.recorded_by_id IS NULL) <> (OLD.recorded_by_id IS NULL) OR NEW.at <> OLD.at OR (NEW.at IS NULL) <> (OLD.at IS NULL))) AND ((NEW.quote_id <> OLD.quote_id OR (NEW.quote_id IS NULL) <> (OLD.quote_id IS NULL) OR NEW.revision <> OLD.revision OR (NEW.revision IS NULL) <> (OLD.revision IS NULL) OR NEW.channel <> OLD.channel OR (NEW.channel IS NULL) <> (OLD.channel IS NULL) OR NEW.recorded_by_id <> OLD.recorded_by_id OR (NEW.recorded_by_id IS NULL) <> (OLD.recorded_by_id IS NULL) OR NEW.at <> OLD.at OR (NEW.at IS NULL) <> (OLD.at IS NULL)) OR NOT EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL))",
        "an approval is frozen",
    ),
    Guard(
        "note",
        "UPDATE",
        "(NEW.shown_to_client <> OLD.shown_to_client OR (NEW.shown_to_client IS NULL) <> (OLD.shown_to_client IS NULL))",
        "a note is internal or shown to the client for ever",
    ),
)


def upgrade() -> None:
    tables = sa.MetaData()
    tables.reflect(
        op.get_bind(),
        only=("role", "company", "service", "tax_rate", "counter", "mail_template", "triage_rule", *REMINDED),
    )
    insert = op.bulk_insert
    insert(tables.tables["role"], [{"name": name} for name in ROLES])
    company = dict.fromkeys(("name", "street", "city", "postal_code"), "")
    company |= {"id": 1, "province": "QC", "taxes_registered": True, "quote_validity_days": 30, "version": 1}
    company |= {
        "interac_autodeposit": False,
        "cheques_accepted": True,
        "receipts_mailed": True,
        "approval_starts_job": False,
    }
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
    insert(tables.tables["reminder_rule"], [{"kind": kind, "active": False, "days": days} for kind, days in REMINDERS])
    insert(
        tables.tables["reminder_settings"],
        [
            {"id": 1, "quiet_from": time(20), "quiet_until": time(8), "implied_consent": False}
            | {"version": 1, "updated_at": moment}
        ],
    )
    # Kept when going down: documents that stay keep their numbers, and none is given twice.
    op.execute("INSERT INTO counter SELECT 'invoice', 0 WHERE NOT EXISTS (SELECT 1 FROM counter)")
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('company', 'id'), 1)")
        op.execute("SELECT setval(pg_get_serial_sequence('reminder_settings', 'id'), 1)")
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
    op.execute("UPDATE equipment SET service_id = NULL")
    for table in (
        "question_service",
        *REMINDED,
        "mail_template",
        "triage_rule",
        "tax_rate",
        "service",
        "company",
        "user_role",
        "role",
    ):
        op.execute(f"DELETE FROM {table}")
