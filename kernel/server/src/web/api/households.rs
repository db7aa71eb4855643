//! Households over the API: finding, reading as of a day, entering and correcting.

use super::call::{Ask, At, Body, Call, Seen, changed, limit};
use super::problem::Answer;
use super::reply::{Done, Made, Revised};
use super::shape::{Day, Id, Listed, Moment, Place};
use crate::app::household::{
    self, FactView, HouseholdDraft, HouseholdRow, HouseholdView, MemberView, PersonDraft, SearchQuery,
};
use doudi_domain::catalogue::Kind;
use doudi_domain::fact::Value;
use doudi_domain::{Date, HouseholdId, PersonId};
use doudi_storage::household::HouseholdChange;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What to look for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// 姓名、拼音首字母、证件或电话后四位、户编号；用空格隔开的几个词须同时符合
    #[serde(default)]
    q: String,
    /// 只查这个村（居）或镇（街道）
    #[param(value_type = Option<Place>)]
    village: Option<Place>,
    /// 每页行数，1 至 500，默认 50
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// 上一页答复中的 next
    cursor: Option<String>,
}

/// 查到的家庭；姓名已遮盖
#[derive(Serialize, ToSchema)]
pub struct Found {
    id: Id,
    /// 户编号
    number: String,
    head_name: String,
    /// 与查询相符的成员，户主除外
    matched_name: Option<String>,
    members: i64,
    division_name: String,
    address: String,
}

impl From<HouseholdRow> for Found {
    fn from(row: HouseholdRow) -> Found {
        Found {
            id: Id(row.id.0),
            number: row.number,
            head_name: row.head_name,
            matched_name: row.matched_name,
            members: row.members,
            division_name: row.division_name,
            address: row.address,
        }
    }
}

pub async fn index(call: Call, Ask(search): Ask<Search>) -> Answer<Listed<Found>> {
    let query = SearchQuery {
        text: search.q,
        village: search.village.map(|place| place.0),
        limit: limit(search.limit)?,
        cursor: search.cursor,
    };
    let page = household::search(&call.app, &call.actor, &query).await?;
    Ok(Listed { items: page.items.into_iter().map(Found::from).collect(), next: page.next })
}

/// 家庭档案在某一天的情况
#[derive(Serialize, ToSchema)]
pub struct Household {
    id: Id,
    number: String,
    title: String,
    division: Place,
    division_name: String,
    hukou_division: Option<Place>,
    address: String,
    head: Option<Id>,
    as_of: Day,
    revision: i64,
    created_at: Moment,
    members: Vec<Member>,
    /// 家庭的登记信息；成员的在成员中
    facts: Vec<Fact>,
    /// 本职务看不到收入、财产等信息，以上内容不含这些
    finances_hidden: bool,
}

/// 家庭成员；姓名和号码已遮盖
#[derive(Serialize, ToSchema)]
pub struct Member {
    membership: Id,
    person: Id,
    name: String,
    id_number: String,
    phone: String,
    sex: String,
    birth_date: Day,
    age: i16,
    ethnicity: String,
    /// 与户主关系的代码（GB/T 4761）
    relation: u8,
    relation_name: String,
    is_head: bool,
    co_resident: bool,
    /// 不计入的原因；计入时为空
    uncounted: String,
    from: Day,
    to: Option<Day>,
    death_date: Option<Day>,
    facts: Vec<Fact>,
}

/// 一条登记信息：某人或某家庭在一段时间内的一项情况，及其来源
#[derive(Serialize, ToSchema)]
pub struct Fact {
    id: Id,
    /// 信息项代码，例如 income.wage
    field: &'static str,
    label: String,
    /// 供人阅读的值；须保密的已遮盖
    shown: String,
    /// 金额（分）；信息项不是金额时为 null
    value_fen: Option<i64>,
    /// 代码；信息项不是代码时为 null
    code: Option<i64>,
    /// 第二代码，例如车辆类别；没有时为 0
    qualifier: i32,
    from: Day,
    to: Option<Day>,
    /// 来源代码
    source: u8,
    source_name: &'static str,
    recorded_at: Moment,
    /// 被哪一条取代
    superseded_by: Option<Id>,
    /// 涉及收入、财产、健康或家庭情况
    sensitive: bool,
}

/// Days of members and facts that come from elsewhere may lie outside what the API takes; shown they are all the same.
fn day(date: Date) -> Day {
    Day(date)
}

