//! From rows to households, and what is to be done with each: enter it, change it, leave it, or refuse it. Never a guess: a
//! number whose head is another person, an ID number filed in another household, a name that disagrees are error rows.

use super::report::RowProblem;
use super::row::{HEAD, Layout, Row, Stated, number_of, parse};
use super::sheet::Sheet;
use crate::app::division::Tree;
use doudi_domain::fact::{Fact, NewFact, Subject};
use doudi_domain::household::{HouseholdFile, NewHousehold};
use doudi_domain::id_number::IdNumber;
use doudi_domain::person::{NewPerson, Person};
use doudi_domain::{Date, DivisionCode, HouseholdId, PersonId, Result, Scope, mask};
use doudi_storage::Snapshot;
use doudi_storage::fact::AsOf;
use doudi_storage::import::{ImportFact, ImportHousehold, ImportMember, ImportPerson};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Code of 花名册导入 in the table `source`.
pub const SOURCE: u8 = 17;
/// ID numbers, and numbers of households, looked up in one query.
const LOOKUP: usize = 500;

/// The rows of one 户编号, all of them readable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Family {
    pub number: String,
    pub division: DivisionCode,
    pub hukou_division: Option<DivisionCode>,
    pub address: String,
    /// The head first.
    pub rows: Vec<Row>,
}

/// What is to be done.
#[derive(Debug, Default)]
pub struct Plan {
    pub new: Vec<(Family, ImportHousehold)>,
    pub changed: Vec<(Family, Change)>,
    pub unchanged: Vec<Family>,
    pub failed: Vec<Family>,
    pub problems: Vec<RowProblem>,
    pub notes: Vec<String>,
}

/// What a household on file lacks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    pub household: HouseholdId,
    pub revision: i64,
    pub address: Option<String>,
    pub members: Vec<ImportMember>,
    pub facts: Vec<NewFact>,
    pub phones: Vec<(PersonId, i64, String)>,
}

impl Family {
    pub fn lines(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().map(|row| row.line)
    }
}

/// Households of a sheet; rows that cannot be read take their household with them. Returns also the lines that failed.
pub fn families(
    layout: &Layout,
    sheet: &Sheet,
    tree: &Tree,
    scope: Scope,
    today: Date,
) -> (Vec<Family>, Vec<RowProblem>, BTreeSet<usize>) {
    let mut problems = Vec::new();
    let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut lines: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut broken: BTreeMap<String, usize> = BTreeMap::new();
    let mut failed = BTreeSet::new();
    for line in &sheet.rows {
        let number = number_of(layout, line);
        if !number.is_empty() {
            lines.entry(number.clone()).or_default().push(line.number);
        }
        match parse(layout, line, tree, scope, today) {
            Ok(row) => {
                if !groups.contains_key(&number) {
                    order.push(number.clone());
                }
                groups.entry(number).or_default().push(row);
            }
            Err(found) => {
                failed.insert(line.number);
                problems.extend(found.into_iter().map(|problem| RowProblem {
                    line: line.number,
                    column: problem.field,
                    message: problem.message,
                }));
                broken.entry(number).or_insert(line.number);
            }
        }
    }
    // The same person twice in one file: both rows are in doubt.
    let mut seen: BTreeMap<&IdNumber, Vec<usize>> = BTreeMap::new();
    for row in groups.values().flatten() {
        seen.entry(&row.id_number).or_default().push(row.line);
    }
    let mut twice: BTreeMap<usize, String> = BTreeMap::new();
    for lines in seen.values().filter(|lines| lines.len() > 1) {
        for line in lines {
            let others: Vec<String> =
                lines.iter().filter(|other| *other != line).map(|other| format!("第 {other} 行")).collect();
            twice.insert(*line, format!("与{}重复，请核对后只保留一行", others.join("、")));
        }
    }
    for (line, message) in &twice {
        problems.push(RowProblem { line: *line, column: "公民身份号码".into(), message: message.clone() });
    }
    let mut families = Vec::new();
    for number in order {
        let rows = groups.remove(&number).unwrap_or_default();
        let duplicate = rows.iter().find(|row| twice.contains_key(&row.line)).map(|row| row.line);
        if let Some(reason) = broken.get(&number).copied().or(duplicate) {
            for row in &rows {
                failed.insert(row.line);
                if !twice.contains_key(&row.line) {
                    problems.push(whole(row.line, format!("同一户的第 {reason} 行有错误，整户没有导入")));
                }
            }
            continue;
        }
        match family(number, rows) {
            Ok(family) => families.push(family),
            Err((found, rows)) => {
                problems.extend(found);
                failed.extend(rows);
            }
        }
    }
    (families, problems, failed)
}

