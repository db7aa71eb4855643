//! Decisions: recorded once, never changed, found by household, scheme and time.

use crate::engine::Kind::{Int, Text};
use crate::engine::{Arg, Kind, Query, Row, args, broken};
use crate::event::{EVENT, NewEvent};
use crate::page::{self, Page};
use crate::snapshot::Reach;
use crate::{Snapshot, Write, household, revision};
use doudi_domain::decision::{Cause, Decision, Effect, Figure, Governing, Reason, SlimDecision, Verdict};
use doudi_domain::{
    Date, DecisionId, DivisionCode, DocumentId, Error, EventId, FactId, Fen, HouseholdId, Instant, ParameterId,
    PersonId, Result,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// A decision before it has a number and a date of its own; meanings as in [`Decision`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewDecision {
    pub scheme: String,
    pub household: HouseholdId,
    pub person: Option<PersonId>,
    pub document: Option<DocumentId>,
    pub division: DivisionCode,
    pub effect: Effect,
    pub outcome: String,
    pub outcome_zh: String,
    pub outcome_en: String,
    pub amount: Fen,
    pub covered_persons: i32,
    pub from: Date,
    pub to: Option<Date>,
    pub reasons: Vec<Reason>,
    pub figures: Vec<Figure>,
    pub supersedes: Option<DecisionId>,
    pub as_of: Date,
    pub cause: Cause,
}

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct DecisionQuery {
    pub scheme: Option<String>,
    pub plugin: Option<String>,
    pub outcome: Option<String>,
    pub cursor: Option<String>,
    pub limit: u32,
}

macro_rules! decision_columns {
    () => {
        "d.id, d.scheme, d.household, d.person, d.document, d.division, d.effect, d.outcome, d.outcome_zh, d.outcome_en,
         d.amount, d.covered_persons, d.valid_from, d.valid_to, d.reasons, d.figures, d.supersedes, d.as_of, d.plugin,
         d.version, d.digest, d.parameters, d.input_hash, d.invocation, d.decided_at, d.decided_by, d.decided_by_name"
    };
}

fn effect_read(code: &str) -> Result<Effect> {
    Effect::parse(code).ok_or_else(|| broken(format!("unknown effect {code}")))
}

fn read(row: &Row) -> Result<Decision> {
    let effect: String = row.get("effect")?;
    let parameters: Vec<i64> = serde_json::from_str(&row.get::<String>("parameters")?).map_err(broken)?;
    Ok(Decision {
        id: row.get("id")?,
        scheme: row.get("scheme")?,
        household: row.get("household")?,
        person: row.get("person")?,
        document: row.get("document")?,
        division: row.get("division")?,
        effect: effect_read(&effect)?,
        outcome: row.get("outcome")?,
        outcome_zh: row.get("outcome_zh")?,
        outcome_en: row.get("outcome_en")?,
        amount: row.get("amount")?,
        covered_persons: row.get("covered_persons")?,
        from: row.get("valid_from")?,
        to: row.get("valid_to")?,
        reasons: reasons_read(&row.get::<String>("reasons")?)?,
        figures: figures_read(&row.get::<String>("figures")?)?,
        supersedes: row.get("supersedes")?,
        as_of: row.get("as_of")?,
        cause: Cause {
            plugin: row.get("plugin")?,
            version: row.get("version")?,
            digest: row.get("digest")?,
            parameters: parameters.into_iter().map(ParameterId).collect(),
            input_hash: row.get("input_hash")?,
            invocation: row.get("invocation")?,
        },
        decided_at: row.get("decided_at")?,
        decided_by: row.get("decided_by")?,
        decided_by_name: row.get("decided_by_name")?,
    })
}

/// A reason as it stands in the row. The domain has no serialization; this is storage's own form.
#[derive(Serialize, Deserialize)]
struct StoredReason {
    code: String,
    verdict: String,
    article: String,
    zh: String,
    en: String,
    facts: Vec<i64>,
}

#[derive(Serialize, Deserialize)]
struct StoredFigure {
    code: String,
    zh: String,
    en: String,
    unit: String,
    value: i64,
}

fn reasons_written(reasons: &[Reason]) -> Result<String> {
    let stored: Vec<StoredReason> = reasons
        .iter()
        .map(|reason| StoredReason {
            code: reason.code.clone(),
            verdict: reason.verdict.code().to_owned(),
            article: reason.article.clone(),
            zh: reason.zh.clone(),
            en: reason.en.clone(),
            facts: reason.facts.iter().map(|id| id.0).collect(),
        })
        .collect();
    serde_json::to_string(&stored).map_err(broken)
}

