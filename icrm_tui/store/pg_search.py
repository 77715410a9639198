"""Search on a PostgreSQL server: the house's own tokens as tsvectors, never read by the server's parser."""

from abc import ABC
from collections.abc import Iterable, Sequence

from icrm_tui.store import connection


class Search(connection.Connection, ABC):
    def put_tokens(self, kind: str, rows: Sequence[tuple[int, str]]) -> None:
        self.many(
            "INSERT INTO docs (kind, ref_id, tokens) VALUES (?, ?, ?::tsvector)",
            [(kind, row_id, " ".join(map(lexeme, dict.fromkeys(tokens.split())))) for row_id, tokens in rows],
        )

    def clear_search(self) -> None:
        self.execute("DELETE FROM docs")

    def postings(self) -> int:
        found: int = self.read("SELECT count(*) AS n FROM docs")[0]["n"]
        return found

    @staticmethod
    def expression(words: Iterable[Sequence[Sequence[str]]]) -> str:
        def every(tokens: Sequence[str]) -> str:
            return " & ".join(map(lexeme, tokens))

        return " & ".join("(" + " | ".join(f"({every(way)})" for way in ways) + ")" for ways in words)

    def matching(self, kind: str, param: str) -> str:
        return f"SELECT d.ref_id FROM docs d WHERE d.tokens @@ :{param}::tsquery AND d.kind = '{kind}'"

    def found(self, kind: str, param: str) -> tuple[str, str]:
        return "docs d CROSS JOIN ", f"d.tokens @@ :{param}::tsquery AND d.kind = '{kind}' AND t.id = d.ref_id"


def lexeme(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
