//! Decisions of this plugin's own schemes. What other measures decided is asked through [`crate::questions`].

use crate::bindings::kernel::doudi::types::types;
use crate::block::Ints;
use crate::date::Date;
use crate::fen::Fen;
use crate::host;
use crate::refusal::Result;
use doudi_documents::Id;

/// A recorded decision, as far as plugins may know it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The kernel's id.
    pub id: Id,
    /// The scheme it belongs to.
    pub scheme: String,
    /// Whom it concerns.
    pub household: Id,
    /// The one person it concerns, if it is not the household.
    pub person: Option<Id>,
    /// The case it belongs to.
    pub document: Option<Id>,
    /// One of the manifest's outcomes.
    pub outcome: String,
    /// `grant`, `refuse`, `change`, `stop`.
    pub effect: String,
    /// Per month.
    pub amount: Fen,
    /// Members it covers.
    pub covered: u32,
    /// First day of effect.
    pub begins: Date,
    /// Inclusive last day if limited.
    pub ends: Option<Date>,
    /// The legal date the rules were applied for.
    pub as_of: Date,
    /// The day it was made.
    pub decided: Date,
    /// Figure codes and values.
    pub figures: Vec<(String, i64)>,
}

impl Decision {
    /// Pays on a day: it grants or changes, and the day lies in its period.
    pub fn pays_on(&self, day: Date) -> bool {
        matches!(self.effect.as_str(), "grant" | "change")
            && self.begins <= day
            && self.ends.is_none_or(|ends| day <= ends)
    }

    /// A figure by its code.
    pub fn figure(&self, code: &str) -> Option<i64> {
        self.figures.iter().find(|(figure, _)| figure == code).map(|(_, value)| *value)
    }
}

/// A household's decisions, oldest first.
///
/// # Errors
/// `not-found` when the household is outside the scope.
pub fn of_household(household: Id) -> Result<Vec<Decision>> {
    Ok(host::decisions_of_household(household.0)?.into_iter().map(Decision::from).collect())
}

/// One decision by id.
///
/// # Errors
/// `not-found` if there is none in scope.
pub fn get(id: Id) -> Result<Decision> {
    Ok(host::decision_get(id.0)?.into())
}

/// The decision of a scheme that governs a household on a day: the newest one that has begun, unless it has ended. A refusal
/// governs nothing; a stop does, and its amount is zero.
///
/// # Errors
/// As [`of_household`].
pub fn governing(scheme: &str, household: Id, day: Date) -> Result<Option<Decision>> {
    let all = of_household(household)?;
    Ok(all
        .into_iter()
        .filter(|decision| decision.scheme == scheme && decision.effect != "refuse" && decision.begins <= day)
        .max_by_key(|decision| (decision.begins, decision.id))
        .filter(|decision| decision.ends.is_none_or(|ends| day <= ends)))
}

/// What a scheme of this plugin decided about many households: for each household and person the decision that governs the
/// day, which is the latest recorded one that has begun; refusals govern nothing. By household, above a cursor (`Id(0)` to
/// begin); `limit` counts households, at most 4,096: ask again after the last household until fewer come back.
///
/// Without `decided_since` only decisions that pay on the day come. With it come the households about which anything was
/// decided on or after that day, and for them the stops and ended decisions too ([`Decision::pays_on`] tells).
///
/// # Errors
/// `unknown` for a scheme that is not this plugin's; `limit` when the call has read too much.
pub fn in_force(scheme: &str, on: Date, decided_since: Option<Date>, after: Id, limit: u32) -> Result<Vec<Decision>> {
    let found = host::decisions_in_force(scheme, on.days(), decided_since.map(Date::days), after.0, limit)?;
    Ok(found.into_iter().map(Decision::from).collect())
}

/// A decision in force, as [`scan`] and [`page`] give it: with the figures that were asked for and no others.
#[derive(Clone, Copy, Debug)]
pub struct InForce<'a> {
    /// The kernel's id.
    pub id: Id,
    /// Whom it concerns.
    pub household: Id,
    /// The one person it concerns, if it is not the household.
    pub person: Option<Id>,
    /// One of the manifest's outcomes.
    pub outcome: &'a str,
    /// `grant`, `change`, `stop`.
    pub effect: &'a str,
    /// Whether it pays on the day that was asked about.
    pub pays: bool,
    /// Per month.
    pub amount: Fen,
    /// Members it covers.
    pub covered: i64,
    /// First day of effect.
    pub begins: Date,
    /// The day it was made.
    pub decided: Date,
    figures: &'a [(&'a str, Ints<'a>)],
    row: usize,
}

