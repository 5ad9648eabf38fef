"""A client on a phone, with a mailbox: what they read there, and on the pages that the mails lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.person import Person
from tests.browser.test_pages import FOREIGN, PAIRS
from tests.mailserver import MailServer
from tests.papers import pages_of

FRENCH = dict(PAIRS)


@dataclass
class Mail:
    """A message as its reader finds it."""

    text: str
    #: Names and first pages of what is attached.
    papers: dict[str, str]

    @property
    def link(self) -> str:
        """Where it leads."""
        found = re.search(r"https?://\S+/[lc]/\S+", self.text)
        assert found, self.text
        return found[0]


@dataclass
class Client:
    """Who asks, in which language, on a phone, with a mailbox."""

    person: Person
    language: str
    post: MailServer
    name: str
    #: Addresses of the pages that mails led to: the request's, and the one of all that is theirs.
    follow: str = ""
    hub: str = ""

    @property
    def email(self) -> str:
        """Their address."""
        return f"journey-{self.language}@example.org"

    def say(self, english: str) -> str:
        """A text of the product as this client reads it; what is none stays."""
        return english if self.language == "en" else FRENCH.get(english, english)

    def reads_mail(self) -> Mail:
        """The next message, which is in their language."""
        mail: EmailMessage = self.post.next_to(self.email)
        plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None
        assert page is not None
        assert mail["Content-Language"] == f"{self.language}-CA"
        assert ("Bonjour" in plain.get_content()) is (self.language == "fr")
        assert f'lang="{self.language}-CA"' in page.get_content()
        papers = {str(part.get_filename()): pages_of(part.get_content())[0] for part in mail.iter_attachments()}
        return Mail(plain.get_content(), papers)

    def looks(self, path: str = "") -> Person:
        """Open a page, or look at the one that is open: it fits the phone, and nothing is in the other language."""
        if path:
            self.person.go(path)
        assert self.person.speaks(self.language), self.person.path
        assert not self.person.reads() & FOREIGN[self.language], self.person.path
        assert not self.person.scrolls_sideways(PHONE), self.person.path
        return self.person

    def finds(self, *texts: str) -> None:
        """Look at the own page: each of these texts stands there now; those of the product are told in English."""
        page = self.looks(self.hub)
        page.find(".hub-more").evaluate_all("(all) => all.forEach((one) => { one.open = true })")
        for text in map(self.say, texts):
            whole = re.compile(rf"(^|\W){re.escape(text)}(\W|$)")
            expect(page.find("main").get_by_text(whole).first).to_be_visible()

    def has_papers(self, mail: Mail, kind: str) -> None:
        """The French paper goes with the mail, and the English one beside it for who chose English."""
        titles = {FRENCH[kind], self.say(kind)}
        assert {name.rsplit(" ", 1)[0] for name in mail.papers} == titles
        assert all(name.rsplit(" ", 1)[0] in text for name, text in mail.papers.items())

    def paper(self, address: str) -> str:
        """The first page of a file behind the link."""
        answer = self.person.page.request.get(address)
        assert answer.ok, address
        return pages_of(answer.body())[0]
