//! Reasons in words. A plugin gives a reason's position and numbers; the sentence stands in its manifest, so that the words
//! were read and approved before any code ran, and a block of a thousand reasons crosses as numbers only.
//!
//! Places: `{0:fen}` 1,630.50 · `{1:count}` · `{2:date}` 2022年7月6日 · `{0:month}` 2022年7月 · `{0:percent}` basis points as 33.33% ·
//! `{0:code:disability-category}` the word of a code table. Braces themselves are doubled: `{{`.

use doudi_documents::manifest::ReasonEntry;
use doudi_domain::codes::{self, CodeTable};
use doudi_domain::decision::{Reason, Verdict};
use doudi_domain::{FactId, Fen, Problem};

/// A reason's sentence, parsed in both languages.
#[derive(Clone, Debug)]
pub(crate) struct Sentence {
    code: String,
    verdict: Verdict,
    article: String,
    zh: Template,
    /// Empty when there is none; the Chinese stands for it.
    en: Template,
}

#[derive(Clone, Debug, Default)]
struct Template(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Words(String),
    Place(usize, Format),
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Fen,
    Count,
    Date,
    Month,
    Percent,
    Code(&'static CodeTable),
}

impl Sentence {
    /// The problem names the reason and what to mend.
    pub fn parse(entry: &ReasonEntry) -> Result<Sentence, Problem> {
        let problem = |message: String| {
            Problem::new(
                format!("reasons.{}", entry.code),
                "reason.template",
                format!("理由“{}”：{message}", entry.code),
            )
        };
        let verdict = Verdict::parse(&entry.verdict)
            .ok_or_else(|| problem(format!("结论类别“{}”应为 met、not-met 或 finding", entry.verdict)))?;
        let zh =
            Template::parse(&entry.text.zh, entry.args).map_err(|message| problem(format!("中文句子：{message}")))?;
        let en =
            Template::parse(&entry.text.en, entry.args).map_err(|message| problem(format!("英文句子：{message}")))?;
        if zh.0.is_empty() {
            return Err(problem("缺少中文句子".into()));
        }
        Ok(Sentence { code: entry.code.clone(), verdict, article: entry.article.clone(), zh, en })
    }

    /// The reason in words. Numbers that are missing show as a dash; callers have counted them before.
    pub fn render(&self, args: &[i64], facts: Vec<FactId>) -> Reason {
        let zh = self.zh.render(args, false);
        let en = if self.en.0.is_empty() { zh.clone() } else { self.en.render(args, true) };
        Reason { code: self.code.clone(), verdict: self.verdict, article: self.article.clone(), zh, en, facts }
    }
}

impl Template {
    fn parse(text: &str, args: u32) -> Result<Template, String> {
        let mut pieces = Vec::new();
        let mut words = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            words.push_str(&rest[..at]);
            let tail = &rest[at..];
            if let Some(after) = tail.strip_prefix("{{").or_else(|| tail.strip_prefix("}}")) {
                words.push_str(&tail[..1]);
                rest = after;
                continue;
            }
            let Some((place, after)) = tail.strip_prefix('{').and_then(|tail| tail.split_once('}')) else {
                return Err(format!("花括号不成对：“{tail}”"));
            };
            if !words.is_empty() {
                pieces.push(Piece::Words(std::mem::take(&mut words)));
            }
            pieces.push(Piece::parse(place, args)?);
            rest = after;
        }
        words.push_str(rest);
        if !words.is_empty() {
            pieces.push(Piece::Words(words));
        }
        Ok(Template(pieces))
    }

    fn render(&self, args: &[i64], english: bool) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => text.push_str(words),
                Piece::Place(index, format) => match args.get(*index) {
                    Some(value) => text.push_str(&format.render(*value, english)),
                    None => text.push('—'),
                },
            }
        }
        text
    }
}

impl Piece {
    fn parse(place: &str, args: u32) -> Result<Piece, String> {
        let (index, format) = place.split_once(':').ok_or_else(|| format!("“{{{place}}}”缺少格式，例如 {{0:fen}}"))?;
        let index: usize = index.trim().parse().map_err(|_| format!("“{{{place}}}”应以数值的序号开头"))?;
        if index >= args as usize {
            return Err(format!("“{{{place}}}”用到第 {} 个数值，而 args 只有 {args} 个", index + 1));
        }
        let format = match format.trim().split_once(':') {
            None => match format.trim() {
                "fen" => Format::Fen,
                "count" => Format::Count,
                "date" => Format::Date,
                "month" => Format::Month,
                "percent" => Format::Percent,
                other => {
                    return Err(format!("不认识的格式“{other}”，可用 fen、count、date、month、percent、code:代码表"));
                }
            },
            Some(("code", table)) => Format::Code(codes::find(table).ok_or_else(|| format!("没有代码表“{table}”"))?),
            Some((other, _)) => return Err(format!("不认识的格式“{other}”")),
        };
        Ok(Piece::Place(index, format))
    }
}