fn reasons_read(text: &str) -> Result<Vec<Reason>> {
    let stored: Vec<StoredReason> = serde_json::from_str(text).map_err(broken)?;
    stored
        .into_iter()
        .map(|reason| {
            Ok(Reason {
                verdict: Verdict::parse(&reason.verdict).ok_or_else(|| broken("unknown verdict"))?,
                code: reason.code,
                article: reason.article,
                zh: reason.zh,
                en: reason.en,
                facts: reason.facts.into_iter().map(FactId).collect(),
            })
        })
        .collect()
}

fn figures_written(figures: &[Figure]) -> Result<String> {
    let stored: Vec<StoredFigure> = figures
        .iter()
        .map(|Figure { code, zh, en, unit, value }| StoredFigure {
            code: code.clone(),
            zh: zh.clone(),
            en: en.clone(),
            unit: unit.clone(),
            value: *value,
        })
        .collect();
    serde_json::to_string(&stored).map_err(broken)
}

fn figures_read(text: &str) -> Result<Vec<Figure>> {
    let stored: Vec<StoredFigure> = serde_json::from_str(text).map_err(broken)?;
    let figure = |StoredFigure { code, zh, en, unit, value }| Figure { code, zh, en, unit, value };
    Ok(stored.into_iter().map(figure).collect())
}

/// Codes and values alone: what a pass over a county reads of figures.
fn figures_read_bare(text: &str) -> Result<Vec<Figure>> {
    #[derive(Deserialize)]
    struct Bare {
        code: String,
        value: i64,
    }
    let stored: Vec<Bare> = serde_json::from_str(text).map_err(broken)?;
    let figure =
        |Bare { code, value }| Figure { code, zh: String::new(), en: String::new(), unit: String::new(), value };
    Ok(stored.into_iter().map(figure).collect())
}

/// What governs a day of the decisions of a county's households: of each line the newest that has begun. `$columns` of `d`.
macro_rules! governing {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM decision d WHERE d.county = $1 AND d.household @any $2 AND d.scheme = $3 AND d.division BETWEEN $4 AND $5
             AND d.valid_from <= $6 AND d.effect <> 'refuse'
             AND NOT EXISTS (SELECT 1 FROM decision l WHERE l.county = d.county AND l.household = d.household
               AND l.scheme = d.scheme AND l.id > d.id AND l.valid_from <= $6 AND l.effect <> 'refuse'
               AND (l.person = d.person OR (l.person IS NULL AND d.person IS NULL)))
             ORDER BY d.household, d.id"
        )
    };
}

/// Values of some figures by code, in that order.
fn values_read(text: &str, codes: &[String]) -> Result<Vec<Option<i64>>> {
    #[derive(Deserialize)]
    struct Value<'a> {
        #[serde(borrow)]
        code: Cow<'a, str>,
        value: i64,
    }
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let stored: Vec<Value<'_>> = serde_json::from_str(text).map_err(broken)?;
    Ok(codes.iter().map(|code| stored.iter().find(|stored| stored.code == *code).map(|stored| stored.value)).collect())
}

