// The packer's side: from an author's object to the functions the contract exports. Not for authors.

import { Block, families } from "./block.js";
import { fromDays } from "./dates.js";
import { entry } from "./decided.js";
import { documentOf, lend } from "./kernel.js";
import { refusalOf } from "./refusal.js";

const number = (value) => (value === null || value === undefined ? null : Number(value));

/** The context as an author reads it: `settings` is an object, `today` a date. */
export function contextOf(raw) {
  return {
    today: fromDays(raw.today), now: Number(raw.now), county: raw.county, seed: Number(raw.seed), trial: raw.trial,
    settings: JSON.parse(raw.settings),
    actor: { user: Number(raw.actor.user), role: raw.actor.role, division: Number(raw.actor.division) },
  };
}

/** Results of `assess` as columns, in the manifest's positions. */
export function outcomesOf(results, manifest) {
  const out = {
    outcome: [], amount: [], covered: [], figures: [], reasonEnds: [], reasons: [], args: [], factEnds: [], facts: [],
  };
  const position = (list, code, name) => list.indexOf(entry(list, code, name));
  for (const result of results) {
    out.outcome.push(position(manifest.outcomes, result.outcome, "outcomes"));
    out.amount.push(result.amount ?? 0);
    out.covered.push(result.covered ?? 0);
    const figures = result.figures ?? {};
    for (const code of Object.keys(figures)) entry(manifest.figures, code, "figures");
    for (const { code } of manifest.figures) out.figures.push(figures[code] ?? 0);
    for (const { code, args = [], facts = [] } of result.reasons ?? []) {
      const reason = position(manifest.reasons, code, "reasons");
      const wanted = manifest.reasons[reason].args ?? 0;
      if (args.length !== wanted) throw new Error(`reason "${code}" takes ${wanted} numbers, not ${args.length}`);
      out.reasons.push(reason);
      out.args.push(...args);
      out.facts.push(...facts);
      out.factEnds.push(out.facts.length);
    }
    out.reasonEnds.push(out.reasons.length);
  }
  return out;
}

/** An answer, or the error record: refusals as they are, bugs as `internal` with what went wrong and where. */
function answered(run) {
  try {
    return run();
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    if (refusal && !(thrown instanceof TypeError)) {
      const problems = refusal.problems.map(({ field = "", code = "invalid", message }) => ({ field, code, message }));
      throw { code: refusal.code, message: refusal.message, problems };
    }
    const where = typeof thrown?.stack === "string" ? thrown.stack.trim().split("\n")[0].trim() : "";
    throw { code: "internal", message: `插件内部出错：${thrown} ${where}`.slice(0, 900), problems: [] };
  }
}

const request = (raw) => ({ ...raw, document: documentOf(raw.document), household: number(raw.household) });

/** Every point by its name in the contract. */
export function points(plugin, manifest, interfaces) {
  lend(interfaces, manifest);
  for (const point of manifest.points) {
    const name = point.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
    if (typeof plugin[name] !== "function") {
      throw new Error(`plugin.toml: points names "${point}", but the plugin's default export has no function ${name}`);
    }
  }
  const effects = (list) => [...(list ?? [])];
  return {
    assess: (context, block) =>
      answered(() => outcomesOf(plugin.assess(contextOf(context), families(block, manifest.fields)), manifest)),
    act: (context, action) =>
      answered(() => {
        // What the kernel knows of the files travels among the values.
        const { _files: told = [], ...values } = JSON.parse(action.values);
        const files = told.map((file) => ({ ...file, id: Number(file.id) }));
        const full = { ...request(action), person: number(action.person), values, files };
        return effects(plugin.act(contextOf(context), full));
      }),
    react: (context, event) =>
      answered(() => {
        const ids = { household: number(event.household), person: number(event.person), document: number(event.document) };
        return effects(plugin.react(contextOf(context), { ...event, ...ids, payload: JSON.parse(event.payload) }));
      }),
    tick: (context, job, due, cursor) =>
      answered(() => {
        const step = plugin.tick(contextOf(context), job, fromDays(due), cursor ?? null);
        return { effects: effects(step.effects), next: step.next === undefined || step.next === null ? null : String(step.next) };
      }),
    view: (context, asked) =>
      answered(() => {
        const full = { ...request(asked), query: Object.fromEntries(asked.query) };
        return JSON.stringify(plugin.view(contextOf(context), full));
      }),
    fill: (context, asked) =>
      answered(() => JSON.stringify(plugin.fill(contextOf(context), { ...request(asked), values: JSON.parse(asked.values) }))),
    answer: (context, topic, on, block) => answered(() => plugin.answer(contextOf(context), topic, fromDays(on), block)),
    indicators: (context, begins, ends) =>
      answered(() =>
        [...plugin.indicators(contextOf(context), fromDays(begins), fromDays(ends))].map((figure) => ({
          code: figure.code, label: figure.label, part: figure.part, whole: figure.whole,
          target: figure.target ?? null, drillDown: figure.drillDown ?? "",
        }))),
    intake: (context, feed, block) =>
      answered(() => {
        const taken = plugin.intake(contextOf(context), feed, Block.rows(block, block.tables[0]?.name));
        return { effects: effects(taken.effects), rejected: [...(taken.rejected ?? [])] };
      }),
    migrate: (context, older, documents) =>
      answered(() => effects(plugin.migrate(contextOf(context), older, documents.map(documentOf)))),
    checkSettings: (settings) => answered(() => [...plugin.checkSettings(JSON.parse(settings))]),
  };
}
