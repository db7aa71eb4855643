//! Invocations: each call into a plugin with its whole cause, so that it can be replayed bit for bit.

use crate::engine::{Arg, Row, args};
use crate::page::{self, Page};
use crate::seal::SealPlace;
use crate::{Snapshot, Write, household};
use doudi_domain::{Date, Error, HouseholdId, Instant, InvocationId, Result, UserId};
use serde_json::json;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invocation {
    pub id: InvocationId,
    pub plugin: String,
    pub version: String,
    pub digest: String,
    /// The extension point: `assess`, `act` …
    pub point: String,
    /// What it was about, e.g. `household/17`.
    pub subject: String,
    pub household: Option<HouseholdId>,
    /// The legal date handed in.
    pub as_of: Date,
    pub at: Instant,
    pub by: Option<UserId>,
    /// Everything handed in, and everything read meanwhile; sealed at rest. Only with [`Snapshot::invocation_fetch`].
    pub input: Vec<u8>,
    pub reads: Vec<u8>,
    /// SHA-256 of the input and reads, hex.
    pub input_hash: String,
    /// What came back, as a document of the host; sealed at rest.
    pub output: Vec<u8>,
    pub output_hash: String,
    /// `ok`, `refused`, or the code of what went wrong.
    pub outcome: String,
    /// How long it took.
    pub micros: i64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewInvocation {
    pub plugin: String,
    pub version: String,
    pub digest: String,
    pub point: String,
    pub subject: String,
    pub household: Option<HouseholdId>,
    pub as_of: Date,
    pub input: Vec<u8>,
    pub reads: Vec<u8>,
    pub input_hash: String,
    pub output: Vec<u8>,
    pub output_hash: String,
    pub outcome: String,
    pub micros: i64,
}

macro_rules! invocation_columns {
    () => {
        "id, plugin, version, digest, point, subject, household, as_of, at, by_user, input_hash, output_hash, outcome, micros"
    };
}

/// The three sealed columns.
const SEALED: [&str; 3] = ["input", "reads", "output"];

fn place(column: &'static str, id: InvocationId) -> SealPlace {
    SealPlace { table: "invocation", column, row: id.0 }
}

fn read(row: &Row) -> Result<Invocation> {
    Ok(Invocation {
        id: row.get("id")?,
        plugin: row.get("plugin")?,
        version: row.get("version")?,
        digest: row.get("digest")?,
        point: row.get("point")?,
        subject: row.get("subject")?,
        household: row.get("household")?,
        as_of: row.get("as_of")?,
        at: row.get("at")?,
        by: row.get("by_user")?,
        input: Vec::new(),
        reads: Vec::new(),
        input_hash: row.get("input_hash")?,
        output: Vec::new(),
        output_hash: row.get("output_hash")?,
        outcome: row.get("outcome")?,
        micros: row.get("micros")?,
    })
}

impl Snapshot {
    /// The call with its whole cause. One about a household needs that household in scope, any other a county-level scope.
    pub async fn invocation_fetch(&mut self, id: InvocationId) -> Result<Invocation> {
        let sql = concat!(
            "SELECT ",
            invocation_columns!(),
            ", input, reads, output FROM invocation WHERE county = $1 AND id = $2"
        );
        let row = self.tx.optional(sql, args![self.reach.county, id]).await?.ok_or(Error::not_found("调用记录"))?;
        let mut invocation = read(&row)?;
        let visible = match invocation.household {
            Some(household) => household::find(&mut self.tx, self.reach, household).await?.is_some(),
            None => self.reach.require_county().is_ok(),
        };
        if !visible {
            return Err(Error::not_found("调用记录"));
        }
        let parts = [&mut invocation.input, &mut invocation.reads, &mut invocation.output];
        for (part, column) in parts.into_iter().zip(SEALED) {
            *part = self.sealer.open(place(column, id), &row.get::<Vec<u8>>(column)?)?;
        }
        Ok(invocation)
    }

    /// Newest first, without input, reads and output; needs a county-level scope.
    pub async fn invocations_page(
        &mut self,
        plugin: Option<&str>,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Invocation>> {
        self.reach.require_county()?;
        let limit = page::clamp(limit);
        let [before] = page::integers(cursor).unwrap_or([i64::MAX]);
        let sql = concat!(
            "SELECT ",
            invocation_columns!(),
            " FROM invocation
             WHERE county = $1 AND id < $2 AND (plugin = $3 OR $3 = '') ORDER BY id DESC LIMIT $4"
        );
        let rows = self.tx.all(sql, args![self.reach.county, before, plugin.unwrap_or_default(), limit + 1]).await?;
        let calls = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(calls, limit, |call| page::cursor(&[call.id.0])))
    }
}

impl Write {
    pub async fn invocation_record(&mut self, new: &NewInvocation) -> Result<InvocationId> {
        let id = InvocationId(self.tx.new_id().await?);
        let mut sealed = Vec::with_capacity(SEALED.len());
        for (column, clear) in SEALED.into_iter().zip([&new.input, &new.reads, &new.output]) {
            sealed.push(self.sealer.seal(place(column, id), clear)?);
        }
        let sql = "INSERT INTO invocation (county, id, plugin, version, digest, point, subject, household, as_of, at, by_user,
                   input_hash, output_hash, outcome, micros, input, reads, output)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
        let mut values = args![
            self.county,
            id,
            &new.plugin,
            &new.version,
            &new.digest,
            &new.point,
            &new.subject,
            new.household,
            new.as_of,
            self.now,
            self.actor.user_id(),
            &new.input_hash,
            &new.output_hash,
            &new.outcome,
            new.micros
        ];
        values.extend(sealed.into_iter().map(Arg::from));
        self.tx.run(sql, values).await?;
        let detail =
            json!({ "plugin": new.plugin, "version": new.version, "point": new.point, "outcome": new.outcome });
        self.audit("invocation.record", format_args!("invocation/{id}"), detail);
        Ok(id)
    }
}
