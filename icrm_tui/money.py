"""Money: an integer of the currency's minor unit and its ISO 4217 code; read as people write it, never guessed."""

import re
from typing import NamedTuple
from unicodedata import normalize

from icrm_tui.errors import Usage


def _codes(line: str) -> tuple[str, ...]:
    return tuple(line.split())


# the codes of ISO 4217 that money is paid in
CODES = _codes(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE"
    " CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ"
    " GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL"
    " LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR"
    " PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY"
    " TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
DIGITS = dict.fromkeys(_codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"), 0)
DIGITS |= dict.fromkeys(_codes("BHD IQD JOD KWD LYD OMR TND"), 3)
DIGITS |= dict.fromkeys(_codes("CLF UYW"), 4)
# sign → the currencies it stands for; alone it tells only where there is but one
SIGNS: dict[str, tuple[str, ...]] = {
    "€": ("EUR",),
    "£": ("GBP", "EGP", "FKP", "GIP", "SHP", "SSP", "SYP"),
    "¥": ("CNY", "JPY"),
    "元": ("CNY", "TWD", "HKD", "MOP"),
    "rmb": ("CNY",),
    "₩": ("KRW", "KPW"),
    "₹": ("INR",),
    "₽": ("RUB",),
    "₫": ("VND",),
    "$": _codes("USD AUD BBD BMD BND BSD BZD CAD CLP COP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD TWD"),
}
LARGEST = 10**15  # minor units; sums of many stay within what the store can count

SIGN, MARK = "([+-]?)", r"([a-z]{3}|[^\w\s.,'+-]?)"
SHAPE = re.compile(rf"{SIGN} ?{MARK} ?{SIGN} ?(\d(?:[\d.,' ]*\d)?) ?{MARK}", re.ASCII)
WHOLE = re.compile(r"\d+|[1-9]\d{0,2}([.,' ])(?:\d{2,3}\1)*\d{3}", re.ASCII)


class Money(NamedTuple):
    amount: int
    currency: str


def digits(currency: str) -> int:
    """How many decimals the currency has."""
    return DIGITS.get(currency, 2)


def code(text: str) -> str:
    """The ISO 4217 code that `text` writes; Usage for one that is none."""
    found = text.strip().upper()
    if found not in CODES:
        raise Usage("currency", value=text)
    return found


def read(text: str, currency: str) -> int:
    """`12.50`, `12,50`, `1 234,50`, `¥99`, `12.50 EUR` in minor units; refused where it names another currency."""
    found = given(text, currency)
    if found.currency != currency:
        raise Usage("money-other", text=text, currency=currency)
    return found.amount


def given(text: str, currency: str = "") -> Money:
    """An amount in the currency it names or, where it names none, in `currency`.

    What could be read two ways (1.234 EUR) or counts finer than the currency does is refused.
    """
    clean = normalize("NFKC", text).replace("−", "-").replace("’", "'").casefold()
    found = SHAPE.fullmatch(" ".join(clean.split()))
    if found is None or (found[1] and found[3]) or (found[2] and found[5]):
        raise Usage("money", text=text)
    said = _currency(text, found[2] or found[5], currency)
    amount = _amount(text, found[4], said)
    return Money(-amount if "-" in (found[1], found[3]) else amount, said)


def _currency(text: str, mark: str, default: str) -> str:
    meant = SIGNS.get(mark, ()) if mark else (default,) if default else ("CNY", "EUR", "USD")
    if default in meant:
        return default
    if len(meant) > 1:
        raise Usage("money-which", text=text, choices=", ".join(meant[:4]))
    return meant[0] if meant else code(mark)


def _amount(text: str, number: str, currency: str) -> int:
    places = digits(currency)
    whole, fraction = _parts(number)
    if not WHOLE.fullmatch(whole) or not f"0{fraction}".isdigit():
        raise Usage("money", text=text)
    twofold = len(fraction) == 3 > places and WHOLE.fullmatch(number)
    if twofold or fraction[places:].strip("0"):
        raise Usage("money-digits", text=text, currency=currency, n=places)
    amount = int(re.sub(r"\D", "", whole) + fraction[:places].ljust(places, "0"))
    if amount > LARGEST:
        raise Usage("money-large", text=text)
    return amount


def _parts(number: str) -> tuple[str, str]:
    """What stands before and after the decimal mark: the last of `.` and `,`, unless it only groups thousands."""
    at = max(number.rfind("."), number.rfind(","))
    if at < 0:
        return number, ""
    mark, whole, fraction = number[at], number[:at], number[at + 1 :]
    groups = mark in whole or (mark == "," and whole.isdigit() and WHOLE.fullmatch(number))
    return (number, "") if groups else (whole, fraction)


def plain(amount: int, currency: str) -> str:
    """`1234.50`, as files and fields have it."""
    return _written(amount, currency, "")


def shown(amount: int, currency: str) -> str:
    """`1,234.50 EUR`, as people are shown it."""
    return f"{_written(amount, currency, ',')} {currency}"


def grouped(whole: float, currency: str = "") -> str:
    """Whole units as people read them in a column: `1,234.50`; of no known currency, as many decimals as there are."""
    if currency:
        return _written(round(whole * 10 ** digits(currency)), currency, ",")
    return f"{whole:,.2f}" if whole % 1 else f"{whole:,.0f}"


def _written(amount: int, currency: str, mark: str) -> str:
    places = digits(currency)
    whole, rest = divmod(abs(amount), 10**places)
    fraction = f".{rest:0{places}}" if places else ""
    return f"{'-' if amount < 0 else ''}{whole:{mark}}{fraction}"


def units(currency: str) -> str:
    """SQL for how many minor units make a whole one."""
    cases = " ".join(f"WHEN '{code}' THEN {10**places}" for code, places in DIGITS.items())
    return f"CASE {currency} {cases} ELSE 100 END"


def major(amount: str, currency: str) -> str:
    """SQL for an amount as people say it, which queries compare; NULL where there is none."""
    return f"({amount} * 1.0 / {units(currency)})"


def readable(amount: str, currency: str) -> str:
    """SQL for `1234.50 EUR`: what is below one keeps its sign and its zeros."""
    unit = units(currency)
    return (
        f"CASE WHEN {amount} < 0 THEN '-' ELSE '' END || CAST(abs({amount}) / {unit} AS TEXT) || CASE {unit} WHEN 1"
        f" THEN '' ELSE '.' || substr(CAST(abs({amount}) % {unit} + {unit} AS TEXT), 2) END || ' ' || {currency}"
    )
