//! The sentences of reasons, with their numbers filled in, for trial calculations and letters a plugin writes itself. The
//! sentences of a recorded decision are the kernel's: it keeps the words with the decision.
//!
//! `{0:fen}` money, `{0:count}` a number, `{0:date}` days, `{0:month}` the month of a day, `{0:percent}` basis points,
//! `{0:code:disability-category}` a word of a code table.

use crate::date::Date;
use crate::fen::Fen;

/// The language of a sentence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// Chinese: dates as `2022年7月6日`.
    Chinese,
    /// English: dates as `2022-07-06`.
    English,
}

/// The sentence with its arguments. What cannot be filled in (an argument that is missing, a kind that does not exist) stays
/// as it stands, so that a mistake in the manifest is seen; admission refuses such a manifest.
pub fn fill(template: &str, args: &[i64], language: Language) -> String {
    let mut sentence = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        sentence.push_str(before);
        let Some((placeholder, tail)) = after.split_once('}') else {
            sentence.push('{');
            rest = after;
            continue;
        };
        match argument(placeholder, args, language) {
            Some(text) => sentence.push_str(&text),
            None => {
                sentence.push('{');
                sentence.push_str(placeholder);
                sentence.push('}');
            }
        }
        rest = tail;
    }
    sentence.push_str(rest);
    sentence
}

