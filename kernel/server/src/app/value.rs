//! Values of catalogue fields as officers type and read them: `1,800.00`, `二级`, `2022-07-06`, `是`. One parser for forms
//! and spreadsheets, one way of showing.

use doudi_domain::catalogue::{Field, Kind};
use doudi_domain::fact::{Fact, Value};
use doudi_domain::{Date, Fen, calendar};

/// Reads what was typed for a field; the error is a sentence without the field's name.
pub fn parse(field: &Field, text: &str) -> Result<Value, String> {
    let text = text.trim();
    match field.kind {
        Kind::Money => match Fen::parse(text) {
            Some(amount) if amount.0 < 0 => Err("金额不能为负数".into()),
            Some(amount) => Ok(Value::Int(amount.0)),
            None => Err(format!("“{text}”不是金额，应为最多两位小数的数字，例如 1800.00")),
        },
        Kind::Code(table) => match table.parse(text) {
            Some(code) => Ok(Value::Int(i64::from(code.code))),
            None => Err(format!("“{text}”不在“{}”代码表中，请按填写说明填写文字或代码", table.zh)),
        },
        Kind::YesNo => yes_no(text).map(|yes| Value::Int(i64::from(yes))),
        Kind::Count => match text.parse::<i64>() {
            Ok(count) if count >= 0 => Ok(Value::Int(count)),
            _ => Err(format!("“{text}”不是不小于 0 的整数")),
        },
        Kind::Date => parse_date(text).map(|day| Value::Int(i64::from(calendar::days(day)))),
        Kind::Text => {
            if text.chars().count() > 200 {
                Err("文字过长，最多 200 字".into())
            } else {
                Ok(Value::Text(text.to_owned()))
            }
        }
    }
}

pub fn yes_no(text: &str) -> Result<bool, String> {
    match text.trim() {
        "是" | "1" | "有" | "Y" | "y" => Ok(true),
        "否" | "0" | "无" | "N" | "n" => Ok(false),
        other => Err(format!("“{other}”应填“是”或“否”")),
    }
}

/// `2022-07-06`, `2022/7/6`, `2022.7.6`, `2022年7月6日`, `20220706`.
pub fn parse_date(text: &str) -> Result<Date, String> {
    let wrong = || format!("“{text}”不是日期，应写成 2022-07-06");
    let text = text.trim();
    let parts: Vec<&str> = if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        vec![&text[..4], &text[4..6], &text[6..]]
    } else {
        text.split(['-', '/', '.', '年', '月', '日']).map(str::trim).filter(|part| !part.is_empty()).collect()
    };
    let [year, month, day] = parts[..] else { return Err(wrong()) };
    if year.len() != 4 {
        return Err(wrong());
    }
    match (year.parse(), month.parse(), day.parse()) {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

/// A day and a time of day, as `2022-07-06T09:30`: what a browser sends, or typed with a blank between; seconds are dropped.
pub fn parse_moment(text: &str) -> Result<String, String> {
    let wrong = || format!("“{text}”不是时间，应写成 2022-07-06T09:30");
    let (day, time) = text.trim().split_once(['T', ' ']).ok_or_else(wrong)?;
    let mut parts = time.trim().split([':', '：']);
    let mut part = |most: u8| {
        let part = parts.next().filter(|part| (1..=2).contains(&part.len()))?;
        part.parse::<u8>().ok().filter(|number| *number <= most)
    };
    let (hour, minute) = (part(23).ok_or_else(wrong)?, part(59).ok_or_else(wrong)?);
    Ok(format!("{}T{hour:02}:{minute:02}", parse_date(day).map_err(|_| wrong())?))
}

/// A value of a field for the reader, in Chinese.
pub fn show(field: &Field, value: &Value) -> String {
    match (field.kind, value) {
        (_, Value::Text(text)) => text.clone(),
        (Kind::Money, Value::Int(fen)) => Fen(*fen).to_string(),
        (Kind::Code(table), Value::Int(code)) => {
            let known = i32::try_from(*code).ok().and_then(|code| table.find(code));
            known.map_or_else(|| code.to_string(), |code| code.zh.to_owned())
        }
        (Kind::YesNo, Value::Int(yes)) => if *yes == 0 { "否" } else { "是" }.to_owned(),
        (Kind::Date, Value::Int(days)) => {
            i32::try_from(*days).map(calendar::from_days).unwrap_or(Date::MAX).to_string()
        }
        (Kind::Count | Kind::Text, Value::Int(number)) => number.to_string(),
    }
}

/// The value of a fact with the word of its second code: `30,000.00（残疾人代步车）`.
pub fn show_fact(fact: &Fact) -> String {
    let field = fact.field.field();
    let shown = match &fact.value {
        // A name like any other, masked like any other.
        Value::Text(name) if field.code.as_str() == "household.account-name" => doudi_domain::mask::name(name),
        value => show(field, value),
    };
    match field.qualifier.and_then(|table| table.find(fact.qualifier)) {
        Some(word) if word.code != 0 => format!("{shown}（{}）", word.zh),
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::catalogue;

    #[test]
    fn typed_values_become_domain_values_or_a_sentence() {
        let cases: &[(&str, &str, Result<Value, &str>)] = &[
            ("income.wage", "1,800", Ok(Value::Int(180_000))),
            ("income.wage", "１８００元", Ok(Value::Int(180_000))),
            ("income.wage", "-5", Err("金额不能为负数")),
            ("income.wage", "约两千", Err("“约两千”不是金额，应为最多两位小数的数字，例如 1800.00")),
            ("person.disability-grade", "二级", Ok(Value::Int(2))),
            ("person.disability-grade", "2", Ok(Value::Int(2))),
            ("person.disability-grade", "五级", Err("“五级”不在“残疾等级”代码表中，请按填写说明填写文字或代码")),
            ("person.major-illness", "是", Ok(Value::Int(1))),
            ("person.major-illness", "也许", Err("“也许”应填“是”或“否”")),
            ("person.job-refusals", "3", Ok(Value::Int(3))),
            ("person.job-refusals", "-1", Err("“-1”不是不小于 0 的整数")),
            ("household.account-bank", " 某某农商行 ", Ok(Value::Text("某某农商行".into()))),
        ];
        for (code, text, expected) in cases {
            let field = catalogue::find(code).unwrap();
            assert_eq!(parse(field, text), expected.clone().map_err(str::to_owned), "{code} {text}");
        }
    }

    #[test]
    fn moments_are_read_as_browsers_and_officers_write_them() {
        for text in ["2022-07-06T09:30", "2022-07-06T09:30:59", "2022/7/6 9:30", "2022年7月6日 9：30"] {
            assert_eq!(parse_moment(text).as_deref(), Ok("2022-07-06T09:30"), "{text}");
        }
        for text in ["", "2022-07-06", "2022-07-06T24:00", "2022-07-06T09:60", "2022-07-06T0930", "昨天 9:30"] {
            assert!(parse_moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn dates_are_read_in_the_ways_officers_write_them() {
        let day = Date::constant(2022, 7, 6);
        for text in ["2022-07-06", "2022/7/6", "2022.7.6", "2022年7月6日", "20220706", " 2022-7-06 "] {
            assert_eq!(parse_date(text), Ok(day), "{text}");
        }
        for text in ["", "2022-13-01", "22-7-6", "2022-07", "七月六日", "2022-02-30"] {
            assert!(parse_date(text).is_err(), "{text}");
        }
    }
}
