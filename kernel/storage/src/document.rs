//! Documents: a plugin's records in the kernel's envelope, with index values of the plugin's choice and the steps each took.

use crate::engine::Kind::{Int, Text};
use crate::engine::{Arg, Kind, Query, Row, Tx, args, broken};
use crate::event::NewEvent;
use crate::page::{self, Page};
use crate::snapshot::Reach;
use crate::{Snapshot, Write, household, person, revision};
use doudi_domain::document::{Document, DocumentStep};
use doudi_domain::identity::Role;
use doudi_domain::{Date, DivisionCode, DocumentId, Error, HouseholdId, PersonId, Result, UserId};
use serde_json::json;
use std::collections::BTreeSet;

/// Which documents, all conditions together. By id, ascending.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct DocumentQuery {
    pub plugin: Option<String>,
    pub collection: Option<String>,
    /// Any of these; empty: any state.
    pub states: Vec<String>,
    pub household: Option<HouseholdId>,
    pub person: Option<PersonId>,
    pub assignee_role: Option<Role>,
    /// Inclusive.
    pub due_before: Option<Date>,
    /// An index value declared by the plugin: name, value.
    pub index: Option<(String, String)>,
    /// `Some(false)`: only those still open.
    pub final_state: Option<bool>,
    pub cursor: Option<String>,
    pub limit: u32,
}

/// A document to insert, or to bring to its next revision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentPut {
    pub target: DocumentTarget,
    pub title: String,
    pub household: Option<HouseholdId>,
    pub person: Option<PersonId>,
    pub division: DivisionCode,
    pub state: String,
    pub assignee_role: Option<Role>,
    pub assignee: Option<UserId>,
    pub since: Date,
    pub due: Option<Date>,
    pub final_state: bool,
    pub body: String,
    /// The whole set of index values; replaces the former.
    pub index: Vec<(String, String)>,
    /// The action that led here, and its remark.
    pub action: String,
    pub note: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DocumentTarget {
    New { plugin: String, collection: String, key: String },
    Existing { id: DocumentId, expected_revision: i64 },
}

macro_rules! document_columns {
    () => {
        "d.id, d.plugin, d.collection, d.key, d.title, d.household, d.person, d.division, d.state, d.assignee_role, d.assignee,
         d.since, d.due, d.final_state, d.body, d.revision, d.created_at, d.updated_at"
    };
}
pub(crate) use document_columns;

/// By position, in the order of [`document_columns`]: a search by name for each value of each row is a third of a large read.
pub(crate) fn read(row: &Row) -> Result<Document> {
    Ok(Document {
        id: row.at(0)?,
        plugin: row.at(1)?,
        collection: row.at(2)?,
        key: row.at(3)?,
        title: row.at(4)?,
        household: row.at(5)?,
        person: row.at(6)?,
        division: row.at(7)?,
        state: row.at(8)?,
        assignee_role: row.at(9)?,
        assignee: row.at(10)?,
        since: row.at(11)?,
        due: row.at(12)?,
        final_state: row.at(13)?,
        body: row.at(14)?,
        revision: row.at(15)?,
        created_at: row.at(16)?,
        updated_at: row.at(17)?,
    })
}

pub(crate) async fn find(tx: &mut Tx, reach: Reach, id: DocumentId) -> Result<Option<Document>> {
    let sql = concat!(
        "SELECT ",
        document_columns!(),
        " FROM document d WHERE d.county = $1 AND d.id = $2 AND d.division BETWEEN $3 AND $4"
    );
    let row = tx.optional(sql, args![reach.county, id, reach.low, reach.high]).await?;
    row.as_ref().map(read).transpose()
}

