//! After sealing: the steps that must match the control totals, what the bank reports, and sending returned lines once more.

use super::draw::{moved_on, unknown_line};
use crate::engine::Kind::{Int, Text};
use crate::engine::{Kind, args, broken};
use crate::{Write, revision};
use doudi_domain::payment::{Control, Envelope, ReturnReason, Sealed, Settlement, State};
use doudi_domain::{Date, DocumentId, Error, Fen, PaymentId, Result};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const ATTEMPT: [(&str, Kind); 5] =
    [("county", Int), ("line", Int), ("attempt", Int), ("reason", Text), ("settled_on", Int)];

/// Where a line stands with the bank.
#[derive(Clone, Copy)]
struct Standing {
    state: State,
    attempt: i32,
    amount: Fen,
    settled_on: Option<Date>,
    reason: Option<ReturnReason>,
}

impl Write {
    /// A later step took the sealed envelope over. Refused unless its totals are the sealed ones; the same step once more
    /// changes nothing.
    pub async fn payment_step(
        &mut self,
        plugin: &str,
        document: DocumentId,
        step: &str,
        label: &str,
        given: Control,
    ) -> Result<()> {
        let (envelope, sealed) = self.payment_sealed(plugin, document).await?;
        if given != sealed.control {
            return Err(Error::refused(format!(
                "控制总数不符：封存时为 {} 笔 {} 元，“{label}”为 {} 笔 {} 元。请核对后重试",
                sealed.control.lines, sealed.control.amount, given.lines, given.amount
            )));
        }
        let sql = "INSERT INTO payment_step (county, document, step, label, lines, amount, at, by_user, by_name)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (county, document, step) DO NOTHING";
        let name = self.actor.name().to_owned();
        let values =
            args![self.county, document, step, label, given.lines, given.amount, self.now, self.actor.user_id(), name];
        if self.tx.run(sql, values).await? == 1 {
            let detail = json!({ "step": step, "lines": given.lines, "amount": given.amount.0 });
            self.payment_audit("payment.step", document, &envelope.scheme, detail.clone());
            self.event_publish("payment.step", &revision::document(document), &detail.to_string()).await?;
        }
        Ok(())
    }

    /// Takes in what the bank reports. Each line once for each attempt: the same result again changes nothing, another one
    /// refuses the whole list. How many lines were settled anew. Publishes `payment.settled`.
    pub async fn payment_settle(
        &mut self,
        plugin: &str,
        document: DocumentId,
        results: &[Settlement],
    ) -> Result<usize> {
        let (envelope, _) = self.payment_sealed(plugin, document).await?;
        let list: Vec<i64> = results.iter().map(|result| result.line.0).collect();
        if list.iter().collect::<BTreeSet<_>>().len() != list.len() {
            return Err(Error::refused("回盘结果中同一明细出现了两次。请核对回盘文件"));
        }
        let standing = self.payment_standing(document, &list).await?;
        let earlier = self.payment_attempts(&list).await?;
        let mut groups: BTreeMap<(Option<ReturnReason>, Date), Vec<i64>> = BTreeMap::new();
        let (mut credited, mut returned) = (Control::default(), Control::default());
        for result in results {
            let line = *standing.get(&result.line).ok_or_else(|| unknown_line(result.line))?;
            if !matches!(line.state, State::Sealed | State::Credited | State::Returned) {
                return Err(moved_on(result.line, line.state));
            }
            let attempt = result.attempt.unwrap_or(line.attempt);
            let known = if attempt == line.attempt {
                (line.state != State::Sealed).then_some((line.reason, line.settled_on))
            } else {
                earlier.get(&(result.line, attempt)).map(|(reason, on)| (Some(*reason), Some(*on)))
            };
            match known {
                Some(known) if known == (result.returned, Some(result.on)) => continue,
                Some(_) => {
                    return Err(Error::refused(format!(
                        "明细 {} 第 {attempt} 次发放已登记过不同的结果。请核对回盘文件",
                        result.line
                    )));
                }
                None if attempt != line.attempt => {
                    return Err(Error::refused(format!(
                        "明细 {} 没有第 {attempt} 次发放。请核对回盘文件",
                        result.line
                    )));
                }
                None => {}
            }
            let sum = if result.returned.is_some() { &mut returned } else { &mut credited };
            sum.lines += 1;
            sum.amount = sum.amount.checked_add(line.amount).ok_or_else(|| broken("the sum of results overflows"))?;
            groups.entry((result.returned, result.on)).or_default().push(result.line.0);
        }
        for ((reason, on), lines) in groups {
            let state = if reason.is_some() { State::Returned } else { State::Credited };
            let sql = "UPDATE payment SET state = $3, reason = $4, settled_on = $5 WHERE county = $1 AND id @any $2";
            self.tx.run(sql, args![self.county, lines, state.code(), reason.map(ReturnReason::code), on]).await?;
        }
        let settled = credited.lines + returned.lines;
        if settled > 0 {
            let detail = json!({
                "credited_lines": credited.lines, "credited_amount": credited.amount.0,
                "returned_lines": returned.lines, "returned_amount": returned.amount.0,
                "repeated": results.len() as i64 - settled,
            });
            self.payment_audit("payment.settle", document, &envelope.scheme, detail.clone());
            self.event_publish("payment.settled", &revision::document(document), &detail.to_string()).await?;
        }
        usize::try_from(settled).map_err(broken)
    }

