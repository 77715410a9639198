"""Reaching a PostgreSQL server by its name in libpq's service file, without ever waiting longer than agreed.

Everything about the server, and every password, lies in libpq's own files; what is added here is a short patience,
and that a server on another machine has to prove who it is.
"""

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from select import select
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from psycopg import pq

from icrm_tui.errors import Lost, Unavailable

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

PATIENCE = 5.0  # seconds the server may be silent
A_HOST = 2.5  # seconds for one address where there are several

OURS = {
    "application_name": "icrm",
    "client_encoding": "UTF8",
    "gssencmode": "disable",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}


def connected(service: str, until: float) -> "PGconn":
    """A connection to the first host of the service that answers and takes writes; Lost when none does by `until`."""
    said = asked(service)
    attempts = list(_attempts(said, until))
    failed = b"no host"
    for at, more in enumerate(attempts):
        last = at + 1 == len(attempts)
        conn = pq.PGconn.connect_start(_conninfo({"service": service, **OURS, **more}))
        try:
            failed = _polled(conn, until if last else min(until, monotonic() + A_HOST))
        except BaseException:
            conn.finish()
            raise
        if not failed:
            conn.nonblocking = 1
            return conn
        refused = conn.needs_password or _final(failed)
        conn.finish()
        if refused:
            break
    raise _reason(service, failed)


def asked(service: str) -> dict[str, str]:
    """What libpq's files and environment say of the service; nothing is sent anywhere."""
    impossible = pq.PGconn.connect_start(_conninfo({"service": service, "channel_binding": "-"}))
    try:
        if b"service" in impossible.error_message:
            raise Unavailable("team-service", service=service)
        return {option.keyword.decode(): (option.val or b"").decode() for option in impossible.info}
    finally:
        impossible.finish()


def is_local(host: str) -> bool:
    """Whether a connection to `host` stays in this machine."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _attempts(said: dict[str, str], until: float) -> Iterator[dict[str, str]]:
    """What each attempt adds to the service: one host and address, and how its identity is checked."""
    hosts, numbers = said["host"].split(","), said["hostaddr"].split(",")
    ports = said["port"].split(",")
    hosts = hosts if any(hosts) or not any(numbers) else [""] * len(numbers)
    for at, host in enumerate(hosts):
        number = numbers[at] if at < len(numbers) else ""
        more = {"host": host, "port": ports[at] if at < len(ports) else ports[0]}
        if not is_local(number or host) and said["sslmode"] in ("", "prefer"):
            more["sslmode"] = "verify-full"
        if len(hosts) > 1 and said["target_session_attrs"] in ("", "any"):
            more["target_session_attrs"] = "read-write"
        for address in [number] if number or is_local(host) else _addresses(host, until):
            yield more | ({"hostaddr": address} if address else {})


def _addresses(host: str, until: float) -> list[str]:
    """Asked on a thread: a name server that is silent must not be waited for either. Empty: let libpq say so."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    found: list[str] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            return
        found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(max(0.0, until - monotonic()))
    if not found:
        raise Lost("team-host", host=host)
    return found


def _conninfo(options: dict[str, str]) -> bytes:
    def quoted(value: str) -> str:
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    return " ".join(f"{key}={quoted(value)}" for key, value in options.items()).encode()


def _polled(conn: "PGconn", until: float) -> bytes:
    """See a connection through; what went wrong, empty when nothing did."""
    state = pq.PollingStatus.WRITING
    while state != pq.PollingStatus.OK:
        if state == pq.PollingStatus.FAILED or conn.status == pq.ConnStatus.BAD:
            return conn.error_message or b"refused"
        if not ready(conn.socket, state == pq.PollingStatus.WRITING, until - monotonic()):
            return b"timeout expired"
        state = pq.PollingStatus(conn.connect_poll())
    return b""


def ready(handle: int, writing: bool, seconds: float) -> bool:
    """Wait until the socket can be read, or `writing` also written; False when it takes longer."""
    readable, writable, _ = select([handle], [handle] if writing else [], [], max(0.0, seconds))
    return bool(readable or writable)


def _final(failed: bytes) -> bool:
    """Whether it is no use asking the next host: who we are is refused everywhere."""
    return any(word in failed for word in (b"authentication failed", b"certificate verify failed"))


def _reason(service: str, failed: bytes) -> Unavailable:
    """What libpq said as one line of ours; it never says a password."""
    said = " ".join(failed.decode(errors="replace").split())
    detail = said.rpartition(" failed: ")[2].removeprefix("FATAL: ").strip() or said
    if any(word in said for word in ("timeout expired", "refused", "starting up", "shutting down", "closed the")):
        return Lost("team-lost", service=service, detail=detail)
    return Unavailable("team-connect", service=service, detail=detail)