fn whole(line: usize, message: impl Into<String>) -> RowProblem {
    RowProblem { line, column: String::new(), message: message.into() }
}

/// One head, one village, one address; facts of the household stated once, or alike.
fn family(number: String, mut rows: Vec<Row>) -> Result<Family, (Vec<RowProblem>, Vec<usize>)> {
    let mut problems = Vec::new();
    let lines: Vec<usize> = rows.iter().map(|row| row.line).collect();
    let heads: Vec<usize> = rows.iter().filter(|row| row.relation == HEAD).map(|row| row.line).collect();
    match heads.len() {
        1 => {}
        0 => problems.push(RowProblem {
            line: lines[0],
            column: "与户主关系".into(),
            message: format!("户编号“{number}”没有户主，请把其中一人的关系填为“户主”"),
        }),
        _ => {
            for line in &heads {
                problems.push(RowProblem {
                    line: *line,
                    column: "与户主关系".into(),
                    message: format!("户编号“{number}”有 {} 名户主，每户只能有一名", heads.len()),
                });
            }
        }
    }
    rows.sort_by_key(|row| (row.relation != HEAD, row.line));
    let mut same = |title: &str, of: &dyn Fn(&Row) -> Option<String>| {
        let first = rows.iter().find_map(|row| Some((row.line, of(row)?)));
        for row in &rows {
            if let (Some((line, value)), Some(other)) = (&first, of(row))
                && *value != other
            {
                problems.push(RowProblem {
                    line: row.line,
                    column: title.into(),
                    message: format!("与同一户第 {line} 行填写的不一致"),
                });
            }
        }
    };
    same("居住村（居）", &|row| row.village.map(|code| code.to_string()));
    same("户籍村（居）", &|row| row.hukou_village.map(|code| code.to_string()));
    same("住址", &|row| (!row.address.is_empty()).then(|| row.address.clone()));
    let stated: BTreeSet<_> = rows.iter().flat_map(|row| &row.household_facts).map(|fact| fact.field).collect();
    for field in stated {
        let of = |row: &Row| {
            row.household_facts.iter().find(|fact| fact.field == field).map(|fact| format!("{:?}", fact.value))
        };
        same(field.field().zh, &of);
    }
    let division = rows.iter().find_map(|row| row.village);
    let address = rows.iter().find(|row| !row.address.is_empty()).map(|row| row.address.clone());
    if division.is_none() {
        problems.push(RowProblem {
            line: rows[0].line,
            column: "居住村（居）".into(),
            message: "这一户没有填写".into(),
        });
    }
    if address.is_none() {
        problems
            .push(RowProblem { line: rows[0].line, column: "住址".into(), message: "这一户没有填写".into() });
    }
    match (division, address, problems.is_empty()) {
        (Some(division), Some(address), true) => Ok(Family {
            number,
            division,
            hukou_division: rows.iter().find_map(|row| row.hukou_village),
            address,
            rows,
        }),
        _ => {
            let named: BTreeSet<usize> = problems.iter().map(|problem| problem.line).collect();
            let first = named.first().copied().unwrap_or(lines[0]);
            for line in lines.iter().filter(|line| !named.contains(line)) {
                problems.push(whole(*line, format!("同一户的第 {first} 行有错误，整户没有导入")));
            }
            Err((problems, lines))
        }
    }
}

