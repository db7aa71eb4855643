// The same cases a county runs, in node: no server, no sandbox. `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { World, readManifest, readScenarios, runScenarios } from "@doudi/sdk/testing.js";
import plugin from "../src/plugin.js";

const folder = fileURLToPath(new URL("..", import.meta.url));

test("scenarios give the expected answers", () => {
  assert.equal(runScenarios(plugin, folder), 4);
});

test("the page explains the answer", () => {
  const world = new World("2022-07-20", readManifest(folder)).scenario(readScenarios(folder)[0]);
  const page = world.run((context) => plugin.view(context, { page: "household", household: 1, document: null, query: {} }));
  assert.equal(page.blocks[0].amount, 3000);
  assert.equal(page.blocks[0].reasons[0].text.zh, "月工资合计 1,800.00 元，不超过上限 9,000.00 元");
});
