// Testing a plugin in node: no server, no sandbox. A made-up world stands in for the kernel; `runScenarios` runs the readable cases
// of `scenarios/*.toml`, the same ones every county runs again at admission.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Block, Table, families } from "./block.js";
import { toDays } from "./dates.js";
import { contextOf, outcomesOf } from "./guest.js";
import { lend } from "./kernel.js";
import { parse } from "./toml.js";

export { parse } from "./toml.js";

/** The manifest of a plugin's folder, with `fields`: every declared field once, in order. */
export function readManifest(folder) {
  const manifest = parse(readFileSync(join(folder, "plugin.toml"), "utf8"));
  for (const list of ["outcomes", "figures", "reasons", "parameters", "inputs"]) manifest[list] ??= [];
  manifest.fields = [...new Set(manifest.inputs.flatMap((input) => input.fields))];
  return manifest;
}

/** The scenarios of a plugin's folder, by file name, with the file's name. */
export function readScenarios(folder) {
  const below = join(folder, "scenarios");
  if (!existsSync(below)) return [];
  const files = readdirSync(below).filter((file) => file.endsWith(".toml")).sort();
  return files.flatMap((file) => {
    try {
      return parse(readFileSync(join(below, file), "utf8")).scenario.map((scenario) => ({ file, ...scenario }));
    } catch (error) {
      throw new Error(`scenarios/${file}: ${error.message}`);
    }
  });
}

/** A made-up county: households, parameters, documents, decisions and what other measures answer. */
export class World {
  constructor(today, manifest) {
    this.today = today;
    this.manifest = manifest;
    this.households = new Map();
    this.values = {};
    this.kept = [];
    this.decided = [];
    this.answers = [];
    this.settings = manifest.settings?.defaults ?? {};
    this.logs = [];
    /** What `divisions.list` gives: `{ code, parent, level, name }`. */
    this.places = [];
    this.role = "county-officer";
  }

  parameter(code, value) {
    this.values[code] = value;
    return this;
  }

  /** A household as scenarios write it. */
  household(id, { household = {}, members = [] }) {
    this.households.set(id, { household, members });
    return this;
  }

  scenario(scenario) {
    this.today = scenario.date;
    this.values = { ...scenario.parameters };
    return this.household(1, scenario);
  }

  /** A document of the plugin's own, as `documents.get` gives it; what is left out is made up. */
  document(document) {
    this.kept.push({
      id: this.kept.length + 1, key: "", title: "", household: null, person: null, division: 340223001001, due: null,
      revision: 1, since: this.today, created: this.today, body: {}, ...document,
    });
    return this;
  }

  /** What another measure answers to a topic: rows of one table, or a function of the question's block. */
  answer(topic, plugin, table, rows) {
    this.answers.push({ topic, plugin, table, rows });
    return this;
  }

  as(role) {
    this.role = role;
    return this;
  }

  context(changes = {}) {
    const actor = { user: 1, role: this.role, division: 340223000000 };
    const raw = { today: toDays(this.today), now: 0, county: 340223, seed: 1, trial: false, settings: "{}", actor };
    return { ...contextOf(raw), settings: this.settings, ...changes };
  }

  /** Runs something with this world as the kernel. */
  run(work) {
    const before = lend(this.#interfaces(), this.manifest);
    try {
      return work(this.context());
    } finally {
      lend(...before);
    }
  }

  /** Every household through `assess`; checked as the kernel checks. */
  assess(plugin) {
    return this.run((context) => {
      const block = this.#block([...this.households.keys()]);
      const results = [...plugin.assess(context, families(block, this.manifest.fields))];
      outcomesOf(results, this.manifest);
      if (results.length !== this.households.size) {
        throw new Error(`${results.length} results for ${this.households.size} households`);
      }
      return results;
    });
  }

  #interfaces() {
    const fail = (code, message) => {
      throw { code, message, problems: [] };
    };
    const raw = (document) => ({
      ...document, since: toDays(document.since), created: toDays(document.created),
      due: document.due && toDays(document.due), body: JSON.stringify(document.body),
    });
    const working = (day) => !isWeekend(day);
    return {
      records: {
        households: (ids) => {
          const missing = ids.find((id) => !this.households.has(id));
          return missing === undefined ? this.#block(ids) : fail("not-found", `没有找到家庭 ${missing}`);
        },
        recipients: (scheme, on, after, limit) =>
          this.decided.filter((decision) => decision.scheme === scheme && decision.household > after)
            .map((decision) => decision.household).slice(0, limit),
        all: (after, limit) =>
          [...this.households.keys()].filter((id) => id > after).sort((first, second) => first - second).slice(0, limit),
      },
      divisions: { all: () => Block.of("division", this.places) },
      documents: {
        get: (id) => raw(this.kept.find((document) => document.id === id) ?? fail("not-found", `没有办件 ${id}`)),
        find: (query) =>
          this.kept
            .filter((document) => document.collection === query.collection && document.id > query.after
              && (query.states.length === 0 || query.states.includes(document.state))
              && (query.household === null || document.household === query.household)
              && (query.byIndex === null || document.indexes?.[query.byIndex[0]] === query.byIndex[1])
              && (query.dueBy === null || (document.due && toDays(document.due) <= query.dueBy)))
            .slice(0, query.limit).map(raw),
      },
      decisions: {
        get: (id) => this.decided.find((decision) => decision.id === id) ?? fail("not-found", `没有决定 ${id}`),
        ofHousehold: (household) => this.decided.filter((decision) => decision.household === household),
        inForce: (scheme) => this.decided.filter((decision) => decision.scheme === scheme),
      },
      parameters: {
        get: (code, on) =>
          code in this.values ? { version: 1, value: this.values[code], begins: on, source: "测试", verified: true } : null,
      },
      calendar: {
        isWorkingDay: working,
        addWorkingDays: (start, count) => {
          let day = start;
          for (let left = count; left > 0; ) if (working((day += 1))) left -= 1;
          return day;
        },
        workingDaysBetween: (first, second) => {
          let count = 0;
          for (let day = Math.min(first, second) + 1; day <= Math.max(first, second); day += 1) if (working(day)) count += 1;
          return second < first ? -count : count;
        },
      },
      questions: {
        ask: (topic, on, block) =>
          this.answers.filter((answer) => answer.topic === topic).map(({ plugin, table, rows }) => {
            const { after = 0, limit = 2000 } = Block.rows(block, "page")[0] ?? {};
            const page = rows.filter((row) => row.household === undefined || row.household > after).slice(0, limit);
            return { plugin, block: Block.of(table, page) };
          }),
      },
      payments: { lines: () => ({ tables: [] }), totals: () => fail("not-found", "没有发放清单"), conflicts: () => ({ tables: [] }) },
      log: { write: (level, message) => this.logs.push(`${level} ${message}`) },
    };
  }

