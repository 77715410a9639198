"""The grammar of the query language: a line of text becomes a tree whose words know their place.

    any    = all { ( "OR" | "|" ) all }
    all    = term { term }
    term   = [ "-" ] ( "(" any ")" | noun "(" [ any ] ")" | field operator values | "exact words" | word )
    values = value { "," value }

Field, operator and values touch. Full-width punctuation counts as its plain twin. Nothing here knows a noun.
"""

import re
from dataclasses import dataclass
from typing import Any

from icrm_tui.errors import Usage

LONGEST = 20_000  # characters; SQLite refuses a LIKE pattern of 50,000
MOST = 500  # words and values
DEEPEST = 40  # parentheses within each other

# One character for one, so that a place in the plain line is the place in the line as typed.
PLAIN = str.maketrans("（）：，、＝＜＞！｜－−＂“”„「」『』", "():,,=<>!|--" + 8 * '"')
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
HEAD = re.compile(r"([^\W\d][\w.-]*)(\(|<=|>=|!=|[:=<>≤≥≠])")
OPERATOR = re.compile(r"<=|>=|!=|[:=<>≤≥≠]")
SPELLED = {"≤": "<=", "≥": ">=", "≠": "!="}
WORD = re.compile(r'[^\s()"|]+')
VALUE = re.compile(r'[^\s()"|,]+')
QUOTES = re.compile('["“”„＂「」『』]')
DOUBLED = re.compile(f"({QUOTES.pattern}){QUOTES.pattern}")
QUOTED = re.compile(r'"((?:[^"]|"")*)"')


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of the line as typed; `column` counts characters from 0. `exact`: it stood in quotes."""

    text: str
    column: int
    length: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    word: Word


@dataclass(frozen=True, slots=True)
class Comparison:
    field: Word
    operator: str
    values: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """A row of `noun` that points here and is as `body` says, if it says anything."""

    noun: Word
    body: "Node | None"


@dataclass(frozen=True, slots=True)
class Not:
    node: "Node"


@dataclass(frozen=True, slots=True)
class All:
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    nodes: "tuple[Node, ...]"


Node = Text | Comparison | Related | Not | All | Some


class QueryError(Usage):
    """A mistake in a query: `values` has its `text`, and its `column` and `length` in characters from 0."""

    def __init__(self, code: str, word: Word, **values: Any) -> None:
        super().__init__(code, text=word.text, column=word.column, length=word.length, **values)


def parse(line: str) -> Node | None:
    """The tree of `line`, None when it says nothing; raises QueryError and nothing else."""
    parser = _Parser(line)
    if parser.at_end():
        return None
    tree = parser.any()
    if not parser.at_end():
        raise QueryError("query-close", parser.piece(1))
    return tree


def quoted(value: str) -> str:
    """`value` as it must stand in a line to be read as one word."""
    plain = value.translate(PLAIN)
    if VALUE.fullmatch(plain) and plain != "OR" and not plain.startswith("-") and not OPERATOR.search(plain):
        return value
    return '"' + QUOTES.sub(r"\g<0>\g<0>", value) + '"'


class _Parser:
    def __init__(self, line: str) -> None:
        self.line = UNSTORABLE.sub("\ufffd", line)
        self.plain = self.line.translate(PLAIN)
        self.at = 0
        self.depth = 0
        self.words = 0
        if len(line) > LONGEST:
            raise QueryError("query-long", Word(self.line[LONGEST : LONGEST + 20], LONGEST, len(line) - LONGEST))

    def piece(self, length: int) -> Word:
        return Word(self.line[self.at : self.at + length], self.at, length)

    def sees(self, mark: str) -> bool:
        return self.plain.startswith(mark, self.at)

    def at_end(self) -> bool:
        while self.at < len(self.plain) and self.plain[self.at].isspace():
            self.at += 1
        return self.at == len(self.plain)

    def take(self, found: "re.Match[str]") -> Word:
        """The words of a match; steps over it."""
        word = Word(self.line[self.at : found.end()], self.at, found.end() - self.at)
        self.count(word)
        self.at = found.end()
        return word

    def count(self, word: Word) -> None:
        self.words += 1
        if self.words > MOST:
            raise QueryError("query-long", word)

    def any(self) -> Node:
        nodes = [self.all()]
        while length := self.or_ahead():
            self.at += length
            nodes.append(self.all())
        return nodes[0] if len(nodes) == 1 else Some(tuple(nodes))

    def or_ahead(self) -> int:
        """How long the OR is that stands here, if one does."""
        if self.at_end():
            return 0
        if self.sees("|"):
            return 1
        found = WORD.match(self.plain, self.at)
        return 2 if found and found[0] == "OR" else 0

    def all(self) -> Node:
        nodes: list[Node] = []
        words: list[Word] = []
        while not self.at_end() and not self.sees(")") and not self.or_ahead():
            node = self.term()
            if isinstance(node, Text) and not node.word.exact:
                words.append(node.word)
            else:
                nodes.append(node)
        if words:
            # Free words are looked up together: one question to the index instead of one a word.
            nodes.append(Text(Word(" ".join(word.text for word in words), words[0].column, words[0].length)))
        if not nodes:
            raise QueryError("query-term", self.piece(max(1, self.or_ahead())))
        return nodes[0] if len(nodes) == 1 else All(tuple(nodes))

    def term(self) -> Node:
        negated = False
        start = self.at
        while self.sees("-"):
            negated = not negated
            self.at += 1
        if self.at > start and (self.at == len(self.plain) or re.match(r"[\s)|]", self.plain[self.at])):
            self.at = start
            raise QueryError("query-term", self.piece(1))
        node = self.primary()
        return Not(node) if negated else node

    def primary(self) -> Node:
        if self.sees("("):
            return self.group()
        if self.sees('"'):
            word = self.exact()
            if not word.text.strip():
                raise QueryError("query-empty", word)
            return Text(word)
        if found := HEAD.match(self.plain, self.at):
            head = Word(self.line[self.at : found.end(1)], self.at, found.end(1) - self.at)
            self.at = found.end(1)
            if found[2] == "(":
                return self.related(head)
            self.at = found.end()
            return Comparison(head, SPELLED.get(found[2], found[2]), self.values(head))
        if OPERATOR.match(self.plain, self.at):
            raise QueryError("query-stray", self.bare(WORD))
        return Text(self.bare(WORD))

    def group(self) -> Node:
        opening = self.open()
        tree = self.any()
        self.close(opening)
        return tree

    def related(self, head: Word) -> Node:
        opening = self.open()
        self.count(head)
        body = None if not self.at_end() and self.sees(")") else self.any()
        self.close(opening)
        return Related(head, body)

    def open(self) -> Word:
        opening = self.piece(1)
        self.depth += 1
        if self.depth > DEEPEST:
            raise QueryError("query-deep", opening)
        self.at += 1
        return opening

    def close(self, opening: Word) -> None:
        if self.at_end():
            raise QueryError("query-open", opening)
        self.depth -= 1
        self.at += 1

    def values(self, head: Word) -> tuple[Word, ...]:
        """Values up to the next blank; a mistake is shown from the field on."""
        found = []
        while True:
            if self.sees('"'):
                found.append(self.exact())
            elif VALUE.match(self.plain, self.at):
                found.append(self.bare(VALUE))
            else:
                whole = self.line[head.column : self.at]
                raise QueryError("query-missing", Word(whole, head.column, len(whole)), field=head.text)
            if not self.sees(","):
                return tuple(found)
            self.at += 1

    def bare(self, pattern: "re.Pattern[str]") -> Word:
        found = pattern.match(self.plain, self.at)
        assert found is not None
        return self.take(found)

    def exact(self) -> Word:
        found = QUOTED.match(self.plain, self.at)
        if found is None:
            raise QueryError("query-quote", self.piece(len(self.line) - self.at))
        inside = self.line[found.start(1) : found.end(1)]
        whole = self.take(found)
        text = DOUBLED.sub(r"\1", inside)
        return Word(text, whole.column, whole.length, exact=True)


def last_word(line: str) -> tuple[int, tuple[str, ...]]:
    """Where the word being typed at the end of `line` begins, and the nouns whose parentheses are open around it."""
    plain = line.translate(PLAIN)
    heads: list[str] = []
    start = at = 0
    while at < len(plain):
        mark = plain[at]
        if mark == '"':
            found = QUOTED.match(plain, at)
            at = found.end() if found else len(plain)
            continue
        at += 1
        if mark == "(":
            heads.append(plain[start : at - 1].lstrip("-"))
        elif mark == ")":
            del heads[-1:]
        if mark in "()|" or mark.isspace():
            start = at
    return start, tuple(head for head in heads if head)
