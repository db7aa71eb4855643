"""The SDK itself: dates, columns, words."""

import unittest
from datetime import date

from doudi import Block, Table, add_months, age, last_of_month, yuan
from doudi.block import families
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