/// Everything of the query but cursor, order and limit. The id to order by and go on from.
fn conditions(sql: &mut Query, reach: Reach, query: &DocumentQuery) -> &'static str {
    // An index leads to the few it names, in order of their ids: a question for each document would go over the whole collection.
    let (whose, id) = match &query.index {
        Some((name, value)) => {
            sql.push(
                " FROM document_index i JOIN document d ON d.county = i.county AND d.id = i.document WHERE i.county = ",
            );
            sql.bind(reach.county).push(" AND i.name = ").bind(name).push(" AND i.value = ").bind(value);
            ([" AND i.plugin = ", " AND i.collection = "], "i.document")
        }
        None => {
            sql.push(" FROM document d WHERE d.county = ").bind(reach.county);
            ([" AND d.plugin = ", " AND d.collection = "], "d.id")
        }
    };
    for (is, name) in whose.into_iter().zip([&query.plugin, &query.collection]) {
        if let Some(name) = name {
            sql.push(is).bind(name);
        }
    }
    sql.push(" AND d.division BETWEEN ").bind(reach.low).push(" AND ").bind(reach.high);
    if !query.states.is_empty() {
        sql.push(" AND d.state @any ").bind(query.states.clone());
    }
    if let Some(household) = query.household {
        sql.push(" AND d.household = ").bind(household);
    }
    if let Some(person) = query.person {
        sql.push(" AND d.person = ").bind(person);
    }
    if let Some(role) = query.assignee_role {
        sql.push(" AND d.assignee_role = ").bind(role);
    }
    if let Some(day) = query.due_before {
        sql.push(" AND d.due <= ").bind(day);
    }
    if let Some(is_final) = query.final_state {
        sql.push(" AND d.final_state = ").bind(is_final);
    }
    id
}

impl Snapshot {
    /// `NotFound` when absent or out of scope.
    pub async fn document_fetch(&mut self, id: DocumentId) -> Result<Document> {
        self.note(|| revision::document(id));
        find(&mut self.tx, self.reach, id).await?.ok_or(Error::not_found("办件"))
    }

    pub async fn document_by_key(&mut self, plugin: &str, collection: &str, key: &str) -> Result<Option<Document>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ", document_columns!(), " FROM document d
             WHERE d.county = $1 AND d.plugin = $2 AND d.collection = $3 AND d.key = $4 AND d.division BETWEEN $5 AND $6"
        );
        let row = self.tx.optional(sql, args![county, plugin, collection, key, low, high]).await?;
        let found = row.as_ref().map(read).transpose()?;
        match &found {
            Some(document) => self.note(|| revision::document(document.id)),
            // "There is none" is an answer that an insert changes.
            None => self.note(|| revision::collection(plugin, collection)),
        }
        Ok(found)
    }

    pub async fn documents_query(&mut self, query: &DocumentQuery) -> Result<Page<Document>> {
        self.note_query(query);
        let limit = page::clamp(query.limit);
        let mut sql = Query::new(concat!("SELECT ", document_columns!()));
        let id = conditions(&mut sql, self.reach, query);
        if let Some([after]) = page::integers(query.cursor.as_deref()) {
            sql.push(" AND ").push(id).push(" > ").bind(after);
        }
        sql.push(" ORDER BY ").push(id).push(" LIMIT ").bind(limit + 1);
        let rows = self.tx.built(sql).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(rows, limit, |document| page::cursor(&[document.id.0])))
    }

    /// How many the query finds, whatever its cursor and limit.
    pub async fn documents_count(&mut self, query: &DocumentQuery) -> Result<i64> {
        self.note_query(query);
        let mut sql = Query::new("SELECT COUNT(*) AS count");
        conditions(&mut sql, self.reach, query);
        let rows = self.tx.built(sql).await?;
        rows.first().map_or(Ok(0), |row| row.get("count"))
    }

    /// What happened to it, oldest first.
    pub async fn document_steps(&mut self, id: DocumentId) -> Result<Vec<DocumentStep>> {
        self.document_fetch(id).await?;
        let sql = "SELECT document, revision, action, from_state, to_state, due, by_user, by_name, at, note FROM document_step
                   WHERE county = $1 AND document = $2 ORDER BY revision";
        let read = |row: &Row| {
            Ok(DocumentStep {
                document: row.get("document")?,
                revision: row.get("revision")?,
                action: row.get("action")?,
                from_state: row.get("from_state")?,
                to_state: row.get("to_state")?,
                due: row.get("due")?,
                by: row.get("by_user")?,
                by_name: row.get("by_name")?,
                at: row.get("at")?,
                note: row.get("note")?,
            })
        };
        self.tx.all(sql, args![self.reach.county, id]).await?.iter().map(read).collect()
    }

    /// Index values as last written, by name and value.
    pub async fn document_index(&mut self, id: DocumentId) -> Result<Vec<(String, String)>> {
        self.document_fetch(id).await?;
        let sql = "SELECT name, value FROM document_index WHERE county = $1 AND document = $2 ORDER BY name, value";
        let rows = self.tx.all(sql, args![self.reach.county, id]).await?;
        rows.iter().map(|row| Ok((row.get("name")?, row.get("value")?))).collect()
    }

    /// The narrowest key that moves with every row the query could find.
    fn note_query(&mut self, query: &DocumentQuery) {
        if let (Some(plugin), Some(collection)) = (&query.plugin, &query.collection) {
            match query.household {
                Some(household) => self.note(|| revision::collection_of_household(plugin, collection, household)),
                None => self.note(|| revision::collection(plugin, collection)),
            }
        } else {
            self.note(|| revision::DOCUMENTS.to_owned());
        }
    }
}

