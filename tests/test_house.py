"""The house proves itself: who imports whom, what is declared, who writes where, what is said, what a command loads."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from importlib import import_module
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from icrm_tui import db, i18n, nouns, query
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError

ROOT = Path(__file__).parents[1]
PACKAGE = "icrm_tui"

# from below; a module belongs to the first of its own names that stands here, and imports its own layer or lower ones
LAYERS = (
    {
        "errors",
        "addresses",
        "secret",
        "processes",
        "text",
        "pinyin",
        "tokens",
        "phones",
        "dates",
        "when",
        "recurrence",
        "i18n",
        "locale",
        "config",
        "paths",
        "output",
        "declared",
        "calendars_rules",
        "nouns",
    }
    | {"query_parser", "money", "countries"},
    {"store"},
    {"db", "session"},
    {"context", "query_values", "query", "search", "lists", "history", "merge", "users", "settings", "doctor", "team"}
    | {"ticks", "calendars"},
    {"collect", "classify"},
    {"engage"},
    {"listen"},
    {"improve"},
    {"demo_words", "demo_stories", "demo_cast", "demo_complaints", "demo_orders", "demo"},
    {"themes", "widgets", "commands", "screens", "app", "cli"},
)
# neither side knows the other
APART = (
    ("collect", "classify"),
    ("classify", "collect"),
    ("commands", "screens"),
    ("commands", "widgets"),
    ("screens", "commands"),
    ("screens", "cli"),
    ("widgets", "screens"),
    ("widgets", "commands"),
    ("widgets", "collect"),
    ("app", "commands"),
)
# the only ones to pass through the door without `db`: they stand beside it
BEHIND_THE_DOOR = {"store", "db", "team", "session", "history", "doctor"}

LONGEST = 400
LONG = {
    "locale": "sentences, one a line",
    "demo_words.py": "names, places and goods, one a line",
}
# file → the functions that may catch whatever comes, because nobody is above them
BOUNDARIES = {"cli.py": "run", "screens/base.py": "perform"}

# tables that are no noun's: who writes them
GROUND = {
    "changes": {"context", "history"},
    "history": {"store"},
    "gone": {"store"},
    "docs": {"search", "store"},
    "docs_fts": {"search", "store"},
    "search_state": {"search", "store"},
    "search_todo": {"search"},
    "tick_log": {"ticks"},
    "sla_notices": {"listen"},
    "touched": {"db"},
    "made": {"history"},
    "sqlite_sequence": {"store"},
    "stage": {"collect"},
}
# what an import puts aside in a file of its own (`stage.rows`) is no table of the store
WRITE = re.compile(r"\b(?:INSERT INTO|UPDATE(?= \w+ SET)|DELETE FROM|REPLACE INTO)\s+(?!stage\.)(\w+)")
WRITERS = ("insert", "update", "delete", "bulk", "revise", "reserve")


# --- reading the source ----------------------------------------------------------------------------------


def name_of(path: Path) -> str:
    """`icrm_tui/collect/tags.py` → `collect.tags`."""
    parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


FILES = {name_of(path): path for path in sorted((ROOT / PACKAGE).rglob("*.py"))}
CODE = {name: path for name, path in FILES.items() if not name.startswith("locale")}


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


@cache
def imports(name: str) -> dict[str, int]:
    """Modules of ours it imports, at the top or inside functions, with the line; not those for annotations only."""
    found: dict[str, int] = {}
    for node in _running(tree(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name: node.lineno for alias in node.names if alias.name.startswith(PACKAGE)}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                found[inside if ours(inside) in FILES else str(node.module)] = node.lineno
    return {ours(module): line for module, line in found.items()}


def ours(module: str) -> str:
    return module.removeprefix(PACKAGE).removeprefix(".")


def _running(module: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those under `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(module):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        yield from _running(node)


@cache
def strings(name: str) -> tuple[tuple[str, int], ...]:
    """Every text in a module, with its line; a place in an f-string shows as `{}`."""
    found: list[tuple[str, int]] = []
    inside: set[int] = set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            found.append(("".join(parts), node.lineno))
            inside |= {id(part) for part in node.values}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            found.append((node.value, node.lineno))
    return tuple(found)


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last word of what is called."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def literal(call: ast.Call, place: int = 0) -> str | None:
    if len(call.args) > place and isinstance(call.args[place], ast.Constant):
        value = call.args[place].value  # type: ignore[attr-defined]
        return value if isinstance(value, str) else None
    return None


def layer(name: str) -> int:
    head = name.split(".")[0]
    return next((n for n, names in enumerate(LAYERS) if head in names), -1)


# --- who imports whom ------------------------------------------------------------------------------------


def test_every_module_has_its_place() -> None:
    assert [name for name in FILES if name and layer(name) < 0] == []


def test_no_import_runs_upward() -> None:
    upward = [
        f"{name}:{line} imports {other}"
        for name in FILES
        for other, line in imports(name).items()
        if name and other and layer(other) > layer(name)
    ]
    assert upward == []


def test_who_is_kept_apart_does_not_meet() -> None:
    met = [
        f"{name}:{line} imports {other}"
        for name in FILES
        for other, line in imports(name).items()
        if (name.split(".")[0], other.split(".")[0]) in APART
    ]
    assert met == []


def test_the_store_is_reached_through_its_door() -> None:
    around = [
        f"{name}:{line} imports {other}"
        for name in FILES
        for other, line in imports(name).items()
        if other.split(".")[0] == "store" and name.split(".")[0] not in BEHIND_THE_DOOR
    ]
    assert around == []


def test_the_screens_are_started_in_one_place() -> None:
    assert len([name for name in FILES if "app" in imports(name)]) == 1


def test_what_is_imported_is_there() -> None:
    absent = [f"{name}:{line} imports {other}" for name in FILES for other, line in imports(name).items()]
    assert [line for line in absent if line.rpartition(" ")[2] not in FILES] == []


def test_no_imports_form_a_circle() -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join((*path[path.index(name) :], name))
        if name not in done:
            for other in FILES.keys() & imports(name).keys():
                visit(other, (*path, name))
            done.add(name)

    for name in FILES:
        visit(name, ())


# --- the registry ----------------------------------------------------------------------------------------


def declared() -> dict[str, nouns.Noun]:
    return {word: nouns.noun(word) for word in nouns.NOUNS}


def test_every_noun_is_where_the_registry_says() -> None:
    for word, noun in declared().items():
        assert noun.word == word
        assert noun.table in noun.parts
    homes = {name for name in CODE for call, _node in calls(name) if call == "Noun"}
    assert homes == set(nouns.NOUNS.values())


def test_the_static_tables_say_what_the_nouns_declare() -> None:
    known = declared()
    assert {table: word for word, noun in known.items() for table in noun.parts} == nouns.TABLES
    lent = {(noun, word): lender for lender in known for noun, fields in known[lender].lends.items() for word in fields}
    assert lent == nouns.LENT
    assert set(nouns.LOOKUPS) == {word for word, noun in known.items() if noun.lookup}
    assert set(nouns.TIMELINE) == {word for word, noun in known.items() if noun.timeline}
    assert set(nouns.SEARCHED) == {word for word, noun in known.items() if noun.search}
    prefixes = [noun.prefix for noun in known.values() if noun.prefix]
    assert len(prefixes) == len(set(prefixes))


def test_every_string_of_the_registry_resolves() -> None:
    specs = [*nouns.DERIVE, *nouns.DERIVED, *nouns.DIALOGS.values(), *filter(None, (nouns.CUSTOM, nouns.INDEX))]
    specs += [spec for reactions in nouns.AFTER.values() for spec in reactions]
    for spec in specs:
        assert callable(nouns.resolve(spec)), spec
    assert set(nouns.DERIVE) == set(nouns.DERIVED)
    assert all(isinstance(nouns.due(work), nouns.Due) for work in nouns.DUE)
    for noun, tables in nouns.DERIVE.values():
        assert noun in nouns.NOUNS
        assert set(tables) <= set(nouns.TABLES)
    for word, whose in nouns.SEARCHED.items():
        assert set(whose) <= set(nouns.TABLES)
        assert set(whose.values()) == {word, *nouns.noun(word).found_by}


def test_what_a_noun_lends_and_shows_is_a_field_somewhere() -> None:
    for word, noun in declared().items():
        assert set(noun.lends) <= set(nouns.NOUNS)
        shown = set(noun.fields) | {field for borrower, field in nouns.LENT if borrower == word}
        assert set(noun.columns) <= shown, word


def test_a_reaction_lives_higher_than_its_cause() -> None:
    def home(word: str) -> int:
        room = nouns.NOUNS[word].split(".")[0]
        return layer(room) * 2 + (room == "classify")  # for reactions, classify counts as above collect

    emitted = set()
    for name in CODE:
        for call, node in calls(name):
            if call == "emit":
                event = literal(node)
                assert event, f"{name}:{node.lineno} emits what is no literal"
                assert event.split(".")[0] in nouns.NOUNS, event
                emitted.add(event)
    assert set(nouns.AFTER) <= emitted
    for event, specs in nouns.AFTER.items():
        for spec in specs:
            room = spec.split(".")[0]
            assert layer(room) * 2 + (room == "classify") > home(event.split(".")[0]), f"{event} → {spec}"


# --- the schema ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[db.Connection]:
    with closing(db.open_store(tmp_path_factory.mktemp("schema") / "icrm.db")) as connection:
        yield connection


def tables(schema: db.Connection) -> dict[str, str]:
    return {row["name"]: row["sql"] for row in schema.read("SELECT name, sql FROM sqlite_master WHERE type = 'table'")}


def columns(schema: db.Connection, table: str) -> set[str]:
    return {row["name"] for row in schema.read(f"SELECT name FROM pragma_table_info('{table}')")}


def test_every_table_is_somebodys(schema: db.Connection) -> None:
    known = {*nouns.TABLES, *nouns.DERIVED.values(), *GROUND}
    assert {table for table in tables(schema) if not table.startswith("docs_fts_")} == known - {
        "touched",
        "made",
        "stage",
    }


def test_every_foreign_key_is_a_declared_parent(schema: db.Connection) -> None:
    for table in nouns.TABLES:
        keys = schema.read(f'SELECT "from" AS here, "table" AS there FROM pragma_foreign_key_list(\'{table}\')')
        real = {row["here"]: row["there"] for row in keys}
        parents = nouns.part(table).parents
        assert {column: nouns.noun(p.noun).table for column, p in parents.items() if not p.by} == real, table
        for column, parent in parents.items():
            assert {column, *filter(None, (parent.by,))} <= columns(schema, table)


def test_every_row_knows_its_changes_and_its_id_is_never_used_again(schema: db.Connection) -> None:
    for table, sql in tables(schema).items():
        if table not in nouns.TABLES:
            continue
        assert {"id", "created_rev", "rev"} <= columns(schema, table), table
        shared = "id" in nouns.part(table).parents  # the id is another row's, which never comes again
        assert shared or "AUTOINCREMENT" in sql, table
        first = schema.read(
            "SELECT i.name FROM pragma_index_list(:table) l JOIN pragma_index_info(l.name) i WHERE i.seqno = 0",
            {"table": table},
        )
        assert "created_rev" in {row["name"] for row in first}, table
        for unique in nouns.part(table).unique:
            assert set(unique) <= columns(schema, table)


def test_every_sql_of_the_registry_prepares(schema: db.Connection) -> None:
    ctx = Context(schema, "wei", lambda: NOTHING, NOTHING)
    for word, noun in declared().items():
        for sql in statements(ctx, word, noun):
            schema.read(f"EXPLAIN {sql}", Anything(id=1))
        for at, part in noun.parts.items():
            assert set(part.resets) <= columns(schema, at)


NOTHING: Any = None


class Anything(dict[str, Any]):
    """A value for every parameter."""

    def __missing__(self, _key: str) -> int:
        return 1


def statements(ctx: Context, word: str, noun: nouns.Noun) -> Iterator[str]:
    """Everything a noun declares, as statements that can be prepared."""
    for field in query.fields(ctx, word).values():
        test = f"{field.sql} IS NOT NULL"
        where = field.within.replace("{test}", test) if field.within else test
        yield f"SELECT t.id FROM {noun.table} t WHERE {where}".replace("{t}", "t")
        yield f"SELECT {field.shown or field.sql}, {field.sort or '1'} FROM {noun.table} t".replace("{t}", "t")
    yield from (lookup.sql for lookup in noun.lookup)
    yield f"SELECT {noun.written.format(t='t') or 1} FROM {noun.table} t"
    if noun.timeline:
        yield f"SELECT e.customer_id, e.contact_id, e.at, e.noun, e.row_id, e.id, e.text FROM ({noun.timeline}) AS e"
    if noun.search:
        yield noun.search.format(ids="(1)")
        yield from (f"SELECT id FROM ({sql.format(ids='(1)')}) AS s" for sql in noun.found_by.values())
        found, where = ctx.connection.found(word, "q")
        yield noun.hits.format(found=found, condition=where)
        yield f"SELECT {noun.detail.format(t='t')} FROM {noun.table} t"
        for test in noun.verify:
            shaped = test.format(t="t", like="LIKE :a ESCAPE '!'", initials="LIKE :a")
            yield f"SELECT t.id FROM {noun.table} t WHERE {shaped}"


# --- who writes where ------------------------------------------------------------------------------------


def home_of(table: str) -> set[str]:
    """The modules that write a table: a noun's own, and what stands beside it to take its rows from files."""
    if table in nouns.TABLES:
        home = nouns.NOUNS[nouns.TABLES[table]]
        return {home, f"{home}_import", f"{home}_publish"}
    derived = {kept: spec.partition(":")[0] for spec, kept in nouns.DERIVED.items()}
    return {derived[table]} if table in derived else GROUND.get(table, set())


