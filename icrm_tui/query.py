"""One small language for every list, filter, segment and rule, compiled to one parameterised condition.

Words mean what the nouns declare. A negation is the exact complement: whatever does not fulfil the condition,
rows that lack the field included. An order (`< <= > >=`) holds only where there is something to compare.
"""

from typing import Any

from icrm_tui import dates, nouns
from icrm_tui.context import Context
from icrm_tui.nouns import Field
from icrm_tui.query_parser import (
    HEAD,
    PLAIN,
    QUOTES,
    All,
    Comparison,
    Node,
    Not,
    QueryError,
    Related,
    Some,
    Text,
    Word,
    last_word,
    parse,
    quoted,
)
from icrm_tui.query_values import EQUAL, TESTS, Place, unknown
from icrm_tui.text import fold, like, plain

__all__ = ["QueryError", "compile", "fields", "words"]

# types that keep "nothing" as an empty text; the others as NULL
TEXTUAL = frozenset(("text", "raw", "name", "choice", "day", "instant", "birthday", "user", "tag", "phone"))
# rows that an import made or wrote
IMPORTED = (
    "({{t}}.created_rev IN (SELECT m.id FROM changes m WHERE m.verb = 'import' AND {{test}})"
    " OR {{t}}.id IN (SELECT h.row_id FROM history h JOIN changes m ON m.id = h.change_id"
    " WHERE h.tbl = '{table}' AND m.verb = 'import' AND {{test}}))"
)
OFFERED = 50  # completions
LOOKED_AT = 5000  # rows whose values are offered
AGES = ("1d", "7d", "30d", "90d", "1y")


def compile(ctx: Context, noun: str, text: str) -> tuple[str, dict[str, Any]]:
    """SQL over `t`, the noun's table, and its parameters q1, q2…; raises QueryError for a mistake."""
    tree = parse(text)
    if tree is None:
        return "1 = 1", {}
    statement = _Statement(ctx)
    return f"({statement.condition(tree, noun, 't')})", statement.params


def fields(ctx: Context, noun: str) -> dict[str, Field]:
    """Every word a query of this noun may compare: its own, lent by others, defined by the team."""
    known = _declared(noun)
    if nouns.CUSTOM:
        known = {**nouns.resolve(nouns.CUSTOM)(ctx, noun), **known}
    return known


def _declared(noun: str) -> dict[str, Field]:
    own = nouns.noun(noun)
    known = {"id": Field("id", "{t}.id"), **own.fields}
    for (borrower, word), lender in nouns.LENT.items():
        if borrower == noun:
            known[word] = nouns.noun(lender).lends[noun][word]
    known["import"] = Field("import", "m.id", shown="{t}.created_rev", within=IMPORTED.format(table=own.table))
    return known


def mentions(text: str, word: str) -> bool:
    """Whether the query compares that field itself, outside of related rows."""
    tree = parse(text)
    return tree is not None and _names(tree, word)


def field(ctx: Context, noun: str, word: Word) -> Field:
    """The field that a word of the line names."""
    key = fold(word.text)
    declared = _declared(noun)
    if key in declared:
        return declared[key]
    known = fields(ctx, noun)
    if key not in known:
        raise unknown("query-field", word, known, noun=noun)
    return known[key]


def related(noun: str) -> list[str]:
    """The nouns whose rows point at rows of this one."""
    return [child for child in nouns.NOUNS if pointer(noun, child)]


def pointer(noun: str, child: str) -> tuple[str, str] | None:
    """The column by which rows of `child` point at rows of `noun`, and the one naming the noun where that varies.

    Where the id of a row is another noun's as well (a company's is its customer's), what points there counts.
    """
    own, other = nouns.noun(noun), nouns.noun(child)
    same = {noun} | {parent.noun for column, parent in own.parts[own.table].parents.items() if column == "id"}
    for column, parent in other.parts[other.table].parents.items():
        if column != "merged_into" and (column, child) != ("id", noun) and (parent.by or parent.noun in same):
            return column, parent.by
    return None