impl Snapshot {
    /// `NotFound` when absent or out of scope.
    pub async fn decision_fetch(&mut self, id: DecisionId) -> Result<Decision> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            decision_columns!(),
            " FROM decision d WHERE d.county = $1 AND d.id = $2 AND d.division BETWEEN $3 AND $4"
        );
        // Immutable: nothing to note.
        let row = self.tx.optional(sql, args![county, id, low, high]).await?;
        row.as_ref().map(read).transpose()?.ok_or(Error::not_found("决定"))
    }

    /// All of them, newest first.
    pub async fn decisions_of_household(&mut self, id: HouseholdId) -> Result<Vec<Decision>> {
        let Reach { county, low, high, .. } = self.reach;
        self.note(|| revision::decisions_of_household(id));
        let sql = concat!(
            "SELECT ",
            decision_columns!(),
            " FROM decision d
             WHERE d.county = $1 AND d.household = $2 AND d.division BETWEEN $3 AND $4 ORDER BY d.id DESC"
        );
        self.tx.all(sql, args![county, id, low, high]).await?.iter().map(read).collect()
    }

    /// As [`Snapshot::decisions_of_household`] for each, in one query. Households without any are left out.
    pub async fn decisions_of_households(
        &mut self,
        ids: &[HouseholdId],
    ) -> Result<HashMap<HouseholdId, Vec<Decision>>> {
        let Reach { county, low, high, .. } = self.reach;
        for id in ids {
            self.note(|| revision::decisions_of_household(*id));
        }
        let sql = concat!(
            "SELECT ",
            decision_columns!(),
            " FROM decision d
             WHERE d.county = $1 AND d.household @any $2 AND d.division BETWEEN $3 AND $4 ORDER BY d.household, d.id DESC"
        );
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let mut found: HashMap<HouseholdId, Vec<Decision>> = HashMap::with_capacity(ids.len());
        for row in self.tx.all(sql, args![county, list, low, high]).await? {
            let decision = read(&row)?;
            found.entry(decision.household).or_default().push(decision);
        }
        Ok(found)
    }

    /// The decisions that have effect on the day for these households: of each scheme and person the latest whose period
    /// covers it and that no later one in force supersedes. Refusals have no effect. By household, then id.
    pub async fn decisions_in_force(
        &mut self,
        households: &[HouseholdId],
        scheme: Option<&str>,
        day: Date,
    ) -> Result<Vec<Decision>> {
        let Reach { county, low, high, .. } = self.reach;
        for household in households {
            self.note(|| revision::decisions_of_household(*household));
        }
        let sql = concat!(
            "SELECT ",
            decision_columns!(),
            " FROM decision d
             WHERE d.county = $1 AND d.household @any $2 AND d.division BETWEEN $3 AND $4 AND (d.scheme = $5 OR $5 = '')
             AND d.valid_from <= $6 AND d.effect <> 'refuse' ORDER BY d.household, d.id"
        );
        let list: Vec<i64> = households.iter().map(|id| id.0).collect();
        let rows = self.tx.all(sql, args![county, list, low, high, scheme.unwrap_or_default(), day]).await?;
        // A later decision takes the place of an earlier one from its first day on, even when its own period has ended.
        let mut latest: BTreeMap<(HouseholdId, String, Option<PersonId>), Decision> = BTreeMap::new();
        for row in &rows {
            let decision = read(row)?;
            latest.insert((decision.household, decision.scheme.clone(), decision.person), decision);
        }
        let covers = |decision: &Decision| decision.effect != Effect::Stop && decision.to.is_none_or(|to| day <= to);
        let mut in_force: Vec<Decision> = latest.into_values().filter(covers).collect();
        in_force.sort_by_key(|decision| (decision.household, decision.id));
        Ok(in_force)
    }

    /// For each household above a cursor, and each of its persons, the decision of a scheme that governs a day: the latest
    /// recorded that has begun; refusals govern nothing. This is for passes over a county: reasons, cause, labels and who decided are
    /// left out.
    ///
    /// Without `since` the decisions that pay on the day, of at most `limit` households. With it those of the households about
    /// which anything was decided under the scheme at that moment or later, stops and ended decisions included. By household,
    /// then id.
    pub async fn decisions_governing(&mut self, asked: &Governing<'_>) -> Result<Vec<Decision>> {
        let sql = governing!(
            "d.id, d.scheme, d.household, d.person, d.document, d.division, d.effect, d.outcome, '' AS outcome_zh,
             '' AS outcome_en, d.amount, d.covered_persons, d.valid_from, d.valid_to, '[]' AS reasons, '[]' AS figures, d.supersedes,
             d.as_of, '' AS plugin, '' AS version, '' AS digest, '[]' AS parameters, '' AS input_hash, d.invocation, d.decided_at,
             d.decided_by, '' AS decided_by_name, d.figures AS bare"
        );
        let bare = |row: &Row| {
            let figures = figures_read_bare(&row.get::<String>("bare")?)?;
            Ok(Decision { figures, ..read(row)? })
        };
        let of = |decision: &Decision| (decision.household, decision.effect, decision.to);
        self.governing(asked, sql, bare, of).await
    }

    /// As [`Snapshot::decisions_governing`], of each decision what a figure or a list over a county needs, with the values of these
    /// figures.
    pub async fn decisions_governing_slim(
        &mut self,
        asked: &Governing<'_>,
        figures: &[String],
    ) -> Result<Vec<SlimDecision>> {
        let sql = governing!(
            "d.id, d.household, d.person, d.effect, d.outcome, d.amount, d.covered_persons, d.valid_from, d.valid_to,
             d.decided_at, d.figures"
        );
        let slim = |row: &Row| {
            let decided: Instant = row.at(9)?;
            Ok(SlimDecision {
                id: row.at(0)?,
                household: row.at(1)?,
                person: row.at(2)?,
                effect: effect_read(&row.at::<String>(3)?)?,
                outcome: row.at(4)?,
                amount: row.at(5)?,
                covered_persons: row.at(6)?,
                from: row.at(7)?,
                to: row.at(8)?,
                decided: decided.date(),
                figures: values_read(&row.at::<String>(10)?, figures)?,
            })
        };
        let of = |decision: &SlimDecision| (decision.household, decision.effect, decision.to);
        self.governing(asked, sql, slim, of).await
    }

    /// The pass itself: what `read` makes of each row, by household; `of` tells whose it is, what it does and until when.
    async fn governing<T>(
        &mut self,
        asked: &Governing<'_>,
        sql: &'static str,
        read: impl Fn(&Row) -> Result<T>,
        of: impl Fn(&T) -> (HouseholdId, Effect, Option<Date>),
    ) -> Result<Vec<T>> {
        let Governing { scheme, day, since, after, limit } = *asked;
        let Reach { county, low, high, .. } = self.reach;
        let limit = page::clamp(limit) as usize;
        let mut found: BTreeMap<HouseholdId, Vec<T>> = BTreeMap::new();
        let mut after = after;
        while found.len() < limit {
            // Where most have ended, a few at a time would take for ever.
            let step = (limit - found.len()).max(256);
            let list = self.households_decided(scheme, day, since, after, step).await?;
            for household in &list {
                self.note(|| revision::decisions_of_household(*household));
            }
            let ids: Vec<i64> = list.iter().map(|id| id.0).collect();
            for row in self.tx.all(sql, args![county, ids, scheme, low, high, day]).await? {
                let one = read(&row)?;
                let (household, effect, to) = of(&one);
                if since.is_some() || (effect != Effect::Stop && to.is_none_or(|to| day <= to)) {
                    found.entry(household).or_default().push(one);
                }
            }
            match list.last() {
                Some(last) if list.len() == step => after = *last,
                _ => break,
            }
        }
        Ok(found.into_values().take(limit).flatten().collect())
    }

    /// Households with a decision of the scheme that has begun, ascending; with `since` those about which something was
    /// decided then or later.
    async fn households_decided(
        &mut self,
        scheme: &str,
        day: Date,
        since: Option<Instant>,
        after: HouseholdId,
        limit: usize,
    ) -> Result<Vec<HouseholdId>> {
        let Reach { county, low, high, .. } = self.reach;
        let (sql, day_or_moment) = match since {
            None => (
                "SELECT DISTINCT household FROM decision WHERE county = $1 AND scheme = $2 AND household > $3
                 AND division BETWEEN $4 AND $5 AND valid_from <= $6 AND effect <> 'refuse' ORDER BY household LIMIT $7",
                i64::from(doudi_domain::calendar::days(day)),
            ),
            Some(since) => (
                "SELECT DISTINCT household FROM decision WHERE county = $1 AND scheme = $2 AND household > $3
                 AND division BETWEEN $4 AND $5 AND decided_at >= $6 ORDER BY household LIMIT $7",
                since.0,
            ),
        };
        let rows = self.tx.all(sql, args![county, scheme, after, low, high, day_or_moment, limit as i64]).await?;
        rows.iter().map(|row| row.at(0)).collect()
    }

    /// Oldest first.
    pub async fn decisions_page(&mut self, query: &DecisionQuery) -> Result<Page<Decision>> {
        self.note(|| revision::DECISIONS.to_owned());
        let limit = page::clamp(query.limit);
        let mut sql = Query::new(concat!("SELECT ", decision_columns!(), " FROM decision d WHERE d.county = "));
        sql.bind(self.reach.county);
        sql.push(" AND d.division BETWEEN ").bind(self.reach.low).push(" AND ").bind(self.reach.high);
        if let Some(scheme) = &query.scheme {
            sql.push(" AND d.scheme = ").bind(scheme);
        }
        if let Some(plugin) = &query.plugin {
            sql.push(" AND d.plugin = ").bind(plugin);
        }
        if let Some(outcome) = &query.outcome {
            sql.push(" AND d.outcome = ").bind(outcome);
        }
        if let Some([after]) = page::integers(query.cursor.as_deref()) {
            sql.push(" AND d.id > ").bind(after);
        }
        sql.push(" ORDER BY d.id LIMIT ").bind(limit + 1);
        let rows = self.tx.built(sql).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(rows, limit, |decision| page::cursor(&[decision.id.0])))
    }
}

