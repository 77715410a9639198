"""Seeded people for the benchmarks: a CSV of any size, a fifth of them Chinese, and a store that holds it."""

import csv
import os
import random
import subprocess
import sys
from pathlib import Path

HEADER = ("name", "company", "title", "email", "phone", "city", "country", "tags", "birthday", "notes")
FAMILY = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文辉力永健"
FIRST = [
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Emma",
    "Frank",
    "Greta",
    "Hugo",
    "Iris",
    "Jack",
    "Karl",
    "Lena",
    "Matthias",
    "Nina",
    "Otto",
    "Paul",
]
LAST = [
    "Smith",
    "Schmidt",
    "Weber",
    "Brown",
    "Jones",
    "Miller",
    "Davis",
    "Garcia",
    "Wilson",
    "Moore",
    "Taylor",
    "Fischer",
    "Wagner",
]
CITIES = ("Berlin", "上海", "Paris", "Boston", "深圳", "Leeds")


def write(path: Path, size: int) -> Path:
    """A CSV of `size` people; the same size is the same file."""
    chance = random.Random(size)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for n in range(size):
            chinese = chance.random() < 0.2
            if chinese:
                name = chance.choice(FAMILY) + chance.choice(GIVEN) + chance.choice(GIVEN)
                phone = f"+861{chance.choice((38, 39, 50, 86))}{chance.randrange(10**8):08}"
            else:
                name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
                phone = f"+4930{chance.randrange(10**7):07}"
            born = f"19{chance.randrange(55, 99)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            writer.writerow(
                (
                    name,
                    f"Firm {chance.randrange(size // 3 + 1)} {'有限公司' if chinese else 'GmbH'}",
                    chance.choice(("Buyer", "采购", "Head of sales", "Owner")),
                    f"user{n}@mail{n % 97}.example",
                    phone,
                    chance.choice(CITIES),
                    "CN" if chinese else "DE",
                    chance.choice(("", "", "vip", "fair")),
                    born if chance.random() < 0.3 else "",
                    "met at the fair",
                )
            )
    return path


def store(folder: Path, size: int) -> Path:
    """A store that holds them, kept in `folder` for the next run."""
    path = folder / f"people-{size}.db"
    if not path.exists():
        source = write(folder / f"people-{size}.csv", size)
        icrm("import", str(source), "--quiet", db=path)
        with_touches(path)
    return path


def with_touches(path: Path) -> None:
    """Five touches a person over two years, written in one change."""
    from contextlib import closing
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from icrm_tui import db
    from icrm_tui.context import Context

    select = (
        "SELECT p.customer_id AS customer_id, p.id AS contact_id, 'call' AS channel, 'out' AS dir,"
        " strftime('%Y-%m-%dT%H:%M:%SZ', 1700000000 + (p.id * 7919 + n.v * 104729) % 63072000, 'unixepoch') AS at,"
        " 'Called about the quote.' AS body, 'called about the quote.' AS body_key, 'bench' AS who, '' AS outcome"
        " FROM contacts p JOIN (SELECT 1 AS v UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5) n"
    )
    columns = "customer_id, contact_id, channel, dir, at, body, body_key, who, outcome"
    with closing(db.open_store(path)) as connection:
        ctx = Context(connection, "bench", lambda: datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))
        ctx.change("bench.touches", lambda tx: tx.bulk("interactions", columns, select))


def icrm(*words: str, db: Path) -> None:
    env = os.environ | {"ICRM_DB": str(db), "ICRM_USER": "bench"}
    subprocess.run([sys.executable, "-m", "icrm_tui.cli", *words], env=env, check=True, stdout=subprocess.DEVNULL)
