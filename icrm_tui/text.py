"""Text as it is compared, sorted and cut for search."""

import re
import unicodedata
from functools import lru_cache

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HAN_RUN = re.compile(f"[{HAN}]+")
PIECE = re.compile(f"[{HAN}]+|[^\\W_{HAN}]+")


def fold(text: str) -> str:
    """Full width, case and spare blanks do not tell two texts apart."""
    if text.isascii():
        return " ".join(text.casefold().split())
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Folded, and without accents, so that `muller` finds Müller."""
    folded = fold(text)
    if folded.isascii():
        return folded
    apart = unicodedata.normalize("NFD", folded)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def sort_key(name: str) -> str:
    """What a name is sorted by: Chinese by its pinyin, a syllable a word, the surname by its own reading."""
    folded = plain(name)
    if folded.isascii():
        return folded
    from icrm_tui import pinyin

    words: list[str] = []
    for piece in PIECE.findall(folded):
        words += pinyin.name_syllables(piece)[1] if HAN_RUN.match(piece) else [piece]
    return " ".join(words)


def like(text: str) -> str:
    """`text` anywhere, as a pattern for LIKE … ESCAPE '!'."""
    for mark in "!%_":
        text = text.replace(mark, "!" + mark)
    return f"%{text}%"
