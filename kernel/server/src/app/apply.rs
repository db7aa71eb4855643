//! From effects to writes. Planning happens on the snapshot the plugin read, and checks what only the kernel can: states and
//! ways of the workflow, scope, revisions, deadlines, numbers. Carrying out happens in the one short transaction. A plugin
//! that wishes what the workflow does not know has failed; nothing of its list is applied.

mod carry_out;
mod payments;

pub(crate) use carry_out::carry_out;

use super::consult::{Pin, Subject};
use super::numbering::Numbering;
use super::{deadline, workflow};
use doudi_documents::effect::{
    AttachmentLink, DecisionRecord, DocumentPut, EventPublish, FactPropose, NoticeForm, NoticeIssue,
};
use doudi_documents::manifest::Collection;
use doudi_documents::manifest::{OutcomeEffect, Unit};
use doudi_documents::{Deadline, EffectPayload, Id, Text};
use doudi_domain::decision::{Cause, Effect, Figure, Reason};
use doudi_domain::document::{Document, DocumentStep};
use doudi_domain::fact::{NewFact, Value};
use doudi_domain::identity::Role;
use doudi_domain::mask::{self, Phones};
use doudi_domain::{
    Actor, AttachmentId, Date, DecisionId, DivisionCode, DocumentId, Error, FactId, Fen, HouseholdId, InvocationId,
    PersonId, Result, catalogue, fact,
};
use doudi_storage::Snapshot;
use doudi_storage::attachment::NewAttachment;
use doudi_storage::decision::NewDecision;
use doudi_storage::document::DocumentTarget;
use doudi_storage::event::NewEvent;
use doudi_storage::notice::NewNotice;
use std::collections::{BTreeSet, HashMap};

/// On what occasion the effects were wished.
pub(crate) struct Occasion<'a> {
    pub pin: &'a Pin,
    pub actor: &'a Actor,
    pub today: Date,
    /// The button pressed, when it was one.
    pub action: Option<&'a str>,
    pub subject: Option<&'a Subject>,
}

/// One write, completely decided.
pub(crate) enum Operation {
    Document(doudi_storage::document::DocumentPut),
    /// Cause and, for a case created in the same list, the case are filled in when it is carried out.
    Decision(Box<NewDecision>),
    Fact(NewFact),
    Event(NewEvent),
    /// Tied to the decision of the same household in the same list, if there is one.
    Notice(NewNotice),
    Attachment(NewAttachment),
    Payment(Box<payments::Planned>),
}

/// Decides every write. `county` sees the whole county, for numbers that towns share.
pub(crate) async fn plan(
    occasion: &Occasion<'_>,
    snapshot: &mut Snapshot,
    county: &mut Snapshot,
    effects: &[EffectPayload],
) -> Result<Vec<Operation>> {
    let households: BTreeSet<HouseholdId> = effects.iter().filter_map(household).collect();
    let households: Vec<HouseholdId> = households.into_iter().collect();
    let divisions = snapshot.household_divisions(&households).await?;
    let persons: BTreeSet<PersonId> = effects.iter().filter_map(person).collect();
    let persons: Vec<PersonId> = persons.into_iter().collect();
    let persons = snapshot.persons_within(&persons).await?;
    let mut planner = Planner { occasion, snapshot, county, numbering: Numbering::default(), divisions, persons };
    let mut operations = Vec::with_capacity(effects.len());
    for (index, effect) in effects.iter().enumerate() {
        let operation = match effect {
            EffectPayload::DocumentPut(put) => planner.document(index, put).await?,
            EffectPayload::DecisionRecord(decision) => planner.decision(index, decision).await?,
            EffectPayload::FactPropose(fact) => planner.fact(index, fact).await?,
            EffectPayload::EventPublish(event) => planner.event(index, event).await?,
            EffectPayload::NoticeIssue(notice) => planner.notice(index, notice).await?,
            EffectPayload::AttachmentLink(link) => {
                operations.extend(planner.attachments(index, link).await?);
                continue;
            }
            payment => {
                let plugin = occasion.pin.plugin.id();
                let planned = payments::plan(plugin, payment).map_err(|cause| planner.fault(index, cause))?;
                Operation::Payment(Box::new(planned))
            }
        };
        operations.push(operation);
    }
    Ok(operations)
}