def test_a_table_is_written_only_at_its_nouns_home() -> None:
    abroad = []
    for name in CODE:
        written = [(table, line) for text, line in strings(name) for table in WRITE.findall(text)]
        for call, node in calls(name):
            if call in WRITERS and (table := literal(node)) in nouns.TABLES:
                written.append((str(table), node.lineno))
        for table, line in written:
            home = home_of(table)
            if layer(name) <= layer("db") and (not home or name.startswith(("store.migrations", "store.schema"))):
                continue  # temporary tables of the store's own, and what every store begins with
            if not {name, name.split(".")[0]} & home:
                abroad.append(f"{name}:{line} writes {table}")
    assert abroad == []


def test_history_is_not_written_around() -> None:
    """Raw writes to a noun's table keep no history; its writers are insert, update, delete and bulk."""
    raw = [
        f"{name}:{line} writes {table} raw"
        for name in CODE
        if layer(name) > layer("db")
        for text, line in strings(name)
        for table in WRITE.findall(text)
        if table in nouns.TABLES
    ]
    assert raw == []


def test_faces_hold_no_sql() -> None:
    sql = re.compile(r"\b(SELECT .* FROM|INSERT INTO|DELETE FROM) ")
    allowed = {"commands.demo", "commands.completion"}  # is the store empty; what 200 ms allow
    found = [
        f"{name}:{line}"
        for name in CODE
        if name.split(".")[0] in ("commands", "screens", "widgets", "app", "cli") and name not in allowed
        for text, line in strings(name)
        if sql.search(text)
    ]
    assert found == []


