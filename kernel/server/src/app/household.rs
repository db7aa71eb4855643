//! The household's file: finding it, reading it as of any day, entering people and facts, and showing what is masked, which
//! is always recorded.

use super::division::Tree;
use super::{App, display, in_own_task, measure, outbox, value};
use doudi_documents::{Page as PluginPage, Text};
use doudi_domain::catalogue::{self, Kind, Origin, Sensitivity};
use doudi_domain::decision::Decision;
use doudi_domain::document::Document;
use doudi_domain::fact::{Fact, NewFact, Subject};
use doudi_domain::household::{Household, Membership, NewHousehold};
use doudi_domain::id_number::IdNumber;
use doudi_domain::person::NewPerson;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{
    Actor, AttachmentId, Date, DivisionCode, DocumentId, Error, FactId, HouseholdId, Level, MembershipId, PersonId,
    Problem, Result, calendar, codes, mask,
};
use doudi_storage::Page;
pub use doudi_storage::attachment::Attachment;
use doudi_storage::attachment::NewAttachment;
use doudi_storage::fact::AsOf;
use doudi_storage::household::{HouseholdChange, NewMembership};
pub use doudi_storage::notice::Notice;
use doudi_storage::person::PersonChange;
pub use doudi_storage::search::SearchQuery;
pub use doudi_storage::timeline::{TimelineEntry, TimelineKind};

/// A row of search results; names masked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HouseholdRow {
    pub id: HouseholdId,
    pub number: String,
    pub head_name: String,
    /// The member the words matched, if it is not the head.
    pub matched_name: Option<String>,
    pub members: i64,
    pub division_name: String,
    pub address: String,
}

/// The household's page.
#[derive(Clone, Debug)]
pub struct HouseholdView {
    pub household: Household,
    /// 张* 家.
    pub title: String,
    /// 许镇 某某村.
    pub division_name: String,
    pub hukou_division_name: Option<String>,
    pub as_of: Date,
    pub members: Vec<MemberView>,
    /// Facts about the household itself.
    pub facts: Vec<FactView>,
    /// Incomes, assets and other sensitive facts are not in this view because the actor's office does not see them.
    pub finances_hidden: bool,
    /// Newest first; empty when the office does not see decisions.
    pub decisions: Vec<Decision>,
    /// Decisions in force on the day.
    pub in_force: Vec<Decision>,
    pub documents: Vec<DocumentRow>,
    pub notices: Vec<Notice>,
    pub attachments: Vec<Attachment>,
    pub timeline: Vec<TimelineEntry>,
    /// What may be begun here: 新建申请.
    pub creates: Vec<CreateEntry>,
    pub may_write: bool,
    pub may_reveal: bool,
}

#[derive(Clone, Debug)]
pub struct MemberView {
    pub membership: Membership,
    pub person: PersonId,
    pub revision: i64,
    /// Masked, as are number and phone.
    pub name: String,
    pub id_number: String,
    pub phone: String,
    pub sex: &'static str,
    pub birth_date: Date,
    /// 周岁 on the day of the view.
    pub age: i16,
    pub ethnicity: String,
    pub relation: String,
    /// Empty when the member counts.
    pub uncounted: String,
    pub death_date: Option<Date>,
    pub is_head: bool,
    /// Single-valued facts first, then incomes, assets, spending.
    pub facts: Vec<FactView>,
}

/// A value with where it comes from: 值 · 来源 · 日期.
#[derive(Clone, Debug)]
pub struct FactView {
    pub fact: Fact,
    pub label: Text,
    pub shown: String,
    pub source: &'static str,
    pub sensitive: bool,
}

/// A case in a list.
#[derive(Clone, Debug)]
pub struct DocumentRow {
    pub document: Document,
    pub plugin_name: Text,
    pub collection_label: Text,
    pub state_label: Text,
    pub todo: Option<Text>,
    pub due: Option<display::Due>,
}

/// An entry of 新建申请.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreateEntry {
    pub plugin: String,
    pub collection: String,
    pub action: String,
    /// 低保 · 低保申请.
    pub label: Text,
}

/// A plugin's panel on the household's page, or why it cannot be shown.
#[derive(Clone, Debug)]
pub struct PanelView {
    pub plugin: String,
    pub title: Text,
    pub page: Result<PluginPage, String>,
}