const INDEX: [(&str, Kind); 6] =
    [("county", Int), ("plugin", Text), ("collection", Text), ("name", Text), ("value", Text), ("document", Int)];

const DOCUMENT: [(&str, Kind); 19] = [
    ("county", Int),
    ("id", Int),
    ("plugin", Text),
    ("collection", Text),
    ("key", Text),
    ("title", Text),
    ("household", Int),
    ("person", Int),
    ("division", Int),
    ("state", Text),
    ("assignee_role", Text),
    ("assignee", Int),
    ("since", Int),
    ("due", Int),
    ("final_state", Int),
    ("body", Text),
    ("revision", Int),
    ("created_at", Int),
    ("updated_at", Int),
];

const STEP: [(&str, Kind); 11] = [
    ("county", Int),
    ("document", Int),
    ("revision", Int),
    ("action", Text),
    ("from_state", Text),
    ("to_state", Text),
    ("due", Int),
    ("by_user", Int),
    ("by_name", Text),
    ("at", Int),
    ("note", Text),
];

/// What the log and the event say of a step.
fn detail(document: &Document, before: Option<&Document>, action: &str) -> serde_json::Value {
    json!({
        "plugin": document.plugin, "collection": document.collection, "key": document.key, "action": action,
        "from": before.map(|document| &document.state), "to": document.state, "revision": document.revision,
    })
}

impl Write {
    /// Inserts (`Conflict` when the key is taken) or updates (`Conflict` when the revision is not the expected one), and
    /// writes the step. A change of state publishes `document.moved`. Returns the document as it now stands.
    pub async fn document_put(&mut self, put: &DocumentPut) -> Result<Document> {
        self.require_within(put.division)?;
        if let Some(household) = put.household {
            household::find(&mut self.tx, self.reach, household).await?.ok_or(Error::not_found("家庭"))?;
        }
        if let Some(person) = put.person {
            let found = person::find(&mut self.tx, self.reach, &*self.sealer, person, false).await?;
            found.ok_or(Error::not_found("人员"))?;
        }
        let before = match &put.target {
            DocumentTarget::New { .. } => None,
            DocumentTarget::Existing { id, expected_revision } => {
                let document = find(&mut self.tx, self.reach, *id).await?.ok_or(Error::not_found("办件"))?;
                if document.revision != *expected_revision {
                    return Err(Error::conflict("这个办件刚被别人办理，本次操作没有保存。请刷新后查看最新状态"));
                }
                Some(document)
            }
        };
        let document = match (&before, &put.target) {
            (Some(document), _) => self.document_next(document, put).await?,
            (None, DocumentTarget::New { plugin, collection, key }) => {
                self.document_insert(plugin, collection, key, put).await?
            }
            (None, DocumentTarget::Existing { .. }) => return Err(Error::not_found("办件")),
        };
        self.document_reindex(&document, &put.index).await?;
        self.document_step(&document, before.as_ref(), put).await?;
        let detail = detail(&document, before.as_ref(), &put.action);
        self.audit("document.put", revision::document(document.id), detail.clone());
        self.document_moved(&document);
        if let Some(before) = &before {
            // Whoever listed the household's documents before has seen this one, too.
            self.document_moved(before);
        }
        if before.as_ref().is_none_or(|before| before.state != document.state) {
            self.event_publish("document.moved", &revision::document(document.id), &detail.to_string()).await?;
        }
        Ok(document)
    }

