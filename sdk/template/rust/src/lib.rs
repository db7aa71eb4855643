//! A subsidy for everybody who lives in a household: what it reads ([`Family`]), the rule ([`Assess`]), and a page that explains
//! ([`View`]). The same code answers one household on a form and a county of a hundred thousand.

use doudi_sdk::decided;
use doudi_sdk::prelude::*;

/// Constants for everything `plugin.toml` names: a reason it does not have does not compile.
mod manifest {
    doudi_sdk::manifest!(crate::Starter);
}
use manifest::{Income, figure, outcome, parameter, reason};

pub struct Starter;

/// A household, as far as this measure needs it. The kernel sends columns; the derive fills this struct from them.
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

impl Assess for Starter {
    type Family = Family;

    fn assess(context: &Context, mut families: Families<'_, Family>, out: &mut Outcomes) -> Result<()> {
        let rate = parameters::require(parameter::RATE, context.today)?.fen();
        let limit_per_person = parameters::require(parameter::WAGE_LIMIT, context.today)?.fen();
        while let Some(family) = families.next() {
            let mut members = 0;
            let mut wages = Fen::ZERO;
            let mut facts = Vec::new();
            for member in family.members.iter().filter(|member| member.co_resident) {
                members += 1;
                for income in member.incomes.iter().filter(|income| income.covers(context.today)) {
                    if income.kind == Income::Wage {
                        wages += income.value;
                        facts.push(income.fact);
                    }
                }
            }
            // Compared without dividing, so that nothing is rounded.
            let limit = limit_per_person * i64::from(members);
            let row = if wages <= limit {
                out.row(outcome::GRANTED).amount(rate * i64::from(members)).covered(members).reason(
                    reason::WITHIN_LIMIT,
                    [wages.0, limit.0],
                    &facts,
                )
            } else {
                out.row(outcome::REFUSED).reason(reason::ABOVE_LIMIT, [wages.0, limit.0], &facts)
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

impl View for Starter {
    fn view(context: &Context, request: PageRequest) -> Result<Page> {
        match request.page.as_str() {
            "household" => {
                let decided = decided::assess::<Starter>(context, request.about()?)?;
                Ok(Page::untitled().block(decided.block()))
            }
            other => Err(Refusal::unknown("页面", other)),
        }
    }
}

doudi_sdk::export!(Starter: assess, view);