/// The household an effect names.
fn household(effect: &EffectPayload) -> Option<HouseholdId> {
    let named = match effect {
        EffectPayload::DocumentPut(put) => put.household,
        EffectPayload::DecisionRecord(decision) => Some(decision.household),
        EffectPayload::FactPropose(fact) => fact.household,
        EffectPayload::EventPublish(event) => event.household,
        EffectPayload::NoticeIssue(notice) => Some(notice.household),
        _ => None,
    };
    named.map(|id| HouseholdId(id.0))
}

/// The person an effect names.
fn person(effect: &EffectPayload) -> Option<PersonId> {
    let named = match effect {
        EffectPayload::DocumentPut(put) => put.person,
        EffectPayload::DecisionRecord(decision) => decision.person,
        EffectPayload::FactPropose(fact) => fact.person,
        EffectPayload::EventPublish(event) => event.person,
        EffectPayload::NoticeIssue(notice) => notice.person,
        _ => None,
    };
    named.map(|id| PersonId(id.0))
}

struct Planner<'a> {
    occasion: &'a Occasion<'a>,
    snapshot: &'a mut Snapshot,
    county: &'a mut Snapshot,
    numbering: Numbering,
    /// Where the households live that the effects name, read at once: a pass over a county names hundreds.
    divisions: HashMap<HouseholdId, DivisionCode>,
    /// Those of the persons the effects name that are filed in scope, read at once, too.
    persons: BTreeSet<PersonId>,
}

