"""PostgreSQL servers of the tests' own, on loopback: made by initdb, gone with the process."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

from icrm_tui.store.connection import Service

if TYPE_CHECKING:
    from icrm_tui.store.postgres import Connection

OWNER = "owner"
TEAM = ("wei", "li", "lan", "ada", "demo", "bo", "chen")  # who the tests act as
FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\nmax_connections = 200\n"


def programs() -> Path | None:
    """Where initdb lies, of the newest server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    named = shutil.which("initdb")
    return Path(named).parent if named else None


def missing() -> str | None:
    """What is not installed that the tests of the team's store need."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed: pip install 'icrm-tui[team]'"
    return None if programs() else "PostgreSQL is not installed: apt-get install --no-install-recommends postgresql-15"


def connect(place: Service) -> "Connection":
    from icrm_tui.store.postgres import Connection

    return Connection(place)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """One cluster. It refuses to run as root, so that root lets `postgres` run it."""

    def __init__(self, settings: str = FAST, auth: str = "trust", password: str = "") -> None:
        found = programs()
        assert found is not None
        self.bin = found
        self.folder = Path(tempfile.mkdtemp(prefix="icrm-pg-"))
        self.port = free_port()
        self.user = None if os.geteuid() else pwd.getpwnam("postgres")
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.names = count(1)
        more = []
        if password:
            secret = self.write("secret", password)
            more = [f"--pwfile={secret}"]
        self.run("initdb", "-D", self.data, "-A", auth, "-U", OWNER, "-E", "UTF8", "--locale=C", "-N", *more)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"port = {self.port}\nlisten_addresses = '127.0.0.1'\n{settings}")
            file.write(f"unix_socket_directories = '{self.folder}'\n")
        self.services = self.write("services", "")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path

    def run(self, program: str, *words: str | Path) -> str:
        line = [str(self.bin / program), *map(str, words)]
        ids = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        with (self.folder / "said").open("ab") as said:  # a pipe would be kept open by what is started
            done = subprocess.run(line, stdout=said, stderr=said, check=False, cwd=self.folder, **ids)  # type: ignore[call-overload]
        text = (self.folder / "said").read_text(errors="replace")
        assert done.returncode == 0, text
        return text

    def start(self) -> None:
        self.run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-t", "30", "start")

    def kill(self) -> None:
        """As by a power cut, without one: the server and all its processes at once."""
        pid_file = self.data / "postmaster.pid"
        first = int(pid_file.read_text().split()[0])
        os.kill(first, signal.SIGSTOP)  # so that it makes no more of them
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        family = [*map(int, children), first]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = monotonic() + 30
        while any(_alive(pid) for pid in family) and monotonic() < deadline:
            Event().wait(0.02)
        for path in (pid_file, *self.folder.glob(".s.PGSQL.*")):  # which may name one that is dead and not buried yet
            path.unlink()

    def certify(self) -> None:
        """A certificate for localhost by an authority of our own, and another authority nobody knows."""
        made = [
            ("-x509", "-nodes", "-subj", "/CN=ours", "-keyout", "ca.key", "-out", "ca.crt"),
            ("-x509", "-nodes", "-subj", "/CN=other", "-keyout", "other.key", "-out", "other.crt"),
            ("-nodes", "-subj", "/CN=localhost", "-keyout", "data/server.key", "-out", "server.csr"),
        ]
        key = ("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
        sign = ("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial")
        self.write("san", "subjectAltName=DNS:localhost\n")
        for words in (*((*key, *one) for one in made), (*sign, "-extfile", "san", "-out", "data/server.crt")):
            subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)
        for path in (self.data / "server.key", self.data / "server.crt"):
            path.chmod(0o600)
            if self.user:
                os.chown(path, self.user.pw_uid, self.user.pw_gid)
        for path in self.folder.iterdir():
            if path.suffix == ".crt":
                path.chmod(0o644)

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def service(self, name: str = "", **options: str | int) -> Service:
        """A service of this server in the file, by default to a database of that name as wei."""
        called = name or f"s{next(self.names)}"
        said = {"host": "127.0.0.1", "port": self.port, "dbname": called, "user": "wei"} | options
        lines = [f"[{called}]", *(f"{key}={value}" for key, value in said.items())]
        with self.services.open("a") as file:
            file.write("\n".join(lines) + "\n\n")
        return Service(called)

    def close(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Stores(Server):
    """A server that makes stores for tests: databases copied from one that holds the schema."""

    def __init__(self, settings: str = FAST) -> None:
        from icrm_tui.store import pg_schema

        super().__init__(settings)
        self.start()
        os.environ["PGSERVICEFILE"] = str(self.services)
        self.root = connect(self.service("root", dbname="postgres", user=OWNER))
        for name in TEAM:
            self.root.execute(f"CREATE ROLE {name} LOGIN")
        self.root.execute("CREATE DATABASE model")
        with closing(connect(self.service("model", user=OWNER))) as model:
            pg_schema.migrate(model)
        for name in TEAM:
            self.root.execute(f"GRANT {pg_schema.TEAM} TO {name}")
            if name != TEAM[0]:
                self.root.execute(f"GRANT {name} TO {TEAM[0]}")

    def become(self, place: Service, model: str, fill: Callable[[Service], None]) -> None:
        """The store is a copy of another, which is filled the first time."""
        if not self.root.read("SELECT 1 FROM pg_database WHERE datname = :model", {"model": model}):
            self.root.execute(f"CREATE DATABASE {model} TEMPLATE model")
            fill(self.service(model))
        self.root.execute(f"DROP DATABASE {place.name} WITH (FORCE)")
        self.root.execute(f"CREATE DATABASE {place.name} TEMPLATE {model}")

    def store(self, model: str = "model") -> Iterator[Service]:
        place = self.service()
        self.root.execute(f"CREATE DATABASE {place.name} TEMPLATE {model}")
        yield place
        self.root.execute(f"DROP DATABASE {place.name} WITH (FORCE)")

    def close(self) -> None:
        self.root.close()
        super().close()


class Proxy:
    """A way to a server that can be slow, cut, or swallow everything without a word."""

    def __init__(self, port: int, delay: float = 0.0) -> None:
        self.target = port
        self.delay = delay
        self.swallow = False
        self._pairs: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Every connection there is breaks."""
        pairs, self._pairs = self._pairs, []
        for one in pairs:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listening.accept()
            except OSError:
                return
            if self.swallow:
                self._pairs.append(near)  # and not a word
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            self._pairs += [near, far]
            for one, other in ((near, far), (far, near)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        """What comes is passed on `delay` later, in its order, however much is under way."""
        waiting: Queue[tuple[float, bytes]] = Queue()

        def send() -> None:
            while True:
                due, data = waiting.get()
                Event().wait(max(0.0, due - monotonic()))
                if self.swallow:
                    continue
                try:
                    if not data:
                        other.shutdown(socket.SHUT_WR)
                        return
                    other.sendall(data)
                except OSError:
                    return

        Thread(target=send, daemon=True).start()
        while True:
            try:
                data = one.recv(65536)
            except OSError:
                data = b""
            waiting.put((monotonic() + self.delay, data))
            if not data:
                return
