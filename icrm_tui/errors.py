"""What can go wrong, as a code and values; only the faces turn them into sentences (`error.<code>`)."""

from typing import Any


class IcrmError(Exception):
    """`code` names the sentence in the catalogues, `values` fill it; `exit` is the command's exit code."""

    exit = 1

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross from one process to another."""
        return _again, (type(self), self.code, self.values)


def _again(kind: type[IcrmError], code: str, values: dict[str, Any]) -> IcrmError:
    return kind(code, **values)


class Refused(IcrmError):
    """A rule says no."""


class NotFound(IcrmError):
    """There is no such row."""


class Usage(IcrmError):
    """The words given do not mean anything here."""

    exit = 2


class Ambiguous(IcrmError):
    """Several rows fit; `candidates` are dicts of noun, id, name and what tells them apart."""

    exit = 2

    def __init__(self, code: str, candidates: list[dict[str, Any]], **values: Any) -> None:
        super().__init__(code, **values)
        self.candidates = candidates


class Unavailable(IcrmError):
    """The store cannot be reached or used."""

    exit = 3


class Locked(Unavailable):
    """Another program held the store for longer than we wait."""


class Crossed(Locked):
    """Two changes each waited for what the other held; this one was given up and can run again."""


class Lost(Unavailable):
    """The server went silent: what it was asked may have been done, or not."""


class TooNew(Unavailable):
    """A later icrm wrote this store."""


class Constraint(IcrmError):
    """The store refused a row: somebody else holds the key."""


class Interrupted(IcrmError):
    """It was called off: by the user, or because a newer question made its answer useless."""

    exit = 130


class Conflict(IcrmError):
    """Somebody changed the row since it was read.

    `base` is the rev the edit started from, `current` the row as it stands now.
    """

    exit = 4

    def __init__(self, table: str, row_id: int, base: int, current: dict[str, Any]) -> None:
        super().__init__("conflict", table=table, id=row_id)
        self.table = table
        self.row_id = row_id
        self.base = base
        self.current = current


class Nothing(IcrmError):
    """There was nothing to read; by the code mail servers know."""

    exit = 65


class RejectedRows(IcrmError):
    """An import finished without some of its rows; `report` tells which."""

    exit = 5

    def __init__(self, report: Any) -> None:
        super().__init__("rejected-rows")
        self.report = report
