"""How a file is going to be read: what it is written in, which column feeds which field, in what order days stand."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from icrm_tui import dates, nouns, settings
from icrm_tui.collect import fields, headers, mapping
from icrm_tui.collect.formats import csv
from icrm_tui.collect.mapping import Column
from icrm_tui.context import Context
from icrm_tui.errors import Refused, Usage

POLICIES = ("update", "merge", "skip", "create")
ORDERS = ("dmy", "mdy", "ymd")
SAMPLES = 200  # rows that speak for their columns
SHOWN = 20  # rows a preview shows


@dataclass(frozen=True)
class Options:
    """What was said about an import; empty is found out, or the usual."""

    kind: str = "contact"
    map: Mapping[str, str] | None = None  # column → field, before everything else
    preset: str = ""  # a mapping kept under a name, or a program's
    save_mapping: str = ""
    set: Mapping[str, str] | None = None  # field → value of every row
    on_duplicate: str = "update"
    dry_run: bool = False
    partial: bool = False
    rejects: Path | None = None
    replace: bool = False  # the rejects file, where there is one
    encoding: str = ""
    delimiter: str = ""
    dates: str = ""
    skip_lines: int | None = None
    country: str = ""
    create_missing: bool = False  # customers that rows of other kinds name and nobody knows


class Preview(NamedTuple):
    """What a file seems to be. `dates`: the orders its dates can be read in, none where that is clear."""

    kind: str
    layout: csv.Layout
    preset: str
    columns: list[Column]
    unmapped: list[str]
    samples: list[list[str]]
    dates: list[str]


class Plan(NamedTuple):
    """How a file is going to be read. The first `constants` columns are no column of it: they come from `set`."""

    path: Path
    options: Options
    layout: csv.Layout
    mapping: mapping.Mapping
    samples: list[list[str]]
    constants: int
    fields: dict[str, dict[str, Any]]

    @property
    def columns(self) -> list[Column]:
        """Those of the file."""
        return self.mapping.columns[self.constants :]


def preview(ctx: Context, path: Path, options: Options | None = None) -> Preview:
    """The file as an import would read it; reads nothing but the file and what the store knows of mappings."""
    made = make(ctx, path, options or Options())
    orders = sorted(_orders(made)[0]) if not made.options.dates else []
    return Preview(
        made.options.kind,
        made.layout,
        made.mapping.preset,
        made.columns,
        [column.name for column in made.mapping.unmapped],
        made.samples[:SHOWN],
        orders if len(orders) > 1 else [],
    )


def make(ctx: Context, path: Path, options: Options) -> Plan:
    """Find out what was not said. Usage for a column, field, preset or order that is none."""
    _check(options)
    layout = csv.sniff(
        path,
        encoding=options.encoding or None,
        delimiter=options.delimiter or None,
        skip_lines=options.skip_lines,
    )
    samples = [cells for _line, cells, _problem in islice(_readable(path, layout), SAMPLES)]
    header = layout.header
    defined = {row["key"]: dict(row) for row in fields.definitions(ctx, options.kind)}
    defined |= fields.said_in(header, defined)
    name, kept = _kept(ctx, options, header)
    found = mapping.suggest(
        header,
        samples,
        kind=options.kind,
        preset=None if kept else options.preset or None,
        saved=kept,
        overrides=dict(options.map or {}),
        custom=defined,
    )
    constants = _constants(options, len(header), defined)
    whole = mapping.Mapping(name or found.preset, constants + found.columns, options.kind)
    return Plan(path, options, layout, whole, samples, len(constants), defined)


def _check(options: Options) -> None:
    for option, value, choices in (
        ("--kind", options.kind, tuple(nouns.IMPORTERS)),
        ("--on-duplicate", options.on_duplicate, POLICIES),
        ("--dates", options.dates, ("", *ORDERS)),
    ):
        if value not in choices:
            raise Usage("option-choice", option=option, value=value, choices=", ".join(filter(None, choices)))
    if options.country:
        settings.check("country", options.country)


def _readable(path: Path, layout: csv.Layout) -> Iterator[csv.Row]:
    """The rows before whatever makes the rest unreadable."""
    try:
        yield from csv.rows(path, layout)
    except Refused:
        return


def _kept(ctx: Context, options: Options, header: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The saved mapping asked for, else the one saved for exactly these columns: its name, column → field."""
    saved = {name: json.loads(text) for name, text in settings.named(ctx, f"mapping.{options.kind}.").items()}
    if options.preset:
        if options.preset in saved:
            return options.preset, saved[options.preset]
        if options.preset not in headers.presets():
            known = [*saved, *headers.presets()]
            raise Usage("preset", text=options.preset, nearest=headers.nearest(options.preset, known))
        return "", {}
    return next(((name, columns) for name, columns in saved.items() if set(columns) == set(header)), ("", {}))


def _constants(options: Options, width: int, defined: Mapping[str, Any]) -> list[Column]:
    """Columns for what every row is given; they stand first, so that they count."""
    found: list[Column] = []
    for word, value in (options.set or {}).items():
        target = mapping.checked(word, options.kind, defined)
        found.append(Column(width + len(found), f"--set {word}", target, 100, (value,)))
    return found


def _orders(plan: Plan) -> tuple[set[str], tuple[int, str] | None]:
    """The orders all days of the file can be read in, and the first day that is not clear by itself."""
    importer = nouns.importer(plan.options.kind)
    days = {*importer.days, *(f"field:{key}" for key, field in plan.fields.items() if field["type"] == "date")}
    places = [column.position for column in plan.columns if column.target in days]
    orders: set[str] = set()
    asked = None
    if places:
        for line, cells, _problem in _readable(plan.path, plan.layout):
            for place in places:
                text = cells[place]
                if text and text[4:5] != "-" and (possible := dates.orders(text)) is not None:
                    asked = asked or (line, text)
                    orders = (orders & possible or orders) if orders else set(possible)
    return orders, asked


def order(plan: Plan) -> str:
    """The one order of the numbers in days, or Usage that says which flag answers it."""
    orders, asked = _orders(plan)
    if len(orders) > 1 and asked:
        raise Usage("dates-ambiguous", line=asked[0], text=asked[1])
    return orders.pop() if orders else "ymd"
