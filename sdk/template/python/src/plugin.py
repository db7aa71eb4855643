"""A subsidy for everybody who lives in a household: the rule (`assess`) and a page that explains (`view`). The same code answers
one household on a form and a county of a hundred thousand."""

from collections.abc import Iterable, Iterator

from doudi import Context, Family, PageRequest, Reason, Refusal, Result, assess_one, page, parameters, reasons_block


def assess(context: Context, families: Iterable[Family]) -> Iterator[Result]:
    rate = parameters.require("rate", context.today)
    limit_per_person = parameters.require("wage-limit", context.today)
    for family in families:
        members = [member for member in family.members if member.co_resident]
        wages = [
            income for member in members for income in member.income
            if income.kind == "income.wage" and income.covers(context.today)
        ]
        total = sum(wage.value for wage in wages)
        facts = [wage.fact for wage in wages]
        # Compared without dividing, so that nothing is rounded.
        limit = limit_per_person * len(members)
        granted = total <= limit
        yield Result(
            outcome="granted" if granted else "refused",
            amount=rate * len(members) if granted else 0,
            covered=len(members) if granted else 0,
            figures={"members": len(members), "wages": total},
            reasons=[
                Reason("within-limit" if granted else "above-limit", [total, limit], facts),
                Reason("members-counted", [len(members)]),
            ],
        )


def view(context: Context, request: PageRequest) -> dict:
    if request.page != "household":
        raise Refusal.unknown("页面", request.page)
    return page.page(None, reasons_block(assess_one(assess, context, request.household)))
