"""How phone numbers are read: as people write them, to the one form they are compared by."""

import re

from icrm_tui.text import fold

CHINA = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
NORTH_AMERICA = re.compile(r"\+?1?([2-9]\d{2}[2-9]\d{6})")
SHAPED = re.compile(r"\+[1-9]\d{6,14}")
PUNCTUATION = re.compile(r"[\s().\-/\u00a0\u2010-\u2015·]+")
NOT_DIGITS = re.compile(r"\D+")
STRANGE = re.compile(r"[^\d\s+().\-/#*xeXEtT;=·]")


def key(value: str, country: str) -> tuple[str, bool]:
    """E.164 where the number and `country` allow it, else the digits as typed; and whether it is doubtful.

    The common shapes are recognised by themselves: asking phonenumbers costs twenty times as much.
    """
    value = _in_ascii(value.removeprefix("tel:"))
    bare = PUNCTUATION.sub("", value)
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if bare.startswith("+") and "(0)" in value:  # the zero dialled at home, as German letterheads write it
        bare = "+" + PUNCTUATION.sub("", value.replace("(0)", "")).removeprefix("00").removeprefix("+")
    if SHAPED.fullmatch(bare) and not bare.startswith("+0"):
        return bare, False
    if country == "CN" and (found := CHINA.fullmatch(bare)):
        return "+86" + found[1], False
    if country in ("US", "CA") and (found := NORTH_AMERICA.fullmatch(bare)):
        return "+1" + found[1], False
    return _asked(value, country)


def _in_ascii(text: str) -> str:
    """Digits and marks of any script and width as the plain ones."""
    if text.isascii():
        return text
    import unicodedata

    plain = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)


def _asked(value: str, country: str) -> tuple[str, bool]:
    """What the library makes of it, which knows every country's."""
    digits = NOT_DIGITS.sub("", value)
    if digits and (country or value.lstrip().startswith("+")):
        import phonenumbers

        try:
            number = phonenumbers.parse(value, country or None)
        except phonenumbers.NumberParseException:
            return digits, True
        found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if number.extension:
            found += f";ext={number.extension}"
        return found, not phonenumbers.is_possible_number(number)
    return digits or fold(value), not 5 <= len(digits) <= 20


def possible(value: str, read: str) -> bool:
    """Whether a phone typed by hand can be one: nothing strange in it, and as long as numbers there are."""
    if STRANGE.search(_in_ascii(value)):
        return False
    if not read.startswith("+") or CHINA.fullmatch(read) or NORTH_AMERICA.fullmatch(read):
        return True
    import phonenumbers

    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(read)))
    except phonenumbers.NumberParseException:
        return False
