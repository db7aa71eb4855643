//! How a version does after the switch, beside how the one before did: the recorded calls of both, and how many of them failed.

use doudi_domain::Result;
use doudi_domain::upgrade::Upgrade;
use doudi_storage::Snapshot;
use doudi_storage::upgrade::CallCount;

/// Calls looked at on either side.
const MOST: u32 = 5_000;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watch {
    /// The last calls before the switch, on the version from before.
    pub before: WatchRow,
    /// Calls since, on either version: what was under way at the switch may still have ended on the old one.
    pub since: Vec<WatchRow>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WatchRow {
    pub digest: String,
    pub calls: i64,
    /// Answered with a refusal: an answer by rule, no error.
    pub refused: i64,
    pub failed: i64,
    pub mean_micros: i64,
    /// What went wrong, and how often; the most frequent first.
    pub causes: Vec<(String, i64)>,
}

impl WatchRow {
    /// Failed calls in basis points.
    pub fn rate(&self) -> i64 {
        if self.calls == 0 { 0 } else { self.failed * 10_000 / self.calls }
    }
}

impl Watch {
    /// More of the new version's calls fail than of the old one's did.
    pub fn worse(&self, upgrade: &Upgrade) -> bool {
        let new = self.since.iter().find(|row| row.digest == upgrade.to_digest);
        new.is_some_and(|new| new.failed > 0 && new.rate() > self.before.rate())
    }
}

pub(super) async fn of(snapshot: &mut Snapshot, upgrade: &Upgrade) -> Result<Watch> {
    let pin = upgrade.pin.map_or(i64::MAX, |pin| pin.0);
    let earlier = snapshot.calls_counted(&upgrade.plugin, 0, pin, MOST).await?;
    let earlier: Vec<CallCount> = earlier.into_iter().filter(|count| count.digest == upgrade.from_digest).collect();
    let mut since: Vec<WatchRow> = Vec::new();
    let later = snapshot.calls_counted(&upgrade.plugin, pin, i64::MAX, MOST).await?;
    for digest in [&upgrade.to_digest, &upgrade.from_digest] {
        let own: Vec<CallCount> = later.iter().filter(|count| count.digest == *digest).cloned().collect();
        since.push(row(digest, &own));
    }
    Ok(Watch { before: row(&upgrade.from_digest, &earlier), since })
}

fn row(digest: &str, counts: &[CallCount]) -> WatchRow {
    let is_refusal = |outcome: &str| matches!(outcome, "refused" | "invalid" | "not-found");
    let sum = |of: &dyn Fn(&&CallCount) -> bool| counts.iter().filter(of).map(|count| count.calls).sum::<i64>();
    let calls = sum(&|_| true);
    let mut causes: Vec<(String, i64)> = counts
        .iter()
        .filter(|count| count.outcome != "ok" && !is_refusal(&count.outcome))
        .map(|count| (count.outcome.clone(), count.calls))
        .collect();
    causes.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    let answered = sum(&|count| count.outcome == "ok");
    let micros: i64 = counts.iter().filter(|count| count.outcome == "ok").map(|count| count.micros).sum();
    WatchRow {
        digest: digest.to_owned(),
        calls,
        refused: sum(&|count| is_refusal(&count.outcome)),
        failed: causes.iter().map(|(_, calls)| calls).sum(),
        mean_micros: if answered == 0 { 0 } else { micros / answered },
        causes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_answers_and_the_rest_are_failures() {
        let count = |outcome: &str, calls| CallCount {
            digest: "a".into(),
            outcome: outcome.into(),
            calls,
            micros: calls * 100,
        };
        let row = row("a", &[count("ok", 90), count("refused", 5), count("trapped", 3), count("out-of-time", 2)]);
        assert_eq!((row.calls, row.refused, row.failed, row.mean_micros, row.rate()), (100, 5, 5, 100, 500));
        assert_eq!(row.causes[0], ("trapped".to_owned(), 3));
    }
}
