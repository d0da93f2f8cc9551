"""Prices as feeds write them -> whole minor units (cents) of an ISO 4217 currency."""

import re
from decimal import Decimal

from catalog.errors import InvalidPrice, UnknownCurrency

# ISO 4217, currencies in circulation; the lines below give the decimals where they are not two.
_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND
    VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_CURRENCIES = frozenset(_CODES.split())
_MINOR_DIGITS = dict.fromkeys(_NO_DECIMALS.split(), 0) | dict.fromkeys(_THREE_DECIMALS.split(), 3)
_SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN"}
# Signs of several currencies: read over, they say nothing certain.
_SHARED_SIGNS = ("$", "¥", "kr")

MAX_MINOR_UNITS = 1_000_000_000

_AMOUNT = re.compile(
    r"(?P<whole>\d{1,3}(?P<group>[ '.,])\d{3}(?:(?P=group)\d{3})*|\d+)(?:(?P<point>[.,])(?P<decimals>\d+))?"
)
_AMBIGUOUS = re.compile(r"(\d{1,3})([.,])(\d{3})")


def minor_digits(currency: str) -> int:
    """Return how many decimals ISO 4217 gives the currency: 2 for EUR, 0 for JPY."""
    return _MINOR_DIGITS.get(currency, 2)


def amount_of(minor_units: int, currency: str) -> str:
    """Return the amount as `parse_price` reads it whatever the decimal sign: "29.90", or "1.2990" in KWD."""
    digits = minor_digits(currency)
    amount = f"{Decimal(minor_units).scaleb(-digits):.{digits}f}"
    # "1.299" could mean thousands.
    return f"{amount}0" if digits == 3 else amount


def known_currency(text: str) -> str:
    """Return the ISO 4217 code of a code or sign (`eur`, `€`). Raises UnknownCurrency."""
    code = _SIGNS.get(text.strip(), text.strip().upper())
    if code not in _CURRENCIES:
        raise UnknownCurrency(text)
    return code


def split_currency(price: str) -> tuple[str, str]:
    """Return the amount's text and the currency written beside it: ("29,90", "EUR") of "29,90 €"; "" when none is."""
    amount, currency = price.strip(), ""
    for sign, code in (*_SIGNS.items(), *((sign, "") for sign in _SHARED_SIGNS)):
        if sign in amount:
            # "29€90" and "29 € 90": between digits the sign is the decimal one.
            amount = re.sub(rf"(?<=\d)\s?{re.escape(sign)}\s?(?=\d)", ",", amount).replace(sign, "")
            currency = code or currency
    written = re.fullmatch(r"(?:([A-Za-z]{3})\b)?([^A-Za-z]*)(?:\b([A-Za-z]{3}))?", amount.strip())
    if written and (code := written[1] or written[3]) and code.upper() in _CURRENCIES:
        amount, currency = written[2], code.upper()
    return amount.strip(), currency


def parse_price(amount: str, currency: str, *, decimal_sign: str = "") -> int:
    """Return the minor units of "1 299,00", "1,299.00", "29.90" or "29"; 0 to MAX_MINOR_UNITS.

    "1.299" and "1,299" mean two things: they are read by `decimal_sign` ("." or ","), and refused without it.
    Raises InvalidPrice, whose words say how to write it.
    """
    # No-break and thin spaces, and both apostrophes, group thousands.
    text = re.sub(r"\s", " ", amount.strip()).replace("’", "'")
    # "29,-" and "29.–" are 29 without decimals.
    text = re.sub(r"(?<=\d)[.,] ?[-–—]{1,2}$", "", text)
    if text.startswith(("-", "−", "(")):
        raise InvalidPrice(amount, "a price cannot be negative")
    value = _ambiguous(text, decimal_sign) or _plain(text, decimal_sign)
    if value is None:
        raise InvalidPrice(amount, "write a price as 1299.00 or 1 299,00")
    return _minor_units(amount, value, currency)


def _ambiguous(text: str, decimal_sign: str) -> Decimal | None:
    match = _AMBIGUOUS.fullmatch(text)
    if match is None:
        return None
    if not decimal_sign:
        raise InvalidPrice(
            text, "this can mean thousands or decimals; write 1299.00, or set decimal_sign in the mapping"
        )
    return Decimal(f"{match[1]}.{match[3]}" if match[2] == decimal_sign else f"{match[1]}{match[3]}")


def _plain(text: str, decimal_sign: str) -> Decimal | None:
    match = _AMOUNT.fullmatch(text)
    if match is None or (match["point"] and match["point"] == match["group"]):
        return None
    if decimal_sign and (decimal_sign == match["group"] or (match["point"] and match["point"] != decimal_sign)):
        return None
    return Decimal(re.sub(r"\D", "", match["whole"]) + "." + (match["decimals"] or "0"))


def _minor_units(amount: str, value: Decimal, currency: str) -> int:
    units = value.scaleb(minor_digits(currency))
    if units != units.to_integral_value():
        raise InvalidPrice(amount, f"{currency} has {minor_digits(currency)} decimals")
    if units > MAX_MINOR_UNITS:
        raise InvalidPrice(amount, "this is too high to be a price")
    return int(units)
