"""A real SMTP server on this machine, which takes mail or refuses it in each way that servers do."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope


@dataclass
class MailServer:
    """What it received, and how it behaves: a reply by command (``RCPT``, ``DATA``), ``slow``, or ``dies``."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    slow: float = 0
    dies: bool = False
    _arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Its address as ``SMTP_URL`` wants it."""
        return f"smtp://127.0.0.1:{self.port}"

    def wait(self, count: int, seconds: float = 15) -> None:
        """Until so many messages are there."""
        ends = time.monotonic() + seconds
        while len(self.received) < count:
            self._arrived.clear()
            assert self._arrived.wait(ends - time.monotonic()), f"{len(self.received)} of {count} messages came"

    def next_to(self, address: str, seconds: float = 30) -> EmailMessage:
        """The first message to ``address`` that nobody took out of its mailbox yet; it is waited for."""
        ends = time.monotonic() + seconds
        while True:
            self._arrived.clear()
            found = next((mail for mail in self.received if mail["To"] == address), None)
            if found is not None:
                self.received.remove(found)
                return found
            assert self._arrived.wait(ends - time.monotonic()), f"no message came to {address}"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, *_rest: Any
    ) -> str:
        """Take the recipient, or not."""
        envelope.rcpt_tos.append(address)
        return self.replies.get("RCPT", "250 OK")

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Any, envelope: Envelope
    ) -> str:
        """Take the message; then perhaps end without a word."""
        if self.slow:
            await asyncio.sleep(self.slow)
        if "DATA" in self.replies:
            return self.replies["DATA"]
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        self._arrived.set()
        if self.dies:
            server.transport.abort()
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        server = MailServer(probe.getsockname()[1])
    controller = Controller(server, hostname="127.0.0.1", port=server.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