# --- files -----------------------------------------------------------------------------------------------


def test_files_are_short_enough_to_read() -> None:
    long = {}
    for path in [*FILES.values(), *(ROOT / "tools").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > (250 if path.name == "app.py" else LONGEST) and not LONG.keys() & {path.name, path.parent.name}:
            long[str(path.relative_to(ROOT))] = lines
    assert long == {}


def test_nothing_swallows_what_it_does_not_know() -> None:
    swallowed = []
    for name, path in CODE.items():
        for function in ast.walk(tree(name)):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            allowed = BOUNDARIES.get(str(path.relative_to(ROOT / PACKAGE))) == function.name
            for node in ast.walk(function):
                if isinstance(node, ast.ExceptHandler) and _everything(node) and not allowed:
                    swallowed.append(f"{name}:{node.lineno}")
    assert swallowed == []


def _everything(handler: ast.ExceptHandler) -> bool:
    """It takes any error and does not pass it on."""
    caught = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else {""}
    passed = any(isinstance(node, ast.Raise) for node in handler.body)
    return bool(caught & {"", "Exception", "BaseException"}) and not passed


def test_nothing_is_left_for_later_and_no_machine_is_named() -> None:
    marks = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "/wo" + "rk/", "/ro" + "ot/")))
    kept = [path for pattern in ("*.py", "*.md", "*.toml", "Makefile") for path in ROOT.glob(pattern)]
    for folder in ("icrm_tui", "tests", "tools", "benchmarks", "docs"):
        kept += [path for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".md", ".tcss", ".txt")]
    marked = [
        f"{path.relative_to(ROOT)}:{n}"
        for path in kept
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert marked == []


# --- what is said ----------------------------------------------------------------------------------------

PARTS = ("", "_errors", "_help", "_screens")
Sentence = str | tuple[str, str]


def catalogue(language: str) -> dict[str, Sentence]:
    words: dict[str, Sentence] = {}
    for part in PARTS:
        more = import_module(f"{PACKAGE}.locale.{language}{part}").WORDS
        assert not words.keys() & more.keys(), words.keys() & more.keys()
        words |= more
    return words


def places(sentence: Sentence) -> set[str]:
    """The names a sentence has places for."""
    both = (sentence,) if isinstance(sentence, str) else sentence
    return {name for text in both for _text, name, _format, _how in Formatter().parse(text) if name}


def test_both_languages_say_the_same() -> None:
    en, zh = catalogue("en"), catalogue("zh_CN")
    assert en.keys() == zh.keys()
    differ = {key for key in en if key.startswith("error.") and places(en[key]) != places(zh[key])}
    assert differ == set()


def test_each_part_has_the_same_words_in_both_languages() -> None:
    for part in PARTS:
        en, zh = (import_module(f"{PACKAGE}.locale.{language}{part}").WORDS for language in ("en", "zh_CN"))
        assert en.keys() == zh.keys(), part


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_word_asked_for_is_there_and_given_what_it_needs(language: str) -> None:
    words = catalogue(language)
    wrong = []
    for name in CODE:
        for call, node in calls(name):
            key = literal(node)
            if call not in ("t", "say", "notice") or key is None or "." not in key:
                continue
            given = {keyword.arg for keyword in node.keywords}
            if key not in words or not (None in given or places(words[key]) <= given):
                wrong.append(f"{name}:{node.lineno} says {key} with {given or 'nothing'}")
    assert wrong == []


def test_no_word_is_there_for_nothing() -> None:
    """Each id stands somewhere in the code, or is put together there: by a head (`verb.{}`) or from two words."""
    said = {text for name in CODE for text, _line in strings(name)}
    heads = {text.partition("{")[0] for text in said if re.match(r"[a-z]+\.[\w.-]*\{", text)} - {"error."}

    def alive(key: str) -> bool:
        head, _dot, tail = key.removesuffix("-none").partition(".")
        return key in said or key.startswith(tuple(heads)) or (tail in said and (head == "error" or head in said))

    assert [key for key in catalogue("en") if not alive(key)] == []


ERRORS = {IcrmError.__name__, *(cls.__name__ for cls in IcrmError.__subclasses__())}
ERRORS |= {cls.__name__ for kind in IcrmError.__subclasses__() for cls in kind.__subclasses__()}
GIVEN = {  # what an error gives its sentence besides what it is raised with
    "Conflict": {"table", "id"},
    "QueryError": {"text", "column", "length"},
    "unknown": {"text", "column", "length", "nearest", "known"},
}


def test_every_error_has_a_sentence_and_what_it_needs() -> None:
    words = catalogue("en")
    wrong = []
    for name in CODE:
        for call, node in calls(name):
            code = literal(node)
            if call not in ERRORS | set(GIVEN) or code is None:
                continue
            for key in (f"error.{code}", f"error.{code}-none") if call == "unknown" else (f"error.{code}",):
                given = {keyword.arg for keyword in node.keywords if keyword.arg} | GIVEN.get(call, set())
                open_ended = any(keyword.arg is None for keyword in node.keywords)
                if key not in words or not (open_ended or places(words[key]) <= given):
                    wrong.append(f"{name}:{node.lineno} raises {key} with {sorted(given)}")
    assert wrong == []


def test_help_has_words_for_every_command_option_and_argument() -> None:
    from icrm_tui.commands import helping, parsing

    words = catalogue("en")
    needed = {f"opt.global.{name}" for name, _value in helping.GLOBALS}
    for path, command in parsing.every():
        needed |= {f"cmd.{'.'.join(path[: n + 1])}" for n in range(len(path))}
        for parameter in command.params:
            written = parsing.written(parameter)
            needed.add(f"opt.{parameter.name}" if written.startswith("--") else f"arg.{written.rstrip('.')}")
    assert sorted(needed - words.keys()) == []


# changes that are only ever part of another
WITHIN = {"channel.reclaim", "channel.release", "channel.settle", "customer.absorb"}


def test_every_verb_has_a_word() -> None:
    words = catalogue("en")
    verbs = {literal(node) for name in CODE for call, node in calls(name) if call == "change"} - {None} - WITHIN
    assert sorted(verb for verb in verbs if f"verb.{verb}" not in words) == []


def test_every_noun_and_field_has_a_word() -> None:
    words = catalogue("en")
    needed = {f"noun.{word}" for word in nouns.NOUNS} | {f"field.{word}" for _noun, word in nouns.LENT}
    needed |= {f"field.{word}" for noun in declared().values() for word in noun.fields}
    assert sorted(needed - words.keys()) == []


# what a sentence for salespeople does without
UNSAID = {
    "en": re.compile(
        r"\b(please|successfully|oops|sorry|invalid|illegal|fatal|exception|traceback|null|failed to)\b|!",
        re.IGNORECASE,
    ),
    "zh_CN": re.compile("非法|顾客|联络人|撤回操作|失败了|抱歉|！|错误代码"),
}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_sentences_are_said_as_people_say_them(language: str) -> None:
    said = [
        f"{key}: {text}"
        for key, sentence in catalogue(language).items()
        for text in ((sentence,) if isinstance(sentence, str) else sentence)
        if UNSAID[language].search(text) and not key.startswith("move.")  # moves are called as they are typed
    ]
    assert said == []


# --- what a command loads --------------------------------------------------------------------------------

HEAVY = (
    *("textual", "rich", "pydantic", "sqlite_utils", "pypinyin", "phonenumbers", "email_validator", "lunar_python"),
    "holidays",
)


def loaded(*words: str, store: Path) -> set[str]:
    """The modules loaded once the installed command has run."""
    script = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))\n"
        "from icrm_tui.cli import run\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *words, "--db", str(store), "--as", "wei"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return set(json.loads(ran.stderr.splitlines()[-1]))


def test_showing_a_contact_loads_nothing_heavy(store: Path) -> None:
    loaded("contact", "add", "Ada Lovelace", store=store)
    for words in (("contact", "show", "p1"), ("find", "ada"), ("contact", "list", "ada"), ("due",)):
        assert not loaded(*words, store=store) & set(HEAVY), words