const DECISION: [(&str, Kind); 28] = [
    ("county", Int),
    ("id", Int),
    ("scheme", Text),
    ("household", Int),
    ("person", Int),
    ("document", Int),
    ("division", Int),
    ("effect", Text),
    ("outcome", Text),
    ("outcome_zh", Text),
    ("outcome_en", Text),
    ("amount", Int),
    ("covered_persons", Int),
    ("valid_from", Int),
    ("valid_to", Int),
    ("reasons", Text),
    ("figures", Text),
    ("supersedes", Int),
    ("as_of", Int),
    ("plugin", Text),
    ("version", Text),
    ("digest", Text),
    ("parameters", Text),
    ("input_hash", Text),
    ("invocation", Int),
    ("decided_at", Int),
    ("decided_by", Int),
    ("decided_by_name", Text),
];

/// A row for [`DECISION`].
fn row(write: &Write, id: DecisionId, new: &NewDecision) -> Result<Vec<Arg>> {
    let parameters: Vec<i64> = new.cause.parameters.iter().map(|id| id.0).collect();
    Ok(args![
        write.county,
        id,
        &new.scheme,
        new.household,
        new.person,
        new.document,
        new.division,
        new.effect.code(),
        &new.outcome,
        &new.outcome_zh,
        &new.outcome_en,
        new.amount,
        new.covered_persons,
        new.from,
        new.to,
        reasons_written(&new.reasons)?,
        figures_written(&new.figures)?,
        new.supersedes,
        new.as_of,
        &new.cause.plugin,
        &new.cause.version,
        &new.cause.digest,
        serde_json::to_string(&parameters).map_err(broken)?,
        &new.cause.input_hash,
        new.cause.invocation,
        write.now,
        write.actor.user_id(),
        write.actor.name()
    ])
}

