"""One household's result in words: the same `assess` answers the form, the county's bulk run and the confirmation."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .block import families
from .kernel import Context, manifest, records
from .refusal import Refusal
from .words import fill


@dataclass
class Reason:
    """A reason of the manifest, with the numbers of its sentence and the facts it used."""

    code: str
    args: list[int] = field(default_factory=list)
    facts: list[int] = field(default_factory=list)


@dataclass
class Result:
    """What the rules say about one household: codes of the manifest, fen per month."""

    outcome: str
    amount: int = 0
    covered: int = 0
    figures: dict[str, int] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)


def assess_one(assess, context: Context, household: int) -> Result:
    """Applies a plugin's own `assess` to one household, as of `context.today`."""
    block = records.block([household], context.today)
    for result in assess(context, families(block, manifest()["fields"])):
        return result
    raise Refusal.not_found(f"没有家庭 {household}，或不在您的辖区")


def reasons_block(result: Result) -> dict:
    """The why tree of a result, for a page."""
    known = manifest()
    outcome = entry(known["outcomes"], result.outcome, "outcomes")
    granted = outcome["effect"] in ("grant", "change")
    reasons = []
    for given in result.reasons:
        reason = entry(known["reasons"], given.code, "reasons")
        words = {"zh": fill(reason["text"]["zh"], given.args)}
        if reason["text"].get("en"):
            words["en"] = fill(reason["text"]["en"], given.args, english=True)
        reasons.append({
            "verdict": reason["verdict"], "text": words, "article": reason["article"], "facts": [str(fact) for fact in given.facts],
        })
    drawn = {"block": "reasons", "outcome": outcome["label"], "tone": "good" if granted else "bad", "reasons": reasons}
    return drawn | ({"amount": result.amount} if granted else {})


def decision_of(result: Result, scheme: str, household: int, begins: date, as_of: date) -> dict:
    """The decision to record of a result, for `effects.decide`."""
    return {
        "scheme": scheme, "household": household, "outcome": result.outcome, "amount": result.amount,
        "covered_persons": result.covered, "from": begins, "as_of": as_of, "figures": result.figures,
        "reasons": [{"code": one.code, "args": one.args, "facts": [str(fact) for fact in one.facts]} for one in result.reasons],
    }


def entry(entries: list[dict], code: str, name: str) -> Any:
    """An entry of one of the manifest's lists by its code; a bug with its name when there is none."""
    for candidate in entries:
        if candidate["code"] == code:
            return candidate
    raise KeyError(f'plugin.toml: {name} has no "{code}"; it has {", ".join(one["code"] for one in entries)}')
