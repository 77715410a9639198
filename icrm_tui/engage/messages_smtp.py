"""The way to the mail server: the settings that name it, one connection, and what its answers mean.

Nothing here is reached before somebody set a server up. The secret is in no error and in no answer that is kept.
"""

import base64
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from icrm_tui import addresses, config, secret
from icrm_tui.addresses import Address
from icrm_tui.engage.messages_rules import compose, harmless, stuffed, wire
from icrm_tui.errors import IcrmError, Refused

PORTS = {"starttls": 587, "tls": 465, "none": 25}
PATIENCE = 30  # seconds for any one answer
LOCAL = ("localhost", "127.0.0.1", "::1")
BUSY = 421  # the server is about to close the connection


class Server(NamedTuple):
    host: str
    port: int
    tls: str
    user: str
    secret: str  # where it lies
    sender: Address


class Answer(NamedTuple):
    """What became of a message: sent, later, failed or unknown; in the server's words. `over`: it takes no more now."""

    state: str
    words: str
    over: bool = False


class Down(IcrmError):
    """The server cannot be used at the moment, or not like this."""


def set_up() -> bool:
    """Whether somebody named a server, be it rightly or not."""
    return bool(config.load().get("mail_host"))


def server() -> Server | None:
    """As set up; None where nobody did."""
    kept = config.load()
    if not kept.get("mail_host"):
        return None
    sender = addresses.read(kept.get("mail_from", ""))
    if sender is None:
        raise Refused("mail-no-sender")
    tls, host, user = kept.get("mail_tls", "starttls"), kept["mail_host"], kept.get("mail_user", "")
    if tls == "none" and user and host not in LOCAL:
        raise Refused("mail-bare", host=host)
    port = int(kept.get("mail_port") or PORTS[tls])
    return Server(host, port, tls, user, kept.get("mail_secret", ""), sender)


class Line:
    """One connection, for one message after the other."""

    def __init__(self, smtp: smtplib.SMTP, sender: Address, confidential: tuple[str, ...]) -> None:
        self.smtp = smtp
        self.sender = sender
        self.confidential = confidential

    def deliver(self, row: dict[str, Any], now: Any) -> Answer:
        """Hand one message over. Until its last line is out it has not gone; after that only an answer tells."""
        data = compose(row, self.sender, now)
        try:
            refused = self._announce(wire(row["address"]))
            if refused:
                return refused
            self.smtp.send(stuffed(data))
        except (OSError, ValueError) as error:
            return Answer("later", self._said(error), over=True)
        try:
            self.smtp.send(b".\r\n")
            code, words = self.smtp.getreply()
        except (OSError, ValueError) as error:
            return Answer("unknown", self._said(error), over=True)
        if 200 <= code < 300:
            return Answer("sent", self._words(code, words))
        return self._refusal(code, words)

    def _announce(self, to: str) -> Answer | None:
        """Sender, receiver and that a message follows; the answer where one of them is refused."""
        options = []
        if not to.isascii():
            if not self.smtp.has_extn("smtputf8"):
                return Answer("failed", "SMTPUTF8")
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        code, words = self.smtp.mail(wire(self.sender.address), options)
        if not 200 <= code < 300:  # no message of ours is taken
            return Answer("later", self._words(code, words), over=True)
        code, words = self.smtp.rcpt(to)
        if code not in (250, 251):
            return self._refusal(code, words)
        code, words = self.smtp.docmd("DATA")
        return None if code == 354 else self._refusal(code, words)

    def _refusal(self, code: int, words: bytes) -> Answer:
        answer = Answer("failed" if 500 <= code < 600 else "later", self._words(code, words), code == BUSY or code < 0)
        if not answer.over:
            try:
                self.smtp.rset()
            except OSError:
                return answer._replace(over=True)
        return answer

    def _words(self, code: int, words: bytes) -> str:
        return harmless(f"{code} {words.decode('utf-8', 'replace')}", self.confidential)

    def _said(self, error: Exception) -> str:
        return harmless(_words_of(error), self.confidential)


@contextmanager
def connected(to: Server) -> Iterator[Line]:
    """A line to the server, encrypted and logged in as its settings ask; Down says why there is none."""
    password = secret.read(to.secret, to.user) if to.user else ""
    confidential = _forms(to.user, password)
    try:
        smtp = _open(to)
    except (OSError, ValueError) as error:
        raise Down("mail-down", host=to.host, words=harmless(_words_of(error), confidential)) from None
    try:
        try:
            if password:
                smtp.login(to.user, password)
        except (OSError, ValueError) as error:  # whose message may hold what was said in confidence
            raise Down("mail-login", host=to.host, words=harmless(_words_of(error), confidential)) from None
        if smtp.sock is not None:  # the last dot goes out at once: it does not wait for what went before to be read
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield Line(smtp, to.sender, confidential)
    finally:
        with suppress(OSError, ValueError):
            smtp.quit()
        smtp.close()


def _open(to: Server) -> smtplib.SMTP:
    name = socket.gethostname()
    own = name if "." in name and name.isascii() else "[127.0.0.1]"  # asking the network who we are takes seconds
    if to.tls == "tls":
        return smtplib.SMTP_SSL(to.host, to.port, own, timeout=PATIENCE, context=ssl.create_default_context())
    smtp = smtplib.SMTP(to.host, to.port, own, timeout=PATIENCE)
    try:
        if to.tls == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _words_of(error: Exception) -> str:
    """What an error of the line says, in the server's own words where it spoke."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        said = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return f"{error.smtp_code} {said}"
    if isinstance(error, TimeoutError):
        return "timeout"
    return (error.strerror if isinstance(error, OSError) and error.strerror else "") or str(error)


def _forms(user: str, password: str) -> tuple[str, ...]:
    """The password as it is and as it goes over the wire."""
    if not password:
        return ()
    plain = f"\0{user}\0{password}".encode()
    return (password, base64.b64encode(password.encode()).decode(), base64.b64encode(plain).decode())
