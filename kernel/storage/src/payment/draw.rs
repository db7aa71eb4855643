//! Before sealing: opening an envelope, drawing lines into it, holding them back, dropping them, and the seal itself.

use super::{envelope_select, read_envelope};
use crate::engine::Kind::{Int, Text};
use crate::engine::{Arg, Kind, args, broken};
use crate::snapshot::Reach;
use crate::{Write, revision};
use doudi_domain::payment::{Control, Envelope, NewPayment, Purpose, State};
use doudi_domain::{
    Date, DecisionId, DivisionCode, DocumentId, Error, Fen, HouseholdId, PaymentId, PersonId, Problem, Result,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const PAYMENT: [(&str, Kind); 22] = [
    ("county", Int),
    ("id", Int),
    ("document", Int),
    ("scheme", Text),
    ("household", Int),
    ("person", Int),
    ("month", Int),
    ("purpose", Text),
    ("decision", Int),
    ("amount", Int),
    ("base", Int),
    ("supplement", Int),
    ("covered", Int),
    ("flag", Text),
    ("budget", Text),
    ("state", Text),
    ("hold", Text),
    ("note", Text),
    ("attempt", Int),
    ("settled_on", Int),
    ("reason", Text),
    ("division", Int),
];

const KEY: [(&str, Kind); 6] =
    [("county", Int), ("scheme", Text), ("month", Int), ("person", Int), ("cause", Text), ("line", Int)];

/// So many lines are named in one refusal; the rest is counted.
const NAMED: usize = 20;

/// What to do with drawn or held lines; the words are the plugin's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mark {
    Hold(String),
    Release,
    Drop(String),
}

impl Mark {
    fn word(&self) -> &'static str {
        match self {
            Mark::Hold(_) => "hold",
            Mark::Release => "release",
            Mark::Drop(_) => "drop",
        }
    }

    fn from(&self) -> &'static [State] {
        match self {
            Mark::Hold(_) => &[State::Drawn],
            Mark::Release => &[State::Held],
            Mark::Drop(_) => &[State::Drawn, State::Held],
        }
    }

    fn to(&self) -> State {
        match self {
            Mark::Hold(_) => State::Held,
            Mark::Release => State::Drawn,
            Mark::Drop(_) => State::Dropped,
        }
    }

    fn code(&self) -> &str {
        match self {
            Mark::Hold(code) | Mark::Drop(code) => code,
            Mark::Release => "",
        }
    }
}

/// `2022年8月`.
fn month_words(month: Date) -> String {
    format!("{}年{}月", month.year(), month.month())
}

fn add(left: Control, right: Control) -> Result<Control> {
    let amount = left.amount.checked_add(right.amount).ok_or_else(|| broken("the sum of an envelope overflows"))?;
    Ok(Control { lines: left.lines + right.lines, amount })
}

fn less(control: Control) -> Control {
    Control { lines: -control.lines, amount: Fen(-control.amount.0) }
}