/// Compares with what is on file.
pub async fn plan(
    snapshot: &mut Snapshot,
    families: Vec<Family>,
    today: Date,
    progress: &mut (dyn FnMut(usize) + Send),
) -> Result<Plan> {
    let ids: Vec<IdNumber> = families.iter().flat_map(|family| &family.rows).map(|row| row.id_number.clone()).collect();
    let mut known = BTreeMap::new();
    for chunk in ids.chunks(LOOKUP) {
        known.extend(snapshot.persons_by_id_numbers(chunk).await?);
    }
    let numbers: Vec<String> = families.iter().map(|family| family.number.clone()).collect();
    let mut on_file = HashMap::new();
    for chunk in numbers.chunks(LOOKUP) {
        on_file.extend(snapshot.households_by_numbers(chunk).await?);
    }
    let mut plan = Plan::default();
    for (done, family) in families.into_iter().enumerate() {
        progress(done);
        let household = on_file.get(&family.number).copied();
        match plan_one(snapshot, &family, household, &known, today, &mut plan.notes).await? {
            Step::New(household) => plan.new.push((family, household)),
            Step::Change(change) => plan.changed.push((family, change)),
            Step::Same => plan.unchanged.push(family),
            Step::Refuse(found) => {
                let named: BTreeSet<usize> = found.iter().map(|problem| problem.line).collect();
                let first = named.first().copied().unwrap_or_default();
                for line in family.lines().filter(|line| !named.contains(line)) {
                    plan.problems.push(whole(line, format!("同一户的第 {first} 行有错误，整户没有导入")));
                }
                plan.problems.extend(found);
                plan.failed.push(family);
            }
        }
    }
    Ok(plan)
}

enum Step {
    New(ImportHousehold),
    Change(Change),
    Same,
    Refuse(Vec<RowProblem>),
}

async fn plan_one(
    snapshot: &mut Snapshot,
    family: &Family,
    household: Option<HouseholdId>,
    known: &BTreeMap<IdNumber, PersonId>,
    today: Date,
    notes: &mut Vec<String>,
) -> Result<Step> {
    let on_file = match household {
        Some(household) => Some(snapshot.household_file(household, today, true).await?),
        None => None,
    };
    let mut problems = Vec::new();
    let mut persons = Vec::with_capacity(family.rows.len());
    for row in &family.rows {
        let Some(id) = known.get(&row.id_number).copied() else {
            persons.push(None);
            continue;
        };
        let member = on_file.iter().flat_map(|file| &file.members).find(|(_, person)| person.id == id);
        let person = match member {
            Some((_, person)) => person.clone(),
            None => snapshot.person_fetch(id, true).await?,
        };
        if let Some(message) = disagreement(row, &person) {
            problems.push(message);
        }
        if member.is_none() {
            let elsewhere = snapshot.memberships_of_person(id).await?;
            if let Some(other) = elsewhere.iter().find(|membership| membership.to.is_none_or(|to| to >= today)) {
                let number = snapshot.household_find(other.household).await?.map(|household| household.number);
                problems.push(RowProblem {
                    line: row.line,
                    column: "公民身份号码".into(),
                    message: format!(
                        "该人员已登记在户编号“{}”的家庭中。请先在原家庭办理迁出，再导入",
                        number.unwrap_or_else(|| "其他".into())
                    ),
                });
            }
        }
        persons.push(Some(person));
    }
    if let Some(file) = &on_file {
        problems.extend(number_conflict(family, file, &persons));
    }
    if !problems.is_empty() {
        return Ok(Step::Refuse(problems));
    }
    let Some(file) = on_file else { return Ok(Step::New(new_household(family, &persons, today))) };
    let facts = snapshot.facts_of_household(file.household.id, AsOf::day(today), true).await?;
    compare(family, &file, &facts, &persons, today, notes)
}

