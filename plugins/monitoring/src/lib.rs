//! 低收入人口动态监测 (monitoring): departments' data are compared with the files every month, clues become alerts, somebody goes there, and
//! what proved true is dealt with in one of four ways. It knows no other measure: it asks whoever pays and decides. Reading order:
//! [`rules`] → [`family`] → [`parameters`] → [`source`] → [`batch`] → [`intake`] → [`matching`] → [`alert`] → [`raising`] →
//! [`actions`] → [`jobs`] → [`scorecard`] → [`pages`].

pub mod actions;
pub mod alert;
pub mod answers;
pub mod batch;
pub mod benefits;
pub mod codes;
pub mod department;
pub mod dispatch;
pub mod events;
pub mod family;
pub mod intake;
pub mod jobs;
pub mod matching;
pub mod notice;
pub mod pages;
pub mod parameters;
pub mod raising;
pub mod recognition;
pub mod referral;
pub mod rest;
pub mod rules;
pub mod scorecard;
pub mod settings;
pub mod source;
pub mod survey;

use crate::codes::FIGURES;
use crate::family::Family;
use crate::rules::rigid::{self, Case};
use doudi_sdk::prelude::*;
use std::collections::BTreeSet;

/// The measure.
#[derive(Debug)]
pub struct Monitoring;

doudi_sdk::export!(Monitoring: assess, act, react, tick, view, answer, indicators, intake, check_settings);

impl Assess for Monitoring {
    type Family = Family;

    /// 刚性支出困难家庭: every household of the block, on the parameters of `context.today`. Who receives a benefit is asked once.
    fn assess(context: &Context, mut families: Families<'_, Family>, out: &mut Outcomes) -> Result<()> {
        let today = context.today;
        // Before the rule no county has its numbers, and none is needed to say so.
        let params = if today < rigid::IN_FORCE { None } else { Some(parameters::rigid(today)?) };
        let mut all = Vec::with_capacity(families.len());
        while let Some(family) = families.next() {
            all.push(family.clone());
        }
        let mut ids: Vec<Id> = all.iter().map(|family| family.household).collect();
        ids.sort_unstable();
        let mut nearer: BTreeSet<Id> = BTreeSet::new();
        if params.is_some() {
            nearer.extend(benefits::among(&ids, today)?.into_keys());
            nearer.extend(benefits::recognised(&ids, today)?);
        }
        let mut figures = [0; FIGURES];
        for family in &all {
            let case = Case { covered: nearer.contains(&family.household), ..Case::default() };
            let outcome = rigid::decide(family, today, case, params.as_ref(), &mut figures, out.trail());
            let covered =
                if outcome == codes::outcome::RECOGNISED { figures[codes::figure::MEMBERS.0 as usize] } else { 0 };
            out.row(outcome).covered(covered as u32).figures(&figures);
        }
        Ok(())
    }
}
