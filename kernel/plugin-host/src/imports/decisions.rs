//! `decisions`: what was decided under the plugin's own schemes.

use super::answered;
use crate::bindings::doudi::kernel::decisions::{Block, Date, Decision, Error, Host, Id};
use crate::block::Block as HostBlock;
use crate::convert;
use crate::state::{HostState, ReadError};
use crate::tables::{LIGHTER, day, ints, optional_ints, table, texts};
use doudi_domain::decision::{Governing, SlimDecision};
use doudi_domain::{DecisionId, HouseholdId, Instant};

/// Households in one read.
const HOUSEHOLDS: u32 = 4_096;
/// Figures in one read.
const FIGURES: usize = 64;

impl Host for HostState {
    async fn of_household(&mut self, household: Id) -> wasmtime::Result<Result<Vec<Decision>, Error>> {
        answered!(self, "decisions.of-household", household, self.read_decisions(household))
    }

    async fn get(&mut self, id: Id) -> wasmtime::Result<Result<Decision, Error>> {
        answered!(self, "decisions.get", id, self.read_decision(id))
    }

    async fn in_force(
        &mut self,
        scheme: String,
        on: Date,
        decided_since: Option<Date>,
        after: Id,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<Decision>, Error>> {
        answered!(
            self,
            "decisions.in-force",
            (&scheme, on, decided_since, after, limit),
            self.read_in_force(Asked { scheme: &scheme, on, decided_since, after, limit })
        )
    }

    async fn in_force_columns(
        &mut self,
        scheme: String,
        on: Date,
        decided_since: Option<Date>,
        after: Id,
        limit: u32,
        figures: Vec<String>,
    ) -> wasmtime::Result<Result<Block, Error>> {
        answered!(
            self,
            "decisions.in-force-columns",
            (&scheme, on, decided_since, after, limit, &figures),
            self.read_in_force_columns(Asked { scheme: &scheme, on, decided_since, after, limit }, &figures)
        )
    }
}

/// [`Governing`] in the contract's types.
struct Asked<'a> {
    scheme: &'a str,
    on: Date,
    decided_since: Option<Date>,
    after: Id,
    limit: u32,
}

impl HostState {
    async fn read_decisions(&mut self, household: Id) -> Result<Vec<Decision>, ReadError> {
        let plugin = self.plugin.clone();
        let decisions = self.live().decisions_of_household(HouseholdId(household)).await?;
        self.count_rows(decisions.len())?;
        Ok(decisions
            .iter()
            .filter(|decision| plugin.schemes().any(|scheme| scheme == decision.scheme))
            .map(convert::decision)
            .collect())
    }

    async fn read_decision(&mut self, id: Id) -> Result<Decision, ReadError> {
        self.count_rows(1)?;
        let decision = self.live().decision_get(DecisionId(id)).await?;
        if !self.plugin.schemes().any(|scheme| scheme == decision.scheme) {
            return Err(ReadError::not_found(format!("没有找到决定 {id}")));
        }
        Ok(convert::decision(&decision))
    }

    async fn read_in_force(&mut self, asked: Asked<'_>) -> Result<Vec<Decision>, ReadError> {
        let governing = self.governing(&asked)?;
        let mut found = self.live().decisions_governing(&governing).await?;
        found.retain(|decision| decision.scheme == governing.scheme);
        self.count_rows(found.len())?;
        Ok(found.iter().map(convert::decision).collect())
    }

    async fn read_in_force_columns(&mut self, asked: Asked<'_>, figures: &[String]) -> Result<Block, ReadError> {
        if figures.len() > FIGURES {
            return Err(ReadError::invalid(format!("一次最多读取 {FIGURES} 项数值")));
        }
        let governing = self.governing(&asked)?;
        let mut found = self.live().decisions_governing_slim(&governing, figures).await?;
        cut_after_a_household(&mut found, HostBlock::MAX_ROWS as usize);
        self.count_rows(found.len().div_ceil(LIGHTER))?;
        Ok(convert::block(columns_of(&found, figures)))
    }

    /// What is asked, if the scheme is the plugin's own.
    fn governing<'a>(&self, asked: &Asked<'a>) -> Result<Governing<'a>, ReadError> {
        let Asked { scheme, on, decided_since, after, limit } = *asked;
        if !self.plugin.schemes().any(|own| own == scheme) {
            return Err(ReadError::unknown(format!("清单没有申报方案“{scheme}”")));
        }
        let day = |day: Date| convert::date(day).ok_or_else(|| ReadError::invalid("日期无效"));
        Ok(Governing {
            scheme,
            day: day(on)?,
            since: decided_since.map(day).transpose()?.map(Instant::begin_of),
            after: HouseholdId(after),
            limit: limit.min(HOUSEHOLDS),
        })
    }
}

/// At most so many, and no household's decisions torn apart: they come in order of household.
fn cut_after_a_household(found: &mut Vec<SlimDecision>, most: usize) {
    if let Some(first_too_many) = found.get(most).map(|decision| decision.household) {
        let whole = found.partition_point(|decision| decision.household < first_too_many);
        found.truncate(if whole == 0 { most } else { whole });
    }
}

fn columns_of(found: &[SlimDecision], figures: &[String]) -> HostBlock {
    let of = || found.iter();
    let mut columns = vec![
        ints("id", of().map(|decision| decision.id.0)),
        ints("household", of().map(|decision| decision.household.0)),
        optional_ints("person", of().map(|decision| decision.person.map(|id| id.0))),
        texts("outcome", of().map(|decision| decision.outcome.clone())),
        texts("effect", of().map(|decision| decision.effect.code().to_owned())),
        ints("amount", of().map(|decision| decision.amount.0)),
        ints("covered", of().map(|decision| i64::from(decision.covered_persons))),
        ints("begins", of().map(|decision| day(decision.from))),
        optional_ints("ends", of().map(|decision| decision.to.map(day))),
        ints("decided", of().map(|decision| day(decision.decided))),
    ];
    let figure = |(at, code): (usize, &String)| {
        optional_ints(code, of().map(move |decision| decision.figures.get(at).copied().flatten()))
    };
    columns.extend(figures.iter().enumerate().map(figure));
    HostBlock { tables: vec![table("decision", found.len(), Vec::new(), columns)] }
}
