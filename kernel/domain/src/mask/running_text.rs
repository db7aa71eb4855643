//! Numbers of people in running text: what a measure says may carry an ID number, a telephone number or an account that
//! somebody typed into a form. They are masked wherever they stand, in ASCII or full-width digits, in one piece or in the
//! groups people write them in. Amounts, dates, division codes and numbers of documents are shorter and stay.

use super::{account, id_number, phone};
use crate::id_number::IdNumber;
use std::borrow::Cow;

/// Digits from which on a run is taken for an account or a certificate, whatever it is.
const ACCOUNT: usize = 15;

/// What papers and pages may show: a paper names the telephone an office answers, a page has no business with any.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phones {
    Masked,
    Shown,
}

/// The text with every ID number, account and (unless shown) mobile number masked.
pub fn numbers(text: &str, phones: Phones) -> Cow<'_, str> {
    // Nothing with fewer digits than a telephone number tells one: almost every text ends here.
    if text.chars().filter(|c| digit(*c).is_some()).count() < 11 {
        return Cow::Borrowed(text);
    }
    let characters: Vec<char> = text.chars().collect();
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    let mut changed = false;
    while at < characters.len() {
        if digit(characters[at]).is_none() {
            shown.push(characters[at]);
            at += 1;
            continue;
        }
        match masked(&characters[at..], phones) {
            Some((length, mask)) => {
                shown.push_str(&mask);
                at += length;
                changed = true;
            }
            None => {
                // The whole run stays: its tail is not a number of its own.
                while at < characters.len() && digit(characters[at]).is_some() {
                    shown.push(characters[at]);
                    at += 1;
                }
            }
        }
    }
    if changed { Cow::Owned(shown) } else { Cow::Borrowed(text) }
}

/// Does the text tell a number of a person?
pub fn tells_a_number(text: &str) -> bool {
    matches!(numbers(text, Phones::Masked), Cow::Owned(_))
}

/// ASCII and full-width digits.
fn digit(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        '０'..='９' => char::from_digit(character as u32 - '０' as u32, 10),
        _ => None,
    }
}

/// The number that begins here: how many characters it takes, and its mask.
fn masked(rest: &[char], phones: Phones) -> Option<(usize, String)> {
    let run: String = rest.iter().map_while(|c| digit(*c)).collect();
    let length = run.len();
    // 17 digits and X, or 18 digits.
    if length == 17
        && let Some('x' | 'X' | 'ｘ' | 'Ｘ') = rest.get(17)
        && let Ok(number) = IdNumber::parse(&format!("{run}X"))
    {
        return Some((18, id_number(&number)));
    }
    if length == 18
        && let Ok(number) = IdNumber::parse(&run)
    {
        return Some((18, id_number(&number)));
    }
    if length >= ACCOUNT {
        return Some((length, account(&run)));
    }
    let is_mobile = |run: &str| run.len() == 11 && run.as_bytes()[0] == b'1' && run.as_bytes()[1] >= b'3';
    if is_mobile(&run) {
        return (phones == Phones::Masked).then(|| (11, phone(&run)));
    }
    // 86 in front of a mobile number.
    if length == 13 && run.starts_with("86") && is_mobile(&run[2..]) {
        return (phones == Phones::Masked).then(|| (13, format!("86{}", phone(&run[2..]))));
    }
    in_groups(rest, phones)
}

