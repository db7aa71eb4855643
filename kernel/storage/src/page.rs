//! Pages by cursor: "the rows after this one". A page stays right while rows are added, and page 500 costs as much as
//! page 1; OFFSET has neither property.

/// One page, and where the next begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Pass as `cursor` to go on; `None` on the last page.
    pub next: Option<String>,
}

/// More rows than this are never read for one page, whatever was asked.
pub const PAGE_LIMIT: u32 = 4_096;

impl<T> Page<T> {
    pub fn empty() -> Page<T> {
        Page { items: Vec::new(), next: None }
    }

    /// From `limit + 1` rows read: the extra one only proves that there are more.
    pub(crate) fn cut(mut rows: Vec<T>, limit: u32, cursor_of: impl Fn(&T) -> String) -> Page<T> {
        let limit = limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(cursor_of) } else { None };
        Page { items: rows, next }
    }

    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(each).collect(), next: self.next }
    }
}

/// Between 1 and [`PAGE_LIMIT`].
pub(crate) fn clamp(limit: u32) -> u32 {
    limit.clamp(1, PAGE_LIMIT)
}

/// The integers of a cursor, `count` of them. A cursor comes from a URL: nonsense begins at the first page.
pub(crate) fn integers<const N: usize>(cursor: Option<&str>) -> Option<[i64; N]> {
    let mut values = [0; N];
    let mut parts = cursor?.split('-');
    for value in &mut values {
        // The sign is written as `n`, because `-` separates.
        let part = parts.next()?;
        *value = match part.strip_prefix('n') {
            Some(digits) => -digits.parse::<i64>().ok()?,
            None => part.parse().ok()?,
        };
    }
    parts.next().is_none().then_some(values)
}

pub(crate) fn cursor(values: &[i64]) -> String {
    let part = |value: &i64| {
        if *value < 0 { format!("n{}", value.unsigned_abs()) } else { value.to_string() }
    };
    values.iter().map(part).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_round_trip_and_nonsense_begins_anew() {
        assert_eq!(integers::<3>(Some(&cursor(&[7, -12, 0]))), Some([7, -12, 0]));
        for nonsense in ["", "1", "1-2-3-4", "a-b-c", "1--2-3", "n-1-2"] {
            assert_eq!(integers::<3>(Some(nonsense)), None, "{nonsense}");
        }
    }
}