#[derive(Clone, Debug)]
pub struct HouseholdDraft {
    /// Empty: the kernel numbers it.
    pub number: String,
    pub division: DivisionCode,
    pub hukou_division: Option<DivisionCode>,
    pub address: String,
    /// The head, with relation 户主.
    pub head: PersonDraft,
}

/// A person as typed. Sex and date of birth follow from the ID number.
#[derive(Clone, Debug, Default)]
pub struct PersonDraft {
    pub name: String,
    pub id_number: String,
    /// GB/T 3304; 0 is taken as 1 (汉族).
    pub ethnicity: u8,
    pub hukou_address: String,
    pub phone: String,
}

#[derive(Clone, Debug)]
pub struct MemberDraft {
    pub person: PersonDraft,
    pub relation: u8,
    pub co_resident: bool,
    pub uncounted_reason: u8,
    pub from: Date,
}

/// A fact as typed.
#[derive(Clone, Debug)]
pub struct FactDraft {
    /// `None`: about the household itself.
    pub person: Option<PersonId>,
    /// Catalogue code.
    pub field: String,
    pub value: String,
    pub qualifier: i32,
    pub from: Date,
    pub to: Option<Date>,
    /// Code table `source`.
    pub source: u8,
    pub note: String,
    pub supersedes: Option<FactId>,
    pub evidence: Option<AttachmentId>,
}

/// What is shown in clear after it was recorded.
#[derive(Clone, Debug)]
pub struct Revealed {
    pub name: String,
    pub id_number: String,
    pub phone: String,
    /// Sealed facts of the person and her household: label and clear text.
    pub others: Vec<(String, String)>,
}

/// A file as uploaded.
#[derive(Clone, Debug)]
pub struct Upload {
    pub name: String,
    pub media_type: String,
    pub content: Vec<u8>,
}

/// Largest upload in bytes.
pub const UPLOAD_LIMIT: usize = 32 * 1024 * 1024;

/// How many rows of the timeline the page shows.
const TIMELINE_LENGTH: u32 = 200;

