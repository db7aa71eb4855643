"""The SDK itself: dates, columns, words."""

import json
import unittest
from datetime import date
from types import SimpleNamespace

from doudi import Block, Division, Table, add_months, age, divisions, effects, last_of_month, records, yuan
from doudi.block import families
from doudi.guest import Points
from doudi.testing import World
from doudi.words import fill, from_days, to_days


class Words(unittest.TestCase):
    def test_dates_go_to_days_and_back(self):
        for days in range(-150_000, 150_000, 371):
            self.assertEqual(to_days(from_days(days)), days)
        self.assertEqual(to_days(date(2022, 7, 20)), 19_193)
        self.assertEqual(add_months(date(2022, 1, 31), 1), date(2022, 2, 28))
        self.assertEqual(add_months(date(2022, 1, 15), -1), date(2021, 12, 15))
        self.assertEqual(last_of_month(date(2024, 2, 3)), date(2024, 2, 29))
        self.assertEqual((age(date(1942, 7, 20), date(2022, 7, 20)), age(date(1942, 7, 21), date(2022, 7, 20))), (80, 79))

    def test_sentences_take_their_numbers(self):
        self.assertEqual(yuan(-123_456_789), "-1,234,567.89")
        self.assertEqual(fill("{0:fen} 元，{1:count} 人，{2:date}，{3:fen}", [100, 2, 0]), "1.00 元，2 人，1970年1月1日，{3:fen}")


class Blocks(unittest.TestCase):
    def test_blocks_give_back_what_went_in(self):
        root = Table("a", 3).ints("n", [1, None, -3]).texts("t", ["𠮷", None, ""])
        child = Table("b", 2, [1, 1, 2]).ints("m", [7, 8])
        self.assertEqual(Block.rows(Block([root, child]), "a"), [
            {"n": 1, "t": "𠮷", "b": [{"m": 7}]}, {"n": None, "t": None, "b": []}, {"n": -3, "t": "", "b": [{"m": 8}]},
        ])

    def test_families_have_members_and_items(self):
        household = Table("household", 1).ints("household.id", [9]).texts("household.account-number", ["ab"])
        person = Table("person", 2, [2]).ints("person.id", [1, 2]).ints("person.birth-date", [0, None])
        income = Table("income", 1, [0, 1])
        for name, value in dict(fact=5, kind=1, value=100, qualifier=0, source=1).items():
            income.ints(name, [value])
        income.ints("from", [0]).ints("to", [None])
        [family] = families(Block([household, person, income]), ["income.wage", "income.other"])
        self.assertEqual((family.id, family.account_number, family.members[0].birth_date), (9, "ab", date(1970, 1, 1)))
        self.assertIsNone(family.members[1].birth_date)
        [item] = family.members[1].income
        self.assertEqual((item.kind, item.value, item.covers(date(1980, 1, 1))), ("income.other", 100, True))


class Contract12(unittest.TestCase):
    def test_places_all_households_and_a_document_that_lies_elsewhere(self):
        world = World(date(2022, 7, 20), {"fields": [], "parameters": [], "points": []})
        for id in (9, 3, 7):
            world.household(id)
        world.places = [
            {"code": 340223000000, "parent": None, "level": "county", "name": "南陵县"},
            {"code": 340223101000, "parent": 340223000000, "level": "town", "name": "许镇镇"},
        ]
        found, places = world.run(lambda context: (records.all(3, 1), divisions.list()))
        self.assertEqual(found, [7])
        self.assertEqual(places[1], Division(340223101000, 340223000000, "town", "许镇镇"))
        put = json.loads(effects.create("clue", "线索", state="open", division=340223101000).payload)
        self.assertEqual((put["division"], put.get("household")), ("340223101000", None))

    def test_what_is_known_of_the_files_comes_apart_from_the_values(self):
        seen = []
        plugin = SimpleNamespace(act=lambda context, action: seen.append(action))
        values = json.dumps({"photos": ["7"], "_files": [{"id": "7", "digest": "ab01", "bytes": 12}]})
        raw = SimpleNamespace(id="a", collection="c", document=None, household=None, person=None, values=values)
        context = SimpleNamespace(
            today=0, now=0, actor=SimpleNamespace(user=1, role="r", division=1), county=1, seed=1, settings="{}", trial=False,
        )
        Points.act(SimpleNamespace(plugin=plugin), context, raw)
        [action] = seen
        self.assertEqual((action.values, action.files[0].digest, action.files[0].id), ({"photos": ["7"]}, "ab01", 7))