    /// New documents, as [`Write::document_put`] for each, in one go: a block of a department's list opens hundreds. `Conflict`
    /// when a key is taken.
    pub async fn documents_create_many(&mut self, puts: &[DocumentPut]) -> Result<Vec<Document>> {
        let (mut households, mut persons) = (BTreeSet::new(), BTreeSet::new());
        for put in puts {
            self.require_within(put.division)?;
            households.extend(put.household);
            persons.extend(put.person);
        }
        let listed: Vec<HouseholdId> = households.into_iter().collect();
        if household::within(&mut self.tx, self.reach, &listed).await?.len() < listed.len() {
            return Err(Error::not_found("家庭"));
        }
        let listed: Vec<PersonId> = persons.into_iter().collect();
        if person::within(&mut self.tx, self.reach, &listed).await?.len() < listed.len() {
            return Err(Error::not_found("人员"));
        }
        let ids = self.tx.new_ids(puts.len()).await?;
        let mut documents = Vec::with_capacity(puts.len());
        for (id, put) in ids.into_iter().zip(puts) {
            let DocumentTarget::New { plugin, collection, key } = &put.target else {
                return Err(broken("a document that exists is not created"));
            };
            documents.push(Document {
                id: DocumentId(id),
                plugin: plugin.clone(),
                collection: collection.clone(),
                key: key.clone(),
                title: put.title.clone(),
                household: put.household,
                person: put.person,
                division: put.division,
                state: put.state.clone(),
                assignee_role: put.assignee_role,
                assignee: put.assignee,
                since: put.since,
                due: put.due,
                final_state: put.final_state,
                body: put.body.clone(),
                revision: 1,
                created_at: self.now,
                updated_at: self.now,
            });
        }
        self.documents_insert(&documents, puts).await?;
        let mut news = Vec::with_capacity(documents.len());
        for (document, put) in documents.iter().zip(puts) {
            let detail = detail(document, None, &put.action);
            self.audit("document.put", revision::document(document.id), detail.clone());
            self.document_moved(document);
            let (topic, subject) = ("document.moved".to_owned(), revision::document(document.id));
            news.push(NewEvent { topic, subject, payload: detail.to_string() });
        }
        self.events_publish_many(news).await?;
        Ok(documents)
    }

    /// Rows, index values and first steps of new documents.
    async fn documents_insert(&mut self, documents: &[Document], puts: &[DocumentPut]) -> Result<()> {
        let (county, by, name) = (self.county, self.actor.user_id(), self.actor.name().to_owned());
        let rows = documents.iter().map(|document| {
            args![
                county,
                document.id,
                &document.plugin,
                &document.collection,
                &document.key,
                &document.title,
                document.household,
                document.person,
                document.division,
                &document.state,
                document.assignee_role,
                document.assignee,
                document.since,
                document.due,
                document.final_state,
                &document.body,
                1,
                document.created_at,
                document.updated_at
            ]
        });
        let rows: Vec<Vec<Arg>> = rows.collect();
        self.tx.insert_many("document", &DOCUMENT, rows, "").await?;
        let index = documents.iter().zip(puts).flat_map(|(document, put)| {
            let value = move |(name, value): &(String, String)| {
                args![county, &document.plugin, &document.collection, name, value, document.id]
            };
            put.index.iter().map(value)
        });
        let index: Vec<Vec<Arg>> = index.collect();
        self.tx.insert_many("document_index", &INDEX, index, "ON CONFLICT DO NOTHING").await?;
        let steps = documents.iter().zip(puts).map(|(document, put)| {
            args![
                county,
                document.id,
                1,
                &put.action,
                None::<String>,
                &document.state,
                document.due,
                by,
                &name,
                document.created_at,
                &put.note
            ]
        });
        let steps: Vec<Vec<Arg>> = steps.collect();
        self.tx.insert_many("document_step", &STEP, steps, "").await
    }

