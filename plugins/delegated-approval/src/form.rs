//! Forms that react: the schemes there are, the members of the group, the cases under way with the names the kernel puts beside them.

use crate::group::{Group, Member};
use crate::meeting::Meeting;
use crate::rules::authority::ALL_SCHEMES;
use crate::settings::Settings;
use crate::topics;
use doudi_sdk::doc::page::ColumnHead;
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// How far back closed cases still tell which schemes there are.
const SCHEMES_SEEN: i32 = 12;

impl FillForm for crate::DelegatedApproval {
    fn fill(context: &Context, request: FillRequest) -> Result<Fill> {
        match request.form.as_str() {
            "order" => order(context),
            "end-member" => Ok(Fill::new().choices("seat", end_choices(&request)?)),
            "attend" => Ok(Fill::new().choices("present", seats(&meeting(&request)?.members))),
            "add-cases" => add_cases(context, &meeting(&request)?),
            "case" => Ok(Fill::new().choices("case", cases(&meeting(&request)?, |item| item.vote.is_none()))),
            "vote" => vote(&request),
            _ => Ok(Fill::new()),
        }
    }
}

/// Code and name of every scheme of the county: those the measures have spoken of, and those of the settings.
///
/// # Errors
/// As [`questions::ask`].
pub fn schemes(context: &Context) -> Result<Vec<(String, String)>> {
    let mut schemes: BTreeMap<String, String> = BTreeMap::new();
    for case in topics::cases(context.today, Some(context.today.add_months(-SCHEMES_SEEN)))? {
        schemes.entry(case.scheme).or_insert(case.label);
    }
    let settings: Settings = context.settings()?;
    schemes.extend(settings.schemes().map(|(code, name)| (code.to_owned(), name.to_owned())));
    Ok(schemes.into_iter().collect())
}

fn order(context: &Context) -> Result<Fill> {
    let all = std::iter::once(Choice::new(ALL_SCHEMES, "全部社会救助"));
    let known = schemes(context)?.into_iter().map(|(code, label)| Choice::new(code, label));
    Ok(Fill::new().choices("schemes", all.chain(known)))
}

fn meeting(request: &FillRequest) -> Result<Meeting> {
    match &request.document {
        Some(document) => document.body(),
        None => Ok(Meeting::default()),
    }
}

fn seats(members: &[Member]) -> Vec<Choice> {
    members.iter().map(|member| Choice::new(member.seat.to_string(), member.label())).collect()
}

fn end_choices(request: &FillRequest) -> Result<Vec<Choice>> {
    let group: Group = match &request.document {
        Some(document) => document.body()?,
        None => Group::default(),
    };
    let serving: Vec<Member> = group.members.into_iter().filter(|member| member.to.is_none()).collect();
    Ok(seats(&serving))
}

/// What can be put on the agenda, with the households beside it: a measure knows no names.
fn add_cases(context: &Context, meeting: &Meeting) -> Result<Fill> {
    let mut open = topics::cases(context.today, None)?;
    open.retain(|case| case.closed.is_none() && case.opened <= meeting.on && meeting.item(case.document).is_none());
    let choices = open.iter().map(|case| {
        let label = format!("办件 {} · {} · {} 提出", case.document.0, case.label, case.opened.chinese());
        Choice::new(case.document.0.to_string(), label)
    });
    let mut table = PageTable::new([
        ColumnHead::number("办件"),
        ColumnHead::new("家庭"),
        ColumnHead::new("救助"),
        ColumnHead::new("提出日期"),
    ])
    .empty("没有可以列入会议的办件。");
    for case in &open {
        table = table.row([
            Cell::text(case.document.0.to_string()),
            Cell::household(case.household),
            Cell::text(case.label.as_str()),
            Cell::date(case.opened),
        ]);
    }
    Ok(Fill::new().choices("cases", choices).aside(Page::untitled().heading("办理中的办件").table(table)))
}

fn cases(meeting: &Meeting, wanted: impl Fn(&crate::meeting::Item) -> bool) -> Vec<Choice> {
    let choice = |item: &crate::meeting::Item| {
        Choice::new(item.case.0.to_string(), format!("办件 {} · {}", item.case.0, item.label))
    };
    meeting.items.iter().filter(|item| wanted(item)).map(choice).collect()
}

/// Who may vote, and who should not.
fn vote(request: &FillRequest) -> Result<Fill> {
    let meeting = meeting(request)?;
    let present: Vec<Member> =
        meeting.members.iter().filter(|member| meeting.present.contains(&member.seat)).cloned().collect();
    let mut fill = Fill::new()
        .choices("case", cases(&meeting, |_| true))
        .choices("recused", seats(&present))
        .choices("against", seats(&present))
        .choices("abstain", seats(&present));
    let chosen = request.values.text("case").and_then(|case| case.parse().ok()).map(Id);
    let Some(item) = chosen.and_then(|case| meeting.item(case)) else { return Ok(fill) };
    let aside = Page::untitled().facts([
        doudi_sdk::doc::page::Row::new("家庭", Cell::household(item.household)),
        doudi_sdk::doc::page::Row::new("救助", Cell::text(item.label.as_str())),
    ]);
    for seat in item.surveyor.map(|surveyor| meeting.seats_of(surveyor)).unwrap_or_default() {
        fill = fill.message("recused", Tone::Soon, format!("{seat} 号参加了该户的入户调查，应当回避"));
    }
    if item.relative {
        fill = fill.message("recused", Tone::Soon, "该家庭有近亲属备案，涉及的成员应当回避");
    }
    Ok(fill.aside(aside))
}
