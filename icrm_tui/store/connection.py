"""What every engine can do, and nothing above `db` knows which one it is."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Params = Mapping[str, Any]

WAIT = 30.0  # seconds a writer waits for another


@dataclass(frozen=True)
class Service:
    """A server, by its name in libpq's service file, and the role to act in where that is not the one we come as."""

    name: str
    role: str = ""

    @property
    def stem(self) -> str:
        return self.name

    def exists(self) -> bool:
        """Whether it does shows when it is asked."""
        return True

    def __str__(self) -> str:
        return f"service={self.name}"


Place = Path | Service


class Connection(ABC):
    """One thread's connection to a store. Every error leaves as one of ours.

    `copied` is the instant at which what is read here was taken from a team's store, empty for a store that lives;
    `role` is who we are to the server, empty where nobody checks.
    """

    place: Place
    readonly: bool
    copied: str = ""
    role: str = ""

    # Reading

    @abstractmethod
    def read(self, sql: str, params: Params | None = None) -> list[Row]: ...

    @abstractmethod
    def stream(self, sql: str, params: Params | None = None) -> Iterator[tuple[Any, ...]]:
        """Rows as tuples, as they come, for results too large to hold."""

    def reads(self, *asked: tuple[str, Params]) -> list[list[Row]]:
        """The answers of several reads, asked together."""
        return [self.read(sql, params) for sql, params in asked]

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """Reads inside see one moment of the store."""

    @abstractmethod
    def columns(self, table: str) -> list[str]: ...

    # Writing

    @abstractmethod
    def execute(self, sql: str, params: Params | None = None) -> int:
        """The number of rows changed."""

    def queue(self, sql: str, params: Params | None = None) -> None:
        """The same where nobody asks how many: it may run, and fail, as late as the next read or the commit."""
        self.execute(sql, params)

    @abstractmethod
    def insert(self, table: str, values: Params) -> int:
        """The row's id."""

    @abstractmethod
    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """The statement for each of the rows, whose values stand at its question marks."""

    @abstractmethod
    def reserve(self, table: str, n: int) -> int:
        """The first of `n` ids that nothing else will be given."""

    def expect(self, table: str) -> None:  # noqa: B027 - where there is nothing to do
        """A row is about to be inserted: its id can be asked for along with the next read."""

    # Transactions

    @abstractmethod
    def begin(self) -> None:
        """From here on nothing is there for others until it is committed."""

    @abstractmethod
    def commit(self) -> None: ...

    @abstractmethod
    def rollback(self) -> None: ...

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What a Constraint stops inside leaves the transaction as it was before."""
        yield

    @abstractmethod
    def alone(self, name: str) -> AbstractContextManager[bool]:
        """Inside, nobody else does what goes by this name; False where somebody does already, and nobody waits.

        It ends with the process, however that ends.
        """

    def lasting(self) -> AbstractContextManager[None]:
        """What is committed inside outlives a power failure as well."""
        return nullcontext()

    def lock(self, table: str, ids: Any) -> None:  # noqa: B027 - where there is nothing to do
        """Keep others from writing these rows until the transaction ends, where several can write at once."""

    def claim(self, word: str, key: str) -> None:  # noqa: B027 - where there is nothing to do
        """Keep others from claiming this name until the transaction ends, where several can write at once."""

    def locking(self, _alias: str = "") -> str:
        """What a SELECT ends with so that it locks the rows it reads."""
        return ""

    def hold(self, table: str, row_id: int) -> Row | None:
        """The row, which nobody else writes until the transaction ends.

        Crossed where somebody did after it began: what was read of the row before may be no more.
        """
        found = self.read(f"SELECT * FROM {table} WHERE id = :id", {"id": row_id})
        return found[0] if found else None

    def again(self) -> None:  # noqa: B027 - where there is nothing to do
        """What was given up is about to be run again: what it held is held from its beginning."""

    def regained(self) -> bool:
        """Whether the server, lost a moment ago, can be spoken to again."""
        return False

    # What others do

    @abstractmethod
    def token(self) -> int:
        """Moves when another connection has committed."""

    @abstractmethod
    def moment(self) -> Any:
        """Now, for `moved`."""

    @abstractmethod
    def moved(self, moment: Any) -> bool:
        """Whether another connection has committed a change since; also inside a transaction."""

    # What is staged beside the store

    @abstractmethod
    def stage(self) -> AbstractContextManager[None]:
        """Inside there is an empty `stage` for tables of one's own, gone after it whatever happens."""

    @abstractmethod
    def staging(self) -> AbstractContextManager[None]:
        """One transaction of the stage alone, for which nobody waits."""

    # Search

    @abstractmethod
    def put_tokens(self, kind: str, rows: Sequence[tuple[int, str]]) -> None:
        """Index rows by their tokens; what they were found by before must be gone."""

    @abstractmethod
    def postings(self) -> int:
        """How many rows the index has ever been told of; those that read otherwise by now still cost something."""

    @abstractmethod
    def clear_search(self) -> None:
        """Forget every token; ids of docs begin anew."""

    @staticmethod
    @abstractmethod
    def expression(words: Iterable[Sequence[Sequence[str]]]) -> str:
        """The full-text expression for rows that have, of each word, all the tokens of one of its ways."""

    @abstractmethod
    def matching(self, kind: str, param: str) -> str:
        """SQL for the ids of the rows of `kind` whose tokens fit the expression in `param`."""

    @abstractmethod
    def found(self, kind: str, param: str) -> tuple[str, str]:
        """The same as tables to stand before `t`, the rows of `kind`, and a condition: it can stop at any time."""

    # Life

    def at_length(self) -> AbstractContextManager[None]:
        """Inside, a long statement is stopped by Ctrl-C."""
        return nullcontext()

    @abstractmethod
    def interrupt(self) -> None:
        """Call off what another thread is running here."""

    @abstractmethod
    def close(self) -> None: ...

    # Care

    @abstractmethod
    def tables(self) -> set[str]: ...

    @abstractmethod
    def checks(self) -> list[tuple[str, list[str]]]:
        """What only the engine can tell of its soundness: each check, and what is wrong."""

    def tidy(self) -> None:  # noqa: B027 - where there is nothing to do
        """Sweep up what processes left that are no more."""
