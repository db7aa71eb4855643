"""The packer's side: from an author's module to the functions the contract exports. Not for authors."""

import json
from types import ModuleType
from typing import Any

from .block import Block, families
from .decided import entry
from .kernel import Action, Actor, Context, Event, File, FillRequest, PageRequest, document_of
from .refusal import Refusal, refusal_of
from .words import from_days


def context_of(raw: Any) -> Context:
    actor = Actor(raw.actor.user, raw.actor.role, raw.actor.division)
    return Context(from_days(raw.today), raw.now, actor, raw.county, raw.seed, json.loads(raw.settings), raw.trial)


def outcomes_of(results: Any, manifest: dict) -> dict:
    """Results of `assess` as columns, in the manifest's positions."""
    out = {
        name: []
        for name in ("outcome", "amount", "covered", "figures", "reason_ends", "reasons", "args", "fact_ends", "facts")
    }
    place = {
        name: {item["code"]: at for at, item in enumerate(manifest[name])} for name in ("outcomes", "figures", "reasons")
    }

    def position(name: str, code: str) -> int:
        return place[name][code] if code in place[name] else entry(manifest[name], code, name)

    for result in results:
        out["outcome"].append(position("outcomes", result.outcome))
        out["amount"].append(result.amount)
        out["covered"].append(result.covered)
        for code in result.figures:
            position("figures", code)
        out["figures"].extend(result.figures.get(item["code"], 0) for item in manifest["figures"])
        for given in result.reasons:
            at = position("reasons", given.code)
            wanted = manifest["reasons"][at].get("args", 0)
            if len(given.args) != wanted:
                raise ValueError(f'reason "{given.code}" takes {wanted} numbers, not {len(given.args)}')
            out["reasons"].append(at)
            out["args"].extend(given.args)
            out["facts"].extend(given.facts)
            out["fact_ends"].append(len(out["facts"]))
        out["reason_ends"].append(len(out["reasons"]))
    return out


def error_of(raised: Exception) -> Refusal:
    """A refusal as it is; a bug as `internal`, with what went wrong and where."""
    refusal = refusal_of(raised)
    if refusal is not None:
        return refusal
    # By hand: `traceback` would look for the source, and the sandbox has no files.
    frame, where = raised.__traceback__, ""
    while frame is not None:
        where = f"{frame.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{frame.tb_lineno}"
        frame = frame.tb_next
    return Refusal(f"插件内部出错：{type(raised).__name__}: {raised} {where}"[:900], "internal")


class Points:
    """Every point by its name in the contract, over an author's module."""

    def __init__(self, plugin: ModuleType, manifest: dict):
        self.plugin, self.manifest = plugin, manifest
        for point in manifest["points"]:
            name = point.replace("-", "_")
            if not callable(getattr(plugin, name, None)):
                raise TypeError(f'plugin.toml: points names "{point}", but src/plugin.py has no function {name}')

    def assess(self, context: Any, households: Any) -> dict:
        results = self.plugin.assess(context_of(context), families(households, self.manifest["fields"]))
        return outcomes_of(results, self.manifest)

    def act(self, context: Any, raw: Any) -> list:
        document, values = document_of(raw.document), json.loads(raw.values)
        # What the kernel knows of the files travels among the values.
        files = [File(int(told["id"]), told["digest"], told["bytes"]) for told in values.pop("_files", [])]
        action = Action(raw.id, raw.collection, document, raw.household, raw.person, values, files)
        return list(self.plugin.act(context_of(context), action) or ())

    def react(self, context: Any, raw: Any) -> list:
        event = Event(raw.topic, raw.household, raw.person, raw.document, json.loads(raw.payload))
        return list(self.plugin.react(context_of(context), event) or ())

    def tick(self, context: Any, job: str, due: int, cursor: str | None) -> tuple[list, str | None]:
        step = self.plugin.tick(context_of(context), job, from_days(due), cursor)
        return list(step.effects), None if step.next is None else str(step.next)

    def view(self, context: Any, raw: Any) -> str:
        request = PageRequest(raw.page, document_of(raw.document), raw.household, dict(raw.query))
        return json.dumps(self.plugin.view(context_of(context), request), ensure_ascii=False)

    def fill(self, context: Any, raw: Any) -> str:
        request = FillRequest(raw.form, document_of(raw.document), raw.household, json.loads(raw.values), raw.changed)
        return json.dumps(self.plugin.fill(context_of(context), request), ensure_ascii=False)

    def answer(self, context: Any, topic: str, on: int, block: Any) -> Block:
        return self.plugin.answer(context_of(context), topic, from_days(on), block)

    def indicators(self, context: Any, begins: int, ends: int) -> list:
        return list(self.plugin.indicators(context_of(context), from_days(begins), from_days(ends)))

    def intake(self, context: Any, feed: str, rows: Any) -> Any:
        table = rows.tables[0].name if rows.tables else ""
        return self.plugin.intake(context_of(context), feed, Block.rows(rows, table))

    def migrate(self, context: Any, older: str, documents: list) -> list:
        return list(self.plugin.migrate(context_of(context), older, [document_of(raw) for raw in documents]))

    def check_settings(self, settings: str) -> list:
        return list(self.plugin.check_settings(json.loads(settings)))