fn argument(placeholder: &str, args: &[i64], language: Language) -> Option<String> {
    let (index, kind) = placeholder.split_once(':')?;
    let value = *args.get(index.parse::<usize>().ok()?)?;
    let date = || Date::from_days(value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
    Some(match kind {
        "fen" => grouped(Fen(value)),
        "count" => value.to_string(),
        "date" if language == Language::Chinese => date().chinese(),
        "date" => date().to_string(),
        "month" if language == Language::Chinese => date().chinese_month(),
        "month" => date().to_string()[..7].to_owned(),
        "percent" => percent(value),
        _ => word(kind.strip_prefix("code:")?, value, language)?,
    })
}

/// `1,500.00`.
fn grouped(amount: Fen) -> String {
    let plain = amount.to_string();
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain.as_str()),
    };
    let (yuan, fen) = digits.split_once('.').unwrap_or((digits, "00"));
    let mut text = String::from(sign);
    for (index, digit) in yuan.chars().enumerate() {
        if index > 0 && (yuan.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text.push('.');
    text.push_str(fen);
    text
}

/// `30%`, `12.5%`.
fn percent(basis_points: i64) -> String {
    let sign = if basis_points < 0 { "-" } else { "" };
    let (whole, part) = (basis_points.unsigned_abs() / 100, basis_points.unsigned_abs() % 100);
    let decimals = if part == 0 { String::new() } else { format!(".{part:02}").trim_end_matches('0').to_owned() };
    format!("{sign}{whole}{decimals}%")
}

/// A word of the code tables that sentences about people use. `None` for others.
fn word(table: &str, code: i64, language: Language) -> Option<String> {
    let words: &[(i64, &str, &str)] = match table {
        "yes-no" => &[(0, "否", "no"), (1, "是", "yes")],
        "sex" => &[(0, "未知", "unknown"), (1, "男", "male"), (2, "女", "female"), (9, "未说明", "not stated")],
        "disability-category" => &[
            (0, "无", "none"),
            (1, "视力", "vision"),
            (2, "听力", "hearing"),
            (3, "言语", "speech"),
            (4, "肢体", "limb"),
            (5, "智力", "intellectual"),
            (6, "精神", "mental"),
            (7, "多重", "multiple"),
        ],
        "disability-grade" => &[
            (0, "无", "none"),
            (1, "一级", "grade 1"),
            (2, "二级", "grade 2"),
            (3, "三级", "grade 3"),
            (4, "四级", "grade 4"),
        ],
        "relation" => &[
            (2, "户主", "head"),
            (1, "本人", "self"),
            (10, "配偶", "spouse"),
            (11, "夫", "husband"),
            (12, "妻", "wife"),
            (20, "子", "son"),
            (21, "独生子", "only son"),
            (22, "长子", "eldest son"),
            (23, "次子", "second son"),
            (28, "女婿", "son-in-law"),
            (30, "女", "daughter"),
            (31, "独生女", "only daughter"),
            (32, "长女", "eldest daughter"),
            (33, "次女", "second daughter"),
            (38, "儿媳", "daughter-in-law"),
            (40, "孙辈", "grandchild"),
            (41, "孙子", "grandson"),
            (42, "孙女", "granddaughter"),
            (43, "外孙子", "daughter's son"),
            (44, "外孙女", "daughter's daughter"),
            (50, "父母", "parent"),
            (51, "父", "father"),
            (52, "母", "mother"),
            (53, "公公", "husband's father"),
            (54, "婆婆", "husband's mother"),
            (55, "岳父", "wife's father"),
            (56, "岳母", "wife's mother"),
            (57, "继父或养父", "step- or foster father"),
            (58, "继母或养母", "step- or foster mother"),
            (61, "祖父", "paternal grandfather"),
            (62, "祖母", "paternal grandmother"),
            (63, "外祖父", "maternal grandfather"),
            (64, "外祖母", "maternal grandmother"),
            (71, "兄", "elder brother"),
            (73, "弟", "younger brother"),
            (75, "姐", "elder sister"),
            (77, "妹", "younger sister"),
            (97, "其他亲属", "other relative"),
            (99, "非亲属", "not related"),
        ],
        "labour-capacity" => &[
            (1, "普通", "able"),
            (2, "部分丧失", "partly lost"),
            (3, "丧失", "lost"),
            (4, "无劳动能力（未成年或老年）", "none (minor or old)"),
        ],
        "uncounted-reason" => &[
            (0, "计入", "counted"),
            (1, "服刑", "in prison"),
            (2, "强制隔离戒毒", "compulsory detox"),
            (3, "宣告失踪", "declared missing"),
            (4, "宗教教职脱离家庭三年以上", "clergy away over three years"),
        ],
        "vehicle-kind" => &[
            (0, "普通机动车", "ordinary vehicle"),
            (1, "残疾人代步车", "disability scooter"),
            (2, "已报废", "scrapped"),
            (3, "生产用农机具", "farm machinery"),
        ],
        "home-kind" => &[
            (0, "自住", "lived in"),
            (1, "拆迁安置房", "resettlement home"),
            (2, "继承份额", "inherited share"),
            (3, "其他住房", "another home"),
        ],
        "company-kind" => {
            &[(0, "实际经营", "operating"), (1, "未实际经营", "dormant"), (2, "合作社成员", "co-op member")]
        }
        _ => return None,
    };
    let (_, zh, en) = words.iter().find(|(number, _, _)| *number == code)?;
    Some(if language == Language::Chinese { *zh } else { *en }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_words() {
        let day = i64::from(Date::of(2022, 7, 6));
        for (template, args, zh, en) in [
            (
                "人均 {0:fen} 元 < {1:fen} 元",
                vec![50_000, 123_456_789],
                "人均 500.00 元 < 1,234,567.89 元",
                "人均 500.00 元 < 1,234,567.89 元",
            ),
            ("{0:count} 人，{1:date} 起", vec![3, day], "3 人，2022年7月6日 起", "3 人，2022-07-06 起"),
            (
                "{0:month}：{1:percent}、{2:percent}",
                vec![day, 3_000, 1_250],
                "2022年7月：30%、12.5%",
                "2022-07：30%、12.5%",
            ),
            ("{0:code:disability-category}", vec![6], "精神", "mental"),
            (
                "{1:fen} {0:sum} {0:code:none} {",
                vec![-5],
                "{1:fen} {0:sum} {0:code:none} {",
                "{1:fen} {0:sum} {0:code:none} {",
            ),
            ("{0:fen}", vec![-100_005], "-1,000.05", "-1,000.05"),
        ] {
            assert_eq!(fill(template, &args, Language::Chinese), zh);
            assert_eq!(fill(template, &args, Language::English), en);
        }
    }
}
