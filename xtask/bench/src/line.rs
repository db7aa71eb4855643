//! One measured figure beside what was aimed at and the floor under it.

use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// As `--only` names it.
    pub name: &'static str,
    /// `sqlite`, `postgres`.
    pub engine: &'static str,
    pub what: String,
    pub value: f64,
    pub unit: &'static str,
    /// Scaled to what was measured: half the households, half the seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aim: Option<f64>,
    /// Reading and writing the same rows without computing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio_aim: Option<f64>,
}

impl Line {
    pub fn new(
        name: &'static str,
        engine: &'static str,
        what: impl Into<String>,
        value: f64,
        unit: &'static str,
    ) -> Line {
        let what = what.into();
        Line { name, engine, what, value, unit, aim: None, floor: None, ratio: None, ratio_aim: None }
    }

    pub fn aim(self, aim: f64) -> Line {
        Line { aim: Some(aim), ..self }
    }

    pub fn floor(self, floor: f64) -> Line {
        let ratio = (floor > 0.0).then(|| self.value / floor);
        Line { floor: Some(floor), ratio, ..self }
    }

    pub fn ratio_aim(self, aim: f64) -> Line {
        Line { ratio_aim: Some(aim), ..self }
    }

    fn met(&self) -> &'static str {
        let within =
            |value: Option<f64>, aim: Option<f64>| aim.is_none_or(|aim| value.is_none_or(|value| value <= aim));
        match (self.aim.or(self.ratio_aim), within(Some(self.value), self.aim) && within(self.ratio, self.ratio_aim)) {
            (None, _) => "",
            (_, true) => "met",
            (_, false) => "missed",
        }
    }
}

/// The lines so far. Each is told at once: a run of many minutes that stops half-way takes none of its figures away.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Lines(pub Vec<Line>);

impl Lines {
    pub fn push(&mut self, line: Line) {
        let number = if line.value >= 100.0 { format!("{:.0}", line.value) } else { format!("{:.2}", line.value) };
        eprintln!("  {}: {}: {number} {}", line.engine, line.what, line.unit);
        self.0.push(line);
    }

    pub fn extend(&mut self, lines: impl IntoIterator<Item = Line>) {
        lines.into_iter().for_each(|line| self.push(line));
    }
}

/// What one engine needed, and how durable it was.
#[derive(Clone, Debug, Serialize)]
pub struct Durability {
    pub engine: &'static str,
    pub settings: String,
}

pub fn print(lines: &[Line], durability: &[Durability]) {
    for Durability { engine, settings } in durability {
        println!("{engine}: {settings}");
    }
    let number = |value: Option<f64>, unit: &str| match value {
        None => String::new(),
        Some(value) if value >= 100.0 => format!("{value:.0} {unit}"),
        Some(value) => format!("{value:.2} {unit}"),
    };
    println!("\n{:62} {:9} {:>12} {:>12} {:>12} {:>7}", "", "engine", "measured", "aim ≤", "floor", "ratio");
    for line in lines {
        println!(
            "{:62} {:9} {:>12} {:>12} {:>12} {:>7}  {}",
            line.what,
            line.engine,
            number(Some(line.value), line.unit),
            number(line.aim, line.unit),
            number(line.floor, line.unit),
            line.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            line.met()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aim_and_a_ratio_must_both_be_met() {
        let line = |value: f64| Line::new("decide", "sqlite", "", value, "s").aim(5.0).floor(2.0).ratio_aim(2.0);
        assert_eq!([3.9, 4.5, 6.0].map(|value| line(value).met()), ["met", "missed", "missed"]);
        assert_eq!(line(4.0).ratio, Some(2.0));
        assert_eq!(Line::new("pages", "sqlite", "", 1.0, "ms").met(), "");
    }
}
