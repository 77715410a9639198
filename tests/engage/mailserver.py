"""A real mail server on this machine, in a thread of the test's: it counts what it was given, and answers as told."""

import asyncio
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event, Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from icrm_tui import config

CERTIFICATE = Path(__file__).with_name("localhost.pem")  # of no use anywhere else; it ends in a hundred years


class Post:
    """What the server was given, and how it answers: `rcpt` and `data` by receiver, `mail` to every sender.

    An answer of None hangs up instead; one that begins with `!` takes the message and then hangs up.
    """

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.sizes: list[int] = []
        self.connections = 0
        self.logins: list[tuple[bytes, bytes]] = []
        self.rcpt: dict[str, str | None] = {}
        self.data: dict[str, str | None] = {}
        self.mail = "250 OK"
        self.password = b""
        self.port = 0
        self.silent: Event | None = None  # what is taken is not answered for until this is set

    @property
    def ids(self) -> Counter[str]:
        return Counter(str(message["Message-ID"]) for message in self.taken)

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        if data.password == self.password:
            return AuthResult(success=True)
        said = f"535 5.7.8 {data.password.decode()} is wrong"  # a server that chatters
        return AuthResult(success=False, handled=False, message=said)

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, mail_options: list[str]) -> str:
        if self.mail.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(mail_options)
        return self.mail

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, rcpt_options: list[str]) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer is None:
            server.transport.abort()
            return "421"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.data.get(envelope.rcpt_tos[0], "250 taken")
        if answer is None or answer.startswith(("2", "!")):
            if answer is not None:
                made = message_from_bytes(envelope.content, policy=policy.default)
                assert isinstance(made, EmailMessage)
                self.taken.append(made)
                self.sizes.append(len(envelope.content))
            while self.silent and not self.silent.is_set():
                await asyncio.sleep(0.01)
            if answer is None or answer.startswith("!"):
                server.transport.abort()
                return "421"
        return answer


@contextmanager
def serving(encrypted: str = "none", password: bytes = b"") -> Iterator[Post]:
    """A server of our own, and the settings that lead to it."""
    post = Post()
    post.password = password
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(CERTIFICATE)
    loop = asyncio.new_event_loop()

    def made() -> SMTP:
        return SMTP(
            post, hostname="post.example", enable_SMTPUTF8=True, loop=loop, data_size_limit=None,
            tls_context=tls if encrypted == "starttls" else None, require_starttls=encrypted == "starttls",
            authenticator=post.authenticate if password else None, auth_required=bool(password),
            auth_require_tls=encrypted == "starttls",
        )  # fmt: skip

    async def start() -> asyncio.Server:
        return await loop.create_server(made, "127.0.0.1", 0, ssl=tls if encrypted == "tls" else None)

    server = loop.run_until_complete(start())
    post.port = server.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever)
    thread.start()
    config.put("mail_host", "localhost" if encrypted != "none" else "127.0.0.1")
    config.put("mail_port", str(post.port))
    config.put("mail_tls", encrypted)
    config.put("mail_from", "Yun Service <service@yun.example>")
    try:
        yield post
    finally:

        async def stop() -> None:
            server.close()
            rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
