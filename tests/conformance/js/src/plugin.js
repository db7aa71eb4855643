// The conformance guest in JavaScript; its siblings answer the same in Rust and Python.

import {
  Refusal, calendar, decisions, documents, effects, log, page, parameters, payments, problem, questions, records, Block,
} from "@doudi/sdk";

/** What a read gave: its value, or the code it was refused with. */
function tried(read) {
  try {
    return String(read());
  } catch (refusal) {
    if (refusal instanceof Refusal) return refusal.code;
    throw refusal;
  }
}

function facts(rows) {
  return page.page("回声", page.facts(rows.map(([label, value]) => [label, String(value)])));
}

const pages = {
  echo: (context, { query }) => facts([
    ...Object.entries(query), ["today", context.today], ["county", context.county], ["role", context.actor.role],
    ["division", context.actor.division], ["trial", context.trial], ["limit", context.settings.limit],
  ]),
  reads: (context) => facts([
    ["rate", tried(() => parameters.get("rate", context.today).value)],
    ["rate-source", tried(() => parameters.get("rate", context.today).source)],
    ["other", tried(() => parameters.get("other", context.today))],
    ["working", tried(() => calendar.addWorkingDays("2022-07-22", 1))],
    ["between", tried(() => calendar.workingDaysBetween("2022-07-22", "2022-07-26"))],
    ["weekend", tried(() => calendar.isWorkingDay("2022-07-23"))],
    ["household", tried(() => records.households([1], context.today)[0].certificate)],
    ["missing", tried(() => records.households([99], context.today).length)],
    ["document", tried(() => documents.get(7).body.word)],
    ["documents", tried(() => documents.find({ collection: "note", states: ["kept"], limit: 10 }).length)],
    ["no-document", tried(() => documents.get(99).title)],
    ["decisions", tried(() => decisions.ofHousehold(1).length)],
    ["in-force", tried(() => decisions.inForce("conformance", context.today).length)],
    ["lines", tried(() => payments.lines({ scheme: "conformance" }).length)],
    ["asked", tried(() => questions.ask("benefit.recipients", context.today, Block.of("page", [{ after: 0, limit: 5 }])).map(
      ({ plugin, block }) => `${plugin}:${Block.rows(block, "recipient").map((row) => row.household).join("+")}`).join(","))],
  ]),
  refuse: () => {
    throw new Refusal("不行", { problems: [problem("word", "请填写“文字”")] });
  },
  bug: () => undefined.nothing,
  log: () => {
    log.info("第一行");
    log.warn("第二行 𠮷");
    return facts([]);
  },
  big: () => facts([["big", "大".repeat(2_000_000)]]),
  spin: () => {
    for (;;);
  },
  grow: () => {
    const all = [];
    for (;;) all.push(new Uint8Array(1 << 20).fill(1));
  },
  deep: () => {
    const deeper = (depth) => 1 + deeper(depth + 1);
    return facts([["deep", deeper(0)]]);
  },
  storm: (context) => {
    for (;;) parameters.get("rate", context.today);
  },
};

export default {
  *assess(context, families) {
    const rate = parameters.require("rate", context.today);
    for (const family of families) {
      const items = family.members.flatMap((member) => [...member.income, ...member.asset]);
      const income = family.members.flatMap((member) => member.income);
      yield {
        outcome: family.members.length > 0 ? "some" : "nobody",
        amount: rate * family.members.length,
        covered: family.members.length,
        figures: {
          sum: income.reduce((sum, item) => sum + item.value, 0),
          absent: family.members.filter((member) => member.jobRefusals === null).length,
          letters: family.certificate === null ? -1 : [...family.certificate].length,
        },
        reasons: [{ code: "counted", args: [family.members.length, items.length], facts: items.map((item) => item.fact) }],
      };
    }
  },

  act(context, action) {
    if (action.id !== "write") throw Refusal.unknown("操作", action.id);
    if (!action.values.word) throw Refusal.invalid("填写有误", [problem("word", "请填写文字")]);
    return [effects.create("note", action.values.word, {
      household: action.household, state: "kept", note: "记下", indexes: { word: action.values.word }, body: { word: action.values.word },
    })];
  },

  react(context, event) {
    return event.person ? [effects.publish("conformance.heard", { person: event.person, payload: event.payload })] : [];
  },

  tick(context, job, due, cursor) {
    const next = Number(cursor ?? 0) + 1;
    const effect = effects.publish("conformance.step", { payload: { step: next, due } });
    return { effects: [effect], next: next < 3 ? next : null };
  },

  view(context, request) {
    if (request.page === "document") {
      const { document } = request;
      return facts([["word", document.body.word], ["state", document.state], ["revision", document.revision], ["due", document.due]]);
    }
    const draw = pages[request.query.show ?? request.page];
    if (!pages[request.page] || !draw) throw Refusal.unknown("页面", request.page);
    return draw(context, request);
  },

  fill(context, request) {
    return { values: { word: `${request.values.word ?? ""}。` }, messages: [] };
  },

  answer(context, topic, on, block) {
    return block;
  },

  indicators(context, begins, ends) {
    return [{ code: "conformance.days", label: "天数", part: Number(begins.slice(8)), whole: Number(ends.slice(8)), target: 9_500, drillDown: "echo?a=1" }];
  },

  intake(context, feed, rows) {
    const rejected = [];
    const wishes = [];
    rows.forEach((row, at) => {
      if (row.word) wishes.push(effects.create("note", row.word, { state: "kept", body: { word: row.word } }));
      else rejected.push([at, problem("word", "没有文字")]);
    });
    return { effects: wishes, rejected };
  },

  migrate(context, older, list) {
    return list.map((document) => effects.move(document, document.state, { body: { word: document.body.text, older } }));
  },

  checkSettings(settings) {
    return settings.limit < 0 ? [problem("limit", "不能小于 0")] : [];
  },
};
