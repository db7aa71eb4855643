// A subsidy for everybody who lives in a household: the rule (`assess`) and a page that explains (`view`). The same code answers one
// household on a form and a county of a hundred thousand.

import { Refusal, assessOne, page, parameters, reasonsBlock } from "@doudi/sdk";

/** @type {import("@doudi/sdk").Plugin} */
const plugin = {
  *assess(context, families) {
    const rate = parameters.require("rate", context.today);
    const limitPerPerson = parameters.require("wage-limit", context.today);
    for (const family of families) {
      const members = family.members.filter((member) => member.coResident);
      const wages = members
        .flatMap((member) => member.income)
        .filter(({ kind, from, to }) => kind === "income.wage" && from <= context.today && (to === null || context.today <= to));
      const sum = wages.reduce((total, wage) => total + wage.value, 0);
      const facts = wages.map((wage) => wage.fact);
      // Compared without dividing, so that nothing is rounded.
      const limit = limitPerPerson * members.length;
      const granted = sum <= limit;
      yield {
        outcome: granted ? "granted" : "refused",
        amount: granted ? rate * members.length : 0,
        covered: granted ? members.length : 0,
        figures: { members: members.length, wages: sum },
        reasons: [
          { code: granted ? "within-limit" : "above-limit", args: [sum, limit], facts },
          { code: "members-counted", args: [members.length] },
        ],
      };
    }
  },

  view(context, request) {
    if (request.page !== "household") throw Refusal.unknown("页面", request.page);
    return page.page(undefined, reasonsBlock(assessOne(plugin, context, request.household)));
  },
};

export default plugin;
