//! 采暖补贴, a small benefit as a vendor would write it: what it reads ([`Family`]), the rule ([`Assess`]), an application with two
//! buttons ([`Act`]), and a page that explains ([`View`]). The rule asks other measures who is on benefit, without knowing them.

use doudi_sdk::decided;
use doudi_sdk::prelude::*;
use std::collections::BTreeSet;

/// Constants for everything `plugin.toml` names.
mod manifest {
    doudi_sdk::manifest!(crate::HeatingSubsidy);
}
use manifest::{figure, outcome, parameter, reason};

const SCHEME: &str = "heating-subsidy";
/// Members of this age and older are in need of care, and those younger than three.
const OLD: i32 = 80;
const YOUNG: i32 = 3;
/// Grades of disability that count as severe.
const SEVERE: std::ops::RangeInclusive<i32> = 1..=2;
/// Households an answer holds at most.
const PAGE: usize = 2_000;

pub struct HeatingSubsidy;

#[derive(Input, Clone, Debug, Default)]
#[input(table = "household")]
pub struct Family {
    #[input("household.id")]
    id: Id,
    #[input("household.monitoring", default)]
    monitoring: Code,
    #[input(rows)]
    members: Rows<Member>,
}

#[derive(Input, Clone, Debug, Default)]
#[input(table = "person")]
pub struct Member {
    #[input("person.co-resident", default)]
    co_resident: bool,
    #[input("person.birth-date")]
    birth: Option<Date>,
    #[input("person.disability-grade", default)]
    disability: Code,
}

impl Member {
    fn is_severely_disabled(&self) -> bool {
        SEVERE.contains(&self.disability.0)
    }

    fn needs_care(&self, today: Date) -> bool {
        let by_age = self.birth.is_some_and(|birth| {
            let age = birth.age_on(today);
            age >= OLD || age < YOUNG
        });
        by_age || self.is_severely_disabled()
    }
}

impl Assess for HeatingSubsidy {
    type Family = Family;

    fn assess(context: &Context, mut families: Families<'_, Family>, out: &mut Outcomes) -> Result<()> {
        let today = context.today;
        let begins = parameters::require(parameter::SEASON_BEGINS, today)?.date();
        let ends = parameters::require(parameter::SEASON_ENDS, today)?.date();
        let rate = parameters::require(parameter::RATE, today)?.fen();
        let extra = parameters::require(parameter::EXTRA, today)?.fen();
        let mut on_benefit = Recipients::new(today);
        while let Some(family) = families.next() {
            let members = || family.members.iter().filter(|member| member.co_resident);
            let disabled = members().filter(|member| member.is_severely_disabled()).count() as i64;
            let in_care = members().filter(|member| member.needs_care(today)).count() as i64;
            let covered = members().count() as u32;
            let benefit = on_benefit.include(family.id)?;
            let watched = family.monitoring.0 != 0;

            let trail = out.trail();
            trail.say(reason::SEASON, [begins.days().into(), ends.days().into()]);
            if benefit {
                trail.say(reason::ON_BENEFIT, []);
            }
            if watched {
                trail.say(reason::ON_WATCH_LIST, []);
            }
            if disabled > 0 {
                trail.say(reason::SEVERELY_DISABLED, [disabled]);
            }
            let entitled = benefit || watched || disabled > 0;
            if !entitled {
                trail.say(reason::NONE_OF_THESE, []);
            }
            if today > ends {
                trail.say(reason::SEASON_OVER, [ends.days().into()]);
            }
            if !entitled || today > ends {
                out.row(outcome::REFUSED).figure(figure::IN_CARE, in_care);
                continue;
            }
            let more = if in_care > 0 {
                trail.say(reason::EXTRA_FOR_CARE, [in_care, extra.0]);
                extra
            } else {
                Fen::ZERO
            };
            out.row(outcome::GRANTED).amount(rate + more).covered(covered).figure(figure::IN_CARE, in_care);
        }
        Ok(())
    }
}

/// Who is on benefit on a day, by whatever measure answers; asked page by page as the households of a block come.
struct Recipients {
    today: Date,
    known: BTreeSet<Id>,
    /// All recipients up to this household are known, from the one the block began with.
    span: Option<(Id, Id)>,
}

impl Recipients {
    fn new(today: Date) -> Recipients {
        Recipients { today, known: BTreeSet::new(), span: None }
    }

    fn include(&mut self, household: Id) -> Result<bool> {
        if self.span.is_none_or(|(first, last)| household < first || last < household) {
            self.ask(Id(household.0 - 1))?;
        }
        Ok(self.known.contains(&household))
    }

    /// Several measures may answer; only up to the shortest of their pages do we know of all.
    fn ask(&mut self, after: Id) -> Result<()> {
        let page = Block::of(Table::new("page", 1).ints("after", [after.0]).ints("limit", [PAGE as i64]));
        let mut last = Id(i64::MAX);
        let replies = match questions::ask("benefit.recipients", self.today, &page) {
            // A county may keep the question to itself: then the other grounds are all there is.
            Err(refusal) if refusal.code == "denied" => Vec::new(),
            answered => answered?,
        };
        for reply in replies {
            let Some(table) = reply.block.find("recipient") else { continue };
            let households = table.int_column("household")?;
            self.known.extend(households.values().iter().map(|id| Id(*id)));
            if let (Some(end), true) = (households.values().last(), households.values().len() >= PAGE) {
                last = last.min(Id(*end));
            }
        }
        self.span = Some((Id(after.0 + 1), last));
        Ok(())
    }
}

impl Act for HeatingSubsidy {
    fn act(context: &Context, action: Action) -> Result<Effects> {
        match action.id.as_str() {
            "apply" => {
                let title = format!("{} 年度采暖补贴申请", context.today.year());
                Ok(Effects::new()
                    .document(DocumentPut::create("application", title).household(action.about()?).state("applied")))
            }
            "confirm" => confirm(context, action.document()?),
            other => Err(Refusal::unknown("操作", other)),
        }
    }
}

/// The rule once more, on the day somebody signs; what it says is recorded.
fn confirm(context: &Context, document: &Document) -> Result<Effects> {
    let household = document.household.ok_or_else(|| Refusal::internal("申请没有家庭"))?;
    let decided = decided::assess::<HeatingSubsidy>(context, household)?;
    let begins = parameters::require(parameter::SEASON_BEGINS, context.today)?.date();
    let ends = parameters::require(parameter::SEASON_ENDS, context.today)?.date();
    let from = context.today.first_of_month().max(begins);
    let decision = decided.record(SCHEME, household, from, context.today).document(document.id);
    let (state, decision) = if decided.grants() { ("granted", decision.to(ends)) } else { ("refused", decision) };
    Ok(Effects::new().document(document.to(state)).decision(decision))
}

impl View for HeatingSubsidy {
    fn view(context: &Context, request: PageRequest) -> Result<Page> {
        match request.page.as_str() {
            "household" | "application" => {
                let household = match &request.document {
                    Some(document) => document.household.ok_or_else(|| Refusal::internal("申请没有家庭"))?,
                    None => request.about()?,
                };
                Ok(Page::untitled().block(decided::assess::<HeatingSubsidy>(context, household)?.block()))
            }
            other => Err(Refusal::unknown("页面", other)),
        }
    }
}

doudi_sdk::export!(HeatingSubsidy: assess, act, view);
