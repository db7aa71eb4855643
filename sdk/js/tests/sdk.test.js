// The SDK itself: dates, columns, TOML, words.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Block, Table, families } from "../block.js";
import { create, move } from "../effects.js";
import { points } from "../guest.js";
import { divisions, records } from "../kernel.js";
import * as dates from "../dates.js";
import { decode, encode, fill, yuan } from "../text.js";
import { World, parse, readManifest, readScenarios } from "../testing.js";

test("dates go to days and back, over every leap rule", () => {
  for (let days = -150000; days <= 150000; days += 37) assert.equal(dates.toDays(dates.fromDays(days)), days);
  for (const [date, days] of [["1970-01-01", 0], ["2000-02-29", 11016], ["2022-07-20", 19193], ["1900-03-01", -25508]]) {
    assert.equal(dates.toDays(date), days);
    assert.equal(dates.fromDays(days), date);
  }
  assert.equal(dates.addMonths("2022-01-31", 1), "2022-02-28");
  assert.equal(dates.addMonths("2022-01-15", -1), "2021-12-15");
  assert.equal(dates.lastOfMonth("2024-02-03"), "2024-02-29");
  assert.deepEqual([dates.age("1942-07-20", "2022-07-20"), dates.age("1942-07-21", "2022-07-20")], [80, 79]);
  assert.throws(() => dates.toDays("20 July"));
});

test("texts survive UTF-8", () => {
  for (const words of ["", "a", "é", "中文", "𠮷野家", "a\u0000b"]) {
    const bytes = [];
    encode(words, bytes);
    assert.deepEqual(Buffer.from(bytes).toString("utf8"), words);
    assert.equal(decode(bytes, 0, bytes.length), words);
  }
});

test("blocks give back what went in, absent values and children too", () => {
  const root = new Table("a", 3).ints("n", [1, null, -3]).texts("t", ["x", null, ""]);
  const child = new Table("b", 2, [1, 1, 2]).ints("m", [7, 8]);
  assert.deepEqual(Block.rows(new Block(root, child), "a"), [
    { n: 1, t: "x", b: [{ m: 7 }] }, { n: null, t: null, b: [] }, { n: -3, t: "", b: [{ m: 8 }] },
  ]);
});

test("families have members, members have items under the names of the catalogue", () => {
  const household = new Table("household", 1).ints("household.id", [9]).texts("household.account-number", ["ab"]);
  const person = new Table("person", 2, [2]).ints("person.id", [1, 2]).ints("person.birth-date", [0, null]);
  const income = new Table("income", 1, [0, 1]);
  for (const [name, value] of Object.entries({ fact: 5, kind: 1, value: 100, qualifier: 0, from: 0, to: null, source: 1 })) {
    income.ints(name, [value]);
  }
  const [family] = families(new Block(household, person, income), ["income.wage", "income.other"]);
  assert.deepEqual([family.id, family.accountNumber, family.members[0].birthDate, family.members[1].birthDate], [9, "ab", "1970-01-01", null]);
  assert.deepEqual(family.members[1].income, [
    { fact: 5, kind: "income.other", value: 100, qualifier: 0, from: "1970-01-01", to: null, source: 1 },
  ]);
});

test("sentences take their numbers", () => {
  assert.equal(yuan(-123456789), "-1,234,567.89");
  assert.equal(fill("{0:fen} 元，{1:count} 人，{2:date}，{3:fen}", [100, 2, 0]), "1.00 元，2 人，1970年1月1日，{3:fen}");
});

test("TOML: the manifests and scenarios of the repository, and mistakes by line", () => {
  const folder = (name) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
  for (const plugin of ["plugins/dibao", "plugins/disbursement", "examples/hello-plugin", "examples/heating-subsidy"]) {
    assert.match(readManifest(folder(plugin)).version, /^\d/);
  }
  assert.ok(readScenarios(folder("plugins/dibao")).length > 100);
  assert.deepEqual(parse('a.b = 1 # c\n"c d" = [1_000, "x\\n\\u4e2d",]\n[[t]]\nx = { y = true }\n[[t]]\n[t.u]\nz = \'\\\''), {
    a: { b: 1 }, "c d": [1000, "x\n中"], t: [{ x: { y: true } }, { u: { z: "\\" } }],
  });
  for (const [text, words] of [["a = 1\nb =", /line 2/], ["a = 1.5", /1\.5/], ["a = 1\na = 2", /twice/], ['a = "x', /end/]]) {
    assert.throws(() => parse(text), words);
  }
  assert.ok(readFileSync(folder("sdk/js/index.d.ts"), "utf8").includes("interface Plugin"));
});

test("places, all households, and a document that lies elsewhere", () => {
  const manifest = { fields: [], parameters: [], points: [] };
  const world = new World("2022-07-20", manifest).household(9, {}).household(3, {}).household(7, {});
  world.places = [
    { code: 340223000000, parent: null, level: "county", name: "南陵县" },
    { code: 340223101000, parent: 340223000000, level: "town", name: "许镇镇" },
  ];
  world.run(() => {
    assert.deepEqual(records.all(3, 1), [7]);
    assert.deepEqual(divisions.list(), world.places);
  });
  const put = JSON.parse(create("clue", "线索", { state: "open", division: 340223101000 }).payload);
  assert.deepEqual([put.division, put.household], ["340223101000", undefined]);
  const document = { id: 4, collection: "clue", revision: 1, key: "", title: "线索", household: null, person: null, body: {} };
  assert.equal(JSON.parse(move(document, "open", { household: 3 }).payload).household, "3");
});

test("what is known of the files comes apart from the values", () => {
  let seen;
  const plugin = { act: (_, action) => { seen = action; } };
  const guest = points(plugin, { fields: [], parameters: [], points: ["act"] }, {});
  const context = { today: 0, now: 0n, actor: { user: 1n, role: "r", division: 1n }, county: 1, seed: 1n, settings: "{}", trial: false };
  const values = JSON.stringify({ photos: ["7"], _files: [{ id: "7", digest: "ab01", bytes: 12 }] });
  guest.act(context, { id: "a", collection: "c", document: undefined, household: undefined, person: undefined, values });
  assert.deepEqual([seen.values, seen.files], [{ photos: ["7"] }, [{ id: 7, digest: "ab01", bytes: 12 }]]);
});
