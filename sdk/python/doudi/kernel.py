"""What the kernel lends: reading, and nothing else. In the sandbox the packer's entry hands in the imports the manifest declares;
in CPython a made-up world does (`doudi.testing`). Also the shapes that come with a call."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from .block import Block, Family, families
from .refusal import Problem, Refusal, refusal_of
from .words import from_days, to_days

_state = SimpleNamespace(lent={}, manifest={"fields": [], "parameters": []}, outgoing=lambda block: block)


def lend(lent: dict, manifest: dict, outgoing=lambda block: block) -> tuple:
    """Called once by the packer's entry, and by every test world. `outgoing` makes a block into the shape that travels."""
    before = (_state.lent, _state.manifest, _state.outgoing)
    _state.lent, _state.manifest, _state.outgoing = lent, manifest, outgoing
    return before


def manifest() -> dict:
    return _state.manifest


def _call(interface: str, function: str, *args):
    if interface not in _state.lent:
        raise RuntimeError(f'plugin.toml: imports does not name "{interface}"')
    try:
        return getattr(_state.lent[interface], function)(*args)
    except Exception as raised:
        refusal = refusal_of(raised)
        if refusal is None or refusal is raised:
            raise
        raise refusal from None


def _days(day: date | None) -> int | None:
    return None if day is None else to_days(day)


def _date(days: int | None) -> date | None:
    return None if days is None else from_days(days)


@dataclass
class Actor:
    user: int
    role: str
    division: int


@dataclass
class Context:
    """What comes with every call. There is no other clock and no other source of chance."""

    today: date
    now: int
    actor: Actor
    county: int
    seed: int
    settings: dict
    trial: bool


@dataclass
class Document:
    """A plugin's own document with the kernel's envelope; the body is what was written."""

    id: int
    collection: str
    key: str
    title: str
    household: int | None
    person: int | None
    division: int
    state: str
    since: date
    due: date | None
    revision: int
    body: Any
    created: date


@dataclass
class Decision:
    id: int
    scheme: str
    household: int
    person: int | None
    document: int | None
    outcome: str
    effect: str
    amount: int
    covered_persons: int
    begins: date
    ends: date | None
    as_of: date
    decided: date
    figures: dict[str, int]


@dataclass
class Parameter:
    version: int
    value: int
    begins: date
    source: str
    verified: bool


@dataclass
class File:
    """What is known of an uploaded file: equal files have equal digests."""

    id: int
    digest: str
    bytes: int


@dataclass
class Action:
    id: str
    collection: str
    document: Document | None
    household: int | None
    person: int | None
    values: dict
    files: list[File] = field(default_factory=list)


@dataclass
class Event:
    topic: str
    household: int | None
    person: int | None
    document: int | None
    payload: Any


@dataclass
class PageRequest:
    page: str
    document: Document | None
    household: int | None
    query: dict[str, str]


@dataclass
class FillRequest:
    form: str
    document: Document | None
    household: int | None
    values: dict
    changed: str


@dataclass
class Step:
    """What a step of a job wishes, and where the next one begins; None when the work is done."""

    effects: list = field(default_factory=list)
    next: str | int | None = None


@dataclass
class Indicator:
    """One figure of the scorecard: `part` of `whole` against a target in basis points."""

    code: str
    label: str
    part: int
    whole: int
    target: int | None = None
    drill_down: str = ""


@dataclass
class Taken:
    """What became of the rows of a feed: effects, and the rows that failed by number."""

    effects: list = field(default_factory=list)
    rejected: list[tuple[int, Problem]] = field(default_factory=list)


def document_of(raw: Any) -> Document | None:
    if raw is None:
        return None
    return Document(
        raw.id, raw.collection, raw.key, raw.title, raw.household, raw.person, raw.division, raw.state, from_days(raw.since),
        _date(raw.due), raw.revision, json.loads(raw.body), from_days(raw.created),
    )


def _decision_of(raw: Any) -> Decision:
    return Decision(
        raw.id, raw.scheme, raw.household, raw.person, raw.document, raw.outcome, raw.effect, raw.amount, raw.covered_persons,
        from_days(raw.begins), _date(raw.ends), from_days(raw.as_of), from_days(raw.decided), dict(raw.figures),
    )


class records:
    @staticmethod
    def households(ids: list[int], as_of: date) -> list[Family]:
        """Households as of a date, in the order asked, with every declared field."""
        return list(families(records.block(ids, as_of), _state.manifest["fields"]))

    @staticmethod
    def block(ids: list[int], as_of: date) -> Any:
        """The block as it travels, for `assess_one`."""
        return _call("records", "households", ids, to_days(as_of))

    @staticmethod
    def recipients(scheme: str, as_of: date, after: int = 0, limit: int = 4096) -> list[int]:
        """Ids of households with a decision of one of this plugin's schemes in force."""
        return _call("records", "recipients", scheme, to_days(as_of), after, limit)

    @staticmethod
    def all(after: int = 0, limit: int = 4096) -> list[int]:
        """Ids of all households in scope, ascending, above a cursor; at most 4,096 at once."""
        return _call("records", "all", after, limit)


@dataclass
class Division:
    """A place of the county; `level` is county, town or village, `parent` is None for the county."""

    code: int
    parent: int | None
    level: str
    name: str


