//! What the screen shows of a citizen by default. Showing more is a separate, logged act.

mod running_text;

pub use running_text::{Phones, numbers, tells_a_number};

use crate::id_number::IdNumber;

/// Compound surnames whose two characters are both shown; the rest of the name never is.
const COMPOUND_SURNAMES: [&str; 12] =
    ["欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "端木", "东方"];

/// 张* / 李** / 欧阳*.
pub fn name(full: &str) -> String {
    let characters: Vec<char> = full.chars().collect();
    let surname = usize::from(characters.len() > 2 && COMPOUND_SURNAMES.iter().any(|s| full.starts_with(s))) + 1;
    if characters.len() <= surname {
        return full.to_owned();
    }
    characters[..surname].iter().copied().chain(std::iter::repeat_n('*', characters.len() - surname)).collect()
}

/// 340202********0111: first six, last four.
pub fn id_number(number: &IdNumber) -> String {
    format!("{}********{}", &number.expose()[..6], number.last_four())
}

/// 138****5678. Anything shorter than a mobile number keeps its last two digits at most: a landline has too few to spare.
pub fn phone(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    if characters.len() < 11 {
        let shown = if characters.len() < 7 { 0 } else { 2 };
        let tail: String = characters[characters.len() - shown..].iter().collect();
        return format!("{}{tail}", "*".repeat(characters.len() - shown));
    }
    let head: String = characters[..3].iter().collect();
    let tail: String = characters[characters.len() - 4..].iter().collect();
    format!("{head}{}{tail}", "*".repeat(characters.len() - 7))
}

/// **** **** 1234: the last four of an account.
pub fn account(number: &str) -> String {
    let characters: Vec<char> = number.chars().filter(|c| !c.is_whitespace()).collect();
    let tail: String = characters[characters.len().saturating_sub(4)..].iter().collect();
    if characters.len() <= 4 { "*".repeat(characters.len()) } else { format!("**** {tail}") }
}

#[cfg(test)]
mod tests;
