//! Finding a family by what an officer knows of it: a name or part of it, pinyin initials, the last four digits of an ID
//! number or phone, a full number, the household number, the village.
//!
//! No engine's full-text search serves two-character Chinese words, so the words are ours: the table `term` holds, for every
//! member of every household, the characters and bigrams of the name, the pinyin and initials by every reading (曾 is zeng
//! and ceng), and keyed hashes of the numbers. It is written with the household, in the same transaction, and carries the
//! division, so that scope is part of the look-up itself.

use crate::engine::Kind::{Int, Text};
use crate::engine::{Arg, Kind, Query, args};
use crate::household::{self, household_columns};
use crate::page::{self, Page};
use crate::person::{self, ID_NUMBER_INDEX, person_columns};
use crate::seal::Sealer;
use crate::{Snapshot, Write};
use doudi_domain::household::Household;
use doudi_domain::{DivisionCode, HouseholdId, PersonId, Result};
use pinyin::ToPinyinMulti;
use std::collections::BTreeSet;

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct SearchQuery {
    /// What was typed; words apart by blanks must all match the same person.
    pub text: String,
    /// Only this village, or town: any division.
    pub village: Option<DivisionCode>,
    pub cursor: Option<String>,
    pub limit: u32,
}

/// A household found, and the member it was found by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SearchHit {
    pub household: Household,
    pub head_name: Option<String>,
    /// The member the words matched; `None` when only the household did (its number, its village).
    pub matched: Option<(PersonId, String)>,
    /// Members today, i.e. with an open membership.
    pub members: i64,
}

/// More readings of one name than this are not indexed: 2⁵, five characters with two readings each.
const READINGS: usize = 32;

/// Who is filed, for the words she can be found by.
pub(crate) struct Filed<'a> {
    pub household: HouseholdId,
    pub person: PersonId,
    pub division: DivisionCode,
    pub name: &'a str,
    pub id_number: &'a str,
    pub phone: Option<&'a str>,
}

pub(crate) const TERM: [(&str, Kind); 6] =
    [("county", Int), ("kind", Text), ("token", Text), ("household", Int), ("person", Int), ("division", Int)];

/// Rows for [`TERM`] that find this member.
pub(crate) fn terms(write: &Write, filed: &Filed<'_>) -> Vec<Vec<Arg>> {
    let mut words: BTreeSet<(&'static str, String)> = BTreeSet::new();
    let characters = name_characters(filed.name);
    for character in &characters {
        words.insert(("char", character.to_string()));
    }
    for pair in characters.windows(2) {
        words.insert(("bigram", pair.iter().collect()));
    }
    let (initials, full) = readings(filed.name);
    words.extend(initials.into_iter().map(|word| ("initials", word)));
    words.extend(full.into_iter().map(|word| ("pinyin", word)));
    let sealer = &*write.sealer;
    words.insert(("id", keyed(sealer, ID_NUMBER_INDEX, filed.id_number)));
    if let Some(four) = filed.id_number.get(14..) {
        words.insert(("id4", keyed(sealer, "id-last-four", four)));
    }
    if let Some(phone) = filed.phone {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 7 {
            words.insert(("phone4", keyed(sealer, "phone-last-four", &digits[digits.len() - 4..])));
            words.insert(("phone", keyed(sealer, "phone", &digits)));
        }
    }
    let row = |(kind, token): (&'static str, String)| {
        args![write.county, kind, token, filed.household, filed.person, filed.division]
    };
    words.into_iter().map(row).collect()
}

/// The row for [`TERM`] that finds the household by its number.
pub(crate) fn number_term(write: &Write, id: HouseholdId, number: &str, division: DivisionCode) -> Vec<Arg> {
    args![write.county, "number", number.trim().to_lowercase(), id, 0, division]
}

fn keyed(sealer: &dyn Sealer, purpose: &str, value: &str) -> String {
    hex::encode(sealer.index(purpose, value))
}

/// Letters of a name without blanks and dots (买买提·阿不都).
fn name_characters(name: &str) -> Vec<char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Initials and full pinyin of a whole name, by every combination of its characters' readings.
fn readings(name: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut initials = BTreeSet::from([String::new()]);
    let mut full = BTreeSet::from([String::new()]);
    for character in name_characters(name) {
        let sounds: BTreeSet<String> = match character.to_pinyin_multi() {
            Some(sounds) => sounds.into_iter().map(|sound| plain(sound.plain())).collect(),
            None if character.is_ascii_alphanumeric() => BTreeSet::from([character.to_string()]),
            None => continue,
        };
        let firsts: BTreeSet<String> = sounds.iter().filter_map(|sound| sound.get(..1)).map(str::to_owned).collect();
        initials = combine(&initials, &firsts);
        full = combine(&full, &sounds);
    }
    initials.remove("");
    full.remove("");
    (initials, full)
}

fn combine(heads: &BTreeSet<String>, tails: &BTreeSet<String>) -> BTreeSet<String> {
    heads.iter().flat_map(|head| tails.iter().map(move |tail| format!("{head}{tail}"))).take(READINGS).collect()
}

/// ü is typed v.
fn plain(sound: &str) -> String {
    sound.replace('ü', "v")
}

/// What one typed word is looked up as.
#[derive(PartialEq, Eq, Debug)]
enum Word {
    /// One character of a name.
    Character(String),
    /// Part of a name, as overlapping pairs.
    Pairs(Vec<String>),
    /// Pinyin or initials, from the beginning.
    Letters(String),
    /// Four digits, the last of which may be X.
    LastFour(String),
    /// A whole ID number.
    IdNumber(String),
    Phone(String),
    /// The beginning of a household number.
    Number(String),
}

fn classify(word: &str) -> Option<Word> {
    let word: String = word
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
            'ｘ' | 'Ｘ' => 'X',
            c => c,
        })
        .collect();
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let upper = word.to_uppercase();
    // The check character may be an X.
    let body = upper.strip_suffix('X').unwrap_or(&upper);
    if word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return (!word.is_empty()).then(|| Word::Letters(word.to_lowercase()));
    }
    if upper.len() == 18 && digits(body) {
        return Some(Word::IdNumber(upper));
    }
    if upper.len() == 4 && digits(body) {
        return Some(Word::LastFour(upper));
    }
    if word.len() == 11 && digits(&word) {
        return Some(Word::Phone(word));
    }
    if word.is_ascii() {
        return Some(Word::Number(word.to_lowercase()));
    }
    let characters = name_characters(&word);
    match characters.as_slice() {
        [] => None,
        [one] => Some(Word::Character(one.to_string())),
        many => Some(Word::Pairs(many.windows(2).map(|pair| pair.iter().collect()).collect())),
    }
}

