//! Parameters: dated policy values of a county. A correction is a new row; the old value stays for replay.

use crate::engine::{Row, args};
use crate::fact::known;
use crate::{Snapshot, Write, revision};
use doudi_domain::parameter::Parameter;
use doudi_domain::{Date, Error, Instant, ParameterId, Result};
use serde_json::json;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewParameter {
    pub code: String,
    pub value: i64,
    pub from: Date,
    /// 文号 and title of the document that sets it.
    pub source: String,
    pub verified: bool,
}

macro_rules! parameter_columns {
    () => {
        "id, county, code, value, valid_from, source, verified, recorded_at, recorded_by, replaced_by"
    };
}

fn read(row: &Row) -> Result<Parameter> {
    Ok(Parameter {
        id: row.get("id")?,
        county: row.get("county")?,
        code: row.get("code")?,
        value: row.get("value")?,
        from: row.get("valid_from")?,
        source: row.get("source")?,
        verified: row.get("verified")?,
        recorded_at: row.get("recorded_at")?,
        recorded_by: row.get("recorded_by")?,
        replaced_by: row.get("replaced_by")?,
    })
}

impl Snapshot {
    /// The value in force on the day; with `known_at`, as it was known then (before later corrections).
    pub async fn parameter_at(
        &mut self,
        code: &str,
        day: Date,
        known_at: Option<Instant>,
    ) -> Result<Option<Parameter>> {
        self.note(|| revision::PARAMETERS.to_owned());
        let sql = concat!(
            "SELECT ", parameter_columns!(), " FROM parameter WHERE county = $1 AND code = $2 AND valid_from <= $3
             AND recorded_at <= $4 AND (replaced_at IS NULL OR replaced_at > $4) ORDER BY valid_from DESC, id DESC LIMIT 1"
        );
        let row = self.tx.optional(sql, args![self.reach.county, code, day, known(known_at)]).await?;
        row.as_ref().map(read).transpose()
    }

    pub async fn parameter_fetch(&mut self, id: ParameterId) -> Result<Parameter> {
        let sql = concat!("SELECT ", parameter_columns!(), " FROM parameter WHERE county = $1 AND id = $2");
        let row = self.tx.optional(sql, args![self.reach.county, id]).await?;
        row.as_ref().map(read).transpose()?.ok_or(Error::not_found("参数"))
    }

    /// Every value, corrected ones included, by code and date; `prefix` is a plugin's id with a dot, or empty for all.
    pub async fn parameters_list(&mut self, prefix: &str) -> Result<Vec<Parameter>> {
        self.note(|| revision::PARAMETERS.to_owned());
        let sql = concat!("SELECT ", parameter_columns!(), " FROM parameter WHERE county = $1");
        let mut parameters =
            self.tx.all(sql, args![self.reach.county]).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
        // Few hundred rows; the databases would not agree on the order of words.
        parameters.retain(|parameter| parameter.code.starts_with(prefix));
        parameters.sort_by(|a, b| (&a.code, a.from, a.id).cmp(&(&b.code, b.from, b.id)));
        Ok(parameters)
    }
}

impl Write {
    /// A new value from a date on. Same code and date as an existing one: corrects it.
    pub async fn parameter_set(&mut self, new: &NewParameter) -> Result<ParameterId> {
        if new.code.trim().is_empty() || new.source.trim().is_empty() {
            return Err(Error::invalid("依据", "parameter.source", "请填写设定该数值的文件名称和文号"));
        }
        let id = ParameterId(self.tx.new_id().await?);
        let sql = "UPDATE parameter SET replaced_by = $4, replaced_at = $5
                   WHERE county = $1 AND code = $2 AND valid_from = $3 AND replaced_by IS NULL RETURNING id";
        let replaced = self.tx.optional(sql, args![self.county, &new.code, new.from, id, self.now]).await?;
        let replaced: Option<ParameterId> = replaced.map(|row| row.get("id")).transpose()?;
        let sql =
            "INSERT INTO parameter (county, id, code, value, valid_from, source, verified, recorded_at, recorded_by)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let values = args![
            self.county,
            id,
            &new.code,
            new.value,
            new.from,
            &new.source,
            new.verified,
            self.now,
            self.actor.user_id()
        ];
        self.tx.run(sql, values).await?;
        let detail = json!({
            "code": new.code, "value": new.value, "from": new.from.to_string(), "source": new.source,
            "verified": new.verified, "replaces": replaced.map(|id| id.0),
        });
        self.audit("parameter.set", format_args!("parameter/{id}"), detail);
        self.moves(revision::PARAMETERS.to_owned());
        Ok(id)
    }
}
