"""月度统计报表: every measure of the county that pays is asked for its lines of the month; households are counted once, by scheme, by
town and by hukou. The money of a line is what it pays that month."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import date

from doudi import (
    Context, Indicator, PageRequest, Refusal, add_months, first_of_month, last_of_month, page, questions, records,
)

CHUNK = 2000
HUKOU = {1: "城镇", 2: "农村"}


@dataclass
class Sum:
    """Households are counted once however many lines they have."""

    households: set[int] = field(default_factory=set)
    persons: int = 0
    amount: int = 0
    posted: int = 0
    lines: int = 0

    def add(self, line: dict) -> None:
        self.households.add(line["household"])
        self.persons += line["covered"]
        self.amount += line["amount"]
        self.posted += 1 if line.get("posted") else 0
        self.lines += 1

    def cells(self) -> list:
        each = self.amount // self.persons if self.persons else 0
        return [len(self.households), self.persons, page.money(self.amount), page.money(each)]


def lines_of(month: date) -> list[dict]:
    """Every line that pays in a month, whichever measure answers; the day asked for is its last."""
    asked = questions.rows("benefit.payables", last_of_month(month), "payable")
    return [line for line in asked if line["amount"] > 0]


def grouped(lines: list[dict], key: Callable[[dict], Hashable]) -> dict[Hashable, Sum]:
    sums: dict[Hashable, Sum] = {}
    for line in lines:
        sums.setdefault(key(line), Sum()).add(line)
    return dict(sorted(sums.items(), key=lambda pair: str(pair[0])))


def families_of(lines: list[dict], on: date) -> dict:
    ids = sorted({line["household"] for line in lines})
    chunks = (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))
    return {family.id: family for chunk in chunks for family in records.households(chunk, on)}


def month_of(context: Context, request: PageRequest) -> date:
    """The month asked for, `2022-07`; this month when none is."""
    text = request.query.get("month", "")
    if not text:
        return first_of_month(context.today)
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Refusal.invalid(f"月份“{text}”看不懂，应如 2022-07") from None
    if month > context.today:
        raise Refusal.invalid("还没有到这个月")
    return month


def view(context: Context, request: PageRequest) -> dict:
    if request.page != "report":
        raise Refusal.unknown("页面", request.page)
    month = month_of(context, request)
    lines = lines_of(month)
    families = families_of(lines, min(last_of_month(month), context.today))
    total = grouped(lines, lambda line: "")
    whole = total.get("", Sum())
    before = grouped(lines_of(add_months(month, -1)), lambda line: "").get("", Sum())

    def town(line: dict) -> int:
        return families[line["household"]].division // 1000 * 1000

    def hukou(line: dict) -> str:
        return HUKOU.get(families[line["household"]].hukou_kind, "未登记")

    heads = ["#户数", "#人数", "#月发放金额", "#人均"]
    labels = {line["scheme"]: line.get("label") or line["scheme"] for line in lines}
    return page.page(
        f"{month.year}年{month.month}月社会救助统计",
        page.figures(
            ("在保户数", len(whole.households)), ("在保人数", whole.persons), ("月发放金额", page.money(whole.amount)),
        ),
        page.facts(
            ("比上月户数", _signed(len(whole.households) - len(before.households))),
            ("比上月金额", page.money(whole.amount - before.amount)),
        ),
        page.heading("分救助项目"),
        page.table(["项目", *heads], [[labels[scheme], *own.cells()] for scheme, own in _by(lines, "scheme")], "这个月没有发放"),
        page.heading("分乡镇（街道）"),
        page.table(["乡镇", *heads], [[page.division(code), *own.cells()] for code, own in grouped(lines, town).items()], "没有"),
        page.heading("分户籍类别"),
        page.table(["户籍", *heads], [[kind, *own.cells()] for kind, own in grouped(lines, hukou).items()], "没有"),
        page.table(["其他月份"], _months(context, month)),
    )


def _by(lines: list[dict], column: str) -> Iterator[tuple[str, Sum]]:
    yield from grouped(lines, lambda line: line[column]).items()


def _signed(number: int) -> str:
    return f"{number:+} 户" if number else "持平"


def _months(context: Context, month: date) -> list:
    """The neighbours, as rows with a link."""
    rows = []
    for other in (add_months(month, -1), add_months(month, 1)):
        if other <= context.today:
            rows.append(([f"{other.year}年{other.month}月"], page.to_page("report", month=f"{other:%Y-%m}")))
    return rows


def indicators(context: Context, begins: date, ends: date) -> list[Indicator]:
    """Of the lines paid at the end of the period: how many rest on an award that was posted (公示)."""
    lines = [line for line in lines_of(ends) if line.get("posted") is not None]
    whole = grouped(lines, lambda line: "").get("", Sum())
    return [
        Indicator("monthly-report.posted", "在发待遇公示率", whole.posted, whole.lines, target=10_000, drill_down="report"),
    ]