/// `340223 19680512 041X`, `138 0000 0417`, `6222 0200 0000 0000 123`: groups apart by one blank or dash.
fn in_groups(rest: &[char], phones: Phones) -> Option<(usize, String)> {
    let mut groups: Vec<String> = vec![String::new()];
    let mut ends: Vec<usize> = Vec::new();
    let mut at = 0;
    loop {
        while let Some(next) = rest.get(at).and_then(|c| digit(*c)) {
            groups.last_mut()?.push(next);
            at += 1;
        }
        // The check character of an ID number ends it.
        if let Some('x' | 'X' | 'ｘ' | 'Ｘ') = rest.get(at)
            && groups.last()?.len() >= 3
        {
            groups.last_mut()?.push('X');
            at += 1;
            ends.push(at);
            break;
        }
        ends.push(at);
        let goes_on = matches!(rest.get(at), Some(' ' | '-' | '\u{a0}' | '　'))
            && rest.get(at + 1).is_some_and(|c| digit(*c).is_some());
        if !goes_on || groups.len() == 6 {
            break;
        }
        at += 1;
        groups.push(String::new());
    }
    let lengths: Vec<usize> = groups.iter().map(String::len).collect();
    if lengths.starts_with(&[6, 8, 4])
        && let Ok(number) = IdNumber::parse(&groups[..3].concat())
    {
        return Some((ends[2], id_number(&number)));
    }
    if lengths.starts_with(&[3, 4, 4]) && groups[0].starts_with('1') && groups[0].as_bytes()[1] >= b'3' {
        return (phones == Phones::Masked).then(|| (ends[2], phone(&groups[..3].concat())));
    }
    // A card: fours with a last group, by its check digit, or four years in a row would be one.
    let fours = lengths.iter().take_while(|length| **length == 4).count();
    if fours >= 4 {
        let all = groups.len().min(5);
        for count in (4..=all).rev() {
            let number = groups[..count].concat();
            if luhn(&number) {
                return Some((ends[count - 1], account(&number)));
            }
        }
    }
    None
}

/// The check digit of bank cards.
fn luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte.saturating_sub(b'0'));
            match place % 2 {
                0 => digit,
                _ if digit > 4 => 2 * digit - 9,
                _ => 2 * digit,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own_number() -> String {
        format!("34022319680512041{}", IdNumber::check_character(b"34022319680512041") as char)
    }

    /// A card number with its check digit.
    fn card(first: &str) -> String {
        (0..10).map(|last| format!("{first}{last}")).find(|number| luhn(number)).expect("one of ten fits")
    }

    #[test]
    fn numbers_of_people_are_masked_wherever_they_stand() {
        let number = own_number();
        let grouped = format!("{} {} {}", &number[..6], &number[6..14], &number[14..]);
        let wide: String = "13800000417".chars().map(|c| char::from_u32(c as u32 + 0xfee0).expect("wide")).collect();
        let card = card("622202000000000012");
        let apart = format!("{} {} {} {} {}", &card[..4], &card[4..8], &card[8..12], &card[12..16], &card[16..]);
        for (text, shown) in [
            (format!("证号{number}，请核对"), format!("证号340223********{}，请核对", &number[14..])),
            (format!("证号{}", number.to_lowercase()), format!("证号340223********{}", &number[14..])),
            (grouped, format!("340223********{}", &number[14..])),
            ("电话 13800000417。".into(), "电话 138****0417。".into()),
            ("+8613800000417".into(), "+86138****0417".into()),
            ("138-0000-0417".into(), "138****0417".into()),
            (wide, "138****0417".into()),
            (format!("账号{card}"), format!("账号**** {}", &card[card.len() - 4..])),
            (apart, format!("**** {}", &card[card.len() - 4..])),
            // A certificate is an ID number and two digits more.
            ("340223196805120411".to_owned() + "44", "**** 1144".into()),
        ] {
            assert_eq!(numbers(&text, Phones::Masked), shown, "{text}");
            assert!(tells_a_number(&text), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_of_a_person_stays() {
        for text in [
            "2022-07-06 至 2022-07-28 公示",
            "每月 630.00 元，共 138,000,004.17 元",
            "XZ-2022-0713-004",
            "340223101201",
            "南民低保告字〔2022〕12号",
            "2019 2020 2021 2022 四年",
            "0553-6812345",
            "12345678901 户",
            "第 1 至 100 行，第 2 至 200 行，第 3 至 300 行",
        ] {
            assert_eq!(numbers(text, Phones::Masked), text);
            assert!(!tells_a_number(text), "{text}");
        }
    }

    #[test]
    fn a_paper_may_name_the_telephone_of_an_office_and_nothing_else() {
        let text = format!("联系电话 13800000417，证号{}", own_number());
        let shown = numbers(&text, Phones::Shown);
        assert!(shown.contains("13800000417") && !shown.contains(&own_number()), "{shown}");
    }
}
