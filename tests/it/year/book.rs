//! The book kept by hand: who lives in each family, what each member earns, and what must be paid. The sum is the law's own,
//! `A = S×n − I`, for families so plain that nothing else of the law touches them.

use super::STANDARD;
use crate::support::people;
use crate::support::server::TestServer;
use doudi_demo::family::{Family, Member};
use doudi_demo::{Plan, divisions, roster, template, workbook};
use doudi_domain::{County, Date, DivisionCode, FactId, HouseholdId, PersonId};
use doudi_server::app::household::{self, SearchQuery};
use doudi_server::roster::{Options, import};
use jiff::ToSpan;

/// Families below the line, and above it.
pub const POOR: usize = 12;
const RICH: usize = 3;

/// A member: what she brings in a month and what her work costs, in fen.
#[derive(Clone, Debug)]
pub struct Soul {
    pub person: PersonId,
    pub relation: u8,
    pub alive: bool,
    pub wage: i64,
    /// The fact that says so, to be superseded.
    pub wage_fact: Option<FactId>,
    cost: i64,
    /// Everything else that counts.
    other: i64,
}

impl Soul {
    pub fn newborn(person: PersonId) -> Soul {
        Soul { person, relation: 30, alive: true, wage: 0, wage_fact: None, cost: 0, other: 0 }
    }
}

#[derive(Clone, Debug)]
pub struct Home {
    pub id: HouseholdId,
    pub number: String,
    pub members: Vec<Soul>,
}

impl Home {
    fn size(&self) -> i64 {
        self.members.iter().filter(|member| member.alive).count() as i64
    }

    fn income(&self) -> i64 {
        let alive = self.members.iter().filter(|member| member.alive);
        // Work cannot cost more than it brings.
        alive.map(|member| member.wage - member.cost.min(member.wage) + member.other).sum()
    }

    /// S×n.
    pub fn line(&self, standard: i64) -> i64 {
        standard * self.size()
    }

    pub fn entitled(&self, standard: i64) -> i64 {
        if self.size() == 0 { 0 } else { (self.line(standard) - self.income()).max(0) }
    }

    pub fn head_wage(&self) -> i64 {
        self.members[0].wage
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Stranger,
    Refused,
    Covered,
    /// The old amount for so many months.
    Grace {
        amount: i64,
        months: i8,
    },
    Stopped,
}

/// What is paid from a month on.
#[derive(Clone, Copy, Debug)]
struct Line {
    from: Date,
    until: Option<Date>,
    amount: i64,
}

pub struct Book {
    homes: Vec<Home>,
    standings: Vec<Standing>,
    lines: Vec<Vec<Line>>,
    standard: i64,
}

impl Book {
    /// Plain families of 许镇 out of the invented county, entered by the importer users have.
    pub async fn of_the_town(server: &TestServer) -> Book {
        let tree = divisions(include_str!("../../../data/wuhu-divisions.csv")).expect("the divisions");
        let day = super::BEGIN;
        let plan = Plan { county: County(340_223), day, seed: 20_220_701, households: 9_000 };
        let town = DivisionCode::new(people::TOWN).expect("a town");
        let plain: Vec<Family> = roster(&tree, &plan)
            .into_iter()
            .filter(|family| town.contains(family.village) && is_plain(family, day))
            .collect();
        let gap = |family: &Family| STANDARD * family.size() as i64 - family.rough_income();
        // Room above and below the line, so that a wage can be found that lifts a family over it, or does not.
        let poor = plain.iter().filter(|family| gap(family) > 40_000).take(POOR);
        let rich = plain.iter().filter(|family| gap(family) < -5_000 && family.members[0].total("income.wage") > 0);
        let chosen: Vec<Family> = poor.chain(rich.take(RICH)).cloned().collect();
        assert_eq!(chosen.len(), POOR + RICH, "the invented county has too few plain families");

        let headings = template::headings();
        let path = std::env::temp_dir().join(format!("doudi_year_{}.xlsx", std::process::id()));
        workbook::write(&path, template::SHEET, &headings, &workbook::rows(&chosen, &headings)).expect("a workbook");
        let bytes = std::fs::read(&path).expect("the workbook");
        let _ = std::fs::remove_file(&path);
        let options = Options { file_name: "花名册.xlsx".into(), dry_run: false };
        let report = import(&server.app, &server.actor(people::CHEN_LI), &bytes, &options, &mut |_, _| {}).await;
        let report = report.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        assert_eq!(report.households_new, chosen.len(), "{:?}", report.problems);
        let mut homes = Vec::new();
        for family in &chosen {
            homes.push(entered(server, family).await);
        }
        let count = homes.len();
        Book { homes, standings: vec![Standing::Stranger; count], lines: vec![Vec::new(); count], standard: STANDARD }
    }

    pub fn home(&self, family: usize) -> &Home {
        &self.homes[family]
    }

    pub fn home_mut(&mut self, family: usize) -> &mut Home {
        &mut self.homes[family]
    }

    /// What the law gives the family as it is now.
    pub fn entitled(&self, family: usize) -> i64 {
        self.homes[family].entitled(self.standard)
    }

    pub fn is_covered(&self, family: usize) -> bool {
        self.standings[family] == Standing::Covered
    }