impl Word {
    /// Appends `SELECT household, person FROM term …` for this word; pairs are several, all of which must match.
    fn select(&self, sql: &mut Query, snapshot: &Snapshot, low: i64, high: i64) {
        let county = snapshot.county();
        let sealer = &*snapshot.sealer;
        let begin = |sql: &mut Query| {
            sql.push("SELECT household, person FROM term WHERE county = ").bind(county);
            sql.push(" AND division BETWEEN ").bind(low).push(" AND ").bind(high);
        };
        match self {
            Word::Pairs(pairs) => {
                for (index, pair) in pairs.iter().enumerate() {
                    if index > 0 {
                        sql.push(" INTERSECT ");
                    }
                    begin(sql);
                    sql.push(" AND kind = 'bigram' AND token = ").bind(pair);
                }
            }
            Word::Character(character) => {
                begin(sql);
                sql.push(" AND kind = 'char' AND token = ").bind(character);
            }
            Word::Letters(letters) => {
                begin(sql);
                sql.push(" AND kind IN ('initials', 'pinyin', 'number') AND token >= ").bind(letters);
                sql.push(" AND token < ").bind(after(letters));
            }
            Word::LastFour(four) => {
                begin(sql);
                sql.push(" AND ((kind = 'id4' AND token = ").bind(keyed(sealer, "id-last-four", four));
                sql.push(") OR (kind = 'phone4' AND token = ").bind(keyed(sealer, "phone-last-four", four));
                sql.push(") OR (kind = 'number' AND token = ").bind(four.to_lowercase()).push("))");
            }
            Word::IdNumber(number) => {
                begin(sql);
                sql.push(" AND kind = 'id' AND token = ").bind(keyed(sealer, ID_NUMBER_INDEX, number));
            }
            Word::Phone(phone) => {
                begin(sql);
                sql.push(" AND ((kind = 'phone' AND token = ").bind(keyed(sealer, "phone", phone));
                sql.push(") OR (kind = 'number' AND token >= ").bind(phone);
                sql.push(" AND token < ").bind(after(phone)).push("))");
            }
            Word::Number(number) => {
                begin(sql);
                sql.push(" AND kind = 'number' AND token >= ").bind(number);
                sql.push(" AND token < ").bind(after(number));
            }
        }
    }
}