/// Households by what is known of them; an empty query without a village finds nothing.
pub async fn search(app: &App, actor: &Actor, query: &SearchQuery) -> Result<Page<HouseholdRow>> {
    policy::require(actor, Permission::HouseholdRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let tree = Tree::read(&mut snapshot).await?;
    let found = snapshot.household_search(query).await?;
    Ok(found.map(|hit| HouseholdRow {
        head_name: hit.head_name.as_deref().map(mask::name).unwrap_or_else(|| "（无户主）".into()),
        matched_name: hit
            .matched
            .filter(|(person, _)| Some(*person) != hit.household.head)
            .map(|(_, name)| mask::name(&name)),
        members: hit.members,
        division_name: tree.path(hit.household.division),
        id: hit.household.id,
        number: hit.household.number,
        address: hit.household.address,
    }))
}

/// The file as it stood on a day; today if none is given.
pub async fn file(app: &App, actor: &Actor, id: HouseholdId, as_of: Option<Date>) -> Result<HouseholdView> {
    policy::require(actor, Permission::HouseholdRead)?;
    let may = |permission| policy::require(actor, permission).is_ok();
    let as_of = as_of.unwrap_or_else(|| app.today());
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let file = snapshot.household_file(id, as_of, false).await?;
    let tree = Tree::read(&mut snapshot).await?;
    let facts = snapshot.facts_of_household(id, AsOf::day(as_of), false).await?;
    let finances = may(Permission::FinanceRead);
    let mut visible: Vec<FactView> =
        facts.into_iter().filter(|fact| finances || is_open(fact)).map(fact_view).collect();
    visible.sort_by_key(|view| catalogue_position(&view.fact));

    let ids: Vec<PersonId> = file.members.iter().map(|(_, person)| person.id).collect();
    let masked = snapshot.persons_masked(&ids).await?;
    let mut members = Vec::with_capacity(file.members.len());
    for (membership, person) in &file.members {
        let masked = masked.get(&person.id).cloned().unwrap_or_default();
        members.push(MemberView {
            is_head: file.household.head == Some(person.id),
            person: person.id,
            revision: person.revision,
            name: mask::name(&person.name),
            id_number: masked.id_number,
            phone: masked.phone,
            sex: person.sex.zh(),
            birth_date: person.birth_date,
            age: calendar::age_on(person.birth_date, person.death_date.unwrap_or(as_of).min(as_of)),
            ethnicity: display::code_word(&codes::ETHNICITY, i32::from(person.ethnicity)),
            relation: display::code_word(&codes::RELATION, i32::from(membership.relation)),
            uncounted: match membership.uncounted_reason {
                0 => String::new(),
                _ if !finances => "不计入".to_owned(),
                reason => display::code_word(&codes::UNCOUNTED, i32::from(reason)),
            },
            death_date: person.death_date,
            facts: of_subject(&visible, Subject::Person(person.id)),
            membership: membership.clone(),
        });
    }
    let (decisions, in_force) = if may(Permission::DecisionRead) {
        (snapshot.decisions_of_household(id).await?, snapshot.decisions_in_force(&[id], None, as_of).await?)
    } else {
        (Vec::new(), Vec::new())
    };
    let documents = if may(Permission::CaseRead) {
        super::document::rows_of_household(&mut snapshot, id, app.today()).await?
    } else {
        Vec::new()
    };
    let mut timeline = snapshot.timeline(id, TIMELINE_LENGTH).await?;
    if !may(Permission::DecisionRead) {
        timeline.retain(|entry| !matches!(entry.what, TimelineKind::Decided { .. } | TimelineKind::Noticed { .. }));
    }
    if !finances {
        // Remarks of those who handle the case speak of money and health.
        timeline.iter_mut().for_each(|entry| entry.note.clear());
    }
    let notices = if may(Permission::DecisionRead) { snapshot.notices_of_household(id).await? } else { Vec::new() };
    let attachments = if finances { snapshot.attachments_of_household(id).await? } else { Vec::new() };
    let creates = if may(Permission::CaseWrite) {
        measure::creates(&mut snapshot, actor, app.today()).await?
    } else {
        Vec::new()
    };
    let title = match file.members.iter().find(|(_, person)| file.household.head == Some(person.id)) {
        Some((_, head)) => format!("{} 家", mask::name(&head.name)),
        None => super::names::household_title(&mut snapshot, id, mask::name)
            .await?
            .unwrap_or_else(|| file.household.number.clone()),
    };
    Ok(HouseholdView {
        title,
        division_name: tree.path(file.household.division),
        hukou_division_name: file.household.hukou_division.map(|code| tree.path(code)),
        as_of,
        facts: of_subject(&visible, Subject::Household(id)),
        members,
        finances_hidden: !finances,
        decisions,
        in_force,
        documents,
        notices,
        attachments,
        timeline,
        creates,
        may_write: may(Permission::HouseholdWrite),
        may_reveal: may(Permission::Reveal),
        household: file.household,
    })
}

/// Panels that measures show on the household's page; one that fails says so in its place.
pub async fn panels(app: &App, actor: &Actor, id: HouseholdId) -> Result<Vec<PanelView>> {
    policy::require(actor, Permission::HouseholdRead)?;
    measure::household_panels(app, actor, id).await
}

/// Every statement ever made of one field, superseded ones included, oldest first.
pub async fn fact_history(app: &App, actor: &Actor, subject: Subject, field: &str) -> Result<Vec<FactView>> {
    policy::require(actor, Permission::HouseholdRead)?;
    let field = catalogue::find(field).ok_or(Error::not_found("信息项"))?;
    if field.sensitivity != Sensitivity::Internal {
        policy::require(actor, Permission::FinanceRead)?;
    }
    let facts = app.storage.snapshot(actor.scope()).await?.fact_history(subject, field.code).await?;
    Ok(facts.into_iter().map(fact_view).collect())
}

/// Enters a household with its head. Everything wrong is told at once.
pub async fn create(app: &App, actor: &Actor, draft: HouseholdDraft) -> Result<HouseholdId> {
    policy::require(actor, Permission::HouseholdWrite)?;
    let mut problems = Vec::new();
    if draft.division.level() != Level::Village {
        problems.push(Problem::new("居住地村（居）", "household.division", "请选择到村（居）"));
    } else if !actor.scope().sees(draft.division) {
        problems.push(Problem::new("居住地村（居）", "household.division", "不在本人负责的区划内"));
    }
    if draft.address.trim().is_empty() {
        problems.push(Problem::new("住址", "household.address", "请填写住址"));
    }
    let head = new_person(&draft.head, draft.division, &mut problems);
    let (Some(head), true) = (head, problems.is_empty()) else { return Err(Error::Invalid(problems)) };
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut snapshot = app.storage.snapshot(actor.scope()).await?;
        let known = snapshot.person_by_id_number(&head.id_number).await?;
        let number = match draft.number.trim() {
            "" => next_number(&mut snapshot, draft.division).await?,
            number => number.to_owned(),
        };
        snapshot.close().await?;
        let mut write = app.storage.write(&actor, app.now()).await?;
        let household = write
            .household_create(&NewHousehold {
                number,
                division: draft.division,
                hukou_division: draft.hukou_division,
                address: draft.address.trim().to_owned(),
            })
            .await?;
        let person = match known {
            Some(person) => person.id,
            None => write.person_create(&head).await?,
        };
        write
            .membership_add(&NewMembership {
                household,
                person,
                relation: 2,
                co_resident: true,
                uncounted_reason: 0,
                from: app.today(),
            })
            .await?;
        outbox::commit(write).await?;
        Ok(household)
    })
    .await
}