    /// A decision was made this month; it holds from the next.
    pub fn decided(&mut self, family: usize, month: Date, standing: Standing) {
        let from = month.last_of_month().tomorrow().expect("a next day");
        let line = match standing {
            Standing::Covered => Some(Line { from, until: None, amount: self.entitled(family) }),
            Standing::Grace { amount, months } => {
                let until = from.saturating_add(months.months()).yesterday().expect("a day before");
                Some(Line { from, until: Some(until), amount })
            }
            Standing::Stopped => Some(Line { from, until: None, amount: 0 }),
            Standing::Refused | Standing::Stranger => None,
        };
        self.lines[family].extend(line);
        self.standings[family] = standing;
    }

    /// What must be paid for a day.
    pub fn paid(&self, family: usize, day: Date) -> i64 {
        let line = self.lines[family].iter().rev().find(|line| line.from <= day);
        line.filter(|line| line.until.is_none_or(|until| day <= until)).map_or(0, |line| line.amount)
    }

    /// Grace that ends with this month is over.
    pub fn end_of_month(&mut self, end: Date) {
        for (standing, lines) in self.standings.iter_mut().zip(&self.lines) {
            let over = lines.last().and_then(|line| line.until).is_some_and(|until| until <= end);
            if matches!(standing, Standing::Grace { .. }) && over {
                *standing = Standing::Stopped;
            }
        }
    }

    /// A new standard from the first of this month for all who are covered, and for those in grace, whose old amount moves
    /// with it.
    pub fn uprate(&mut self, standard: i64) {
        let raise = standard - self.standard;
        self.standard = standard;
        let from = Date::constant(2023, 7, 1);
        for family in 0..self.homes.len() {
            let line = match self.standings[family] {
                Standing::Covered => Some(Line { from, until: None, amount: self.entitled(family) }),
                Standing::Grace { .. } => {
                    let running = self.lines[family].iter().rev().find(|line| line.from <= from);
                    let running = running.filter(|line| line.until.is_none_or(|until| until >= from));
                    running.map(|line| Line { from, amount: line.amount + raise * self.homes[family].size(), ..*line })
                }
                _ => None,
            };
            self.lines[family].extend(line);
        }
    }

    pub fn families(&self) -> impl Iterator<Item = (usize, &Home)> {
        self.homes.iter().enumerate()
    }

    /// Families whose payment has ended, or ends with this month.
    pub fn stopped(&self) -> Vec<HouseholdId> {
        let stopped = |(home, standing): (&Home, &Standing)| (*standing == Standing::Stopped).then_some(home.id);
        self.homes.iter().zip(&self.standings).filter_map(stopped).collect()
    }

    pub fn standings(&self) -> Vec<&'static str> {
        let word = |standing: &Standing| match standing {
            Standing::Stranger => "stranger",
            Standing::Refused => "refused",
            Standing::Covered => "covered",
            Standing::Grace { .. } => "grace",
            Standing::Stopped => "stopped",
        };
        self.standings.iter().map(word).collect()
    }
}

/// Head, spouse and children who stay minors all year, all at home, none of them disabled, ill, related to a handler, or
/// known to refuse work: only the plain sum applies to them.
fn is_plain(family: &Family, day: Date) -> bool {
    let member = |member: &Member| {
        let relation = member.code("person.relation");
        let minor_child = matches!(relation, 20..=27 | 30..=37) && member.age(day) < 16;
        let couple = matches!(relation, 1 | 2 | 10..=12) && (18..59).contains(&member.age(day));
        (couple || minor_child)
            && member.code("person.uncounted-reason") == 0
            && member.code("person.near-relative") == 0
            && member.code("person.job-refusals") == 0
            && member.code("person.disability-category") == 0
            && member.code("person.major-illness") == 0
            && member.total("income.pension-basic-central") == 0
            && member.total("income.transfer-out") == 0
    };
    // The spouse may die in the story; the children stay.
    family.members.iter().all(member)
        && family.members.iter().any(|member| matches!(member.code("person.relation"), 10..=12))
}

/// The family as the importer has entered it, compared with what was invented.
async fn entered(server: &TestServer, family: &Family) -> Home {
    let actor = server.actor(people::WANG_FANG);
    let query = SearchQuery { text: family.number.clone(), limit: 10, ..SearchQuery::default() };
    let found = household::search(&server.app, &actor, &query).await.expect("a search").items;
    let id = found.iter().find(|row| row.number == family.number).expect("the family is on file").id;
    let file = household::file(&server.app, &actor, id, None).await.expect("her file");
    assert_eq!(file.members.len(), family.members.len());
    let mut members = Vec::new();
    for invented in &family.members {
        let relation = invented.code("person.relation");
        let known = file
            .members
            .iter()
            .find(|known| known.birth_date == invented.birth && i64::from(known.membership.relation) == relation)
            .expect("every member is on file");
        let wage = known.facts.iter().find(|fact| fact.fact.field.as_str() == "income.wage");
        let fields = ["income.business", "income.property", "income.transfer-in", "income.support"];
        let fields = fields.into_iter().chain(["income.pension-other", "income.other"]);
        members.push(Soul {
            person: known.person,
            relation: known.membership.relation,
            alive: true,
            wage: invented.total("income.wage"),
            wage_fact: wage.map(|fact| fact.fact.id),
            cost: invented.total("income.employment-cost"),
            other: fields.map(|field| invented.total(field)).sum(),
        });
    }
    Home { id, number: family.number.clone(), members }
}