    /// Sends lines that came back to the bank once more.
    pub async fn payment_reissue(&mut self, plugin: &str, document: DocumentId, lines: &[PaymentId]) -> Result<()> {
        let (envelope, _) = self.payment_sealed(plugin, document).await?;
        // A line named twice is one line.
        let lines: BTreeSet<PaymentId> = lines.iter().copied().collect();
        let list: Vec<i64> = lines.iter().map(|id| id.0).collect();
        let standing = self.payment_standing(document, &list).await?;
        let mut rows = Vec::with_capacity(lines.len());
        let mut sum = Control::default();
        for id in &lines {
            let line = *standing.get(id).ok_or_else(|| unknown_line(*id))?;
            let (State::Returned, Some(reason), Some(on)) = (line.state, line.reason, line.settled_on) else {
                return Err(moved_on(*id, line.state));
            };
            rows.push(args![self.county, *id, line.attempt, reason.code(), on]);
            sum.lines += 1;
            sum.amount = sum.amount.checked_add(line.amount).ok_or_else(|| broken("the sum of lines overflows"))?;
        }
        self.tx.insert_many("payment_attempt", &ATTEMPT, rows, "").await?;
        let sql = "UPDATE payment SET state = 'sealed', attempt = attempt + 1, reason = NULL, settled_on = NULL
                   WHERE county = $1 AND id @any $2";
        self.tx.run(sql, args![self.county, list]).await?;
        let detail = json!({ "lines": sum.lines, "amount": sum.amount.0 });
        self.payment_audit("payment.reissue", document, &envelope.scheme, detail);
        Ok(())
    }

    async fn payment_sealed(&mut self, plugin: &str, document: DocumentId) -> Result<(Envelope, Sealed)> {
        let envelope = self.payment_envelope_of(plugin, document).await?;
        match envelope.sealed {
            Some(sealed) => Ok((envelope, sealed)),
            None => Err(Error::refused("发放清单尚未封存。请先复核并封存")),
        }
    }

    async fn payment_standing(&mut self, document: DocumentId, lines: &[i64]) -> Result<BTreeMap<PaymentId, Standing>> {
        let sql = "SELECT id, state, attempt, amount, settled_on, reason FROM payment
                   WHERE county = $1 AND id @any $2 AND document = $3";
        let rows = self.tx.all(sql, args![self.county, lines.to_vec(), document]).await?;
        rows.iter()
            .map(|row| {
                let reason: Option<String> = row.get("reason")?;
                let standing = Standing {
                    state: super::word(row, "state", State::parse)?,
                    attempt: row.get("attempt")?,
                    amount: row.get("amount")?,
                    settled_on: row.get("settled_on")?,
                    reason: reason.as_deref().and_then(ReturnReason::parse),
                };
                Ok((row.get("id")?, standing))
            })
            .collect()
    }

    /// Results of the attempts before the last one.
    async fn payment_attempts(&mut self, lines: &[i64]) -> Result<BTreeMap<(PaymentId, i32), (ReturnReason, Date)>> {
        let sql = "SELECT line, attempt, reason, settled_on FROM payment_attempt WHERE county = $1 AND line @any $2";
        let rows = self.tx.all(sql, args![self.county, lines.to_vec()]).await?;
        rows.iter()
            .map(|row| {
                let reason = super::word(row, "reason", ReturnReason::parse)?;
                Ok(((row.get("line")?, row.get("attempt")?), (reason, row.get("settled_on")?)))
            })
            .collect()
    }
}