/// Village code, a dash, and the first free running number: officers know their villages by code.
async fn next_number(snapshot: &mut doudi_storage::Snapshot, division: DivisionCode) -> Result<String> {
    let figures = snapshot.village_figures().await?;
    let count = figures.iter().find(|(code, _)| *code == division).map_or(0, |(_, figures)| figures.households);
    for running in count + 1.. {
        let number = format!("{division}-{running:05}");
        if snapshot.household_by_number(&number).await?.is_none() {
            return Ok(number);
        }
    }
    Err(Error::refused("户编号已用完，请手工填写户编号"))
}

/// Changes address, village, number or head.
pub async fn update(app: &App, actor: &Actor, id: HouseholdId, revision: i64, change: HouseholdChange) -> Result<()> {
    policy::require(actor, Permission::HouseholdWrite)?;
    app.storage.snapshot(actor.scope()).await?.household_fetch(id).await?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.household_update(id, revision, &change).await?;
        outbox::commit(write).await
    })
    .await
}

/// Enters a person as a member. Someone filed in the county already, and in no household, is taken as she is.
pub async fn add_member(app: &App, actor: &Actor, id: HouseholdId, draft: MemberDraft) -> Result<PersonId> {
    policy::require(actor, Permission::HouseholdWrite)?;
    let mut problems = Vec::new();
    if codes::RELATION.find(i32::from(draft.relation)).is_none() {
        problems.push(Problem::new("与户主关系", "member.relation", "请选择与户主关系"));
    }
    if codes::UNCOUNTED.find(i32::from(draft.uncounted_reason)).is_none() {
        problems.push(Problem::new("不计入原因", "member.uncounted", "请选择不计入原因"));
    }
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut snapshot = app.storage.snapshot(actor.scope()).await?;
        let household = snapshot.household_fetch(id).await?;
        let person = new_person(&draft.person, household.division, &mut problems);
        let (Some(person), true) = (person, problems.is_empty()) else { return Err(Error::Invalid(problems)) };
        let known = snapshot.person_by_id_number(&person.id_number).await?;
        if let Some(known) = known.as_ref().filter(|known| known.name != person.name) {
            return Err(Error::invalid(
                "姓名",
                "member.name",
                format!("该公民身份号码已登记为“{}”，与填写的姓名不一致。请核对", mask::name(&known.name)),
            ));
        }
        snapshot.close().await?;
        let mut write = app.storage.write(&actor, app.now()).await?;
        let person = match known {
            Some(known) => known.id,
            None => write.person_create(&person).await?,
        };
        write
            .membership_add(&NewMembership {
                household: id,
                person,
                relation: draft.relation,
                co_resident: draft.co_resident,
                uncounted_reason: draft.uncounted_reason,
                from: draft.from,
            })
            .await?;
        outbox::commit(write).await?;
        Ok(person)
    })
    .await
}

/// Ends a membership on its inclusive last day: moved out, married away.
pub async fn end_membership(
    app: &App,
    actor: &Actor,
    id: HouseholdId,
    membership: MembershipId,
    last_day: Date,
) -> Result<()> {
    policy::require(actor, Permission::HouseholdWrite)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let known = snapshot.memberships_of_household(id).await?;
    let Some(found) = known.iter().find(|known| known.id == membership) else {
        return Err(Error::not_found("家庭成员"));
    };
    if last_day < found.from {
        return Err(Error::invalid("最后一天", "member.end", format!("不能早于加入日期 {}", found.from)));
    }
    drop(snapshot);
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.membership_end(membership, last_day).await?;
        outbox::commit(write).await
    })
    .await
}