    async fn document_insert(
        &mut self,
        plugin: &str,
        collection: &str,
        key: &str,
        put: &DocumentPut,
    ) -> Result<Document> {
        let id = self.tx.new_id().await?;
        let sql = concat!(
            "INSERT INTO document AS d (county, id, plugin, collection, key, title, household, person, division, state,
             assignee_role, assignee, since, due, final_state, body, revision, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1, $17, $17) RETURNING ",
            "id, plugin, collection, key, title, household, person, division, state, assignee_role, assignee,
             since, due, final_state, body, revision, created_at, updated_at"
        );
        let values = args![
            self.county,
            id,
            plugin,
            collection,
            key,
            &put.title,
            put.household,
            put.person,
            put.division,
            &put.state,
            put.assignee_role,
            put.assignee,
            put.since,
            put.due,
            put.final_state,
            &put.body,
            self.now
        ];
        read(&self.tx.one(sql, values).await?)
    }

    async fn document_next(&mut self, document: &Document, put: &DocumentPut) -> Result<Document> {
        let sql = "UPDATE document SET title = $3, household = $4, person = $5, division = $6, state = $7, assignee_role = $8,
                   assignee = $9, since = $10, due = $11, final_state = $12, body = $13, revision = revision + 1, updated_at = $14
                   WHERE county = $1 AND id = $2 RETURNING id, plugin, collection, key, title, household, person, division, state,
                   assignee_role, assignee, since, due, final_state, body, revision, created_at, updated_at";
        let values = args![
            self.county,
            document.id,
            &put.title,
            put.household,
            put.person,
            put.division,
            &put.state,
            put.assignee_role,
            put.assignee,
            put.since,
            put.due,
            put.final_state,
            &put.body,
            self.now
        ];
        read(&self.tx.one(sql, values).await?)
    }

    /// Values named again replace those of their name; the others stay, so that a step that only moves a document on does not
    /// make it unfindable.
    async fn document_reindex(&mut self, document: &Document, index: &[(String, String)]) -> Result<()> {
        if index.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = index.iter().map(|(name, _)| name.clone()).collect();
        let sql = "DELETE FROM document_index WHERE county = $1 AND document = $2 AND name @any $3";
        self.tx.run(sql, args![self.county, document.id, names]).await?;
        let rows = index
            .iter()
            .map(|(name, value)| args![self.county, &document.plugin, &document.collection, name, value, document.id])
            .collect();
        // The same value twice is one value.
        self.tx.insert_many("document_index", &INDEX, rows, "ON CONFLICT DO NOTHING").await
    }

    async fn document_step(&mut self, document: &Document, before: Option<&Document>, put: &DocumentPut) -> Result<()> {
        let sql = "INSERT INTO document_step (county, document, revision, action, from_state, to_state, due, by_user, by_name,
                   at, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let from = before.map(|document| document.state.clone());
        let name = self.actor.name().to_owned();
        let values = args![
            self.county,
            document.id,
            document.revision,
            &put.action,
            from,
            &document.state,
            document.due,
            self.actor.user_id(),
            name,
            self.now,
            &put.note
        ];
        self.tx.run(sql, values).await?;
        Ok(())
    }

    fn document_moved(&mut self, document: &Document) {
        self.moves(revision::document(document.id));
        self.moves(revision::DOCUMENTS.to_owned());
        self.moves(revision::collection(&document.plugin, &document.collection));
        if let Some(household) = document.household {
            self.moves(revision::collection_of_household(&document.plugin, &document.collection, household));
        }
    }
}
