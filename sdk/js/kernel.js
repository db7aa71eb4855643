// What the kernel lends: reading, and nothing else. In the sandbox the packer's entry hands in the imports the manifest declares;
// in node a made-up world does (`testing.js`). Dates are ISO texts here and days on the way.

import { Block, families } from "./block.js";
import { fromDays, toDays } from "./dates.js";
import { Refusal, refusalOf } from "./refusal.js";

let lent = {};
let manifest = { parameters: [], fields: [] };

/** Called once by the packer's entry, and by every test world. Returns what was lent before. */
export function lend(interfaces, ofManifest) {
  const before = [lent, manifest];
  lent = interfaces;
  manifest = ofManifest;
  return before;
}

export function currentManifest() {
  return manifest;
}

function call(name, method, ...args) {
  const from = lent[name];
  if (!from) throw new Error(`plugin.toml: imports does not name "${name}"`);
  try {
    return from[method](...args);
  } catch (thrown) {
    throw refusalOf(thrown) ?? thrown;
  }
}

const day = (date) => (date === null || date === undefined ? null : toDays(date));
const date = (days) => (days === null || days === undefined ? null : fromDays(Number(days)));
const number = (value) => (value === null || value === undefined ? null : Number(value));

/** A document as an author reads it: dates as texts, the body as the object it was written from. */
export function documentOf(raw) {
  if (raw === null || raw === undefined) return null;
  return {
    ...raw,
    id: Number(raw.id),
    household: number(raw.household),
    person: number(raw.person),
    division: Number(raw.division),
    revision: Number(raw.revision),
    since: fromDays(raw.since),
    due: date(raw.due),
    created: fromDays(raw.created),
    body: JSON.parse(raw.body),
  };
}

function decisionRead(raw) {
  return {
    ...raw,
    id: Number(raw.id),
    household: Number(raw.household),
    person: number(raw.person),
    document: number(raw.document),
    amount: Number(raw.amount),
    begins: fromDays(raw.begins),
    ends: date(raw.ends),
    asOf: fromDays(raw.asOf),
    decided: fromDays(raw.decided),
    figures: Object.fromEntries(raw.figures.map(([code, value]) => [code, Number(value)])),
  };
}

export const records = {
  /** Households as of a date, in the order asked, with every declared field. */
  households(ids, asOf) {
    return [...families(call("records", "households", ids, toDays(asOf)), manifest.fields)];
  },
  /** Ids of households with a decision of one of this plugin's schemes in force. */
  recipients(scheme, asOf, after = 0, limit = 4096) {
    return call("records", "recipients", scheme, toDays(asOf), after, limit).map(Number);
  },
  /** Ids of all households in scope, ascending, above a cursor; at most 4,096 at once. */
  all(after = 0, limit = 4096) {
    return call("records", "all", after, limit).map(Number);
  },
  /** The block as it travels, for `assessOne`. */
  block(ids, asOf) {
    return call("records", "households", ids, toDays(asOf));
  },
};

/** The places of the county: `{ code, parent, level, name }`, level `county`, `town` or `village`; parent null for the county. */
export const divisions = {
  list() {
    return Block.rows(call("divisions", "all"), "division");
  },
};

export const documents = {
  get(id) {
    return documentOf(call("documents", "get", id));
  },
  /** `{ collection, states, household, person, dueBy, byIndex: [name, value], after, limit }`; what is left out does not restrict. */
  find({ collection, states = [], household = null, person = null, dueBy = null, byIndex = null, after = 0, limit = 200 }) {
    const query = { collection, states, household, person, dueBy: day(dueBy), byIndex, after, limit };
    return call("documents", "find", query).map(documentOf);
  },
};

export const decisions = {
  get(id) {
    return decisionRead(call("decisions", "get", id));
  },
  ofHousehold(household) {
    return call("decisions", "ofHousehold", household).map(decisionRead);
  },
  /** The decision that governs each household on a day; see `wit/kernel/decisions.wit`. */
  inForce(scheme, on, { decidedSince = null, after = 0, limit = 4096 } = {}) {
    return call("decisions", "inForce", scheme, toDays(on), day(decidedSince), after, limit).map(decisionRead);
  },
};

export const parameters = {
  /** The value in force on a date with its origin; null when the county has not set it. */
  get(code, on) {
    const found = call("parameters", "get", code, toDays(on));
    if (!found) return null;
    return { ...found, version: Number(found.version), value: Number(found.value), begins: fromDays(found.begins) };
  },
  /** The value alone; a refusal that says who must act when there is none. */
  require(code, on) {
    const found = parameters.get(code, on);
    if (found) return found.value;
    const label = manifest.parameters.find((entry) => entry.code === code)?.label.zh ?? code;
    throw new Refusal(`本县尚未设置参数“${label}”，请联系县信息化人员`);
  },
};

export const calendar = {
  isWorkingDay: (on) => call("calendar", "isWorkingDay", toDays(on)),
  addWorkingDays: (start, count) => fromDays(call("calendar", "addWorkingDays", toDays(start), count)),
  workingDaysBetween: (first, second) => call("calendar", "workingDaysBetween", toDays(first), toDays(second)),
};

export const questions = {
  /** Asks every measure of the county that answers the topic: `[{ plugin, block }]`, none, one or many. */
  ask(topic, on, block) {
    return call("questions", "ask", topic, toDays(on), block);
  },
  /** As `ask`, over all pages of a benefit topic: the rows of `table` of every answer, with the plugin that gave them. */
  *rows(topic, on, table, { limit = 2000 } = {}) {
    for (let after = 0; ; ) {
      let last = after;
      for (const { plugin, block } of questions.ask(topic, on, Block.of("page", [{ after, limit }]))) {
        for (const row of Block.rows(block, table)) {
          last = Math.max(last, row.household);
          yield { plugin, ...row };
        }
      }
      if (last === after) return;
      after = last;
    }
  },
};

export const payments = {
  /** Rows of the lines; the query as in `wit/kernel/payments.wit`. */
  lines(query) {
    const full = {
      document: null, scheme: "", households: [], person: null, states: [], purpose: "", flag: "",
      after: 0, limit: 4096, ...query,
      monthsFrom: day(query.monthsFrom), monthsTo: day(query.monthsTo),
    };
    return Block.rows(call("payments", "lines", full), "payment");
  },
  totals: (document) => Block.rows(call("payments", "totals", document), "envelope")[0],
  conflicts: (document, after = 0, limit = 4096) => Block.rows(call("payments", "conflicts", document, after, limit), "conflict"),
};

export const log = {
  debug: (message) => call("log", "write", "debug", message),
  info: (message) => call("log", "write", "info", message),
  warn: (message) => call("log", "write", "warn", message),
};
