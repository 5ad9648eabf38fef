"""The way to the mail server: one message, and what its refusal means."""

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from sercom.entities.delivery.message import Failure

TIMEOUT_SECONDS = 20
SUBMISSION, SUBMISSIONS, PERMANENT = 587, 465, 500


class SendError(Exception):
    """The message did not leave, or nobody knows whether it did. ``final``: trying again changes nothing."""

    def __init__(self, failure: Failure, reply: str = "", *, final: bool = False) -> None:
        super().__init__(failure.value)
        self.failure, self.reply, self.final = failure, reply[:300], final


@dataclass(frozen=True)
class Server:
    """A mail server: ``smtp://user:password@host:587`` (STARTTLS where offered) or ``smtps://…:465``."""

    host: str
    port: int
    user: str
    password: str
    tls: bool

    @classmethod
    def read(cls, url: str) -> "Server":
        """The server of an ``SMTP_URL``; raises ``ValueError`` for what is none."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            msg = "SMTP_URL looks like smtp://user:password@host:587 or smtps://user:password@host:465"
            raise ValueError(msg)
        tls = parts.scheme == "smtps"
        port = parts.port or (SUBMISSIONS if tls else SUBMISSION)
        return cls(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), tls)

    @property
    def is_local(self) -> bool:
        """Whether nothing leaves this machine on the way."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def send(server: Server, message: EmailMessage) -> None:
    """Hand ``message`` over; raises ``SendError``.

    A password goes over TLS only, save to this machine itself.
    """
    try:
        with contextlib.ExitStack() as stack:
            connection = _open(server)
            stack.callback(connection.close)
            _sign_in(connection, server)
            connection.send_message(message)
            with contextlib.suppress(smtplib.SMTPException, OSError):
                connection.quit()  # the message is theirs already
    except SendError:
        raise
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()))
        raise _refusal(code, reply) from error
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:  # an address beyond ASCII, and a server that knows none
        raise SendError(Failure.REFUSED, str(error), final=True) from error
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused) as error:
        raise SendError(Failure.SIGN_IN, _words(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPResponseException as error:
        raise SendError(Failure.LATER, _words(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPServerDisconnected as error:
        raise SendError(Failure.CUT, str(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise SendError(Failure.UNREACHABLE, str(error)) from error


def _open(server: Server) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if server.tls:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=trusted)
    connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    connection.ehlo_or_helo_if_needed()
    if connection.has_extn("starttls"):
        connection.starttls(context=trusted)
        connection.ehlo()
    elif server.user and not server.is_local:
        connection.close()
        raise SendError(Failure.SIGN_IN, "STARTTLS?")
    return connection


def _sign_in(connection: smtplib.SMTP, server: Server) -> None:
    if server.user:
        connection.login(server.user, server.password)


def _refusal(code: int, reply: bytes | str) -> SendError:
    final = code >= PERMANENT
    return SendError(Failure.REFUSED if final else Failure.LATER, _words(code, reply), final=final)


def _words(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(text.split())}"
