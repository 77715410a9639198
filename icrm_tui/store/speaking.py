"""What is said to a PostgreSQL server and what it answers: values as it wants them, rows and errors as ours."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import adapters, pq
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Loader, Transformer

from icrm_tui.errors import Constraint, Crossed, Interrupted, Locked, Refused, Unavailable

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

INT4, INT8, TEXT, FLOAT8, BYTES = 23, 20, 25, 701, 17
STATUS = pq.ExecStatus


class Statement(NamedTuple):
    """SQL with its values numbered, as libpq wants them."""

    sql: bytes
    values: list[Buffer | None] | None = None
    types: list[int] | None = None
    formats: list[int] | None = None


class _Whole(Loader):
    """Sums come as decimals, comparisons as true and false: here they are numbers."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        if text in (b"t", b"f"):
            return int(text == b"t")
        return float(text) if b"." in text or text == b"NaN" else int(text)


ADAPTERS = AdaptersMap(adapters)
ADAPTERS.register_loader("numeric", _Whole)
ADAPTERS.register_loader("bool", _Whole)


class Result(NamedTuple):
    names: list[str]
    rows: list[tuple[Any, ...]]
    number: int  # of rows, also of those that were only written

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]


def statement(sql: str, values: Sequence[Any] = ()) -> Statement:
    if not values:
        return Statement(sql.encode())
    given: list[Buffer | None] = []
    types, formats = [], []
    for value in values:
        kind, form = TEXT, 0
        data: bytes | None
        if value is None:
            kind, data = 0, None
        elif isinstance(value, str):
            data = value.replace("\0", "\ufffd").encode(errors="replace")
        elif isinstance(value, int):
            kind = INT4 if -(2**31) <= value < 2**31 else INT8
            data = b"%d" % value
        elif isinstance(value, float):
            kind, data = FLOAT8, repr(value).encode()
        else:
            kind, form, data = BYTES, 1, value
        given.append(data)
        types.append(kind)
        formats.append(form)
    return Statement(sql.encode(), given, types, formats)


class Failure(NamedTuple):
    code: str
    message: str
    constraint: str


def failure(result: "PGresult") -> Failure | None:
    if result.status not in (STATUS.FATAL_ERROR, STATUS.BAD_RESPONSE):
        return None
    fields = pq.DiagnosticField

    def said(field: pq.DiagnosticField) -> str:
        return (result.error_field(field) or b"").decode(errors="replace")

    code = said(fields.SQLSTATE)
    message = said(fields.MESSAGE_PRIMARY) or result.error_message.decode(errors="replace").strip()
    return Failure(code or "08006", message, said(fields.CONSTRAINT_NAME))


def mapped(failed: Failure, service: str) -> Exception:
    """What a server's error means to us; one that is a defect of ours as the driver would say it."""
    code, detail = failed.code, failed.message
    if code.startswith("23"):
        return Constraint("constraint", detail=detail)
    if code in ("40P01", "40001"):
        return Crossed("team-crossed", service=service)
    if code == "55P03":
        return Locked("store-locked", path=f"service={service}")
    if code == "57014":
        return Interrupted("interrupted")
    if code == "42501":
        return Refused("team-forbidden", service=service, detail=detail)
    if code == "54000":
        return Refused("team-long", detail=detail)
    if code.startswith("53"):
        return Unavailable("team-full", service=service, detail=detail)
    from psycopg.errors import lookup

    try:
        kind: type[Exception] = lookup(code)
    except KeyError:
        kind = RuntimeError
    return kind(detail)


def rows_of(result: "PGresult") -> list[tuple[Any, ...]]:
    loading = Transformer(ADAPTERS)
    loading.set_pgresult(result)
    return loading.load_rows(0, result.ntuples, tuple)


def result_of(result: "PGresult") -> Result:
    if result.nfields:
        names = [(result.fname(i) or b"").decode() for i in range(result.nfields)]
        return Result(names, rows_of(result), result.ntuples)
    return Result([], [], result.command_tuples or 0)