class _Statement:
    """A condition in the making: its parameters, and how many related rows have been named."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.params: dict[str, Any] = {}
        self.rows = 0

    def bind(self, value: Any) -> str:
        name = f"q{len(self.params) + 1}"
        self.params[name] = value
        return f":{name}"

    def condition(self, node: Node, noun: str, row: str) -> str:
        match node:
            case Text():
                return self.text(node.word, noun, row)
            case Comparison():
                return self.comparison(node, noun, row)
            case Related():
                return self.related(node, noun, row)
            case Not():
                return f"({self.condition(node.node, noun, row)}) IS NOT TRUE"
            case All():
                return joined("AND", [self.condition(part, noun, row) for part in node.nodes])
            case Some():
                return joined("OR", [self.condition(part, noun, row) for part in node.nodes])

    def text(self, word: Word, noun: str, row: str) -> str:
        if noun not in nouns.SEARCHED:
            return self.contained(word, noun, row)
        from icrm_tui import search

        sql, params = search.condition(self.ctx, noun, word.text, row, len(self.params) + 1)
        self.params.update(params)
        if not word.exact:
            return sql
        tests = [test for test in nouns.noun(noun).verify if "{like}" in test]
        pattern = self.pattern(plain(word.text))
        return f"({sql}) AND {joined('OR', [test.format(t=row, like=pattern) for test in tests])}"

    def contained(self, word: Word, noun: str, row: str) -> str:
        """Free text where search has no index: every word, or the exact words, in one of the row's own texts."""
        known = nouns.noun(noun).fields.values()
        texts = [own.sql for own in known if own.type in ("text", "raw", "name") and not own.within]
        if not texts:
            raise QueryError("query-text", word, noun=noun)
        tests = []
        for piece in [word.text] if word.exact else word.text.split():
            pattern = self.pattern(fold(piece))
            tests.append(joined("OR", [f"{sql.replace('{t}', row)} {pattern}" for sql in texts]))
        return joined("AND", tests)

    def pattern(self, text: str) -> str:
        return f"LIKE {self.bind(like(text))} ESCAPE '!'"

    def related(self, node: Related, noun: str, row: str) -> str:
        child = fold(node.noun.text)
        points = pointer(noun, child) if child in nouns.NOUNS else None
        if points is None:
            raise unknown("query-related", node.noun, related(noun), noun=noun)
        self.rows += 1
        other, (column, by) = f"r{self.rows}", points
        tests = [f"{other}.{column} = {row}.id"]
        if by:
            tests.append(f"{other}.{by} = '{noun}'")
        archived = nouns.noun(child).fields.get("archived")
        if archived and not (node.body and _names(node.body, "archived")):
            tests.append(f"{archived.sql.replace('{t}', other)} = 0")
        if node.body:
            tests.append(f"({self.condition(node.body, child, other)})")
        return f"EXISTS (SELECT 1 FROM {nouns.noun(child).table} {other} WHERE {' AND '.join(tests)})"

    def comparison(self, node: Comparison, noun: str, row: str) -> str:
        word, operator = fold(node.field.text), node.operator
        if word in ("has", "no"):
            if operator not in EQUAL:
                raise QueryError("query-operator", node.field, operator=operator)
            filled = joined("OR", [self.filled(value, noun, row) for value in node.values])
            return filled if word == "has" else f"{filled} IS NOT TRUE"
        own = field(self.ctx, noun, node.field)
        test, operators = TESTS.get(own.type, (own.test, EQUAL))
        test = own.test or test
        assert test is not None
        if operator == "!=":
            same = Comparison(node.field, "=", node.values)
            return f"({self.comparison(same, noun, row)}) IS NOT TRUE"
        if operator not in operators:
            raise QueryError("query-operator", node.field, operator=operator)
        if operator not in EQUAL and len(node.values) > 1:
            raise QueryError("query-list", node.values[1], operator=operator)
        place = Place(self.ctx, noun, row, own, own.sql.replace("{t}", row), self.bind)
        return _around(own, row, joined("OR", [test(place, operator, value) for value in node.values]))

    def filled(self, word: Word, noun: str, row: str) -> str:
        """That a row has something in this field, or a related row of this noun."""
        key = fold(word.text)
        known = fields(self.ctx, noun)
        if key not in known:
            if key not in nouns.NOUNS or not pointer(noun, key):
                raise unknown("query-field", word, [*known, *related(noun)], noun=noun)
            return self.related(Related(word, None), noun, row)
        own = known[key]
        test = f"{own.sql} <> ''" if own.type in TEXTUAL else f"{own.sql} IS NOT NULL"
        return _around(own, row, test.replace("{t}", row))


