// The check in node: a made-up county with shared accounts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { World, readManifest } from "@doudi/sdk/testing.js";
import plugin from "../src/plugin.js";

const manifest = readManifest(fileURLToPath(new URL("..", import.meta.url)));

/** Households 1 to 4: 1, 2 and 4 share an account, 3 has its own, 4 is not paid. */
function county() {
  const world = new World("2022-08-01", manifest);
  for (const [id, account] of [[1, "aa"], [2, "aa"], [3, "bb"], [4, "aa"]]) {
    world.household(id, { household: { "household.account-number": account, "household.division": 340223001001 } });
  }
  return world.answer("benefit.payables", "some-measure", "payable", [1, 2, 3, 4].map((household) => (
    { household, scheme: "some", amount: household === 4 ? 0 : 50000 })));
}

const run = (world) => world.run((context) => plugin.tick(context, "compare", "2022-08-01", null)).effects
  .map((effect) => JSON.parse(effect.payload));

test("paid households with one account become one finding", () => {
  const [finding, ...others] = run(county());
  assert.deepEqual(others, []);
  assert.deepEqual([finding.title.zh, finding.household, finding.state], ["2 户使用同一银行账号", "1", "open"]);
  assert.deepEqual(finding.body.households, [1, 2]);
});

test("what was explained stays explained while the same households share it", () => {
  const explained = { collection: "finding", state: "explained", indexes: { account: "aa" }, body: { households: [1, 2] } };
  assert.deepEqual(run(county().document(explained)), []);
  const other = { ...explained, body: { households: [1, 9] } };
  assert.equal(run(county().document(other)).length, 1);
});

test("an open finding is brought up to date, not doubled", () => {
  const open = { collection: "finding", state: "open", indexes: { account: "aa" }, body: { households: [1, 9] }, revision: 4 };
  const [moved] = run(county().document(open));
  assert.deepEqual([moved.id, moved.expected_revision, moved.body.households], ["1", 4, [1, 2]]);
});

test("the page lists what is open, and the act closes it with its reason", () => {
  const open = { collection: "finding", state: "open", household: 1, due: "2022-08-15", title: "2 户", body: { households: [1, 2] } };
  const world = county().document(open);
  const shown = world.run((context) => plugin.view(context, { page: "findings", document: null, household: null, query: {} }));
  assert.equal(shown.blocks[1].rows.length, 1);
  const document = { ...world.kept[0] };
  const [effect] = world.run((context) => plugin.act(context, { id: "explain", document, values: { note: "母女同住" } }));
  assert.equal(JSON.parse(effect.payload).body.result, "母女同住");
});
