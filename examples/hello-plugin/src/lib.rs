//! The smallest complete plugin: an invented greeting for everybody who lives in a household. It shows the three things a
//! measure is made of: what it reads ([`Family`]), the rule ([`Assess`]), and a page that explains ([`View`]).

use doudi_sdk::decided;
use doudi_sdk::prelude::*;

/// Constants for everything `plugin.toml` names.
mod manifest {
    doudi_sdk::manifest!(crate::Hello);
}
use manifest::{Income, figure, outcome, parameter, reason};

pub struct Hello;

/// A household, as far as the greeting needs it. The kernel sends columns; the derive fills this struct from them.
#[derive(Input, Clone, Debug, Default)]
#[input(table = "household")]
pub struct Family {
    #[input(rows)]
    members: Rows<Member>,
}

#[derive(Input, Clone, Debug, Default)]
#[input(table = "person")]
pub struct Member {
    #[input("person.co-resident", default)]
    co_resident: bool,
    #[input(items)]
    incomes: Vec<Item<Income>>,
}

impl Assess for Hello {
    type Family = Family;

    fn assess(context: &Context, mut families: Families<'_, Family>, out: &mut Outcomes) -> Result<()> {
        let greeting = parameters::require(parameter::GREETING, context.today)?.fen();
        let limit_per_person = parameters::require(parameter::WAGE_LIMIT, context.today)?.fen();
        while let Some(family) = families.next() {
            let mut members = 0;
            let mut wages = Fen::ZERO;
            let mut fact = Id(0);
            for member in family.members.iter().filter(|member| member.co_resident) {
                members += 1;
                for income in &member.incomes {
                    if income.kind == Income::Wage && income.covers(context.today) {
                        wages += income.value;
                        fact = income.fact;
                    }
                }
            }
            let facts: &[Id] = if fact == Id(0) { &[] } else { &[fact] };
            // Compared without dividing, so that nothing is rounded.
            let limit = limit_per_person * i64::from(members);
            let row = if wages <= limit {
                out.row(outcome::GREETED).amount(greeting * i64::from(members)).covered(members).reason(
                    reason::WAGES_WITHIN_LIMIT,
                    [wages.0, limit.0],
                    facts,
                )
            } else {
                out.row(outcome::NOT_GREETED).reason(reason::WAGES_ABOVE_LIMIT, [wages.0, limit.0], facts)
            };
            row.figure(figure::MEMBERS, members).figure(figure::WAGES, wages).reason(
                reason::MEMBERS_COUNTED,
                [i64::from(members)],
                &[],
            );
        }
        Ok(())
    }
}

impl View for Hello {
    fn view(context: &Context, request: PageRequest) -> Result<Page> {
        match request.page.as_str() {
            "household" => {
                let decided = decided::assess::<Hello>(context, request.about()?)?;
                Ok(Page::untitled().block(decided.block()))
            }
            other => Err(Refusal::unknown("页面", other)),
        }
    }
}

doudi_sdk::export!(Hello: assess, view);