/// Same number, other person: never resolved by a guess.
fn disagreement(row: &Row, person: &Person) -> Option<RowProblem> {
    let problem = |column: &str, message: String| Some(RowProblem { line: row.line, column: column.into(), message });
    if person.name != row.name {
        return problem(
            "姓名",
            format!("该公民身份号码已登记为“{}”，与填写的姓名不一致，请核对", mask::name(&person.name)),
        );
    }
    if let Some(day) = person.death_date {
        return problem("公民身份号码", format!("该人员已登记死亡（{day}），请核对"));
    }
    None
}

/// The number is taken: it must be the same household, told by its head.
fn number_conflict(family: &Family, file: &HouseholdFile, persons: &[Option<Person>]) -> Option<RowProblem> {
    let head = persons.first().and_then(|person| person.as_ref()).map(|person| person.id);
    if file.household.head.is_some() && file.household.head != head {
        let name = file.members.iter().find(|(_, person)| Some(person.id) == file.household.head);
        return Some(RowProblem {
            line: family.rows[0].line,
            column: "户编号".into(),
            message: format!(
                "户编号“{}”已属于另一户（户主 {}），请核对户编号",
                family.number,
                name.map_or_else(|| "不详".into(), |(_, person)| mask::name(&person.name))
            ),
        });
    }
    if file.household.division != family.division {
        return Some(RowProblem {
            line: family.rows[0].line,
            column: "居住村（居）".into(),
            message: "与档案中的村（居）不一致。家庭迁移请在家庭档案中办理，或更正后再导入".into(),
        });
    }
    None
}

fn new_household(family: &Family, persons: &[Option<Person>], today: Date) -> ImportHousehold {
    // Facts of the household may stand in any row; they were found alike.
    let mut facts: Vec<ImportFact> = Vec::new();
    for row in &family.rows {
        for stated in &row.household_facts {
            if !facts.iter().any(|fact| fact.field == stated.field) {
                facts.push(import_fact(stated, row.since.unwrap_or(today)));
            }
        }
    }
    ImportHousehold {
        household: NewHousehold {
            number: family.number.clone(),
            division: family.division,
            hukou_division: family.hukou_division,
            address: family.address.clone(),
        },
        members: family
            .rows
            .iter()
            .zip(persons)
            .map(|(row, person)| import_member(row, person.as_ref(), family.division, today))
            .collect(),
        facts,
    }
}

fn import_member(row: &Row, known: Option<&Person>, division: DivisionCode, today: Date) -> ImportMember {
    let from = row.since.unwrap_or(today);
    ImportMember {
        person: match known {
            Some(person) => ImportPerson::Known(person.id),
            None => ImportPerson::New(NewPerson {
                name: row.name.clone(),
                id_number: row.id_number.clone(),
                sex: row.id_number.sex(),
                birth_date: row.id_number.birth_date(),
                ethnicity: row.ethnicity,
                hukou_address: row.hukou_address.clone(),
                phone: row.phone.clone(),
                division,
            }),
        },
        relation: row.relation,
        co_resident: row.co_resident,
        uncounted_reason: row.uncounted_reason,
        // Nobody belongs to a household before she was born.
        from: from.max(row.id_number.birth_date()),
        facts: row.person_facts.iter().map(|stated| import_fact(stated, from)).collect(),
    }
}

fn import_fact(stated: &Stated, from: Date) -> ImportFact {
    ImportFact {
        field: stated.field,
        value: stated.value.clone(),
        qualifier: stated.qualifier,
        from,
        to: None,
        source: SOURCE,
        note: String::new(),
    }
}

