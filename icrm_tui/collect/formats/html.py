"""What a page of HTML says, as plain text: its paragraphs, list items and cells, without scripts and styles."""

import re
from html.parser import HTMLParser

UNSEEN = frozenset(("script", "style", "head", "title", "template", "noscript", "object", "svg"))
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
))  # fmt: skip
APART = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "table"))
EMPTY = frozenset(("br", "hr", "img", "input", "meta", "link", "base", "col", "area", "wbr"))
MOST = 1_000_000  # characters that are read


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.unseen = 0
        self.quoted = 0
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self.unseen += 1
        elif tag == "br":
            self._line()
        elif tag == "li":
            self._line()
            self._say("- ")
        elif tag in ("td", "th"):
            self._say(" ")
        elif tag == "a":
            self.links.append(next((value or "" for name, value in attrs if name == "href"), ""))
        elif tag in BLOCKS:
            self._break(tag)
            self.quoted += tag == "blockquote"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag == "a" and self.links:
            self._link(self.links.pop())
        elif tag in BLOCKS:
            self.quoted = max(0, self.quoted - (tag == "blockquote"))
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self._say(re.sub(r"[\s\u200b\u200c\ufeff]+", " ", data))

    def _link(self, target: str) -> None:
        """Where a link leads, unless that is what it says: nobody is led elsewhere unseen."""
        shown = self.said[-1].strip() if self.said else ""
        if target.startswith(("http://", "https://")) and target.rstrip("/") != shown.rstrip("/"):
            self._say(f" <{target}>")

    def _break(self, tag: str) -> None:
        self._line()
        if tag in APART:
            self._line()

    def _line(self) -> None:
        self.said.append("\n" + "> " * min(self.quoted, 5))

    def _say(self, text: str) -> None:
        self.said.append(text)


def text(page: str) -> str:
    """The page as text; lines that quote begin with `>`, as in mail."""
    reader = Reader()
    reader.feed(page[:MOST])
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.said).split("\n")]
    lines = ["" if set(line) <= {">", " "} else line for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
