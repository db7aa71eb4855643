//! How values look on the screen: dates in text and in tables, amounts, distances, sizes, digests.

use crate::app::display::Due;
use doudi_domain::{Date, Fen};

/// `2022年7月6日`, or `6 July 2022`.
pub fn date_long(day: Date, english: bool) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    if english {
        format!("{} {} {}", day.day(), MONTHS[(day.month() - 1) as usize], day.year())
    } else {
        format!("{}年{}月{}日", day.year(), day.month(), day.day())
    }
}

/// `7月20日`: within a year, where the year is clear.
pub fn date_short(day: Date, today: Date) -> String {
    if day.year() == today.year() { format!("{}月{}日", day.month(), day.day()) } else { date_long(day, false) }
}

/// `630.00 元`.
pub fn yuan(amount: Fen) -> String {
    format!("{amount} 元")
}

/// `12.5%` from basis points.
pub fn ratio(basis_points: i64) -> String {
    let sign = if basis_points < 0 { "-" } else { "" };
    let (whole, part) = (basis_points.unsigned_abs() / 100, basis_points.unsigned_abs() % 100);
    match part {
        0 => format!("{sign}{whole}%"),
        part if part % 10 == 0 => format!("{sign}{whole}.{}%", part / 10),
        part => format!("{sign}{whole}.{part:02}%"),
    }
}

/// The class that colours a deadline; the words beside it say the same.
pub fn due_tone(due: &Due) -> &'static str {
    if due.overdue {
        "bad"
    } else if due.distance <= 3 {
        "soon"
    } else {
        ""
    }
}

/// `1.2 MB`, `310 KB`.
pub fn size(bytes: i64) -> String {
    const KB: i64 = 1024;
    match bytes {
        ..KB => format!("{bytes} B"),
        KB..1_048_576 => format!("{} KB", bytes / KB),
        _ => format!("{}.{} MB", bytes / (KB * KB), bytes % (KB * KB) * 10 / (KB * KB)),
    }
}

/// A digest in groups of eight, as people read it to each other.
pub fn grouped(digest: &str) -> String {
    digest.as_bytes().chunks(8).map(|group| String::from_utf8_lossy(group)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_look_as_officers_write_them() {
        assert_eq!(date_long(Date::constant(2022, 7, 6), false), "2022年7月6日");
        assert_eq!(date_short(Date::constant(2022, 7, 6), Date::constant(2022, 1, 1)), "7月6日");
        assert_eq!(date_short(Date::constant(2023, 7, 6), Date::constant(2022, 1, 1)), "2023年7月6日");
        assert_eq!([1250, 5, -50, 10_000].map(ratio), ["12.5%", "0.05%", "-0.5%", "100%"]);
        assert_eq!([900, 317_440, 1_300_000].map(size), ["900 B", "310 KB", "1.2 MB"]);
        assert_eq!(yuan(Fen(71_000)), "710.00 元");
        assert_eq!(grouped("0123456789abcdef01"), "01234567 89abcdef 01");
    }
}
