"""Testing a plugin in CPython: no server, no sandbox. A made-up world stands in for the kernel; `run_scenarios` runs the readable
cases of `scenarios/*.toml`, the same ones every county runs again at admission."""

import tomllib
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from .block import Block, Table, families
from .decided import Result
from .guest import outcomes_of
from .kernel import Actor, Context, lend
from .refusal import Refusal
from .words import from_days, to_days


def read_manifest(folder: str | Path) -> dict:
    """The manifest of a plugin's folder, with `fields`: every declared field once, in order."""
    manifest = tomllib.loads((Path(folder) / "plugin.toml").read_text("utf-8"))
    for name in ("outcomes", "figures", "reasons", "parameters", "inputs"):
        manifest.setdefault(name, [])
    manifest["fields"] = list(dict.fromkeys(code for one in manifest["inputs"] for code in one["fields"]))
    return manifest


def read_scenarios(folder: str | Path) -> list[dict]:
    """The scenarios of a plugin's folder, by file name, with the file's name."""
    found = []
    for file in sorted((Path(folder) / "scenarios").glob("*.toml")):
        try:
            read = tomllib.loads(file.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"scenarios/{file.name}: {error}") from None
        found += [{"file": file.name, **scenario} for scenario in read["scenario"]]
    return found


class World:
    """A made-up county: households, parameters, documents and what other measures answer."""

    def __init__(self, today: date, manifest: dict):
        self.today, self.manifest = today, manifest
        self.households: dict[int, dict] = {}
        self.values: dict[str, int] = {}
        self.kept: list[SimpleNamespace] = []
        self.answers: list[tuple[str, str, str, list[dict]]] = []
        self.decided: list[Any] = []
        self.settings = manifest.get("settings", {}).get("defaults", {})
        self.logs: list[str] = []
        #: What `divisions.list` gives: dicts of code, parent, level and name.
        self.places: list[dict] = []
        self.role = "county-officer"

    def parameter(self, code: str, value: int) -> "World":
        self.values[code] = value
        return self

    def household(self, id: int, household: dict | None = None, members: list[dict] = ()) -> "World":
        """A household as scenarios write it."""
        self.households[id] = {"household": household or {}, "members": list(members)}
        return self

    def scenario(self, scenario: dict) -> "World":
        self.today = date.fromisoformat(scenario["date"])
        self.values = dict(scenario.get("parameters", {}))
        return self.household(1, scenario.get("household"), scenario["members"])

    def document(self, collection: str, state: str, **more: Any) -> "World":
        """A document of the plugin's own; what is left out is made up."""
        whole = {
            "id": len(self.kept) + 1, "key": "", "title": "", "household": None, "person": None, "division": 340223001001,
            "due": None, "revision": 1, "since": self.today, "created": self.today, "body": "{}", **more,
        }
        days = {name: to_days(whole[name]) for name in ("since", "created", "due") if whole[name] is not None}
        self.kept.append(SimpleNamespace(**{**whole, **days, "collection": collection, "state": state}))
        return self

    def answer(self, topic: str, plugin: str, table: str, rows: list[dict]) -> "World":
        """What another measure answers to a topic."""
        self.answers.append((topic, plugin, table, rows))
        return self

    def context(self) -> Context:
        actor = Actor(1, self.role, 340223000000)
        return Context(self.today, 0, actor, 340223, 1, self.settings, False)

    def run(self, work) -> Any:
        """Runs something with this world as the kernel: `world.run(lambda context: plugin.view(context, request))`."""
        before = lend(self._interfaces(), self.manifest)
        try:
            return work(self.context())
        finally:
            lend(*before)

    def assess(self, plugin: ModuleType) -> list[Result]:
        """Every household through `assess`; checked as the kernel checks."""

        def work(context: Context) -> list[Result]:
            results = list(plugin.assess(context, families(self.block(list(self.households)), self.manifest["fields"])))
            outcomes_of(results, self.manifest)
            if len(results) != len(self.households):
                raise ValueError(f"{len(results)} results for {len(self.households)} households")
            return results

        return self.run(work)

    def _interfaces(self) -> dict:
        def households(ids: list[int], _: int) -> Block:
            for id in ids:
                if id not in self.households:
                    raise Refusal.not_found(f"没有找到家庭 {id}")
            return self.block(ids)

        def parameter(code: str, on: int) -> Any:
            if code not in self.values:
                return None
            return SimpleNamespace(version=1, value=self.values[code], begins=on, source="测试", verified=True)

        def get(id: int) -> Any:
            for document in self.kept:
                if document.id == id:
                    return document
            raise Refusal.not_found(f"没有办件 {id}")

        def find(query: Any) -> list:
            return [
                document for document in self.kept
                if document.collection == query.collection and document.id > query.after
                and (not query.states or document.state in query.states)
                and (query.household is None or document.household == query.household)
                and (query.by_index is None or getattr(document, "indexes", {}).get(query.by_index[0]) == query.by_index[1])
            ][: query.limit]

        def ask(topic: str, _: int, block: Block) -> list:
            asked = (Block.rows(block, "page") or [{"after": 0, "limit": 2000}])[0]
            return [
                SimpleNamespace(plugin=plugin, block=Block.of(table, [
                    row for row in rows if row.get("household", asked["after"] + 1) > asked["after"]
                ][: asked["limit"]]))
                for own, plugin, table, rows in self.answers if own == topic
            ]

        def working(day: int) -> bool:
            return from_days(day).weekday() < 5

        def add(start: int, count: int) -> int:
            while count > 0:
                start += 1
                count -= working(start)
            return start

        def between(first: int, second: int) -> int:
            count = sum(working(day) for day in range(min(first, second) + 1, max(first, second) + 1))
            return count if first <= second else -count

        return {
            "records": SimpleNamespace(
                households=households, recipients=lambda scheme, on, after, limit: [],
                all=lambda after, limit: sorted(id for id in self.households if id > after)[:limit],
            ),
            "divisions": SimpleNamespace(all=lambda: Block.of("division", self.places)),
            "documents": SimpleNamespace(get=get, find=find),
            "decisions": SimpleNamespace(
                get=get, of_household=lambda id: [one for one in self.decided if one.household == id],
                in_force=lambda scheme, *_: [one for one in self.decided if one.scheme == scheme],
            ),
            "parameters": SimpleNamespace(get=parameter),
            "calendar": SimpleNamespace(is_working_day=working, add_working_days=add, working_days_between=between),
            "questions": SimpleNamespace(ask=ask),
            "payments": SimpleNamespace(lines=lambda query: Block([]), conflicts=lambda *_: Block([])),
            "log": SimpleNamespace(write=lambda level, message: self.logs.append(f"{level} {message}")),
        }

    def block(self, ids: list[int]) -> Block:
        """The block the kernel would send of these households."""
        fields = self.manifest["fields"]
        cases = [self.households[id] for id in ids]
        members = [member for case in cases for member in case["members"]]

        def column(table: Table, code: str, found: list) -> None:
            if any(isinstance(value, str) and not _is_date(value) for value in found):
                table.texts(code, found)
            else:
                table.ints(code, [_number(value) for value in found])

        households = Table("household", len(ids)).ints("household.id", ids)
        persons = Table("person", len(members), _ends(len(case["members"]) for case in cases))
        persons.ints("person.id", [
            at + 1 if id == 1 else id * 1000 + at + 1 for id, case in zip(ids, cases) for at in range(len(case["members"]))
        ])
        for code in fields:
            if code.startswith("household."):
                column(households, code, [case["household"].get(code) for case in cases])
            elif code.startswith("person."):
                column(persons, code, [member.get("fields", {}).get(code) for member in members])
        tables, fact = [households, persons], 0
        for name in ("income", "asset", "spending"):
            kinds = [code for code in fields if code.startswith(f"{name}.")]
            if not kinds:
                continue
            rows, counts = [], []
            for member in members:
                own = [item for item in member.get("items", []) if item["field"] in kinds]
                counts.append(len(own))
                for item in own:
                    fact += 1
                    begins = item.get("from", f"{self.today.year}-01-01")
                    rows.append((
                        fact, kinds.index(item["field"]), item["value"], item.get("qualifier", 0), _number(begins),
                        _number(item.get("to")), 1,
                    ))
            table = Table(name, len(rows), _ends(counts))
            for at, column_name in enumerate(("fact", "kind", "value", "qualifier", "from", "to", "source")):
                table.ints(column_name, [row[at] for row in rows])
            tables.append(table)
        return Block(tables)


