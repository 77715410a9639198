"""Write icrm_tui/pinyin_table.txt: a toneless syllable and its characters a line. Run by hand, with pypinyin."""

from collections import defaultdict
from pathlib import Path

from pypinyin import Style, pinyin

RANGES = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF))


def main() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for first, last in RANGES:
        for code in range(first, last + 1):
            reading = pinyin(chr(code), style=Style.NORMAL, errors="ignore", v_to_u=False)
            if reading and reading[0][0].isascii() and reading[0][0].isalpha():
                found[reading[0][0]].append(chr(code))
    table = Path(__file__).parents[1] / "icrm_tui" / "pinyin_table.txt"
    lines = [f"{syllable} {''.join(characters)}" for syllable, characters in sorted(found.items())]
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
