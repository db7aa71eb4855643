//! The small shapes all others are made of. Ids are decimal strings, because JavaScript loses digits above 2⁵³; money is
//! integer fen with a name ending in `_fen`; days are `2022-07-06`; moments RFC 3339 in China's time; labels have two languages.

use doudi_documents::Text;
use doudi_domain::{Date, DivisionCode, Instant};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::json;
use std::borrow::Cow;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// An id of anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Id(pub i64);

impl Id {
    /// Eighteen digits at most, so that every one of the pattern is a number.
    pub fn parse(text: &str) -> Option<Id> {
        let fits = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { text.parse().ok().map(Id) } else { None }
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Id::parse(&text).ok_or_else(|| de::Error::custom("编号应为数字组成的字符串，例如 \"17\""))
    }
}

impl PartialSchema for Id {
    fn schema() -> RefOr<Schema> {
        text("编号：数字组成的字符串").pattern(Some("^[0-9]{1,18}$")).examples([json!("17")]).into()
    }
}

impl ToSchema for Id {
    fn name() -> Cow<'static, str> {
        "Id".into()
    }
}

/// A civil day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Day(pub Date);

impl Day {
    /// `2022-07-06`, between 1900 and 2199: nothing we keep lies outside.
    pub fn parse(text: &str) -> Option<Day> {
        let day: Date = text.parse().ok()?;
        ((1900..=2199).contains(&day.year()) && day.to_string() == text).then_some(Day(day))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Day::parse(&text).ok_or_else(|| de::Error::custom("日期应写成 2022-07-06，在 1900 年至 2199 年之间"))
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        text("日期").format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).examples([json!("2022-07-06")]).into()
    }
}

impl ToSchema for Day {
    fn name() -> Cow<'static, str> {
        "Day".into()
    }
}

/// A moment, shown in China's time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment(pub Instant);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let seconds = (self.0.0 + 8 * 3_600_000_000).rem_euclid(86_400_000_000) / 1_000_000;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        serializer.collect_str(&format_args!("{}T{hour:02}:{minute:02}:{second:02}+08:00", self.0.date()))
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        text("时刻（北京时间）")
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .examples([json!("2022-07-06T14:05:00+08:00")])
            .into()
    }
}

impl ToSchema for Moment {
    fn name() -> Cow<'static, str> {
        "Moment".into()
    }
}

/// A division of the tree by its twelve digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place(pub DivisionCode);

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Place, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        DivisionCode::parse(&text).map(Place).map_err(|error| de::Error::custom(error.to_string()))
    }
}

impl PartialSchema for Place {
    fn schema() -> RefOr<Schema> {
        text("区划代码，12 位").pattern(Some("^[1-9][0-9]{11}$")).examples([json!("340223101201")]).into()
    }
}

impl ToSchema for Place {
    fn name() -> Cow<'static, str> {
        "Place".into()
    }
}

/// 名称
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Label {
    pub zh: String,
    /// 没有英文名称时为空
    pub en: String,
}

impl From<Text> for Label {
    fn from(text: Text) -> Label {
        Label { zh: text.zh, en: text.en }
    }
}

impl From<&Text> for Label {
    fn from(text: &Text) -> Label {
        text.clone().into()
    }
}

/// JSON whose shape is published elsewhere: a plugin's page, a body, settings.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Free(pub serde_json::Map<String, serde_json::Value>);

impl Free {
    /// Anything that is no object is an empty one.
    pub fn of(value: impl Serialize) -> Free {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::Object(object)) => Free(object),
            _ => Free::default(),
        }
    }

    pub fn parse(text: &str) -> Free {
        serde_json::from_str(text).unwrap_or_default()
    }
}

impl PartialSchema for Free {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().description(Some("由各措施或 JSON Schema 另行规定的对象")).into()
    }
}

impl ToSchema for Free {
    fn name() -> Cow<'static, str> {
        "Free".into()
    }
}

/// A page of a list.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// Pass as `cursor` to go on; null on the last page.
    pub next: Option<String>,
}

/// How many rows a list gives.
pub const LIMIT: u32 = 50;
pub const LIMIT_MOST: u32 = 500;

fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

/// `#/components/schemas/<name>`.
pub fn reference(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_shapes_survive_json_and_refuse_what_they_are_not() {
        assert_eq!(serde_json::to_string(&Id(9_007_199_254_740_993)).expect("json"), "\"9007199254740993\"");
        for text in ["", "x", "-1", "1.0", "12345678901234567890", "１"] {
            assert_eq!(Id::parse(text), None, "{text}");
        }
        assert_eq!(Day::parse("2022-07-06").map(|day| day.0), Some(Date::constant(2022, 7, 6)));
        for text in ["20220706", "2022-7-6", "2022-02-30", "0001-01-01", "9999-12-31", "2022-07-06T00:00:00"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        let moment = Moment(Instant(1_657_072_800_000_000));
        assert_eq!(serde_json::to_string(&moment).expect("json"), "\"2022-07-06T10:00:00+08:00\"");
    }
}
