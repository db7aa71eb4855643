"""The conformance guest in Python; its siblings answer the same in Rust and JavaScript."""

from datetime import date

from doudi import (
    Block, Indicator, Problem, Reason, Refusal, Result, Step, Taken, calendar, decisions, documents, effects, log, page,
    parameters, payments, questions, records,
)


def tried(read) -> str:
    """What a read gave: its value, or the code it was refused with. Words of the other languages, so that all say the same."""
    try:
        value = read()
    except Refusal as refusal:
        return refusal.code
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def facts(rows) -> dict:
    return page.page("回声", page.facts(*[(label, str(value)) for label, value in rows]))


def echo(context, request):
    own = [
        ("today", context.today), ("county", context.county), ("role", context.actor.role),
        ("division", context.actor.division), ("trial", "true" if context.trial else "false"), ("limit", context.settings["limit"]),
    ]
    return facts([*request.query.items(), *own])


def asked(today):
    answers = questions.ask("benefit.recipients", today, Block.of("page", [{"after": 0, "limit": 5}]))
    return ",".join(
        f"{answer.plugin}:{'+'.join(str(row['household']) for row in Block.rows(answer.block, 'recipient'))}" for answer in answers
    )


def reads(context, request):
    today = context.today
    return facts([
        ("rate", tried(lambda: parameters.get("rate", today).value)),
        ("rate-source", tried(lambda: parameters.get("rate", today).source)),
        ("other", tried(lambda: parameters.get("other", today))),
        ("working", tried(lambda: calendar.add_working_days(date(2022, 7, 22), 1))),
        ("between", tried(lambda: calendar.working_days_between(date(2022, 7, 22), date(2022, 7, 26)))),
        ("weekend", tried(lambda: calendar.is_working_day(date(2022, 7, 23)))),
        ("household", tried(lambda: records.households([1], today)[0].certificate)),
        ("missing", tried(lambda: len(records.households([99], today)))),
        ("document", tried(lambda: documents.get(7).body["word"])),
        ("documents", tried(lambda: len(documents.find("note", states=["kept"], limit=10)))),
        ("no-document", tried(lambda: documents.get(99).title)),
        ("decisions", tried(lambda: len(decisions.of_household(1)))),
        ("in-force", tried(lambda: len(decisions.in_force("conformance", today)))),
        ("lines", tried(lambda: len(payments.lines(scheme="conformance")))),
        ("asked", tried(lambda: asked(today))),
    ])


def refuse(context, request):
    raise Refusal("不行", problems=[Problem("word", "请填写“文字”")])


def bug(context, request):
    return None.nothing


def write_log(context, request):
    log.info("第一行")
    log.warn("第二行 𠮷")
    return facts([])


def big(context, request):
    return facts([("big", "大" * 2_000_000)])


def spin(context, request):
    while True:
        pass


def grow(context, request):
    everything = []
    while True:
        everything.append(bytearray(b"\x01" * (1 << 20)))


def deep(context, request):
    def deeper(depth):
        return 1 + deeper(depth + 1)

    return facts([("deep", deeper(0))])


def storm(context, request):
    while True:
        parameters.get("rate", context.today)


PAGES = {
    "echo": echo, "reads": reads, "refuse": refuse, "bug": bug, "log": write_log, "big": big, "spin": spin, "grow": grow,
    "deep": deep, "storm": storm,
}


def assess(context, families):
    rate = parameters.require("rate", context.today)
    for family in families:
        items = [item for member in family.members for item in member.income + member.asset]
        yield Result(
            "some" if family.members else "nobody",
            amount=rate * len(family.members),
            covered=len(family.members),
            figures={
                "sum": sum(item.value for member in family.members for item in member.income),
                "absent": sum(member.job_refusals is None for member in family.members),
                "letters": -1 if family.certificate is None else len(family.certificate),
            },
            reasons=[Reason("counted", [len(family.members), len(items)], [item.fact for item in items])],
        )


def act(context, action):
    if action.id != "write":
        raise Refusal.unknown("操作", action.id)
    word = action.values.get("word")
    if not word:
        raise Refusal.invalid("填写有误", [Problem("word", "请填写文字")])
    return [effects.create(
        "note", word, household=action.household, state="kept", note="记下", indexes={"word": word}, body={"word": word}
    )]


def react(context, event):
    return [effects.publish("conformance.heard", person=event.person, payload=event.payload)] if event.person else []


def tick(context, job, due, cursor):
    following = int(cursor or 0) + 1
    effect = effects.publish("conformance.step", payload={"step": following, "due": due.isoformat()})
    return Step([effect], following if following < 3 else None)


def view(context, request):
    if request.page == "document":
        document = request.document
        due = "null" if document.due is None else document.due
        return facts([("word", document.body["word"]), ("state", document.state), ("revision", document.revision), ("due", due)])
    draw = PAGES.get(request.query.get("show", request.page))
    if request.page not in PAGES or draw is None:
        raise Refusal.unknown("页面", request.page)
    return draw(context, request)


def fill(context, request):
    return {"values": {"word": f"{request.values.get('word', '')}。"}, "messages": []}


def answer(context, topic, on, block):
    return block


def indicators(context, begins, ends):
    return [Indicator("conformance.days", "天数", begins.day, ends.day, target=9_500, drill_down="echo?a=1")]


def intake(context, feed, rows):
    taken = Taken()
    for at, row in enumerate(rows):
        if row["word"]:
            taken.effects.append(effects.create("note", row["word"], state="kept", body={"word": row["word"]}))
        else:
            taken.rejected.append((at, Problem("word", "没有文字")))
    return taken


def migrate(context, older, documents):
    return [effects.move(one, one.state, body={"word": one.body["text"], "older": older}) for one in documents]


def check_settings(settings):
    return [Problem("limit", "不能小于 0")] if settings["limit"] < 0 else []
