// 同一账号多户核查. Once a month every household that any measure pays is looked at; households with the same account become one
// finding. A finding that was explained stays explained as long as the same households share the account.

import { Refusal, documents, effects, page, questions, records } from "@doudi/sdk";

const { cell, link } = page;
/** Households read at once. */
const CHUNK = 2000;
/** Findings of one run: the kernel takes a thousand effects; whoever has more has another problem than this list. */
const MOST = 900;

/** Account fingerprint → the households that use it, in order of id. */
function householdsByAccount(ids, today) {
  const accounts = new Map();
  for (let at = 0; at < ids.length; at += CHUNK) {
    for (const { id, accountNumber } of records.households(ids.slice(at, at + CHUNK), today)) {
      if (!accountNumber) continue;
      if (!accounts.has(accountNumber)) accounts.set(accountNumber, []);
      accounts.get(accountNumber).push(id);
    }
  }
  return accounts;
}

/** The newest finding about an account, open or closed. */
function newestFinding(account) {
  const found = documents.find({ collection: "finding", byIndex: ["account", account] });
  return found[found.length - 1] ?? null;
}

const sameList = (left, right) => left.length === right.length && left.every((id, at) => id === right[at]);

/** @type {import("@doudi/sdk").Plugin} */
const plugin = {
  tick(context, job, due) {
    if (job !== "compare") throw Refusal.unknown("任务", job);
    const paid = new Set();
    for (const line of questions.rows("benefit.payables", due, "payable")) {
      if (line.amount > 0) paid.add(line.household);
    }
    const ids = [...paid].sort((left, right) => left - right);
    const wishes = [];
    for (const [account, households] of householdsByAccount(ids, due)) {
      if (households.length < 2 || wishes.length === MOST) continue;
      const known = newestFinding(account);
      if (known && sameList(known.body.households, households)) continue;
      const title = `${households.length} 户使用同一银行账号`;
      const body = { households, found: due };
      if (known?.state === "open") wishes.push(effects.move(known, "open", { title, body, indexes: { account } }));
      else {
        const key = `${due}-${account.slice(0, 8)}`;
        wishes.push(effects.create("finding", title, { key, household: households[0], state: "open", indexes: { account }, body }));
      }
    }
    return { effects: wishes };
  },

  act(context, action) {
    const to = { explain: "explained", wrong: "wrong" }[action.id];
    if (!to) throw Refusal.unknown("操作", action.id);
    const { document } = action;
    return [effects.move(document, to, {
      note: action.values.note,
      indexes: undefined,
      body: { ...document.body, result: action.values.note, on: context.today },
    })];
  },

  view(context, request) {
    if (request.page === "findings") {
      const open = documents.find({ collection: "finding", states: ["open"] });
      const closed = documents.find({ collection: "finding", states: ["explained", "wrong"] });
      const wrong = closed.filter((finding) => finding.state === "wrong").length;
      const rows = open.map((finding) => ({
        cells: [finding.title, cell.household(finding.household), cell.date(finding.created), finding.due && cell.due(finding.due)],
        link: link.document(finding.id),
      }));
      return page.page(
        "共用账号线索",
        page.figures([["待核实", open.length, open.length > 0 ? "soon" : "good"], ["核实无误", closed.length - wrong], ["账号有误", wrong]]),
        page.table(["线索", "其中一户", "发现日期", "核实期限"], rows, "没有待核实的线索。每月 1 日自动比对"),
        page.note("neutral", "账号只以指纹比对，本措施看不到账号号码；是否确有问题，以核实为准。"),
      );
    }
    if (request.page === "finding") {
      const { body } = request.document;
      const rows = body.households.map((id) => ({ cells: [cell.household(id)], link: link.household(id) }));
      const result = body.result ? [page.facts([["核实情况", body.result], ["核实日期", cell.date(body.on)]])] : [];
      return page.page(undefined, page.table(["使用这个账号的家庭"], rows), ...result);
    }
    throw Refusal.unknown("页面", request.page);
  },

  indicators(context, begins, ends) {
    const all = documents.find({ collection: "finding" }).filter((finding) => begins <= finding.created && finding.created <= ends);
    const closed = all.filter((finding) => finding.state !== "open").length;
    return [{
      code: "duplicate-accounts.checked", label: "共用账号线索核实率", part: closed, whole: all.length, target: 10_000,
      drillDown: "findings",
    }];
  },
};

export default plugin;