/// The first text after all that begin with this one.
fn after(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

impl Snapshot {
    /// By order of filing. An empty text without a village finds nothing: the list of all the poor of a county is not a
    /// start page.
    pub async fn household_search(&mut self, query: &SearchQuery) -> Result<Page<SearchHit>> {
        let words: Vec<Word> = query.text.split_whitespace().filter_map(classify).collect();
        if words.is_empty() && (query.village.is_none() || !query.text.trim().is_empty()) {
            return Ok(Page::empty());
        }
        let (mut low, mut high) = (self.reach.low, self.reach.high);
        if let Some(village) = query.village {
            let (first, last) = village.subtree();
            (low, high) = (low.max(first), high.min(last));
        }
        let limit = page::clamp(query.limit);
        let [cursor] = page::integers(query.cursor.as_deref()).unwrap_or([0]);
        let mut sql = Query::new(concat!(
            "SELECT ", household_columns!(), ", head.name AS head_name, found.person AS matched, p.name AS matched_name,
             (SELECT COUNT(*) FROM membership m WHERE m.county = h.county AND m.household = h.id AND m.valid_to IS NULL) AS members
             FROM ("
        ));
        if words.is_empty() {
            sql.push("SELECT id AS household, CAST(0 AS BIGINT) AS person FROM household WHERE county = ")
                .bind(self.reach.county);
            sql.push(" AND division BETWEEN ").bind(low).push(" AND ").bind(high);
            sql.push(" AND id > ").bind(cursor);
            sql.push(" ORDER BY id LIMIT ").bind(limit + 1);
        } else {
            sql.push("SELECT household, MIN(person) AS person FROM (");
            for (index, word) in words.iter().enumerate() {
                if index > 0 {
                    sql.push(" INTERSECT ");
                }
                word.select(&mut sql, self, low, high);
            }
            sql.push(") AS words WHERE household > ").bind(cursor);
            sql.push(" GROUP BY household ORDER BY household LIMIT ").bind(limit + 1);
        }
        sql.push(") AS found JOIN household h ON h.county = ").bind(self.reach.county);
        sql.push(" AND h.id = found.household LEFT JOIN person p ON p.county = h.county AND p.id = found.person");
        sql.push(" LEFT JOIN person head ON head.county = h.county AND head.id = h.head");
        // The term's division is a copy; the household's own is the truth.
        sql.push(" WHERE h.division BETWEEN ").bind(low).push(" AND ").bind(high);
        sql.push(" ORDER BY h.id");
        let mut hits = Vec::new();
        for row in self.tx.built(sql).await? {
            let matched_name: Option<String> = row.get("matched_name")?;
            hits.push(SearchHit {
                household: household::read(&row)?,
                head_name: row.get("head_name")?,
                matched: matched_name.map(|name| Ok((row.get("matched")?, name))).transpose()?,
                members: row.get("members")?,
            });
        }
        Ok(Page::cut(hits, limit, |hit| page::cursor(&[hit.household.id.0])))
    }
}

/// Files the household's own words anew.
pub(crate) async fn file_household(
    write: &mut Write,
    id: HouseholdId,
    number: &str,
    division: DivisionCode,
) -> Result<()> {
    let sql = "DELETE FROM term WHERE county = $1 AND household = $2 AND person = 0";
    write.tx.run(sql, args![write.county, id]).await?;
    let row = number_term(write, id, number, division);
    write.tx.insert_many("term", &TERM, vec![row], "").await
}

/// Files the person's words anew in the household she belongs to, if any, and in no other.
pub(crate) async fn refile_person(write: &mut Write, id: PersonId) -> Result<()> {
    let sql = "DELETE FROM term WHERE county = $1 AND person = $2 AND household IN
               (SELECT household FROM membership WHERE county = $1 AND person = $2)";
    write.tx.run(sql, args![write.county, id]).await?;
    let sql = concat!(
        "SELECT h.id AS household, h.division AS household_division, ",
        person_columns!(),
        " FROM membership m JOIN household h ON h.county = m.county AND h.id = m.household
         JOIN person p ON p.county = m.county AND p.id = m.person
         WHERE m.county = $1 AND m.person = $2 AND m.valid_to IS NULL"
    );
    for row in write.tx.all(sql, args![write.county, id]).await? {
        let person = person::read(&row, &*write.sealer, true)?;
        let filed = Filed {
            household: row.get("household")?,
            person: id,
            division: row.get("household_division")?,
            name: &person.name,
            id_number: person.id_number.as_ref().map(|number| number.expose()).unwrap_or_default(),
            phone: person.phone.as_deref(),
        };
        let rows = terms(write, &filed);
        write.tx.insert_many("term", &TERM, rows, "").await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_word_is_looked_up_as_what_it_looks_like() {
        let pairs = |words: &[&str]| Some(Word::Pairs(words.iter().map(|word| (*word).to_owned()).collect()));
        for (typed, expected) in [
            ("王", Some(Word::Character("王".into()))),
            ("王小明", pairs(&["王小", "小明"])),
            ("WXM", Some(Word::Letters("wxm".into()))),
            ("012x", Some(Word::LastFour("012X".into()))),
            ("０１２３", Some(Word::LastFour("0123".into()))),
            ("13800005678", Some(Word::Phone("13800005678".into()))),
            ("NL-0001", Some(Word::Number("nl-0001".into()))),
            ("···", None),
        ] {
            assert_eq!(classify(typed), expected, "{typed}");
        }
    }

    #[test]
    fn every_reading_of_a_name_is_indexed() {
        for (name, expected) in [
            ("曾小红", ["zxh", "cxh"]),
            ("单雄信", ["dxx", "sxx"]),
            ("解缙", ["jj", "xj"]),
            ("仇英", ["cy", "qy"]),
            ("查良", ["cl", "zl"]),
        ] {
            let (initials, full) = readings(name);
            for word in expected {
                assert!(initials.contains(word), "{name}: {word} is not in {initials:?}");
            }
            assert!(full.len() >= 2, "{name}: {full:?}");
        }
        assert!(readings("吕布").1.contains("lvbu"), "{:?}", readings("吕布"));
        assert!(readings("单曾解仇查单曾解仇查").0.len() <= READINGS);
    }
}
