"""The journal in the back-office: to read and to export, nothing else."""

from flask_babel import lazy_gettext as _l

from sercom.backoffice import filters
from sercom.backoffice.listing import contains
from sercom.backoffice.view import EntityView
from sercom.core.clock import day_bounds
from sercom.core.journal import JournalEntry
from sercom.entities.journal.words import SUBJECTS, change_text, event_label


class JournalView(EntityView):
    """Who did what, when."""

    entity = "journal"
    versioned = False
    column_list = ("at", "actor_name", "event", "subject_type", "subject_label", "changes")
    column_sortable_list = ("at",)
    column_details_list = column_list
    column_formatters = {
        "event": lambda _view, _context, entry, _name: event_label(entry),
        "subject_type": lambda _view, _context, entry, _name: SUBJECTS.get(entry.subject_type, ""),
        "changes": lambda _view, _context, entry, _name: change_text(entry),
    }
    column_formatters_export = {"event": column_formatters["event"], "subject_type": column_formatters["subject_type"]}
    column_labels = {
        "at": _l("When"),
        "actor_name": _l("Who"),
        "event": _l("What"),
        "subject_type": _l("About"),
        "subject_label": _l("Which"),
        "changes": _l("Changes"),
    }
    column_filters = (
        filters.Since(JournalEntry.at, _l("From"), "from", lambda day: day_bounds(day)[0]),
        filters.Until(JournalEntry.at, _l("Until"), "until", lambda day: day_bounds(day)[1]),
    )
    search_in = (contains(JournalEntry.subject_label), contains(JournalEntry.actor_name))
