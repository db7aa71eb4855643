// One household's result in words: the same `assess` answers the form, the county's bulk run and the confirmation.

import { families } from "./block.js";
import { currentManifest, records } from "./kernel.js";
import { Refusal } from "./refusal.js";
import { fill } from "./text.js";

/** Applies a plugin's own `assess` to one household, as of `context.today`. */
export function assessOne(plugin, context, household) {
  const block = records.block([household], context.today);
  const [result] = plugin.assess(context, families(block, currentManifest().fields));
  if (!result) throw Refusal.notFound(`没有家庭 ${household}，或不在您的辖区`);
  return result;
}

/** The why tree of a result, for a page. */
export function reasonsBlock(result) {
  const manifest = currentManifest();
  const outcome = entry(manifest.outcomes, result.outcome, "outcomes");
  const granted = outcome.effect === "grant" || outcome.effect === "change";
  const reasons = (result.reasons ?? []).map(({ code, args = [], facts = [] }) => {
    const reason = entry(manifest.reasons, code, "reasons");
    const words = { zh: fill(reason.text.zh, args) };
    if (reason.text.en) words.en = fill(reason.text.en, args, true);
    return { verdict: reason.verdict, text: words, article: reason.article, facts: facts.map(String) };
  });
  return {
    block: "reasons", outcome: outcome.label, tone: granted ? "good" : "bad",
    amount: granted ? (result.amount ?? 0) : undefined, reasons,
  };
}

/** The decision to record of a result: `effects.decide(decisionOf(result, "scheme", household, "2022-11-01", context.today))`. */
export function decisionOf(result, scheme, household, from, asOf) {
  return {
    scheme, household, outcome: result.outcome, amount: result.amount ?? 0, covered_persons: result.covered ?? 0, from, as_of: asOf,
    reasons: (result.reasons ?? []).map(({ code, args = [], facts = [] }) => ({ code, args, facts: facts.map(String) })),
    figures: result.figures ?? {},
  };
}

/** An entry of one of the manifest's lists by its code; a bug with its name when there is none. */
export function entry(list, code, name) {
  const found = list.find((candidate) => candidate.code === code);
  if (!found) throw new Error(`plugin.toml: ${name} has no "${code}"; it has ${list.map((one) => one.code).join(", ")}`);
  return found;
}
