"""One conversation with a PostgreSQL server, over libpq and without blocking: every wait ends within our patience.

Statements inside a transaction are piped: they are sent as they come, and answers are only waited for when one is
wanted. `rounds` counts those waits.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from psycopg import Error, OperationalError, pq

from icrm_tui.errors import IcrmError, Lost, Unavailable
from icrm_tui.store.connecting import PATIENCE, connected, ready
from icrm_tui.store.speaking import STATUS, Failure, Result, Statement, failure, mapped, result_of, rows_of

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

DOUBT = 2.5  # seconds of silence after which we ask on another line whether the server still works for us
GONE = ("57P01", "57P02", "57P03", "25P03", "25006")  # the server stops, starts, tired of us, or only reads by now


class Wire:
    """`heard` counts what others told by NOTIFY."""

    def __init__(self, service: str, until: float) -> None:
        self.service = service
        self.conn = connected(service, until)
        self.pid = self.conn.backend_pid
        self.rounds = 0
        self.heard = 0
        self._queued: list[Callable[[Result], None] | None] = []
        self._fresh = False  # whether something was sent since the last wait
        self._streaming: _Stream | None = None
        self._calling_off: Thread | None = None
        self._meant = Lock()  # what is called off is what was running when somebody said so

    # Asking

    def ask(self, asked: Statement) -> Result:
        """The answer, after those of all that is queued; the first error among them is raised."""
        return self.answers(asked)[-1]

    def answers(self, *asked: Statement) -> list[Result]:
        self.settle()
        if self.piped:
            for one in asked:
                self.queue(one)
            return self.sync()[-len(asked) :] if asked else self.sync()
        found = []
        for one in asked:
            self._send(one)
            found.append(result_of(self._collected()[-1]))
        return found

    def script(self, sql: str) -> Result:
        """Several statements without values at once; the answer of the last."""
        self.settle()
        self._fresh = True
        self._ours(self.conn.send_query, sql.encode())
        return result_of(self._collected()[-1])

    def queue(self, asked: Statement, then: Callable[[Result], None] | None = None) -> None:
        """Send what nobody waits for; `then` hears the answer once there is one."""
        self.settle()
        self._send(asked)
        self._queued.append(then)

    def sync(self) -> list[Result]:
        """The answers of all that is queued."""
        queued, self._queued = self._queued, []
        self._fresh = True
        self._ours(self.conn.pipeline_sync)
        results, failed = [], None
        for _one in queued:
            for result in self._collected(check=False):
                failed = failed or failure(result)
                results.append(result)
        self._result()  # the end of the pipeline
        if failed is not None:
            raise self._raised(failed)
        found = [result_of(result) for result in results]
        for then, answer in zip(queued, found, strict=True):
            if then is not None:
                then(answer)
        return found

    @property
    def piped(self) -> bool:
        return self.conn.pipeline_status != pq.PipelineStatus.OFF

    def pipe(self, on: bool) -> None:
        """Whether what is sent waits for no answer; only where nothing is under way."""
        if on != self.piped:
            self.settle()
            self._ours(self.conn.enter_pipeline_mode if on else self.conn.exit_pipeline_mode)

    def rolled_back(self) -> None:
        """Give up the transaction, whatever became of what was queued for it."""
        for last in ([], [Statement(b"ROLLBACK")]):
            try:
                if last or self._queued:
                    self.answers(*last)
            except (IcrmError, Error):
                continue

    @property
    def alive(self) -> bool:
        return self.conn.status == pq.ConnStatus.OK

    def stream(self, asked: Statement) -> Iterator[list[tuple[Any, ...]]]:
        """A long answer, block by block; whoever asks something else meanwhile makes it come at once."""
        self.settle()
        self._send(asked)
        if pq.version() >= 170000:
            self.conn.set_chunked_rows_mode(1000)
        else:
            self.conn.set_single_row_mode()
        streaming = self._streaming = _Stream(self)
        try:
            yield from streaming.blocks()
        finally:
            if self._streaming is streaming:
                self._streaming = None
                self._abandon()

    def copy(self, sql: str, blocks: Iterable[bytes]) -> int:
        """COPY … FROM STDIN; the number of rows."""
        self.settle()
        self._send(Statement(sql.encode()))
        self._collected(until=STATUS.COPY_IN)
        try:
            for block in blocks:
                while self.conn.put_copy_data(block) == 0:
                    self._flush()
        except BaseException:
            self.conn.put_copy_end(b"called off")
            with suppress(IcrmError):
                self._collected()
            raise
        self.conn.put_copy_end()
        return result_of(self._collected()[-1]).number

    def copy_out(self, sql: str) -> Iterator[bytes]:
        """COPY … TO STDOUT, as it comes."""
        self.settle()
        self._send(Statement(sql.encode()))
        self._collected(until=STATUS.COPY_OUT)
        while True:
            n, data = self.conn.get_copy_data(1)
            if n > 0:
                yield bytes(data)
            elif n == 0:
                self._wait()
            else:
                break
        self._collected()

    def listen(self) -> None:
        """Take in what has come unasked."""
        if ready(self.conn.socket, False, 0):
            self._consume()

    def settle(self) -> None:
        """Whatever is still coming is taken in, so that something else can be asked."""
        if self._streaming is not None:
            streaming, self._streaming = self._streaming, None
            streaming.finish()

    # Calling off

    def call_off(self) -> None:
        """Stop what is running, if anything is; from any thread, and without making it wait."""
        with self._meant:
            if not self.alive or self.conn.transaction_status != pq.TransactionStatus.ACTIVE:
                return
            cancel = self.conn.cancel_conn().blocking if pq.version() >= 170000 else self.conn.get_cancel().cancel

            def run() -> None:
                with suppress(Error):  # the connection it was for may be gone
                    cancel()

            calling = Thread(target=run, daemon=True)
            calling.start()
            self._calling_off = calling

    def close(self) -> None:
        self._streaming = None
        self.conn.finish()

    # Waiting

    def _send(self, asked: Statement) -> None:
        with self._meant:  # what was meant for the last statement must not hit this one
            if self._calling_off is not None:
                self._calling_off.join(1)
                self._calling_off = None
            self._fresh = True
            self._ours(self.conn.send_query_params, asked.sql, asked.values, asked.types, asked.formats)

    def _ours(self, call: Callable[..., Any], *args: Any) -> Any:
        """What libpq refuses to do means that the connection is gone."""
        try:
            return call(*args)
        except OperationalError as error:
            raise self._lost(str(error)) from error

    def _collected(self, check: bool = True, until: pq.ExecStatus | None = None) -> "list[PGresult]":
        """The results of one query, or up to the one with this status."""
        found = []
        while (result := self._result()) is not None:
            found.append(result)
            if result.status == until or result.status == STATUS.PIPELINE_SYNC:
                break
        failed = next((error for result in found if (error := failure(result))), None) if check else None
        if failed is not None:
            raise self._raised(failed)
        return found

    def _result(self) -> "PGresult | None":
        self._flush()
        while self.conn.is_busy():
            self._wait()
        return self.conn.get_result()

    def _flush(self) -> None:
        while self._ours(self.conn.flush) == 1:
            self._wait(writing=True)

    def _wait(self, writing: bool = False) -> None:
        """Until something comes; Lost when nothing does and the server is not busy with what we asked."""
        self.rounds += self._fresh
        self._fresh = False
        until, doubt = monotonic() + PATIENCE, DOUBT
        try:
            while not ready(self.conn.socket, writing, doubt):
                if not self._working(until):
                    if not ready(self.conn.socket, writing, until - monotonic()):
                        raise self._lost("timeout")
                    break
                until, doubt = monotonic() + PATIENCE, PATIENCE - DOUBT
        except KeyboardInterrupt:
            self._stop()
            raise
        self._consume()

    def _consume(self) -> None:
        self._ours(self.conn.consume_input)
        while (notice := self.conn.notifies()) is not None:
            self.heard += notice.be_pid != self.pid

    def _working(self, until: float) -> bool:
        """Whether the server says on another line, by then, that it is busy with what we asked."""
        try:
            other = connected(self.service, until)
        except Unavailable:
            return False
        try:
            other.send_query(f"SELECT 1 FROM pg_stat_activity WHERE pid = {self.pid} AND state = 'active'".encode())
            while other.flush() == 1 or other.is_busy():
                if not ready(other.socket, False, until - monotonic()):
                    return False
                other.consume_input()
            result = other.get_result()
            return result is not None and result.ntuples == 1
        except OperationalError:
            return False
        finally:
            other.finish()

    def _stop(self) -> None:
        """Ctrl-C: what runs is called off and its answer taken in; a transaction that was begun is over."""
        self.call_off()
        try:
            if self.piped:
                self.close()
            else:
                self._abandon()
        except (IcrmError, KeyboardInterrupt):
            self.close()

    def _abandon(self) -> None:
        """Whatever comes of the current query is not wanted."""
        if not self.piped and self.conn.transaction_status == pq.TransactionStatus.ACTIVE:
            self.call_off()
            while self._result() is not None:
                pass

    # What went wrong

    def _raised(self, failed: "Failure") -> Exception:
        code = failed.code
        if code.startswith("08") or code in GONE:
            return self._lost(failed.message)
        return mapped(failed, self.service)

    def _lost(self, detail: str) -> Lost:
        said = " ".join((self.conn.error_message or b"").decode(errors="replace").split()) or detail
        self.close()
        return Lost("team-lost", service=self.service, detail=said)


class _Stream:
    """The rest of a long answer: as it comes, or held once something else is asked."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.held: list[list[tuple[Any, ...]]] = []
        self.over = False
        self.failed: Exception | None = None

    def blocks(self) -> Iterator[list[tuple[Any, ...]]]:
        while True:
            if self.held:
                yield self.held.pop(0)
            elif self.failed is not None:
                failed, self.failed = self.failed, None
                raise failed
            elif self.over:
                return
            else:
                self._take()

    def finish(self) -> None:
        while not self.over and self.failed is None:
            self._take()

    def _take(self) -> None:
        try:
            result = self.wire._result()
            if result is None:
                self.over = True
            elif (failed := failure(result)) is not None:
                self.failed = self.wire._raised(failed)
                while self.wire._result() is not None:
                    pass
                self.over = True
            elif result.ntuples:
                self.held.append(rows_of(result))
        except IcrmError as error:
            self.failed, self.over = error, True