/// Records one dated statement with its source.
pub async fn record_fact(app: &App, actor: &Actor, id: HouseholdId, draft: FactDraft) -> Result<FactId> {
    policy::require(actor, Permission::HouseholdWrite)?;
    let new = check_fact(app, id, &draft)?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut snapshot = app.storage.snapshot(actor.scope()).await?;
        let file = snapshot.household_file(id, app.today(), false).await?;
        if let Some(person) = draft.person
            && !file.members.iter().any(|(_, member)| member.id == person)
        {
            return Err(Error::not_found("家庭成员"));
        }
        snapshot.close().await?;
        let mut write = app.storage.write(&actor, app.now()).await?;
        let fact = write.fact_record(&new).await?;
        outbox::commit(write).await?;
        Ok(fact)
    })
    .await
}

fn check_fact(app: &App, id: HouseholdId, draft: &FactDraft) -> Result<NewFact> {
    let Some(field) = catalogue::find(&draft.field).filter(|field| field.origin != Origin::Core) else {
        return Err(Error::invalid("信息项", "fact.field", "请选择要登记的信息项"));
    };
    let mut problems = Vec::new();
    let subject = match (field.table, draft.person) {
        (catalogue::Table::Household, None) => Subject::Household(id),
        (catalogue::Table::Household, Some(_)) => {
            problems.push(Problem::new("对象", "fact.subject", format!("“{}”是家庭的信息，不针对某一成员", field.zh)));
            Subject::Household(id)
        }
        (_, Some(person)) => Subject::Person(person),
        (_, None) => {
            problems.push(Problem::new("对象", "fact.subject", format!("“{}”须指明是哪一位成员", field.zh)));
            Subject::Household(id)
        }
    };
    let value = value::parse(field, &draft.value)
        .map_err(|message| problems.push(Problem::new(field.zh, "fact.value", message)))
        .ok();
    if matches!(&value, Some(doudi_domain::fact::Value::Text(text)) if text.is_empty()) {
        problems.push(Problem::new(field.zh, "fact.value", "请填写内容"));
    }
    let qualifier_fits = match field.qualifier {
        Some(table) => table.find(draft.qualifier).is_some(),
        None => draft.qualifier == 0,
    };
    if !qualifier_fits {
        problems.push(Problem::new("情形", "fact.qualifier", "请选择情形"));
    }
    if codes::SOURCE.find(i32::from(draft.source)).is_none() {
        problems.push(Problem::new("来源", "fact.source", "请选择来源"));
    }
    if draft.to.is_some_and(|to| to < draft.from) {
        problems.push(Problem::new("止", "fact.period", "截止日期不能早于起始日期"));
    }
    if draft.from > app.today() && !matches!(field.kind, Kind::Money) {
        problems.push(Problem::new("起", "fact.period", "起始日期不能晚于今天"));
    }
    match (value, problems.is_empty()) {
        (Some(value), true) => Ok(NewFact {
            subject,
            field: field.code,
            value,
            qualifier: draft.qualifier,
            from: draft.from,
            to: draft.to,
            source: draft.source,
            note: draft.note.trim().to_owned(),
            batch: None,
            evidence: draft.evidence,
            supersedes: draft.supersedes,
        }),
        _ => Err(Error::Invalid(problems)),
    }
}

/// Takes back a statement entered by mistake; it stays readable in the history.
pub async fn withdraw_fact(app: &App, actor: &Actor, fact: FactId, reason: String) -> Result<()> {
    policy::require(actor, Permission::HouseholdWrite)?;
    if reason.trim().is_empty() {
        return Err(Error::invalid("原因", "fact.reason", "请填写撤销的原因"));
    }
    if app.storage.snapshot(actor.scope()).await?.facts_fetch(&[fact]).await?.is_empty() {
        return Err(Error::not_found("信息"));
    }
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.fact_withdraw(fact, reason.trim()).await?;
        outbox::commit(write).await
    })
    .await
}