impl InForce<'_> {
    /// A figure by its code.
    ///
    /// # Panics
    /// When it was not asked for: a slip of the pen that the first test finds.
    pub fn figure(&self, code: &str) -> Option<i64> {
        let found = self.figures.iter().find(|(known, _)| *known == code);
        found.unwrap_or_else(|| panic!("nobody asked for the figure {code:?}")).1.get(self.row)
    }
}

/// Households the kernel gives at once in columns.
const AT_ONCE: u32 = 4_096;

/// Every decision of a scheme of this plugin that pays on a day, by household, with a few of its figures: for figures and lists over
/// a whole county, where [`in_force`] would carry each decision whole.
///
/// # Errors
/// As [`page`].
pub fn scan(scheme: &str, on: Date, figures: &[&str], mut each: impl FnMut(InForce<'_>) -> Result<()>) -> Result<()> {
    let mut after = Id(0);
    while let Some(last) = page(scheme, on, None, after, AT_ONCE, figures, &mut each)? {
        after = last;
    }
    Ok(())
}

/// As [`in_force`], with a few of the figures of each decision: ten of them count as one row read. The last household there was;
/// `None` when there was none.
///
/// # Errors
/// As [`in_force`]; whatever `each` gives up with.
pub fn page(
    scheme: &str,
    on: Date,
    decided_since: Option<Date>,
    after: Id,
    limit: u32,
    figures: &[&str],
    mut each: impl FnMut(InForce<'_>) -> Result<()>,
) -> Result<Option<Id>> {
    let codes: Vec<String> = figures.iter().map(|code| (*code).to_owned()).collect();
    let since = decided_since.map(Date::days);
    let block = host::decisions_in_force_columns(scheme, on.days(), since, after.0, limit, &codes)?;
    let table = block.table("decision")?;
    let [ids, households, persons] =
        [table.int_column("id")?, table.int_column("household")?, table.int_column("person")?];
    let [amounts, covered] = [table.int_column("amount")?, table.int_column("covered")?];
    let [begins, ends, decided] =
        [table.int_column("begins")?, table.int_column("ends")?, table.int_column("decided")?];
    let (outcomes, effects) = (table.text_column("outcome")?, table.text_column("effect")?);
    let asked: Vec<(&str, Ints<'_>)> =
        figures.iter().map(|code| Ok((*code, table.int_column(code)?))).collect::<Result<_>>()?;
    let day = |day: i64| Date::from_days(i32::try_from(day).unwrap_or_default());
    for row in 0..table.rows as usize {
        let (begins, effect) = (day(begins.value(row)), effects.get(row).unwrap_or_default());
        each(InForce {
            id: Id(ids.value(row)),
            household: Id(households.value(row)),
            person: persons.get(row).map(Id),
            outcome: outcomes.get(row).unwrap_or_default(),
            effect,
            pays: matches!(effect, "grant" | "change")
                && begins <= on
                && ends.get(row).is_none_or(|ends| on <= day(ends)),
            amount: Fen(amounts.value(row)),
            covered: covered.value(row),
            begins,
            decided: day(decided.value(row)),
            figures: &asked,
            row,
        })?;
    }
    Ok((table.rows > 0).then(|| Id(households.value(table.rows as usize - 1))))
}

impl From<types::Decision> for Decision {
    fn from(decision: types::Decision) -> Decision {
        Decision {
            id: Id(decision.id),
            scheme: decision.scheme,
            household: Id(decision.household),
            person: decision.person.map(Id),
            document: decision.document.map(Id),
            outcome: decision.outcome,
            effect: decision.effect,
            amount: Fen(decision.amount),
            covered: decision.covered_persons,
            begins: Date::from_days(decision.begins),
            ends: decision.ends.map(Date::from_days),
            as_of: Date::from_days(decision.as_of),
            decided: Date::from_days(decision.decided),
            figures: decision.figures,
        }
    }
}