def _ends(lengths) -> list[int]:
    ends, end = [], 0
    for length in lengths:
        end += length
        ends.append(end)
    return ends


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _number(value: Any) -> int | None:
    if value is None or isinstance(value, int):
        return None if value is None else int(value)
    return to_days(date.fromisoformat(value))


def run_scenarios(plugin: ModuleType, folder: str | Path) -> int:
    """Runs every scenario of a folder and returns how many there were; raises with every difference at once."""
    manifest = read_manifest(folder)
    own = [{"file": "plugin.toml", **scenario} for scenario in manifest.get("scenarios", [])]
    scenarios = own + read_scenarios(folder)
    if not scenarios:
        raise AssertionError("没有任何场景：请在 scenarios 目录中写下至少一个")
    failures = []
    for scenario in scenarios:
        differences = _differences(plugin, manifest, scenario)
        if differences:
            failures.append("\n    ".join([f"{scenario['file']}：{scenario['name']}", *differences]))
    if failures:
        raise AssertionError("\n".join([f"{len(scenarios)} 个场景中有 {len(failures)} 个不符：", *failures]))
    return len(scenarios)


def _differences(plugin: ModuleType, manifest: dict, scenario: dict) -> list[str]:
    try:
        [result] = World(date.fromisoformat(scenario["date"]), manifest).scenario(scenario).assess(plugin)
    except Exception as raised:  # whatever went wrong is what the author must read
        return [f"没有结论：{type(raised).__name__}: {raised}"]
    expect = scenario["expect"]
    pairs = [("结论", expect["outcome"], result.outcome), ("金额（分）", expect.get("amount", 0), result.amount)]
    pairs += [(code, value, result.figures.get(code, 0)) for code, value in expect.get("figures", {}).items()]
    found = [f"{what} 应为 {wanted}，却是 {given}" for what, wanted, given in pairs if wanted != given]
    given = [reason.code for reason in result.reasons]
    found += [f"缺少理由 {code}，给出的是 {'、'.join(given)}" for code in expect.get("reasons", []) if code not in given]
    found += [f"不应有理由 {code}" for code in expect.get("without", []) if code in given]
    return found