/// Records a death; measures that listen react to it.
pub async fn record_death(app: &App, actor: &Actor, person: PersonId, day: Date) -> Result<()> {
    policy::require(actor, Permission::HouseholdWrite)?;
    let known = app.storage.snapshot(actor.scope()).await?.person_fetch(person, false).await?;
    if day > app.today() || day < known.birth_date {
        return Err(Error::invalid("死亡日期", "person.death", "死亡日期应在出生日期之后、今天或以前"));
    }
    if let Some(recorded) = known.death_date {
        return Err(Error::conflict(format!("已登记死亡日期 {recorded}。如有错误，请由县民政经办更正")));
    }
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        let change = PersonChange { death_date: Some(Some(day)), ..Default::default() };
        write.person_update(person, known.revision, &change).await?;
        outbox::commit(write).await
    })
    .await
}

/// Shows a member in clear. Who looked, at whom and when is committed before anything is shown.
pub async fn reveal(app: &App, actor: &Actor, id: HouseholdId, person: PersonId) -> Result<Revealed> {
    policy::require(actor, Permission::Reveal)?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let today = app.today();
        let mut snapshot = app.storage.snapshot(actor.scope()).await?;
        let memberships = snapshot.memberships_of_household(id).await?;
        if !memberships.iter().any(|membership| membership.person == person) {
            return Err(Error::not_found("家庭成员"));
        }
        let clear = snapshot.person_reveal(person).await?;
        let household = snapshot.household_fetch(id).await?;
        let mut facts = snapshot.facts_of_person(person, AsOf::day(today), true).await?;
        if household.head == Some(person) {
            let all = snapshot.facts_of_household(id, AsOf::day(today), true).await?;
            facts.extend(all.into_iter().filter(|fact| fact.subject == Subject::Household(id)));
        }
        facts.retain(|fact| fact.field.field().sensitivity == Sensitivity::Sealed);
        snapshot.close().await?;
        let mut fields = Vec::new();
        for code in ["person.name", "person.id-number", "person.phone"] {
            fields.extend(catalogue::find(code).map(|field| field.code));
        }
        fields.extend(facts.iter().map(|fact| fact.field));
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.reveal_record(Subject::Person(person), &fields, "查看家庭档案").await?;
        write.commit().await?;
        Ok(Revealed {
            name: clear.name,
            id_number: clear.id_number,
            phone: clear.phone.unwrap_or_default(),
            others: facts.iter().map(|fact| (fact.field.field().zh.to_owned(), value::show_fact(fact))).collect(),
        })
    })
    .await
}

/// Adds a file to the household, or to one of its cases.
pub async fn attach(
    app: &App,
    actor: &Actor,
    id: HouseholdId,
    document: Option<DocumentId>,
    upload: Upload,
) -> Result<AttachmentId> {
    policy::require(actor, Permission::HouseholdRead)?;
    policy::require(actor, Permission::CaseWrite)?;
    let upload = check_upload(upload)?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut snapshot = app.storage.snapshot(actor.scope()).await?;
        let household = snapshot.household_fetch(id).await?;
        if let Some(document) = document
            && snapshot.document_fetch(document).await?.household != Some(id)
        {
            return Err(Error::not_found("办件"));
        }
        snapshot.close().await?;
        let mut write = app.storage.write(&actor, app.now()).await?;
        let attachment = write
            .attachment_add(&NewAttachment {
                name: upload.name,
                media_type: upload.media_type,
                content: upload.content,
                household: Some(id),
                document,
                division: household.division,
            })
            .await?;
        write.commit().await?;
        Ok(attachment)
    })
    .await
}

/// Adds a file that belongs to no household: to a document about nobody on file, or to one that is only being filled in, which it
/// will be tied to.
pub async fn attach_apart(
    app: &App,
    actor: &Actor,
    document: Option<DocumentId>,
    upload: Upload,
) -> Result<AttachmentId> {
    policy::require(actor, Permission::CaseWrite)?;
    let upload = check_upload(upload)?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut snapshot = app.storage.snapshot(actor.scope()).await?;
        let division = match document {
            Some(id) => snapshot.document_fetch(id).await?.division,
            None => actor.division(),
        };
        snapshot.close().await?;
        let mut write = app.storage.write(&actor, app.now()).await?;
        let attachment = write
            .attachment_add(&NewAttachment {
                name: upload.name,
                media_type: upload.media_type,
                content: upload.content,
                household: None,
                document,
                division,
            })
            .await?;
        write.commit().await?;
        Ok(attachment)
    })
    .await
}

