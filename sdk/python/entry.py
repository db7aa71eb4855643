"""The packer's entry of every Python plugin: joins the author's module `plugin` to the world of its manifest. Copied beside it at
build; not for authors. Whatever is imported here and there is resolved now: the sandbox has no files."""

import importlib
import json
import pkgutil
from types import SimpleNamespace

import doudi_manifest
import plugin
import wit_world.imports
from componentize_py_types import Err
from doudi.guest import Points, error_of
from doudi.kernel import lend
from wit_world.imports import types as wit

MANIFEST = json.loads(doudi_manifest.TEXT)


def _column(column):
    content = column.values.value
    values = wit.Values_Texts(content) if hasattr(content, "ends") else wit.Values_Ints(content)
    return SimpleNamespace(name=column.name, values=values, nulls=column.nulls)


def _block(block):
    tables = [
        SimpleNamespace(name=table.name, rows=table.rows, ends=table.ends, columns=[_column(one) for one in table.columns])
        for table in block.tables
    ]
    return SimpleNamespace(tables=tables)


def _problems(problems):
    return [wit.Problem(one.field, one.code, one.message) for one in problems]


def _answered(work, *args):
    try:
        return work(*args)
    except Exception as raised:
        refusal = error_of(raised)
        raise Err(wit.Error(refusal.code, refusal.message, _problems(refusal.problems))) from None


_lent = {
    module.name: importlib.import_module(f"wit_world.imports.{module.name}")
    for module in pkgutil.iter_modules(wit_world.imports.__path__)
    if module.name != "types"
}
lend(_lent, MANIFEST, _block)
_points = Points(plugin, MANIFEST)


class Assess:
    def assess(self, context, households):
        return SimpleNamespace(**_answered(_points.assess, context, households))


class Act:
    def act(self, context, action):
        return _answered(_points.act, context, action)


class React:
    def react(self, context, event):
        return _answered(_points.react, context, event)


class Tick:
    def tick(self, context, job, due, cursor):
        effects, following = _answered(_points.tick, context, job, due, cursor)
        return SimpleNamespace(effects=effects, next=following)


class View:
    def view(self, context, request):
        return _answered(_points.view, context, request)


class Fill:
    def fill(self, context, request):
        return _answered(_points.fill, context, request)


class Answer:
    def answer(self, context, topic, on, block):
        return _block(_answered(_points.answer, context, topic, on, block))


class Indicators:
    def indicators(self, context, begins, ends):
        return _answered(_points.indicators, context, begins, ends)


class Intake:
    def intake(self, context, feed, rows):
        taken = _answered(_points.intake, context, feed, rows)
        rejected = [(row, wit.Problem(one.field, one.code, one.message)) for row, one in taken.rejected]
        return SimpleNamespace(effects=list(taken.effects), rejected=rejected)


class Migrate:
    def migrate(self, context, older, documents):
        return _answered(_points.migrate, context, older, documents)


class CheckSettings:
    def check_settings(self, settings):
        return _problems(_answered(_points.check_settings, settings))