/// What the file says and the record does not. Nobody is taken out of a household by being absent from a file.
fn compare(
    family: &Family,
    file: &HouseholdFile,
    facts: &[Fact],
    persons: &[Option<Person>],
    today: Date,
    notes: &mut Vec<String>,
) -> Result<Step> {
    let id = file.household.id;
    let mut change = Change {
        household: id,
        revision: file.household.revision,
        address: (file.household.address != family.address).then(|| family.address.clone()),
        members: Vec::new(),
        facts: Vec::new(),
        phones: Vec::new(),
    };
    let mut problems = Vec::new();
    let mut household_done = BTreeSet::new();
    for (row, person) in family.rows.iter().zip(persons) {
        let since = row.since.unwrap_or(today);
        for stated in row.household_facts.iter().filter(|stated| household_done.insert(stated.field)) {
            change.facts.extend(difference(Subject::Household(id), stated, facts, since));
        }
        let member = person.as_ref().and_then(|person| {
            file.members.iter().find(|(_, member)| member.id == person.id).map(|(membership, _)| (membership, person))
        });
        let Some((membership, person)) = member else {
            change.members.push(import_member(row, person.as_ref(), family.division, today));
            continue;
        };
        let differs = [
            (membership.relation != row.relation, "与户主关系"),
            (membership.co_resident != row.co_resident, "是否共同生活"),
            (membership.uncounted_reason != row.uncounted_reason, "不计入原因"),
        ];
        for (_, title) in differs.iter().filter(|(differs, _)| *differs) {
            problems.push(RowProblem {
                line: row.line,
                column: (*title).into(),
                message: "与档案不一致。成员情况变化请在家庭档案中办理，以便记录起止日期".into(),
            });
        }
        for stated in &row.person_facts {
            change.facts.extend(difference(Subject::Person(person.id), stated, facts, since));
        }
        if let Some(phone) = row.phone.as_ref().filter(|phone| person.phone.as_ref() != Some(phone)) {
            change.phones.push((person.id, person.revision, phone.clone()));
        }
    }
    if !problems.is_empty() {
        return Ok(Step::Refuse(problems));
    }
    let listed: BTreeSet<PersonId> = persons.iter().flatten().map(|person| person.id).collect();
    for (_, person) in
        file.members.iter().filter(|(_, person)| !listed.contains(&person.id) && person.death_date.is_none())
    {
        notes.push(format!(
            "户编号“{}”：档案中的成员 {} 不在文件中，没有改动。如已离开家庭，请在家庭档案中办理",
            family.number,
            mask::name(&person.name)
        ));
    }
    let nothing =
        change.address.is_none() && change.members.is_empty() && change.facts.is_empty() && change.phones.is_empty();
    Ok(if nothing { Step::Same } else { Step::Change(change) })
}

/// A stated fact as a new one, unless the record says the same. It takes the place of an earlier import's statement; what
/// somebody declared or a department reported stays beside it.
fn difference(subject: Subject, stated: &Stated, facts: &[Fact], since: Date) -> Option<NewFact> {
    let on_record: Vec<&Fact> =
        facts.iter().filter(|fact| fact.subject == subject && fact.field == stated.field).collect();
    let same = |fact: &Fact| fact.value == stated.value && fact.qualifier == stated.qualifier;
    let is_item = stated.field.field().table.is_items();
    let latest = on_record.iter().max_by_key(|fact| (fact.recorded_at, fact.id)).copied();
    let known = if is_item { on_record.iter().any(|fact| same(fact)) } else { latest.is_some_and(same) };
    if known {
        return None;
    }
    let imported: Vec<&&Fact> = on_record.iter().filter(|fact| fact.source == SOURCE).collect();
    let replaced = match imported[..] {
        [one] => Some(one),
        _ => None,
    };
    Some(NewFact {
        subject,
        field: stated.field,
        value: stated.value.clone(),
        qualifier: stated.qualifier,
        from: since,
        to: None,
        source: SOURCE,
        note: String::new(),
        batch: None,
        evidence: None,
        // A later value does not undo what held before it; a correction of the same day does.
        supersedes: replaced.filter(|fact| is_item || fact.from >= since).map(|fact| fact.id),
    })
}

#[cfg(test)]
mod tests;