  /** The block the kernel would send of these households. */
  #block(ids) {
    const { fields } = this.manifest;
    const of = (table) => fields.filter((code) => code.startsWith(`${table}.`));
    const cases = ids.map((id) => this.households.get(id));
    const number = (value) => {
      if (value === null || value === undefined) return null;
      if (typeof value === "boolean") return value ? 1 : 0;
      return typeof value === "string" ? toDays(value) : value;
    };
    const isText = (value) => typeof value === "string" && !/^\d{4}-\d{2}-\d{2}$/.test(value);
    const column = (table, code, list) => (list.some(isText) ? table.texts(code, list) : table.ints(code, list.map(number)));

    const households = new Table("household", ids.length).ints("household.id", ids);
    for (const code of of("household")) column(households, code, cases.map(({ household }) => household[code]));
    const members = cases.flatMap(({ members: list }) => list);
    let end = 0;
    const persons = new Table("person", members.length, cases.map(({ members: list }) => (end += list.length)));
    persons.ints("person.id", ids.flatMap((id, row) => cases[row].members.map((_, at) => (id === 1 ? at + 1 : id * 1000 + at + 1))));
    for (const code of of("person")) column(persons, code, members.map((member) => member.fields?.[code]));
    const block = new Block(households, persons);
    let fact = 0;
    for (const name of ["income", "asset", "spending"].filter((table) => of(table).length > 0)) {
      const kinds = of(name);
      const rows = [];
      const ends = members.map((member) => {
        for (const item of (member.items ?? []).filter((candidate) => kinds.includes(candidate.field))) {
          rows.push({ fact: (fact += 1), ...item });
        }
        return rows.length;
      });
      const table = new Table(name, rows.length, ends)
        .ints("fact", rows.map((row) => row.fact))
        .ints("kind", rows.map((row) => kinds.indexOf(row.field)))
        .ints("value", rows.map((row) => row.value))
        .ints("qualifier", rows.map((row) => row.qualifier ?? 0))
        .ints("from", rows.map((row) => toDays(row.from ?? `${this.today.slice(0, 4)}-01-01`)))
        .ints("to", rows.map((row) => number(row.to)))
        .ints("source", rows.map(() => 1));
      block.tables.push(table);
    }
    return block;
  }
}

/** Saturday or Sunday (1970-01-01 was a Thursday): the made-up calendar knows no holidays. */
function isWeekend(day) {
  const weekday = (((day + 4) % 7) + 7) % 7;
  return weekday === 0 || weekday === 6;
}

/** Runs every scenario of a folder and returns how many there were; throws with every difference at once. */
export function runScenarios(plugin, folder) {
  const manifest = readManifest(folder);
  const scenarios = [...(manifest.scenarios ?? []).map((scenario) => ({ file: "plugin.toml", ...scenario })), ...readScenarios(folder)];
  if (scenarios.length === 0) throw new Error("没有任何场景：请在 scenarios 目录中写下至少一个");
  const failures = [];
  for (const scenario of scenarios) {
    const differences = [];
    try {
      const [result] = new World(scenario.date, manifest).scenario(scenario).assess(plugin);
      const { expect } = scenario;
      const differ = (what, wanted, found) => {
        if (wanted !== found) differences.push(`${what} 应为 ${wanted}，却是 ${found}`);
      };
      const given = (result.reasons ?? []).map((reason) => reason.code);
      differ("结论", expect.outcome, result.outcome);
      differ("金额（分）", expect.amount ?? 0, result.amount ?? 0);
      for (const [code, value] of Object.entries(expect.figures ?? {})) differ(code, value, result.figures?.[code] ?? 0);
      for (const code of expect.reasons ?? []) if (!given.includes(code)) differences.push(`缺少理由 ${code}，给出的是 ${given.join("、")}`);
      for (const code of expect.without ?? []) if (given.includes(code)) differences.push(`不应有理由 ${code}`);
    } catch (error) {
      differences.push(`没有结论：${error.message}`);
    }
    if (differences.length > 0) failures.push(`${scenario.file}：${scenario.name}\n    ${differences.join("\n    ")}`);
  }
  if (failures.length > 0) throw new Error(`${scenarios.length} 个场景中有 ${failures.length} 个不符：\n${failures.join("\n")}`);
  return scenarios.length;
}
