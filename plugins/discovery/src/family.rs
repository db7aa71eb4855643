//! The household as this measure sees it: where it lives and whether it is on the watch list. Nothing of money, for villages see none.

use doudi_sdk::prelude::*;

/// One household on the legal date.
#[derive(Debug, Default, Clone, PartialEq, Input)]
#[input(table = "household")]
pub struct Family {
    #[input("household.id")]
    pub household: Id,
    /// 12 digits: the village of residence, whatever the hukou says.
    #[input("household.division")]
    pub village: Option<i64>,
    /// Code table `monitoring`; 0: not on the watch list.
    #[input("household.monitoring", default)]
    pub monitoring: i64,
}

impl Family {
    /// 脱贫不稳定户, 边缘易致贫户, 突发严重困难户.
    pub const fn is_watched(&self) -> bool {
        matches!(self.monitoring, 1..=3)
    }
}

/// One household.
///
/// # Errors
/// `not-found` outside the scope.
pub fn of(household: Id, on: Date) -> Result<Family> {
    records::household(household, on)
}
