"""Dates as `datetime.date`, labels in two languages, money, and the sentences of reasons with their numbers filled in."""

import calendar as _calendar
import re
from datetime import date, timedelta

_EPOCH = date(1970, 1, 1)

Words = str | dict


def from_days(days: int) -> date:
    """The date that many days after 1970-01-01, as the contract counts."""
    return _EPOCH + timedelta(days=days)


def to_days(day: date) -> int:
    return (day - _EPOCH).days


def add_months(day: date, months: int) -> date:
    """The same day of a later (or earlier) month; the last one where it is shorter."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, _calendar.monthrange(year, month + 1)[1]))


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    return day.replace(day=_calendar.monthrange(day.year, day.month)[1])


def age(birth: date, day: date) -> int:
    """Full years between a birth and a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def chinese(day: date) -> str:
    """2022年7月20日."""
    return f"{day.year}年{day.month}月{day.day}日"


def text(words: Words, en: str | None = None) -> dict:
    """A label: a text is taken as Chinese, a dictionary as it is."""
    if isinstance(words, dict):
        return words
    return {"zh": words} if en is None else {"zh": words, "en": en}


def yuan(fen: int) -> str:
    """1,234.50 for 123450 fen."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02}"


def fill(template: str, args: list[int], english: bool = False) -> str:
    """The sentence of a reason with its numbers: `{0:fen}`, `{1:count}`, `{2:date}`. What cannot be filled in stays."""

    def one(found: re.Match) -> str:
        index, kind = int(found[1]), found[2]
        if index >= len(args):
            return found[0]
        value = args[index]
        match kind:
            case "fen":
                return yuan(value)
            case "count":
                return str(value)
            case "date":
                return from_days(value).isoformat() if english else chinese(from_days(value))
            case "month":
                day = from_days(value)
                return day.isoformat()[:7] if english else f"{day.year}年{day.month}月"
            case "percent":
                return f"{value / 100:g}%"
        return found[0]

    return re.sub(r"\{(\d+):([^{}]*)\}", one, template)


def snake(code: str) -> str:
    """`person.birth-date` is `birth_date` of a member."""
    return code.split(".", 1)[-1].replace("-", "_")