/// A file with its bytes. Officers of a village see what they added themselves.
pub async fn attachment(app: &App, actor: &Actor, id: AttachmentId) -> Result<(Attachment, Vec<u8>)> {
    policy::require(actor, Permission::HouseholdRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let attachment = snapshot.attachment_fetch(id).await?;
    if policy::require(actor, Permission::FinanceRead).is_err() && attachment.added_by != actor.user_id() {
        return Err(Error::not_found("材料"));
    }
    let content = snapshot.attachment_content(id).await?;
    Ok((attachment, content))
}

/// Photos and documents only, told by their first bytes and not by what the browser says.
fn check_upload(mut upload: Upload) -> Result<Upload> {
    if upload.content.is_empty() {
        return Err(Error::invalid("文件", "upload.empty", "文件是空的，请重新选择"));
    }
    if upload.content.len() > UPLOAD_LIMIT {
        return Err(Error::invalid("文件", "upload.size", "文件超过 32 兆字节，请压缩或分开上传"));
    }
    let kinds: [(&[u8], &str); 5] = [
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"%PDF-", "application/pdf"),
        (b"GIF8", "image/gif"),
        (b"BM", "image/bmp"),
    ];
    let known = kinds.iter().find(|(start, _)| upload.content.starts_with(start)).map(|(_, kind)| *kind);
    let webp = upload.content.starts_with(b"RIFF") && upload.content.get(8..12) == Some(b"WEBP");
    match known.or(webp.then_some("image/webp")) {
        Some(kind) => upload.media_type = kind.to_owned(),
        None => {
            return Err(Error::invalid("文件", "upload.kind", "只能上传照片（JPG、PNG、WEBP、BMP、GIF）或 PDF 文件"));
        }
    }
    let name: String =
        upload.name.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    upload.name = match name.trim() {
        "" => "材料".to_owned(),
        name => name.chars().take(120).collect(),
    };
    Ok(upload)
}

fn new_person(draft: &PersonDraft, division: DivisionCode, problems: &mut Vec<Problem>) -> Option<NewPerson> {
    let name: String = draft.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 50 {
        problems.push(Problem::new("姓名", "person.name", "请填写姓名，最多 50 字"));
    }
    let ethnicity = if draft.ethnicity == 0 { 1 } else { draft.ethnicity };
    if codes::ETHNICITY.find(i32::from(ethnicity)).is_none() {
        problems.push(Problem::new("民族", "person.ethnicity", "请选择民族"));
    }
    let phone = match check_phone(&draft.phone) {
        Ok(phone) => phone,
        Err(message) => {
            problems.push(Problem::new("联系电话", "person.phone", message));
            None
        }
    };
    match IdNumber::parse(&draft.id_number) {
        Ok(id_number) => Some(NewPerson {
            name,
            sex: id_number.sex(),
            birth_date: id_number.birth_date(),
            id_number,
            ethnicity,
            hukou_address: draft.hukou_address.trim().to_owned(),
            phone,
            division,
        }),
        Err(Error::Invalid(found)) => {
            problems.extend(found);
            None
        }
        Err(error) => {
            problems.push(Problem::new("公民身份号码", "id-number", error.to_string()));
            None
        }
    }
}

/// Digits, with dashes and blanks taken out; seven to fifteen of them.
pub(crate) fn check_phone(text: &str) -> Result<Option<String>, String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if digits.is_empty() {
        return Ok(None);
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) && (7..=15).contains(&digits.len()) {
        Ok(Some(digits))
    } else {
        Err("应为 7 至 15 位数字".into())
    }
}

fn is_open(fact: &Fact) -> bool {
    fact.field.field().sensitivity == Sensitivity::Internal
}

pub(crate) fn fact_view(fact: Fact) -> FactView {
    let field = fact.field.field();
    FactView {
        label: Text::new(field.zh, field.en),
        shown: value::show_fact(&fact),
        source: display::source(fact.source),
        sensitive: field.sensitivity != Sensitivity::Internal,
        fact,
    }
}

fn catalogue_position(fact: &Fact) -> (usize, FactId) {
    let position = catalogue::FIELDS.iter().position(|field| field.code == fact.field);
    (position.unwrap_or(usize::MAX), fact.id)
}

fn of_subject(facts: &[FactView], subject: Subject) -> Vec<FactView> {
    facts.iter().filter(|view| view.fact.subject == subject).cloned().collect()
}