impl Write {
    /// Opens the envelope of a document of this plugin; refused when it has one.
    pub async fn payment_open(&mut self, plugin: &str, document: DocumentId, scheme: &str, month: Date) -> Result<()> {
        let found = crate::document::find(&mut self.tx, self.reach, document).await?;
        let roster = found.filter(|found| found.plugin == plugin).ok_or(Error::not_found("办件"))?;
        self.require_within(roster.division)?;
        let sql = "INSERT INTO payment_envelope (county, document, plugin, scheme, month, lines, amount, held_lines, held_amount,
                   opened_at) VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, $6) ON CONFLICT (county, document) DO NOTHING";
        let month = doudi_domain::calendar::month_start(month, 0);
        if self.tx.run(sql, args![self.county, document, plugin, scheme, month, self.now]).await? == 0 {
            return Err(Error::refused("该花名册已建立发放清单，不能重复建立"));
        }
        let detail = json!({ "plugin": plugin, "scheme": scheme, "month": month.to_string() });
        self.payment_audit("payment.open", document, scheme, detail);
        Ok(())
    }

    /// Draws lines. All or none: refused when the envelope is sealed, a household or decision does not fit, or anybody stands
    /// on a line of the scheme, month and cause already. The ids are those of the lines, in their order.
    pub async fn payment_draw(
        &mut self,
        plugin: &str,
        document: DocumentId,
        scheme: &str,
        lines: &[NewPayment],
    ) -> Result<Vec<PaymentId>> {
        let envelope = self.payment_unsealed(plugin, document).await?;
        if envelope.scheme != scheme {
            return Err(Error::refused(format!("发放清单属于“{}”，不能列入“{scheme}”的明细", envelope.scheme)));
        }
        for line in lines {
            let regular = line.purpose == Purpose::Regular;
            if line.month.day() != 1 || (line.month == envelope.month) != regular || line.month > envelope.month {
                return Err(Error::refused(format!(
                    "家庭 {} 的明细所属月份为{}：{}的清单中，正常发放只能属于当月，补发和扣回只能属于以前月份",
                    line.household,
                    month_words(line.month),
                    month_words(envelope.month)
                )));
            }
        }
        let divisions = self.payment_divisions(lines).await?;
        self.payment_decisions_fit(scheme, lines).await?;
        let ids: Vec<PaymentId> = self.tx.new_ids(lines.len()).await?.into_iter().map(PaymentId).collect();
        let keys = self.payment_keys(scheme, lines, &ids).await?;
        let (mut open, mut held) = (Control::default(), Control::default());
        let mut rows = Vec::with_capacity(lines.len());
        for (line, id) in lines.iter().zip(&ids) {
            let state = if line.hold.is_some() { State::Held } else { State::Drawn };
            let sum = if state == State::Held { &mut held } else { &mut open };
            *sum = add(*sum, Control { lines: 1, amount: line.amount })?;
            rows.push(args![
                self.county,
                *id,
                document,
                scheme,
                line.household,
                line.person,
                line.month,
                line.purpose.code(),
                line.decision,
                line.amount,
                line.base,
                line.supplement,
                line.covered,
                line.flag.code(),
                &line.budget,
                state.code(),
                line.hold.as_deref().unwrap_or_default(),
                &line.note,
                0,
                None::<Date>,
                None::<String>,
                divisions[&line.household],
            ]);
        }
        self.tx.insert_many("payment", &PAYMENT, rows, "").await?;
        self.tx.insert_many("payment_key", &KEY, keys, "").await?;
        self.payment_count(&envelope, open, held).await?;
        let detail = json!({
            "lines": open.lines, "amount": open.amount.0, "held_lines": held.lines, "held_amount": held.amount.0,
        });
        self.payment_audit("payment.draw", document, scheme, detail);
        Ok(ids)
    }

    /// Holds, releases or drops lines of an envelope that is not sealed. A dropped line gives its keys back.
    pub async fn payment_mark(
        &mut self,
        plugin: &str,
        document: DocumentId,
        lines: &[PaymentId],
        mark: &Mark,
        note: &str,
    ) -> Result<()> {
        let envelope = self.payment_unsealed(plugin, document).await?;
        // A line named twice is one line.
        let lines: BTreeSet<PaymentId> = lines.iter().copied().collect();
        let list: Vec<i64> = lines.iter().map(|id| id.0).collect();
        let found = self.payment_states(document, &list).await?;
        let (mut drawn, mut held) = (Control::default(), Control::default());
        for id in &lines {
            let (state, amount) = *found.get(id).ok_or_else(|| unknown_line(*id))?;
            if !mark.from().contains(&state) {
                return Err(moved_on(*id, state));
            }
            let sum = if state == State::Held { &mut held } else { &mut drawn };
            *sum = add(*sum, Control { lines: 1, amount })?;
        }
        let hold = if let Mark::Hold(code) = mark { code.as_str() } else { "" };
        let sql = "UPDATE payment SET state = $3, hold = $4 WHERE county = $1 AND id @any $2";
        self.tx.run(sql, args![self.county, list.clone(), mark.to().code(), hold]).await?;
        let (open, kept) = match mark {
            Mark::Hold(_) => (less(drawn), drawn),
            Mark::Release => (held, less(held)),
            Mark::Drop(_) => {
                self.tx
                    .run("DELETE FROM payment_key WHERE county = $1 AND line @any $2", args![self.county, list])
                    .await?;
                (less(drawn), less(held))
            }
        };
        self.payment_count(&envelope, open, kept).await?;
        let all = add(drawn, held)?;
        let detail = json!({
            "lines": all.lines, "amount": all.amount.0, "code": mark.code(), "note": note,
            "ids": lines.iter().take(NAMED).map(|id| id.0).collect::<Vec<_>>(),
        });
        self.payment_audit(&format!("payment.{}", mark.word()), document, &envelope.scheme, detail);
        Ok(())
    }

    /// Seals: refused unless these are count and sum of the lines that are neither held nor dropped. Publishes
    /// `payment.sealed`.
    pub async fn payment_seal(&mut self, plugin: &str, document: DocumentId, given: Control) -> Result<()> {
        let envelope = self.payment_unsealed(plugin, document).await?;
        let sql = "SELECT COUNT(*) AS lines, CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM payment
                   WHERE county = $1 AND document = $2 AND state = 'drawn'";
        let counted = super::control(&self.tx.one(sql, args![self.county, document]).await?, "lines", "amount")?;
        if counted != envelope.open {
            return Err(broken(format!("envelope {document} says {:?}, its lines say {counted:?}", envelope.open)));
        }
        if given != counted {
            return Err(Error::refused(format!(
                "控制总数不符：清单现有 {} 笔 {} 元，提交的是 {} 笔 {} 元。请刷新后重新核对",
                counted.lines, counted.amount, given.lines, given.amount
            )));
        }
        let sql =
            "UPDATE payment SET state = 'sealed', attempt = 1 WHERE county = $1 AND document = $2 AND state = 'drawn'";
        self.tx.run(sql, args![self.county, document]).await?;
        let sql = "UPDATE payment_envelope SET sealed_at = $3, sealed_lines = $4, sealed_amount = $5
                   WHERE county = $1 AND document = $2";
        self.tx.run(sql, args![self.county, document, self.now, given.lines, given.amount]).await?;
        let detail = json!({
            "lines": given.lines, "amount": given.amount.0, "held_lines": envelope.held.lines,
            "held_amount": envelope.held.amount.0,
        });
        self.payment_audit("payment.seal", document, &envelope.scheme, detail.clone());
        self.event_publish("payment.sealed", &revision::document(document), &detail.to_string()).await?;
        Ok(())
    }

    /// The envelope of a document of this plugin in scope.
    pub(super) async fn payment_envelope_of(&mut self, plugin: &str, document: DocumentId) -> Result<Envelope> {
        let Reach { county, low, high, .. } = self.reach;
        let row = self.tx.optional(envelope_select!(), args![county, document, low, high]).await?;
        let found = row.as_ref().map(read_envelope).transpose()?;
        found.filter(|envelope| envelope.plugin == plugin).ok_or(Error::not_found("发放清单"))
    }

    async fn payment_unsealed(&mut self, plugin: &str, document: DocumentId) -> Result<Envelope> {
        let envelope = self.payment_envelope_of(plugin, document).await?;
        if envelope.sealed.is_some() {
            return Err(Error::refused("发放清单已封存，不能再改动。差错请在下月补发或扣回"));
        }
        Ok(envelope)
    }

    /// State and amount of these lines of an envelope.
    async fn payment_states(
        &mut self,
        document: DocumentId,
        lines: &[i64],
    ) -> Result<BTreeMap<PaymentId, (State, Fen)>> {
        let sql = "SELECT id, state, amount FROM payment WHERE county = $1 AND id @any $2 AND document = $3";
        let rows = self.tx.all(sql, args![self.county, lines.to_vec(), document]).await?;
        rows.iter()
            .map(|row| Ok((row.get("id")?, (super::word(row, "state", State::parse)?, row.get("amount")?))))
            .collect()
    }

    /// The divisions of the lines' households, which must all be in scope.
    async fn payment_divisions(&mut self, lines: &[NewPayment]) -> Result<HashMap<HouseholdId, DivisionCode>> {
        let Reach { county, low, high, .. } = self.reach;
        let list: BTreeSet<i64> = lines.iter().map(|line| line.household.0).collect();
        let sql = "SELECT id, division FROM household WHERE county = $1 AND id @any $2 AND division BETWEEN $3 AND $4";
        let list: Vec<i64> = list.into_iter().collect();
        let mut divisions = HashMap::with_capacity(list.len());
        for row in self.tx.all(sql, args![county, list, low, high]).await? {
            divisions.insert(row.get::<HouseholdId>("id")?, row.get("division")?);
        }
        match lines.iter().find(|line| !divisions.contains_key(&line.household)) {
            None => Ok(divisions),
            Some(line) => Err(Error::refused(format!("没有找到家庭 {}，不能列入发放清单", line.household))),
        }
    }

    /// Every decision is about the line's household, of the scheme, and no refusal.
    async fn payment_decisions_fit(&mut self, scheme: &str, lines: &[NewPayment]) -> Result<()> {
        let list: BTreeSet<i64> = lines.iter().map(|line| line.decision.0).collect();
        let sql = "SELECT id, household FROM decision
                   WHERE county = $1 AND id @any $2 AND scheme = $3 AND effect <> 'refuse'";
        let list: Vec<i64> = list.into_iter().collect();
        let mut about: HashMap<DecisionId, HouseholdId> = HashMap::with_capacity(list.len());
        for row in self.tx.all(sql, args![self.county, list, scheme]).await? {
            about.insert(row.get("id")?, row.get("household")?);
        }
        match lines.iter().find(|line| about.get(&line.decision) != Some(&line.household)) {
            None => Ok(()),
            Some(line) => Err(Error::refused(format!(
                "家庭 {} 的付款明细所依据的决定 {} 不是该家庭这项救助的决定",
                line.household, line.decision
            ))),
        }
    }

    /// The rows of the wall. Refused, naming household and month, when somebody stands there already.
    async fn payment_keys(&mut self, scheme: &str, lines: &[NewPayment], ids: &[PaymentId]) -> Result<Vec<Vec<Arg>>> {
        let mut rows = Vec::new();
        let mut wanted: HashMap<(Date, PersonId, String), &NewPayment> = HashMap::new();
        let mut problems = Vec::new();
        for (line, id) in lines.iter().zip(ids) {
            let cause = line.cause();
            if line.persons.is_empty() {
                return Err(Error::refused(format!("家庭 {} 的付款明细没有保障对象", line.household)));
            }
            for person in &line.persons {
                rows.push(args![self.county, scheme, line.month, *person, &cause, *id]);
                if let Some(other) = wanted.insert((line.month, *person, cause.clone()), line) {
                    problems.push(twice(line.household, other.household, line.month));
                }
            }
        }
        let months: BTreeSet<i64> =
            lines.iter().map(|line| i64::from(doudi_domain::calendar::days(line.month))).collect();
        let persons: BTreeSet<i64> = lines.iter().flat_map(|line| line.persons.iter().map(|person| person.0)).collect();
        let sql = "SELECT k.month, k.person, k.cause, p.household FROM payment_key k
                   JOIN payment p ON p.county = k.county AND p.id = k.line
                   WHERE k.county = $1 AND k.scheme = $2 AND k.month @any $3 AND k.person @any $4";
        let months: Vec<i64> = months.into_iter().collect();
        let persons: Vec<i64> = persons.into_iter().collect();
        for row in self.tx.all(sql, args![self.county, scheme, months, persons]).await? {
            let key = (row.get("month")?, row.get("person")?, row.get("cause")?);
            if let Some(line) = wanted.get(&key) {
                problems.push(twice(line.household, row.get("household")?, line.month));
            }
        }
        if problems.is_empty() {
            return Ok(rows);
        }
        problems.sort_by(|left, right| left.message.cmp(&right.message));
        problems.dedup();
        let count = problems.len();
        let first = problems[0].message.clone();
        problems.truncate(NAMED);
        let message = if count == 1 { first } else { format!("{first}。共有 {count} 笔这样的明细") };
        Err(Error::Refused { message, problems })
    }

    async fn payment_count(&mut self, envelope: &Envelope, open: Control, held: Control) -> Result<()> {
        let (open, held) = (add(envelope.open, open)?, add(envelope.held, held)?);
        let sql = "UPDATE payment_envelope SET lines = $3, amount = $4, held_lines = $5, held_amount = $6
                   WHERE county = $1 AND document = $2";
        let values = args![self.county, envelope.document, open.lines, open.amount, held.lines, held.amount];
        self.tx.run(sql, values).await?;
        Ok(())
    }

    /// One entry for each effect, whatever the number of lines; and everybody who read them has seen something else.
    pub(super) fn payment_audit(&mut self, what: &str, document: DocumentId, scheme: &str, detail: serde_json::Value) {
        self.audit(what, revision::document(document), detail);
        self.moves(revision::PAYMENTS.to_owned());
        self.moves(revision::payments_of_scheme(scheme));
        self.moves(revision::payments_of_document(document));
    }
}

fn twice(household: HouseholdId, other: HouseholdId, month: Date) -> Problem {
    let message = if household == other {
        format!("家庭 {household} 已列入{}的发放明细，不能重复发放", month_words(month))
    } else {
        format!("家庭 {household} 的成员已随家庭 {other} 列入{}的发放明细，不能重复发放", month_words(month))
    };
    Problem::new(format!("household/{household}"), "payment.twice", message)
}

pub(super) fn unknown_line(id: PaymentId) -> Error {
    Error::refused(format!("发放清单中没有明细 {id}。请刷新后重试"))
}

pub(super) fn moved_on(id: PaymentId, state: State) -> Error {
    Error::refused(format!("明细 {id} 已是“{}”，不能这样处理。请刷新后重试", state.zh()))
}
