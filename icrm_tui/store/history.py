"""What each change did to each row, kept so that it can be taken back and done again.

A change keeps, a row at most once, the changed fields before and after (`history`); rows it made need
nothing while they stand, since they carry its id as `created_rev`. Taking a change back (`unapply`) deletes
those, keeping them in `gone` as compressed blocks; doing it again (`reapply`) puts them back as they were.
Images carry `rev`, so that equal row and rev always mean equal content.
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from icrm_tui.store.connection import Connection, Row

BLOCK = 1000  # rows in one image of what is gone

Image = dict[str, Any] | None


class Recorder:
    """Collects what one change does to existing rows, and writes it when told."""

    def __init__(self, connection: Connection, change: int) -> None:
        self.connection = connection
        self.change = change
        self.rows: dict[tuple[str, int], tuple[Image, Image]] = {}

    def note(self, table: str, row_id: int, before: Image, after: Image) -> None:
        """Join this step with what the change did to the row already: first before, last after."""
        self.rows[table, row_id] = self.joined(table, row_id, before, after)
        if len(self.rows) >= 20_000:
            self.flush()

    def joined(self, table: str, row_id: int, before: Image, after: Image) -> tuple[Image, Image]:
        """The images with what this change did to the row before."""
        earlier = self.rows.get((table, row_id)) or self._kept(table, row_id)
        if earlier is not None and earlier[0] is not None and before is not None:
            before = {**before, **earlier[0]}
            if after is not None:
                after = {**(earlier[1] or {}), **after}
        return before, after

    def _kept(self, table: str, row_id: int) -> tuple[Image, Image] | None:
        found = self.connection.read(
            "SELECT before, after FROM history WHERE change_id = :change AND tbl = :tbl AND row_id = :row",
            {"change": self.change, "tbl": table, "row": row_id},
        )
        return (loads(found[0]["before"]), loads(found[0]["after"])) if found else None

    def flush(self) -> None:
        self.connection.many(
            "INSERT INTO history (change_id, tbl, row_id, before, after) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (change_id, tbl, row_id) DO UPDATE SET before = excluded.before, after = excluded.after",
            (
                (self.change, table, row_id, dumps(before), dumps(after))
                for (table, row_id), (before, after) in self.rows.items()
            ),
        )
        self.rows.clear()


def dumps(image: Image) -> str | None:
    return None if image is None else json.dumps(image, ensure_ascii=False, separators=(",", ":"))


def loads(text: str | None) -> Image:
    image: Image = json.loads(text) if text is not None else None
    return image


def images(connection: Connection, change: int) -> Iterator[tuple[str, int, Image, Image]]:
    rows = connection.read("SELECT tbl, row_id, before, after FROM history WHERE change_id = :c", {"c": change})
    for row in rows:
        yield row["tbl"], row["row_id"], loads(row["before"]), loads(row["after"])


def rows(connection: Connection, change: int, tables: Iterable[str]) -> Iterator[tuple[str, Row, Image, Image]]:
    """Table, row, before and after of all a change did: the row as it stands, or as it was when it went."""
    images_of = "SELECT tbl, row_id, before, after FROM history WHERE change_id = :c"
    for table, row_id, before, after in connection.stream(images_of, {"c": change}):
        found = connection.read(f"SELECT * FROM {table} WHERE id = :id", {"id": row_id})
        yield table, found[0] if found else {"id": row_id}, loads(before), loads(after)
    for table in tables:
        for row in connection.read(
            f"SELECT * FROM {table} WHERE created_rev = :c ORDER BY id LIMIT 1000", {"c": change}
        ):
            yield table, row, None, row
    for table, row in gone(connection, change):
        yield table, row, None, row


def moved(connection: Connection, change: int, tables: Iterable[str], *, back: bool) -> list[tuple[str, int]]:
    """Rows that no longer stand as the change (`back`) or its undoing left them, at most 20 a table."""
    found: list[tuple[str, int]] = []
    if back:
        for table in tables:
            sql = f"SELECT id FROM {table} WHERE created_rev = :c AND rev <> :c LIMIT 20"
            found += [(table, row["id"]) for row in connection.read(sql, {"c": change})]
    for table, row_id, before, after in images(connection, change):
        image = after if back else before
        now = connection.read(f"SELECT rev, created_rev FROM {table} WHERE id = :id", {"id": row_id})
        stands = not now if image is None else bool(now) and now[0]["rev"] == image["rev"]
        if not stands:
            found.append((table, row_id))
    return found


def wanted(connection: Connection, change: int, *, back: bool) -> Iterator[tuple[str, Row]]:
    """The rows that would stand, whole, were the change taken back (`back`) or done again."""
    for table, row_id, before, after in images(connection, change):
        image = before if back else after
        now = connection.read(f"SELECT * FROM {table} WHERE id = :id", {"id": row_id})
        if image is not None:
            yield table, {**(now[0] if now else {}), **image}
    if not back:
        yield from gone(connection, change)


def gone(connection: Connection, change: int) -> Iterator[tuple[str, Row]]:
    """The rows that taking the change back deleted, as they were."""
    for tbl, packed in connection.stream("SELECT tbl, rows FROM gone WHERE change_id = :c ORDER BY id", {"c": change}):
        block = json.loads(zlib.decompress(packed))
        for values in block["rows"]:
            yield tbl, dict(zip(block["columns"], values, strict=True))


def unapply(connection: Connection, change: int, tables: Iterable[str]) -> int:
    """Take the change back; the number of rows it concerned."""
    n = 0
    for table in tables:
        n += _bury(connection, change, table)
    for table, row_id, before, _after in images(connection, change):
        _put(connection, table, row_id, before)
        n += 1
    return n


def reapply(connection: Connection, change: int) -> int:
    """Do again what was taken back; the number of rows it concerned."""
    n = 0
    for table, row_id, _before, after in images(connection, change):
        _put(connection, table, row_id, after)
        n += 1
    for tbl, packed in list(
        connection.stream("SELECT tbl, rows FROM gone WHERE change_id = :c ORDER BY id", {"c": change})
    ):
        block = json.loads(zlib.decompress(packed))
        names = block["columns"]
        places = ", ".join("?" * len(names))
        connection.many(f"INSERT INTO {tbl} ({', '.join(names)}) VALUES ({places})", block["rows"])
        n += len(block["rows"])
    connection.queue("DELETE FROM gone WHERE change_id = :c", {"c": change})
    return n


def _bury(connection: Connection, change: int, table: str) -> int:
    columns = connection.columns(table)
    cursor = connection.stream(
        f"SELECT {', '.join(columns)} FROM {table} WHERE created_rev = :c ORDER BY id", {"c": change}
    )
    n = 0
    block: list[tuple[Any, ...]] = []

    def keep() -> None:
        text = json.dumps({"columns": columns, "rows": block}, ensure_ascii=False, separators=(",", ":"))
        packed = zlib.compress(text.encode(), 1)
        connection.queue(
            "INSERT INTO gone (change_id, tbl, rows) VALUES (:c, :tbl, :rows)",
            {"c": change, "tbl": table, "rows": packed},
        )

    for row in cursor:
        block.append(row)
        n += 1
        if len(block) == BLOCK:
            keep()
            block.clear()
    if block:
        keep()
    if n:
        connection.queue(f"DELETE FROM {table} WHERE created_rev = :c", {"c": change})
    return n


def _put(connection: Connection, table: str, row_id: int, image: Image) -> None:
    """Make the row what its image says: gone, whole again, or with these fields."""
    if image is None:
        connection.queue(f"DELETE FROM {table} WHERE id = :id", {"id": row_id})
    elif "id" in image:
        connection.insert(table, image)
    else:
        row: Row = {**image, "id": row_id}
        sets = ", ".join(f"{name} = :{name}" for name in image)
        connection.queue(f"UPDATE {table} SET {sets} WHERE id = :id", row)