pub(super) fn fact(view: FactView) -> Fact {
    let kind = view.fact.field.field().kind;
    let number = match &view.fact.value {
        Value::Int(number) => Some(*number),
        Value::Text(_) => None,
    };
    Fact {
        id: Id(view.fact.id.0),
        field: view.fact.field.as_str(),
        label: view.label.zh,
        shown: view.shown,
        value_fen: number.filter(|_| matches!(kind, Kind::Money)),
        code: number.filter(|_| matches!(kind, Kind::Code(_))),
        qualifier: view.fact.qualifier,
        from: day(view.fact.from),
        to: view.fact.to.map(day),
        source: view.fact.source,
        source_name: view.source,
        recorded_at: Moment(view.fact.recorded_at),
        superseded_by: view.fact.superseded_by.map(|id| Id(id.0)),
        sensitive: view.sensitive,
    }
}

pub(super) fn member(view: MemberView) -> Member {
    Member {
        membership: Id(view.membership.id.0),
        person: Id(view.person.0),
        name: view.name,
        id_number: view.id_number,
        phone: view.phone,
        sex: view.sex.to_owned(),
        birth_date: day(view.birth_date),
        age: view.age,
        ethnicity: view.ethnicity,
        relation: view.membership.relation,
        relation_name: view.relation,
        is_head: view.is_head,
        co_resident: view.membership.co_resident,
        uncounted: view.uncounted,
        from: day(view.membership.from),
        to: view.membership.to.map(day),
        death_date: view.death_date.map(day),
        facts: view.facts.into_iter().map(fact).collect(),
    }
}

fn file(view: HouseholdView) -> Household {
    let household = view.household;
    Household {
        id: Id(household.id.0),
        number: household.number,
        title: view.title,
        division: Place(household.division),
        division_name: view.division_name,
        hukou_division: household.hukou_division.map(Place),
        address: household.address,
        head: household.head.map(|id| Id(id.0)),
        as_of: day(view.as_of),
        revision: household.revision,
        created_at: Moment(household.created_at),
        members: view.members.into_iter().map(member).collect(),
        facts: view.facts.into_iter().map(fact).collect(),
        finances_hidden: view.finances_hidden,
    }
}

/// On which day.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AsOf {
    /// 查看哪一天的情况，默认今天
    #[param(value_type = Option<Day>)]
    as_of: Option<Day>,
}

pub async fn show(call: Call, At((id,)): At<(Id,)>, Ask(ask): Ask<AsOf>) -> Answer<Revised<Household>> {
    let view = household::file(&call.app, &call.actor, HouseholdId(id.0), ask.as_of.map(|day| day.0)).await?;
    Ok(Revised(view.household.revision, file(view)))
}

/// 新的家庭
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHousehold {
    /// 户编号；不填则由系统编号
    #[serde(default)]
    number: String,
    /// 居住地村（居）
    division: Place,
    /// 户籍地村（居），与居住地不同时填写
    hukou_division: Option<Place>,
    address: String,
    head: NewPerson,
}

/// 登记的人员；性别和出生日期由公民身份号码得出
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    name: String,
    id_number: String,
    /// 民族代码（GB/T 3304），默认 1（汉族）
    #[serde(default)]
    ethnicity: u8,
    #[serde(default)]
    hukou_address: String,
    #[serde(default)]
    phone: String,
}

impl From<NewPerson> for PersonDraft {
    fn from(person: NewPerson) -> PersonDraft {
        PersonDraft {
            name: person.name,
            id_number: person.id_number,
            ethnicity: person.ethnicity,
            hukou_address: person.hukou_address,
            phone: person.phone,
        }
    }
}

/// 已建立的内容
#[derive(Serialize, ToSchema)]
pub struct Created {
    pub id: Id,
}

pub async fn create(call: Call, Body(new): Body<NewHousehold>) -> Answer<Made<Created>> {
    let draft = HouseholdDraft {
        number: new.number,
        division: new.division.0,
        hukou_division: new.hukou_division.map(|place| place.0),
        address: new.address,
        head: new.head.into(),
    };
    let id = household::create(&call.app, &call.actor, draft).await?;
    Ok(Made { location: format!("/households/{id}"), value: Created { id: Id(id.0) } })
}

/// 更正；不更正的不填
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    number: Option<String>,
    division: Option<Place>,
    hukou_division: Option<Place>,
    address: Option<String>,
    /// 新户主，须是成员
    head: Option<Id>,
}

pub async fn update(
    call: Call,
    At((id,)): At<(Id,)>,
    Seen(revision): Seen,
    Body(correction): Body<Correction>,
) -> Answer<Done> {
    let id = HouseholdId(id.0);
    let view = household::file(&call.app, &call.actor, id, None).await?;
    if view.household.revision != revision {
        return Err(changed());
    }
    let change = HouseholdChange {
        number: correction.number,
        division: correction.division.map(|place| place.0),
        hukou_division: correction.hukou_division.map(|place| Some(place.0)),
        address: correction.address,
        head: correction.head.map(|id| Some(PersonId(id.0))),
    };
    household::update(&call.app, &call.actor, id, revision, change).await?;
    Ok(Done)
}
