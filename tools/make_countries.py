"""Write icrm_tui/country_names.txt: code, English and Chinese name of every country the phone library reads."""

from pathlib import Path

from phonenumbers import SUPPORTED_REGIONS
from phonenumbers.geodata.locale import LOCALE_DATA

OWN = {("WS", "zh"): "萨摩亚", ("HK", "zh"): "香港特区"}


def main() -> None:
    target = Path(__file__).parents[1] / "icrm_tui" / "country_names.txt"
    lines = [
        f"{code}|{_name(code, 'en')}|{_name(code, 'zh')}" for code in sorted(SUPPORTED_REGIONS) if code in LOCALE_DATA
    ]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _name(code: str, language: str) -> str:
    """`*aa` says: as in the language aa; some say it of themselves."""
    names = LOCALE_DATA[code]
    found: str = names.get(language, "*en")
    for _step in range(3):
        found = names[found[1:]] if found.startswith("*") else found
    return OWN.get((code, language), found)


if __name__ == "__main__":
    main()