class divisions:
    @staticmethod
    def list() -> list[Division]:
        """The county, its towns and its villages, in order of code."""
        return [Division(**row) for row in Block.rows(_call("divisions", "all"), "division")]


@dataclass
class _DocumentQuery:
    collection: str
    states: list[str]
    household: int | None
    person: int | None
    due_by: int | None
    by_index: tuple[str, str] | None
    after: int
    limit: int


class documents:
    @staticmethod
    def get(id: int) -> Document:
        return document_of(_call("documents", "get", id))

    @staticmethod
    def find(
        collection: str, states: Iterable[str] = (), household: int | None = None, person: int | None = None,
        due_by: date | None = None, by_index: tuple[str, str] | None = None, after: int = 0, limit: int = 200,
    ) -> list[Document]:
        """Documents in order of id; what is left out does not restrict."""
        query = _DocumentQuery(collection, list(states), household, person, _days(due_by), by_index, after, limit)
        return [document_of(raw) for raw in _call("documents", "find", query)]


class decisions:
    @staticmethod
    def get(id: int) -> Decision:
        return _decision_of(_call("decisions", "get", id))

    @staticmethod
    def of_household(household: int) -> list[Decision]:
        return [_decision_of(raw) for raw in _call("decisions", "of_household", household)]

    @staticmethod
    def in_force(
        scheme: str, on: date, decided_since: date | None = None, after: int = 0, limit: int = 4096
    ) -> list[Decision]:
        """The decision that governs each household on a day; see `wit/kernel/decisions.wit`."""
        return [_decision_of(raw) for raw in _call("decisions", "in_force", scheme, to_days(on), _days(decided_since), after, limit)]


class parameters:
    @staticmethod
    def get(code: str, on: date) -> Parameter | None:
        """The value in force on a date with its origin; None when the county has not set it."""
        raw = _call("parameters", "get", code, to_days(on))
        return raw and Parameter(raw.version, raw.value, from_days(raw.begins), raw.source, raw.verified)

    @staticmethod
    def require(code: str, on: date) -> int:
        """The value alone; a refusal that says who must act when there is none."""
        found = parameters.get(code, on)
        if found is not None:
            return found.value
        label = next((entry["label"]["zh"] for entry in _state.manifest["parameters"] if entry["code"] == code), code)
        raise Refusal(f"本县尚未设置参数“{label}”，请联系县信息化人员")


class calendar:
    @staticmethod
    def is_working_day(on: date) -> bool:
        return _call("calendar", "is_working_day", to_days(on))

    @staticmethod
    def add_working_days(start: date, count: int) -> date:
        return from_days(_call("calendar", "add_working_days", to_days(start), count))

    @staticmethod
    def working_days_between(first: date, second: date) -> int:
        return _call("calendar", "working_days_between", to_days(first), to_days(second))


class questions:
    @staticmethod
    def ask(topic: str, on: date, block: Block) -> list:
        """Asks every measure of the county that answers: a list of objects with `plugin` and `block`; none, one or many."""
        return _call("questions", "ask", topic, to_days(on), _state.outgoing(block))

    @staticmethod
    def rows(topic: str, on: date, table: str, limit: int = 2000) -> Iterator[dict]:
        """As `ask`, over all pages of a benefit topic: the rows of `table` of every answer, with the plugin that gave them."""
        after = 0
        while True:
            last = after
            for answer in questions.ask(topic, on, Block.of("page", [{"after": after, "limit": limit}])):
                for row in Block.rows(answer.block, table):
                    last = max(last, row["household"])
                    yield {"plugin": answer.plugin, **row}
            if last == after:
                return
            after = last


@dataclass
class _PaymentQuery:
    document: int | None
    scheme: str
    households: list[int]
    person: int | None
    states: list[str]
    purpose: str
    flag: str
    months_from: int | None
    months_to: int | None
    after: int
    limit: int


class payments:
    @staticmethod
    def lines(
        document: int | None = None, scheme: str = "", households: Iterable[int] = (), person: int | None = None,
        states: Iterable[str] = (), purpose: str = "", flag: str = "", months_from: date | None = None,
        months_to: date | None = None, after: int = 0, limit: int = 4096,
    ) -> list[dict]:
        """Lines of the plugin's own envelopes and schemes; columns as in `wit/kernel/payments.wit`."""
        query = _PaymentQuery(
            document, scheme, list(households), person, list(states), purpose, flag, _days(months_from), _days(months_to),
            after, limit,
        )
        return Block.rows(_call("payments", "lines", query), "payment")

    @staticmethod
    def totals(document: int) -> dict:
        return Block.rows(_call("payments", "totals", document), "envelope")[0]

    @staticmethod
    def conflicts(document: int, after: int = 0, limit: int = 4096) -> list[dict]:
        return Block.rows(_call("payments", "conflicts", document, after, limit), "conflict")


class log:
    @staticmethod
    def debug(message: str) -> None:
        _call("log", "write", "debug", message)

    @staticmethod
    def info(message: str) -> None:
        _call("log", "write", "info", message)

    @staticmethod
    def warn(message: str) -> None:
        _call("log", "write", "warn", message)