impl Planner<'_> {
    /// The plugin's list cannot be applied: its failure, named with version, effect and cause.
    fn fault(&self, index: usize, cause: impl std::fmt::Display) -> Error {
        let plugin = &self.occasion.pin.plugin;
        Error::failure(
            format!(
                "插件 {} {} 要求的第 {} 项改动不能执行：{cause}。没有保存任何内容，请告知系统管理员",
                plugin.id(),
                plugin.version(),
                index + 1
            ),
            "an effect outside what the workflow or the scope allows",
        )
    }

    async fn document(&mut self, index: usize, put: &DocumentPut) -> Result<Operation> {
        let plugin = self.occasion.pin.plugin.clone();
        let Some(collection) = plugin.manifest().collection(&put.collection) else {
            return Err(self.fault(index, format!("没有办件类别“{}”", put.collection)));
        };
        let (existing, steps) = match put.id {
            Some(Id(id)) => self.existing(index, DocumentId(id), put, collection).await?,
            None => (None, Vec::new()),
        };
        let from = existing.as_ref().map_or(collection.workflow.initial.as_str(), |document| document.state.as_str());
        let action = self.way(index, collection, existing.as_ref(), from, &put.state)?;
        let Some(state) = collection.workflow.state(&put.state) else {
            return Err(self.fault(index, format!("“{}”没有状态“{}”", put.collection, put.state)));
        };
        let entered = existing.as_ref().is_none_or(|document| document.state != put.state);

        let subject = self.occasion.subject.filter(|_| existing.is_none() && self.occasion.action.is_some());
        let household = put
            .household
            .map(|id| HouseholdId(id.0))
            .or_else(|| existing.as_ref().and_then(|document| document.household))
            .or_else(|| subject.filter(|subject| subject.document.is_none()).and_then(|subject| subject.household));
        // What is about nobody may be given a family, and what is about a family keeps it.
        let filed_under = existing.as_ref().and_then(|document| document.household);
        if filed_under.is_some() && household != filed_under {
            return Err(self.fault(index, "办件不能改到另一家庭名下"));
        }
        let person = put
            .person
            .map(|id| PersonId(id.0))
            .or_else(|| existing.as_ref().and_then(|document| document.person))
            .or_else(|| subject.filter(|subject| subject.document.is_none()).and_then(|subject| subject.person));
        let filed_about = existing.as_ref().and_then(|document| document.person);
        if filed_about.is_some() && person != filed_about {
            return Err(self.fault(index, "办件不能改到另一人名下"));
        }
        if let Some(person) = put.person {
            self.person_in_scope(index, PersonId(person.0))?;
        }
        let division = match (household, &put.division) {
            (Some(_), Some(_)) => {
                return Err(self.fault(index, "有家庭的办件以家庭所在区划为准，不能另定区划"));
            }
            (Some(household), None) => self.division_of(index, household).await?,
            (None, Some(code)) => self.place(index, code).await?,
            (None, None) => existing.as_ref().map_or(self.occasion.actor.division(), |document| document.division),
        };
        let today = self.occasion.today;
        let due = match &put.due {
            Some(text) => Some(self.date(index, text)?),
            None if entered => self.due(collection, &put.state, &steps).await?,
            None => existing.as_ref().and_then(|document| document.due),
        };
        let target = match &existing {
            Some(document) => DocumentTarget::Existing {
                id: document.id,
                expected_revision: put.expected_revision.unwrap_or(document.revision),
            },
            None => DocumentTarget::New {
                plugin: plugin.id().to_owned(),
                collection: put.collection.clone(),
                key: match put.key.trim() {
                    "" => self.numbering.take(self.county, plugin.id(), &put.collection, today.year()).await?,
                    key => key.to_owned(),
                },
            },
        };
        Ok(Operation::Document(doudi_storage::document::DocumentPut {
            target,
            title: unnumbered(&put.title.zh),
            household,
            person,
            division,
            state: put.state.clone(),
            assignee_role: match &put.assignee {
                Some(role) => Role::parse(role),
                None => existing
                    .as_ref()
                    .filter(|_| !entered)
                    .and_then(|document| document.assignee_role)
                    .or_else(|| state.role.as_deref().and_then(Role::parse)),
            },
            assignee: existing.as_ref().filter(|_| !entered).and_then(|document| document.assignee),
            since: existing.as_ref().filter(|_| !entered).map_or(today, |document| document.since),
            due,
            final_state: state.last,
            body: put.body.to_string(),
            index: put.indexes.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            action,
            note: unnumbered(&put.note),
        }))
    }

    async fn existing(
        &mut self,
        index: usize,
        id: DocumentId,
        put: &DocumentPut,
        collection: &Collection,
    ) -> Result<(Option<Document>, Vec<DocumentStep>)> {
        let document = match self.snapshot.document_fetch(id).await {
            Ok(document) => document,
            Err(Error::NotFound { .. }) => return Err(self.fault(index, format!("没有办件 {id}"))),
            Err(error) => return Err(error),
        };
        if document.plugin != self.occasion.pin.plugin.id() || document.collection != collection.id {
            return Err(self.fault(index, format!("办件 {id} 不属于“{}”", put.collection)));
        }
        if put.expected_revision != Some(document.revision) {
            return Err(Error::conflict("办件刚刚被他人改动，请刷新后重试"));
        }
        if collection.workflow.state(&document.state).is_some_and(|state| state.last) {
            return Err(self.fault(index, format!("办件 {id} 已经办结")));
        }
        let steps = self.snapshot.document_steps(id).await?;
        Ok((Some(document), steps))
    }

    /// The name of the step: the button, for what it was pressed on; else the workflow's own way between the states.
    fn way(
        &self,
        index: usize,
        collection: &Collection,
        existing: Option<&Document>,
        from: &str,
        to: &str,
    ) -> Result<String> {
        let workflow = &collection.workflow;
        if let (Some(action), Some(subject)) = (self.occasion.action, self.occasion.subject) {
            let same = match (&subject.document, existing) {
                (Some(acted), Some(touched)) => acted.id == touched.id,
                (None, None) => true,
                _ => false,
            };
            let fits = |entry: &&doudi_documents::Action| {
                entry.from.iter().any(|state| state == from) && entry.to.iter().any(|state| state == to)
            };
            if same && workflow.action(action).filter(fits).is_some() {
                return Ok(action.to_owned());
            }
        }
        if existing.is_some() && from == to {
            return Ok(self.occasion.action.unwrap_or("update").to_owned());
        }
        match workflow::passage(workflow, from, to) {
            Some(action) => Ok(action.id.clone()),
            None => Err(self.fault(index, format!("“{}”的流程中没有从“{from}”到“{to}”的途径", collection.label.zh))),
        }
    }

    async fn due(&mut self, collection: &Collection, state: &str, steps: &[DocumentStep]) -> Result<Option<Date>> {
        let Some(rule) = collection.workflow.state(state).and_then(|state| state.deadline.as_ref()) else {
            return Ok(None);
        };
        let days = self.days(rule).await?;
        let calendar = self.snapshot.calendar().await?;
        deadline::on_entering(&collection.workflow, state, steps, self.occasion.today, &calendar, &|_| days)
    }

    /// The county's parameter, where the manifest lets it replace the rule's days.
    async fn days(&mut self, rule: &Deadline) -> Result<u32> {
        let Some(parameter) = &rule.parameter else { return Ok(rule.days) };
        let code = format!("{}.{parameter}", self.occasion.pin.plugin.id());
        let value = self.snapshot.parameter_at(&code, self.occasion.today, None).await?;
        Ok(value.and_then(|parameter| u32::try_from(parameter.value).ok()).unwrap_or(rule.days))
    }

    async fn decision(&mut self, index: usize, record: &DecisionRecord) -> Result<Operation> {
        let plugin = self.occasion.pin.plugin.clone();
        let manifest = plugin.manifest();
        let household = HouseholdId(record.household.0);
        let division = self.division_of(index, household).await?;
        if let Some(person) = record.person {
            self.person_in_scope(index, PersonId(person.0))?;
        }
        let Some(outcome) = manifest.outcome(&record.outcome) else {
            return Err(self.fault(index, format!("没有结论“{}”", record.outcome)));
        };
        let figures = manifest
            .figures
            .iter()
            .filter_map(|figure| {
                Some(Figure {
                    value: *record.figures.get(&figure.code)?,
                    code: figure.code.clone(),
                    zh: figure.label.zh.clone(),
                    en: figure.label.in_language(true).to_owned(),
                    unit: unit_word(figure.unit).to_owned(),
                })
            })
            .collect();
        Ok(Operation::Decision(Box::new(NewDecision {
            scheme: record.scheme.clone(),
            household,
            person: record.person.map(|id| PersonId(id.0)),
            document: record.document.map(|id| DocumentId(id.0)).or_else(|| self.acted_on()),
            division,
            effect: match outcome.effect {
                OutcomeEffect::Grant => Effect::Grant,
                OutcomeEffect::Refuse => Effect::Refuse,
                OutcomeEffect::Change => Effect::Change,
                OutcomeEffect::Stop => Effect::Stop,
            },
            outcome: outcome.code.clone(),
            outcome_zh: outcome.label.zh.clone(),
            outcome_en: outcome.label.in_language(true).to_owned(),
            amount: Fen(record.amount),
            covered_persons: i32::try_from(record.covered_persons).unwrap_or(i32::MAX),
            from: self.date(index, &record.from)?,
            to: record.to.as_deref().map(|text| self.date(index, text)).transpose()?,
            reasons: self.reasons(index, record)?,
            figures,
            supersedes: record.supersedes.map(|id| DecisionId(id.0)),
            as_of: self.date(index, &record.as_of)?,
            // The call is recorded in the transaction; its id is known then.
            cause: Cause {
                plugin: plugin.id().to_owned(),
                version: plugin.version().to_string(),
                digest: plugin.digest().to_owned(),
                parameters: Vec::new(),
                input_hash: String::new(),
                invocation: InvocationId(0),
            },
        })))
    }

    fn reasons(&self, index: usize, record: &DecisionRecord) -> Result<Vec<Reason>> {
        record
            .reasons
            .iter()
            .map(|given| {
                let reason = self.occasion.pin.plugin.reason(given);
                reason.ok_or_else(|| self.fault(index, format!("没有理由“{}”", given.code)))
            })
            .collect()
    }

    async fn fact(&mut self, index: usize, proposed: &FactPropose) -> Result<Operation> {
        let Some(field) = catalogue::find(&proposed.field) else {
            return Err(self.fault(index, format!("目录中没有“{}”", proposed.field)));
        };
        let subject = match (proposed.household, proposed.person) {
            (Some(Id(id)), None) => {
                self.division_of(index, HouseholdId(id)).await?;
                fact::Subject::Household(HouseholdId(id))
            }
            (None, Some(Id(id))) => {
                self.person_in_scope(index, PersonId(id))?;
                fact::Subject::Person(PersonId(id))
            }
            _ => return Err(self.fault(index, format!("“{}”应只指向一户或一人", field.zh))),
        };
        let value = match (proposed.value, &proposed.text) {
            (Some(value), None) => Value::Int(value),
            (None, Some(text)) => Value::Text(text.clone()),
            _ => return Err(self.fault(index, format!("“{}”应只有一个值", field.zh))),
        };
        Ok(Operation::Fact(NewFact {
            subject,
            field: field.code,
            value,
            qualifier: proposed.qualifier,
            from: self.date(index, &proposed.from)?,
            to: proposed.to.as_deref().map(|text| self.date(index, text)).transpose()?,
            source: proposed.source,
            note: proposed.note.clone(),
            // The plugin is the channel it came through.
            batch: Some(format!("{} {}", self.occasion.pin.plugin.id(), self.occasion.pin.plugin.version())),
            evidence: None,
            supersedes: proposed.supersedes.map(|id| FactId(id.0)),
        }))
    }

    async fn event(&mut self, index: usize, event: &EventPublish) -> Result<Operation> {
        if let Some(Id(household)) = event.household {
            self.division_of(index, HouseholdId(household)).await?;
        }
        if let Some(Id(person)) = event.person {
            self.person_in_scope(index, PersonId(person))?;
        }
        let subject = match (event.document, event.household, event.person) {
            (Some(id), ..) => format!("document/{}", id.0),
            (None, Some(id), _) => format!("household/{}", id.0),
            (None, None, Some(id)) => format!("person/{}", id.0),
            (None, None, None) => format!("plugin/{}", self.occasion.pin.plugin.id()),
        };
        let payload = serde_json::json!({
            "household": event.household, "person": event.person, "document": event.document, "payload": event.payload,
        });
        Ok(Operation::Event(NewEvent { topic: event.topic.clone(), subject, payload: payload.to_string() }))
    }

    async fn notice(&mut self, index: usize, notice: &NoticeIssue) -> Result<Operation> {
        let household = HouseholdId(notice.household.0);
        let division = self.division_of(index, household).await?;
        if let Some(person) = notice.person {
            self.person_in_scope(index, PersonId(person.0))?;
        }
        let kind = match notice.form {
            NoticeForm::Letter => super::notice::LETTER,
            NoticeForm::Posting => super::notice::POSTING,
        };
        let body = serde_json::to_string(&discreet(notice)).map_err(|error| Error::failure("文书没有保存", error))?;
        Ok(Operation::Notice(NewNotice {
            kind: kind.to_owned(),
            number: self.numbering.paper(self.county, &notice.word, kind, self.occasion.today.year()).await?,
            title: unnumbered(&notice.title.zh),
            body,
            household: Some(household),
            document: notice.document.map(|id| DocumentId(id.0)).or_else(|| self.acted_on()),
            decision: None,
            division,
            issued_on: self.occasion.today,
        }))
    }

    /// Files already with the household, tied to the case under what they show. The content is kept once.
    async fn attachments(&mut self, index: usize, link: &AttachmentLink) -> Result<Vec<Operation>> {
        let document = match self.snapshot.document_fetch(DocumentId(link.document.0)).await {
            Ok(document) if document.plugin == self.occasion.pin.plugin.id() => document,
            Ok(_) | Err(Error::NotFound { .. }) => {
                return Err(self.fault(index, format!("没有办件 {}", link.document.0)));
            }
            Err(error) => return Err(error),
        };
        let mut operations = Vec::with_capacity(link.attachments.len());
        for Id(id) in &link.attachments {
            let file = match self.snapshot.attachment_fetch(AttachmentId(*id)).await {
                Ok(file) => file,
                Err(Error::NotFound { .. }) => return Err(self.fault(index, format!("没有材料 {id}"))),
                Err(error) => return Err(error),
            };
            if file.household.is_some() && file.household != document.household {
                return Err(self.fault(index, format!("材料 {id} 属于另一家庭")));
            }
            if file.document == Some(document.id) {
                continue;
            }
            let content = self.snapshot.attachment_content(file.id).await?;
            operations.push(Operation::Attachment(NewAttachment {
                name: format!("{}：{}", unnumbered(&link.label.zh), file.name),
                media_type: file.media_type,
                content,
                household: document.household,
                document: Some(document.id),
                division: document.division,
            }));
        }
        Ok(operations)
    }

    /// The case the button was pressed on.
    fn acted_on(&self) -> Option<DocumentId> {
        self.occasion.subject.and_then(|subject| subject.document.as_ref()).map(|document| document.id)
    }

    async fn division_of(&mut self, index: usize, household: HouseholdId) -> Result<DivisionCode> {
        if let Some(division) = self.divisions.get(&household) {
            return Ok(*division);
        }
        match self.snapshot.household_find(household).await? {
            Some(household) => Ok(household.division),
            None => Err(self.fault(index, format!("没有家庭 {household}"))),
        }
    }

    fn person_in_scope(&self, index: usize, person: PersonId) -> Result<()> {
        if self.persons.contains(&person) { Ok(()) } else { Err(self.fault(index, format!("没有人员 {person}"))) }
    }

    /// A place the document is to belong to: one there is, within the actor's part of the tree.
    async fn place(&mut self, index: usize, code: &str) -> Result<DivisionCode> {
        let found = match DivisionCode::parse(code) {
            Ok(code) if self.occasion.actor.scope().sees(code) => self.snapshot.division_find(code).await?,
            _ => None,
        };
        match found {
            Some(division) => Ok(division.code),
            None => Err(self.fault(index, format!("区划“{code}”不存在，或不在办理人的管辖范围之内"))),
        }
    }

    fn date(&self, index: usize, text: &str) -> Result<Date> {
        text.parse().map_err(|_| self.fault(index, format!("“{text}”不是日期")))
    }
}

/// A plugin's words as they are kept to be shown: a case's title stands on every worklist.
fn unnumbered(text: &str) -> String {
    mask::numbers(text, Phones::Masked).into_owned()
}

/// What is printed is stored, so a paper is masked before it is stored: no ID number and no account in a plugin's own words. The
/// telephone an office answers may stand on it. Names come from the kernel and stay.
fn discreet(notice: &NoticeIssue) -> NoticeIssue {
    let text = |text: &Text| {
        let shown = |text: &str| mask::numbers(text, Phones::Shown).into_owned();
        Text::new(shown(&text.zh), shown(&text.en))
    };
    let mut notice = notice.clone();
    notice.title = text(&notice.title);
    notice.paragraphs = notice.paragraphs.iter().map(text).collect();
    if let Some(posting) = &mut notice.posting {
        posting.proposal = text(&posting.proposal);
    }
    notice
}

/// The word of a figure's unit, as pages format it.
pub(crate) fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Fen => "fen",
        Unit::BasisPoints => "basis-points",
        Unit::Months => "months",
        Unit::Days => "days",
        Unit::Count => "count",
        Unit::Date => "date",
        Unit::Code => "code",
        Unit::YesNo => "yes-no",
    }
}
