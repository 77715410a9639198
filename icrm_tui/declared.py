"""What a noun declares: the shapes of its fields, tables, look-ups, imports, exports and work that falls due.

`nouns` says where each noun lives; everybody takes these from there.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Field(NamedTuple):
    """A word of the query language, and a column of a list; `order`: what that is ordered by if not by `sql`.

    `sql` is the value as an expression over `{t}`, the noun's row. Text is compared folded: `sql` then
    names a `*_key` column. For what a row can have many of (tags, phones), `within` is the EXISTS around
    one of them, with `{test}` where the comparison of `sql` goes. `shown` is what a list prints (default:
    `sql`); `sort` names a NOT NULL key column with an index (key, id) where the list may be ordered by it.
    `choices` are the values of a choice, by their stable English names.
    `test(place, operator, value)` gives the comparison where the type alone cannot. What a list shows is reckoned from
    a block of what is `shown` by `told(ctx, values)` where SQL cannot.

    Types: text · raw (as typed, without a key) · name · choice · flag · number · day · instant · birthday · user ·
    tag · phone · id · money (minor units of the base currency, shown as whole ones) · amount (whole units of the
    row's own currency) · span (seconds of working time, said as 4h or 1h30m).
    """

    type: str
    sql: str
    shown: str = ""
    sort: str = ""
    order: str = ""
    within: str = ""
    choices: tuple[str, ...] = ()
    test: Callable[..., str] | None = None
    told: Callable[..., list[Any]] | None = None


class Parent(NamedTuple):
    """A column that points at a row of `noun`; `by` is the column holding the noun where it varies.

    `bumps`: writing the row makes a new version of its parent.
    """

    noun: str
    by: str = ""
    bumps: bool = False


class Part(NamedTuple):
    """One table of a noun. `unique`: columns that may not repeat; a merge drops what would.

    `sole`: flag → columns that no two rows with that flag share. `resets`: what a row loses when a merge gives it
    another parent.
    """

    parents: Mapping[str, Parent] = {}
    unique: tuple[tuple[str, ...], ...] = ()
    sole: Mapping[str, tuple[str, ...]] = {}
    resets: Mapping[str, Any] = {}


class Owned(NamedTuple):
    """Rows somebody looks after: `column` of `table` names them, `open` holds over {t} while there is still work in
    the row, `customer` is the id of the customer it belongs to. They go along in a handover."""

    table: str
    column: str
    open: str
    customer: str


class Lookup(NamedTuple):
    """How somebody is meant by words: `reads(text, country)` gives the key or None; by it `sql` selects
    customer_id, contact_id (NULL for a company) and name."""

    name: str
    reads: Callable[[str, str], str | None]
    sql: str


class Match(NamedTuple):
    """How a staged row meets a stored one: SELECT n, id; and how staged rows meet each other: SELECT k, n."""

    name: str
    sql: str
    twins: str


class Importer(NamedTuple):
    """How the rows of a file become rows of a noun. It stands beside the noun and is found by IMPORTERS.

    A column of the file feeds one of `targets`; of `many` there may be several, each with a label (`phone.work`);
    in `days` the order of numbers must be known. `parse(cells, given)` reads nothing: the values of `columns` and of
    the `parts`, as tuples, or Rejected; what many rows point at goes to a table of `shared` ones, by number. New rows
    get ids of `table`. `look(stage, options)`, once all rows are staged, may turn some away for what is in the store.
    `publish(ctx, tx, policy)` runs in a change, with the rows staged and matched; what else it made, by number.
    """

    table: str

    targets: tuple[str, ...]
    many: tuple[str, ...]
    days: tuple[str, ...]
    columns: Mapping[str, str]
    parts: Mapping[str, Mapping[str, str]]
    shared: Mapping[str, Mapping[str, str]]
    match: tuple[Match, ...]
    parse: Callable[..., Any]
    publish: Callable[..., dict[str, int] | None]
    look: Callable[..., None] | None = None


class Exporter(NamedTuple):
    """How the rows of a noun become rows of a file, read a block of ids at once; found by EXPORTERS.

    `columns(ctx)` are the columns this store's rows can fill, `read(ctx, ids)` gives what is known of each row,
    `record` makes of that the record JSON has, `cells` its text by column, in the words the noun's importer reads.
    What belongs into a calendar has an `event`.
    """

    columns: Callable[..., list[str]]
    read: Callable[..., Any]
    record: Callable[..., dict[str, Any]]
    cells: Callable[..., Mapping[str, str]]
    event: Callable[..., Any] | None = None


class Due(NamedTuple):
    """Work that falls due by itself as time goes by; `icrm tick` does it, found by DUE.

    `find(ctx)` reads what is due at `ctx.now` and writes nothing (it is all that `--dry-run` asks for): a dict for each
    piece, with what people read of it: `did` (a code; the faces say `did.<code>`), `id` (as it is written), `who` (whom
    it concerns, or empty) and `detail` (figures). What else `do` needs goes along under names that begin with `_`.

    `do(ctx, some)` does at most `batch` of them, as the program (`ctx.user` is `icrm`) and in transactions of its own:
    inside each it looks again what is still to be done, leaves the mark that it is done (a row only one can have), and
    notes it with `ticks.note`. So a tick that is killed anywhere, runs twice at once or comes days late never acts
    twice. It returns the pieces it did. Work that reaches outside the store (a mail) has `batch` 1 and leaves a mark
    before and another after.

    What one may not do raises an IcrmError: that work is put off to the next tick, the rest goes on.
    """

    find: Callable[..., list[dict[str, Any]]]
    do: Callable[..., list[dict[str, Any]]]
    batch: int = 500


class Noun(NamedTuple):
    """What a noun declares about itself.

    `prefix` is how its ids are written (p17), `written` over {t} where that is as other nouns' are. `search` selects
    `id` and the texts it is found by, WHERE id IN {ids}, each column named for how it is cut: name (of a person),
    words, company, email, phone, handle, tag; `found_by` selects the ids whose words hang on another noun's rows
    {ids}. `hits` selects id, name and sort_key FROM {found} its table as `t` WHERE {condition}; `detail` over {t}
    tells a row from others of its name; `verify` are tests `… {like}` or `… {initials}` over {t} that a longer word
    is really there.
    `timeline` selects customer_id, contact_id, at, noun and row_id (what it is about), id, text.
    `edit(ctx, id, values)` is the verb that changes fields by their words. `merges(ctx, src, dst)` names the rows
    that must go along in a merge, `merged(ctx, src, dst)` sets right what is left. `label` is the column a person
    knows a row by. `hides` are flags whose rows a list leaves out unless the query speaks of them, `order` the field
    a list is ordered by where nothing is said, with `-` in front for the other direction.
    """

    word: str
    table: str
    parts: Mapping[str, Part]
    prefix: str = ""
    written: str = ""
    label: str = "name"
    fields: Mapping[str, Field] = {}
    lends: Mapping[str, Mapping[str, Field]] = {}
    columns: tuple[str, ...] = ()
    hides: tuple[str, ...] = ("archived",)
    order: str = ""
    owned: tuple[Owned, ...] = ()
    timeline: str = ""
    lookup: tuple[Lookup, ...] = ()
    search: str = ""
    found_by: Mapping[str, str] = {}
    hits: str = ""
    detail: str = ""
    verify: tuple[str, ...] = ()
    edit: Callable[..., bool] | None = None
    merges: Callable[..., list[tuple[str, int, int]]] | None = None
    merged: Callable[..., None] | None = None


def in_name(key: str, sort: str, around: str = "{}") -> tuple[str, str]:
    """Tests for `verify` that a text is in a name, of which `key` is as written and `sort` in pinyin syllables.

    The first is for its letters, in pinyin also joined and with `u` for ü, the second for its initials.
    """
    joined = f"replace({sort}, ' ', '')"
    places = (key, sort, joined, f"replace({joined}, 'v', 'u')")
    like = " OR ".join(f"{place} {{like}}" for place in places)
    return around.replace("{}", f"({like})"), around.replace("{}", f"(' ' || {sort}) {{initials}}")