impl Write {
    /// The household (and person) must be in scope; a superseded decision must be about the same household and scheme, and
    /// not superseded yet. Publishes `decision.recorded`.
    pub async fn decision_record(&mut self, new: &NewDecision) -> Result<DecisionId> {
        let ids = self.decisions_record_many(std::slice::from_ref(new)).await?;
        ids.first().copied().ok_or_else(|| broken("a decision without an id"))
    }

    /// As [`Write::decision_record`] for each, in a handful of statements however many there are; all of them or none.
    pub async fn decisions_record_many(&mut self, new: &[NewDecision]) -> Result<Vec<DecisionId>> {
        for decision in new {
            self.require_within(decision.division)?;
        }
        household::require_all(&mut self.tx, self.reach, new.iter().map(|decision| decision.household)).await?;
        self.require_superseded(new).await?;
        // Each with its event's, as if they were recorded one after the other.
        let ids = self.tx.new_ids(2 * new.len()).await?;
        let (mut recorded, mut rows, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for (new, pair) in new.iter().zip(ids.chunks_exact(2)) {
            let id = DecisionId(pair[0]);
            rows.push(row(self, id, new)?);
            let detail = json!({
                "scheme": new.scheme, "household": new.household.to_string(), "effect": new.effect.code(),
                "outcome": new.outcome, "amount": new.amount.0, "from": new.from.to_string(),
                "supersedes": new.supersedes.map(|id| id.to_string()),
            });
            let (subject, payload) = (format!("decision/{id}"), detail.to_string());
            self.audit_add("decision.record", &subject, &payload);
            self.moves(revision::decisions_of_household(new.household));
            let event = NewEvent { topic: "decision.recorded".to_owned(), subject, payload };
            events.push(self.event_row(EventId(pair[1]), event));
            recorded.push(id);
        }
        if !recorded.is_empty() {
            self.moves(revision::DECISIONS.to_owned());
        }
        self.tx.insert_many("decision", &DECISION, rows, "").await?;
        self.tx.insert_many("event", &EVENT, events, "").await?;
        Ok(recorded)
    }

    /// What is superseded is about the same household and scheme. That it is superseded only once, a unique key sees to.
    async fn require_superseded(&mut self, new: &[NewDecision]) -> Result<()> {
        let old: Vec<i64> = new.iter().filter_map(|decision| decision.supersedes).map(|id| id.0).collect();
        if old.is_empty() {
            return Ok(());
        }
        let sql = "SELECT id, household, scheme FROM decision WHERE county = $1 AND id @any $2";
        let mut known: HashMap<DecisionId, (HouseholdId, String)> = HashMap::with_capacity(old.len());
        for row in self.tx.all(sql, args![self.county, old]).await? {
            known.insert(row.get("id")?, (row.get("household")?, row.get("scheme")?));
        }
        let fits = |decision: &NewDecision| {
            decision.supersedes.is_none_or(|old| {
                known
                    .get(&old)
                    .is_some_and(|(household, scheme)| *household == decision.household && *scheme == decision.scheme)
            })
        };
        if new.iter().all(fits) {
            Ok(())
        } else {
            Err(Error::refused("要取代的原决定不属于同一家庭的同一项救助。请刷新后重试"))
        }
    }
}
