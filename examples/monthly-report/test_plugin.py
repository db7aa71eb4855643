"""The report in CPython: a made-up county in which two measures pay."""

import sys
import unittest
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path[:0] = [str(FOLDER / "src"), str(FOLDER.parent.parent / "sdk/python")]

import plugin  # noqa: E402
from doudi import PageRequest, Refusal  # noqa: E402
from doudi.testing import World, read_manifest  # noqa: E402


def county() -> World:
    world = World(date(2022, 7, 20), read_manifest(FOLDER))
    for household, village, hukou in [(1, 340223001001, 1), (2, 340223001002, 2), (3, 340223002001, 2)]:
        world.household(household, {"household.division": village, "household.hukou-kind": hukou})
    line = {"label": "低保", "scheme": "a", "posted": 1}
    world.answer("benefit.payables", "one", "payable", [
        {**line, "household": 1, "covered": 2, "amount": 100_000},
        {**line, "household": 2, "covered": 1, "amount": 50_000, "posted": 0},
        {**line, "household": 3, "covered": 1, "amount": 0},
    ])
    return world.answer("benefit.payables", "two", "payable", [
        {"label": "采暖补贴", "scheme": "b", "household": 1, "covered": 2, "amount": 6_000, "posted": None},
    ])


def report(world: World, **query: str) -> dict:
    return world.run(lambda context: plugin.view(context, PageRequest("report", None, None, query)))


class Report(unittest.TestCase):
    def test_households_are_counted_once_and_money_line_by_line(self):
        figures = report(county())["blocks"][0]["items"]
        self.assertEqual(figures[0]["value"], {"cell": "number", "number": 2})
        self.assertEqual(figures[2]["value"], {"cell": "money", "fen": 156_000})

    def test_tables_by_scheme_and_town(self):
        tables = [block for block in report(county())["blocks"] if block["block"] == "table"]
        self.assertEqual([row["cells"][0]["text"]["zh"] for row in tables[0]["rows"]], ["低保", "采暖补贴"])
        self.assertEqual([row["cells"][0]["division"] for row in tables[1]["rows"]], ["340223001000"])
        self.assertEqual([row["cells"][0]["text"]["zh"] for row in tables[2]["rows"]], ["农村", "城镇"])

    def test_a_month_that_is_none_or_not_yet_is_told(self):
        for query in ({"month": "七月"}, {"month": "2022-08"}):
            with self.assertRaises(Refusal):
                report(county(), **query)

    def test_a_county_without_payments_has_a_report(self):
        world = World(date(2022, 7, 20), read_manifest(FOLDER))
        self.assertEqual(report(world)["blocks"][0]["items"][0]["value"]["number"], 0)

    def test_the_share_of_posted_awards(self):
        [figure] = county().run(lambda context: plugin.indicators(context, date(2022, 7, 1), date(2022, 7, 31)))
        self.assertEqual((figure.part, figure.whole), (1, 2))
