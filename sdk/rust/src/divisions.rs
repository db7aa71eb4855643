//! The places of the county. Which of them a rule means by "every village" is the rule's: see [`Division::is_real`].

use crate::block::Block;
use crate::host;
use crate::refusal::{Refusal, Result};
use doudi_documents::place::Level;

/// A county, a town or a village.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Division {
    /// 12 digits.
    pub code: i64,
    /// The code of what it lies in; 0 for the county.
    pub parent: i64,
    /// County, town or village.
    pub level: Level,
    /// 许镇镇.
    pub name: String,
}

impl Division {
    /// Neither a park nor a virtual community: the unit's own last three digits are below 400 (统计用区划代码). Its parent does not
    /// matter: a real village may lie under a park.
    pub fn is_real(&self) -> bool {
        match self.level {
            Level::County => true,
            Level::Town => self.code / 1_000 % 1_000 < 400,
            Level::Village => self.code % 1_000 < 400,
        }
    }

    /// A village or community every village's duties apply to.
    pub fn is_real_village(&self) -> bool {
        self.level == Level::Village && self.is_real()
    }

    /// A town or street every town's duties apply to.
    pub fn is_real_town(&self) -> bool {
        self.level == Level::Town && self.is_real()
    }

    /// Whether a place lies in this one, or is it.
    pub fn contains(&self, code: i64) -> bool {
        let width = match self.level {
            Level::County => 1_000_000,
            Level::Town => 1_000,
            Level::Village => 1,
        };
        code / width == self.code / width
    }
}

/// The county, its towns and its villages, in order of code, whatever part of it the actor works in.
///
/// # Errors
/// `denied` when the county has not granted it.
pub fn list() -> Result<Vec<Division>> {
    read(&host::divisions_all()?)
}

fn read(block: &Block) -> Result<Vec<Division>> {
    let table = block.table("division")?;
    let (codes, parents) = (table.int_column("code")?, table.int_column("parent")?);
    let (levels, names) = (table.text_column("level")?, table.text_column("name")?);
    (0..table.rows as usize)
        .map(|row| {
            let level = levels.get(row).and_then(Level::parse);
            Ok(Division {
                code: codes.value(row),
                parent: parents.get(row).unwrap_or(0),
                level: level.ok_or_else(|| Refusal::internal(format!("区划表第 {} 行的级别不能读取", row + 1)))?,
                name: names.get(row).unwrap_or_default().to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_judged_by_its_own_digits() {
        let of = |code, level| Division { code, parent: 0, level, name: String::new() };
        for (code, level, real) in [
            (340_223_000_000, Level::County, true),
            (340_223_101_000, Level::Town, true),
            (340_223_400_000, Level::Town, false),
            (340_223_101_203, Level::Village, true),
            // 繁昌工业园区 holds real villages; 高教园区社区 is virtual under an ordinary street.
            (340_212_401_201, Level::Village, true),
            (340_209_003_401, Level::Village, false),
        ] {
            assert_eq!(of(code, level).is_real(), real, "{code}");
        }
        let town = of(340_223_101_000, Level::Town);
        assert!(town.is_real_town() && !town.is_real_village());
        assert!(town.contains(340_223_101_203) && town.contains(340_223_101_000));
        assert!(!town.contains(340_223_102_203) && !town.contains(340_223_000_000));
    }
}