impl Format {
    fn render(self, value: i64, english: bool) -> String {
        match self {
            Format::Fen => Fen(value).to_string(),
            Format::Count => value.to_string(),
            Format::Date | Format::Month => {
                let Some(date) = i32::try_from(value).ok().and_then(crate::convert::date) else { return "—".into() };
                match (self, english) {
                    (Format::Date, true) => date.to_string(),
                    (Format::Date, false) => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
                    (_, true) => format!("{:04}-{:02}", date.year(), date.month()),
                    (_, false) => format!("{}年{}月", date.year(), date.month()),
                }
            }
            Format::Percent => percent(value),
            Format::Code(table) => match i32::try_from(value).ok().and_then(|code| table.find(code)) {
                Some(code) if english => code.en.to_owned(),
                Some(code) => code.zh.to_owned(),
                None => value.to_string(),
            },
        }
    }
}

/// Basis points without needless zeros: 3333 → 33.33%, 5000 → 50%.
fn percent(basis_points: i64) -> String {
    let sign = if basis_points < 0 { "-" } else { "" };
    let (whole, part) = (basis_points.unsigned_abs() / 100, basis_points.unsigned_abs() % 100);
    match part {
        0 => format!("{sign}{whole}%"),
        part if part % 10 == 0 => format!("{sign}{whole}.{}%", part / 10),
        part => format!("{sign}{whole}.{part:02}%"),
    }
}

/// Everything wrong with a manifest's sentences.
pub(crate) fn problems(reasons: &[ReasonEntry]) -> Vec<Problem> {
    reasons.iter().filter_map(|entry| Sentence::parse(entry).err()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_documents::Text;

    fn days(date: doudi_domain::Date) -> i64 {
        i64::from(doudi_domain::calendar::days(date))
    }

    fn entry(zh: &str, en: &str, args: u32) -> ReasonEntry {
        ReasonEntry {
            code: "below".into(),
            verdict: "met".into(),
            article: "民发〔2021〕57号 第四条".into(),
            article_verified: true,
            text: Text::new(zh, en),
            args,
        }
    }

    #[test]
    fn a_sentence_is_rendered_in_both_languages() {
        let day = doudi_domain::Date::constant(2022, 7, 6);
        let sentence = Sentence::parse(&entry(
            "{3:code:disability-category}残疾，自{2:month}起，{2:date}人均 {0:fen} 元，{1:count} 人，占 {4:percent}，{{原文}}",
            "{3:code:disability-category}; {2:date}, {2:month}: {0:fen} for {1:count}, {4:percent}",
            5,
        ))
        .unwrap();
        let reason = sentence.render(&[163_050, 3, days(day), 1, 3_333], vec![FactId(9)]);
        assert_eq!(reason.zh, "视力残疾，自2022年7月起，2022年7月6日人均 1,630.50 元，3 人，占 33.33%，{原文}");
        assert_eq!(reason.en, "Vision; 2022-07-06, 2022-07: 1,630.50 for 3, 33.33%");
        assert_eq!(reason.verdict, Verdict::Met);
        assert_eq!(reason.facts, [FactId(9)]);
    }

    #[test]
    fn without_english_the_chinese_stands_for_it() {
        let reason = Sentence::parse(&entry("共 {0:count} 人", "", 1)).unwrap().render(&[3], vec![]);
        assert_eq!(reason.en, "共 3 人");
    }

    #[test]
    fn percentages_lose_needless_zeros_only() {
        for (basis_points, text) in
            [(0, "0%"), (5_000, "50%"), (3_330, "33.3%"), (3_333, "33.33%"), (5, "0.05%"), (-150, "-1.5%")]
        {
            assert_eq!(percent(basis_points), text);
        }
    }

    #[test]
    fn bad_templates_name_the_reason_and_the_fault() {
        for (zh, fault) in [
            ("{0}", "缺少格式"),
            ("{1:fen}", "args 只有 1 个"),
            ("{x:fen}", "序号"),
            ("{0:yuan}", "不认识的格式"),
            ("{0:code:colours}", "没有代码表"),
            ("{0:fen", "不成对"),
            ("0:fen}", "不成对"),
            ("", "缺少中文句子"),
        ] {
            let problem = Sentence::parse(&entry(zh, "", 1)).unwrap_err();
            assert!(problem.message.contains("below") && problem.message.contains(fault), "{zh}: {problem}");
        }
        let mut bad = entry("好", "", 0);
        bad.verdict = "maybe".into();
        assert!(Sentence::parse(&bad).is_err());
    }
}
