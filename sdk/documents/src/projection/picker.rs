//! Takes the values some pointers name out of a JSON text without building the rest of it: a page over a county reads thousands of
//! bodies for two or three values each.

use super::{Scalar, Wanted, scalar};
use serde::Deserialize as _;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// What is wanted at a place and below it.
#[derive(Debug, Default)]
pub(super) struct Picker {
    /// Places in the row that want the value that stands here.
    here: Vec<usize>,
    /// Further names, and what is wanted there.
    below: Vec<(String, Picker)>,
}

impl Picker {
    /// Of the pointers among the names.
    pub fn of(wanted: &[Wanted]) -> Picker {
        let mut all = Picker::default();
        for (place, wanted) in wanted.iter().enumerate() {
            let Wanted::Body(pointer) = wanted else { continue };
            let tokens = pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"));
            tokens.fold(&mut all, Picker::under).here.push(place);
        }
        all
    }

    fn under(&mut self, name: String) -> &mut Picker {
        let at = self.below.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            self.below.push((name, Picker::default()));
            self.below.len() - 1
        });
        &mut self.below[at].1
    }

    /// Whether nothing is wanted of bodies.
    pub fn is_empty(&self) -> bool {
        self.here.is_empty() && self.below.is_empty()
    }

    /// Puts what a body has into the row.
    ///
    /// # Errors
    /// When it is not JSON: what stands in the row then is worth nothing.
    pub fn pick(&self, body: &str, row: &mut [Scalar]) -> serde_json::Result<()> {
        let mut text = serde_json::Deserializer::from_str(body);
        Picking { picker: self, row }.deserialize(&mut text)?;
        text.end()
    }

    /// As [`Picker::pick`], out of a value that stands built.
    fn pick_of(&self, value: &Value, row: &mut [Scalar]) {
        for place in &self.here {
            row[*place] = scalar(value);
        }
        for (name, below) in &self.below {
            let found = match value {
                Value::Object(map) => map.get(name),
                Value::Array(list) => index(name).and_then(|at| list.get(at)),
                _ => None,
            };
            if let Some(value) = found {
                below.pick_of(value, row);
            }
        }
    }
}

/// A place in a list, as RFC 6901 writes it: without a sign and without zeros in front.
fn index(token: &str) -> Option<usize> {
    if token.starts_with('+') || (token.starts_with('0') && token.len() > 1) { None } else { token.parse().ok() }
}

struct Picking<'p, 'r> {
    picker: &'p Picker,
    row: &'r mut [Scalar],
}

impl<'de> DeserializeSeed<'de> for Picking<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, text: D) -> Result<(), D::Error> {
        text.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Picking<'_, '_> {
    type Value = ();

    fn expecting(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        words.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if !self.picker.here.is_empty() {
            let whole = Value::deserialize(MapAccessDeserializer::new(map))?;
            self.picker.pick_of(&whole, self.row);
            return Ok(());
        }
        while let Some(below) = map.next_key_seed(Below(self.picker))? {
            match below {
                Some(below) => map.next_value_seed(Picking { picker: below, row: self.row })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        let whole = Value::deserialize(SeqAccessDeserializer::new(list))?;
        self.picker.pick_of(&whole, self.row);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.put(|| Scalar::Int(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.put(|| Scalar::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.put(|| scalar(&value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.put(|| scalar(&value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.put(|| Scalar::Text(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.put(|| Scalar::Absent)
    }
}

impl Picking<'_, '_> {
    fn put<E>(self, value: impl Fn() -> Scalar) -> Result<(), E> {
        for place in &self.picker.here {
            self.row[*place] = value();
        }
        Ok(())
    }
}

/// What is wanted under the name that comes next.
struct Below<'p>(&'p Picker);

impl<'de, 'p> DeserializeSeed<'de> for Below<'p> {
    type Value = Option<&'p Picker>;

    fn deserialize<D: serde::Deserializer<'de>>(self, name: D) -> Result<Self::Value, D::Error> {
        name.deserialize_str(self)
    }
}

impl<'p> Visitor<'_> for Below<'p> {
    type Value = Option<&'p Picker>;

    fn expecting(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        words.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.below.iter().find(|(wanted, _)| wanted == name).map(|(_, below)| below))
    }
}
