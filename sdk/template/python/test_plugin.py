"""The same cases a county runs, in CPython: no server, no sandbox. `python3 -m unittest`, or pytest."""

import sys
import unittest
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path[:0] = [str(FOLDER / "src"), str(FOLDER / "vendor")]

import plugin  # noqa: E402
from doudi import PageRequest  # noqa: E402
from doudi.testing import World, read_manifest, read_scenarios, run_scenarios  # noqa: E402


class Cases(unittest.TestCase):
    def test_scenarios_give_the_expected_answers(self):
        self.assertEqual(run_scenarios(plugin, FOLDER), 4)

    def test_the_page_explains_the_answer(self):
        world = World(date(2022, 7, 20), read_manifest(FOLDER)).scenario(read_scenarios(FOLDER)[0])
        shown = world.run(lambda context: plugin.view(context, PageRequest("household", None, 1, {})))
        self.assertEqual(shown["blocks"][0]["amount"], 3000)
        self.assertEqual(shown["blocks"][0]["reasons"][0]["text"]["zh"], "月工资合计 1,800.00 元，不超过上限 9,000.00 元")
