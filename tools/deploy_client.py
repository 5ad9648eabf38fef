"""A client of a deployed product, as its proxy would let it through; and many of them at once."""

import http.client
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import policy
from email.parser import BytesParser
from threading import Lock, Thread
from typing import Self
from urllib.parse import urlencode, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

#: Seconds to wait for an answer, and how many are given before the plug is pulled.
PATIENCE, LOAD = 30, 30


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    location: str
    cookies: dict[str, str]


@dataclass
class Client:
    """Speaks plain HTTP to the port and says that it came over TLS, as a proxy does; a new connection each time."""

    port: int
    host: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, host: str = "") -> Answer:
        """One request; raises ``OSError`` or ``HTTPException`` where no whole answer came."""
        headers = {
            "Host": host or self.host,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.7",
            "Referer": f"https://{self.host}{path}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Connection": "close",
        }
        body = None
        if form is not None:
            body, headers["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.connect()
        except OSError as error:
            raise ConnectionRefusedError from error
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            set_cookies = response.headers.get_all("Set-Cookie") or []
            cookies = dict(cookie.split(";")[0].split("=", 1) for cookie in set_cookies)
            return Answer(response.status, text, response.headers.get("Location", ""), cookies)
        finally:
            connection.close()

    def get(self, path: str, host: str = "") -> Answer:
        """GET."""
        return self.ask("GET", path, host=host)

    def wait_until_ready(self) -> None:
        """Until ``/readyz`` says so; raises ``TimeoutError``."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if self.get("/readyz").status == http.client.OK:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.1)
        raise TimeoutError

    def sign_in(self, email: str, password: str) -> None:
        """Through the form; the cookie is kept."""
        page = self.get("/login")
        self.cookies |= page.cookies
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert token, page.text
        answer = self.ask("POST", "/login", {"csrf_token": token.group(1), "email": email, "password": password})
        assert (answer.status, answer.location) == (302, "/admin/"), answer
        assert all(name.startswith("__Host-") for name in answer.cookies)
        self.cookies |= answer.cookies

    def send_request(self, name: str) -> Answer:
        """Fill in the public form and send it; gives the receipt's page."""
        page = self.get("/")
        ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)
        assert ticket, page.text
        form = {
            "ticket": ticket.group(1),
            "name": name,
            "phone": "514 555-0198",
            "email": "julie@example.org",
            "street": "12, rue des Érables",
            "city": "Laval",
            "province": "QC",
            "postal_code": "H7L 1M3",
            "service": "1",
            "description": "Le chauffe-eau coule.",
            "urgency": "soon",
            "consent": "y",
        }
        sent = self.ask("POST", "/", form)
        assert sent.status == http.client.SEE_OTHER, (sent.status, sent.text)
        return self.get(urlsplit(sent.location).path)


class Mailbox:
    """A real SMTP server on a port of its own, which takes every message."""

    def __init__(self) -> None:
        self.messages: list[tuple[list[str], str]] = []
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's
        """Keep it, in words."""
        message = BytesParser(policy=policy.default).parsebytes(envelope.original_content or b"")
        body = message.get_body(("plain",))
        self.messages.append((envelope.rcpt_tos, body.get_content() if body else ""))
        return "250 OK"

    def wait_for(self, address: str) -> str:
        """The text of the first message to ``address``; raises ``TimeoutError``."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for recipients, text in self.messages:
                if address in recipients:
                    return text
            time.sleep(0.1)
        raise TimeoutError(address)


@dataclass
class Answers:
    """How requests ended."""

    answered: int = 0
    after_stop: int = 0
    sent: int = 0
    refused: int = 0
    lost: list[str] = field(default_factory=list)


def load(client: Client, threads: int, stop: Callable[[], None]) -> Answers:
    """Ask without pause from many threads, ``stop`` the server meanwhile, go on until it takes no connection.

    Lost is a request whose connection was taken and that got no whole answer, or an error.
    """
    answers, lock = Answers(), Lock()
    stopped: list[float] = []

    def ask_on(number: int) -> None:
        round_ = 0
        while True:
            round_ += 1
            sends = number % 2 == 0
            try:
                answer = client.send_request(f"Client {number}-{round_}") if sends else client.get("/admin/")
            except ConnectionRefusedError:
                with lock:
                    answers.refused += 1
                return
            except (OSError, http.client.HTTPException, AssertionError) as error:
                with lock:
                    answers.lost.append(f"{type(error).__name__}: {error}"[:300])
                return
            with lock:
                answers.answered += 1
                answers.sent += sends
                answers.after_stop += bool(stopped)
                if answer.status != http.client.OK:
                    answers.lost.append(str(answer.status))

    workers = [Thread(target=ask_on, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    end = time.monotonic() + PATIENCE
    while answers.answered < LOAD and time.monotonic() < end:
        time.sleep(0.05)
    stop()
    stopped.append(time.monotonic())
    for worker in workers:
        worker.join(60)
    return answers
