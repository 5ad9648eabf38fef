"""Letters about an account: the link of a reset, and the news that a password was changed.

They are drawn in the language of who gets them, not of who asked.
"""

from typing import Any

from flask import render_template
from flask_babel import LazyString, force_locale
from flask_babel import lazy_gettext as _l
from flask_security.mail_util import MailUtil

from sercom.core.base import db
from sercom.entities.delivery import outbox
from sercom.entities.delivery.message import MessageKind

#: What each of Flask-Security's templates is about.
SUBJECTS: dict[str, LazyString] = {
    "security/email/reset_instructions": _l("Choose a new password"),
    "security/email/reset_notice": _l("Your password was changed"),
    "security/email/change_notice": _l("Your password was changed"),
}


class Letters(MailUtil):
    """Flask-Security's messages, through our outbox."""

    def send_mail(self, template: str, subject: Any, recipient: Any, *_rest: Any, **context: Any) -> None:
        """Draw the letter and post it, in the transaction that caused it."""
        user = context["user"]
        with force_locale(user.language.value):
            post(user, str(SUBJECTS[template]), render_template(f"{template}.txt", **context))


def post(user: Any, subject: str, body: str) -> None:
    """Hand a letter to the outbox, in the open transaction."""
    words = outbox.Words(user.language, subject, body)
    outbox.post(db.session, MessageKind.ACCOUNT, words, to=user.email)