def joined(sign: str, tests: list[str]) -> str:
    """The tests under one AND or OR; halved, because SQLite takes a row of them as an expression as deep."""
    if len(tests) == 1:
        return f"({tests[0]})"
    half = len(tests) // 2
    return f"({joined(sign, tests[:half])} {sign} {joined(sign, tests[half:])})"


def _around(own: Field, row: str, test: str) -> str:
    return own.within.replace("{t}", row).replace("{test}", test) if own.within else test


def _names(node: Node, word: str) -> bool:
    """Whether a condition on the row itself says something of this field."""
    match node:
        case Comparison():
            return fold(node.field.text) == word
        case Not():
            return _names(node.node, word)
        case All() | Some():
            return any(_names(part, word) for part in node.nodes)
    return False


# --- completion ------------------------------------------------------------------------------------------


def words(ctx: Context, noun: str, line: str) -> list[str]:
    """What the last word of `line` could become, whole words (`-city:上` gives `-city:上海`)."""
    begin, heads = last_word(line)
    start = begin
    for head in map(fold, heads):
        if head not in nouns.NOUNS or not pointer(noun, head):
            return []
        noun = head
    plain_line = line.translate(PLAIN)
    while plain_line.startswith("-", start):
        start += 1
    sign = "-" * (start - begin)
    found = HEAD.match(plain_line, start)
    if found is None:
        known = [f"{name}:" for name in (*fields(ctx, noun), "has", "no")] + [f"{name}(" for name in related(noun)]
        return [sign + name for name in known if name.startswith(fold(line[start:]))]
    part = max(found.end(), plain_line.rfind(",") + 1)
    key = fold(QUOTES.sub("", line[part:]))
    values = _values(ctx, noun, fold(found[1]), found[2], key)
    before = sign + line[start:part]
    return [before + quoted(value) for value in values if fold(value).startswith(key)][:OFFERED]


def _values(ctx: Context, noun: str, word: str, operator: str, key: str) -> list[str]:
    known = fields(ctx, noun)
    if word in ("has", "no"):
        return [*known, *(child for child in related(noun) if child not in known)]
    own = known.get(word)
    if own is None:
        return []
    if own.type in ("day", "instant", "birthday"):
        days = [day for day in (*dates.WORDS, *dates.SPANS) if day.isascii() == key.isascii()]
        return days if operator in EQUAL else [*AGES, *days]
    if own.type in nouns.NOUNS:  # users and tags are kept as rows of their own
        named = nouns.noun(own.type)
        rows = ctx.read(f"SELECT {named.label} AS v FROM {named.table} ORDER BY 1")
        return list(dict.fromkeys((*own.choices, *(row["v"] for row in rows))))
    if own.type in ("text", "raw", "name") and (own.shown or not own.within):
        return _stored(ctx, noun, own, key)
    return {"choice": [*own.choices], "flag": ["yes", "no"], "import": ["last"]}.get(own.type, [])


def _stored(ctx: Context, noun: str, own: Field, key: str) -> list[str]:
    shown = (own.shown or own.sql).replace("{t}", "t")
    test = _around(own, "t", f"{own.sql.replace('{t}', 't')} LIKE :key ESCAPE '!'")
    rows = ctx.read(
        f"SELECT DISTINCT v FROM (SELECT {shown} AS v FROM {nouns.noun(noun).table} t WHERE {test}"
        f" LIMIT {LOOKED_AT}) s WHERE v <> '' ORDER BY v LIMIT {OFFERED}",
        key=like(key)[1:],
    )
    return [row["v"] for row in rows]
