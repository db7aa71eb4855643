//! What a row of a department's data states (事项). The numbers are those of the feed's words in `plugin.toml`; a row that states
//! nothing is as welcome as one that does: only then is it known who was compared.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A statement about one person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Event {
    /// Compared, nothing found.
    Clear,
    Disability,
    DisabilityExpired,
    /// One settlement: the part paid by the person.
    Medical,
    Illness,
    Contribution,
    UnemploymentEnded,
    Pension,
    Death,
    MovedAway,
    Imprisoned,
    Released,
    University,
    DroppedOut,
    Disaster,
    Accident,
    UnsafeHome,
    Marriage,
    HousingFund,
    PublicPayroll,
    Home,
    Vehicle,
    Company,
    Taxed,
    Deposit,
    WatchListed,
    WatchCleared,
}

use Event::{
    Accident, Clear, Company, Contribution, Death, Deposit, Disability, DisabilityExpired, Disaster, DroppedOut, Home,
    HousingFund, Illness, Imprisoned, Marriage, Medical, MovedAway, Pension, PublicPayroll, Released, Taxed,
    UnemploymentEnded, University, UnsafeHome, Vehicle, WatchCleared, WatchListed,
};

impl Event {
    /// By number.
    pub const ALL: [Event; 27] = [
        Clear,
        Disability,
        DisabilityExpired,
        Medical,
        Illness,
        Contribution,
        UnemploymentEnded,
        Pension,
        Death,
        MovedAway,
        Imprisoned,
        Released,
        University,
        DroppedOut,
        Disaster,
        Accident,
        UnsafeHome,
        Marriage,
        HousingFund,
        PublicPayroll,
        Home,
        Vehicle,
        Company,
        Taxed,
        Deposit,
        WatchListed,
        WatchCleared,
    ];

    pub fn of(number: i64) -> Option<Event> {
        usize::try_from(number).ok().and_then(|at| Event::ALL.get(at).copied())
    }

    pub const fn number(self) -> i64 {
        self as i64
    }

    /// As the officer's form and the ledgers call it.
    pub const fn label(self) -> &'static str {
        match self {
            Clear => "无记录",
            Disability => "残疾证",
            DisabilityExpired => "残疾证到期",
            Medical => "自付医疗费",
            Illness => "重特大疾病",
            Contribution => "社保缴费",
            UnemploymentEnded => "失业金停发",
            Pension => "养老待遇",
            Death => "死亡",
            MovedAway => "户口迁出",
            Imprisoned => "服刑或强制戒毒",
            Released => "释放",
            University => "考取大学",
            DroppedOut => "失学辍学",
            Disaster => "火灾或房屋受损",
            Accident => "意外事故",
            UnsafeHome => "危房",
            Marriage => "婚姻登记",
            HousingFund => "公积金缴存",
            PublicPayroll => "财政供养",
            Home => "房产",
            Vehicle => "车辆",
            Company => "市场主体",
            Taxed => "纳税收入",
            Deposit => "存款证券保险",
            WatchListed => "防返贫监测对象",
            WatchCleared => "监测风险消除",
        }
    }

    /// Whether a row without a sum says nothing.
    pub const fn needs_amount(self) -> bool {
        matches!(self, Medical)
    }

    /// Whether a row without the grade of the disability says nothing.
    pub const fn needs_grade(self) -> bool {
        matches!(self, Disability)
    }
}

/// Written as its number.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number())
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Event, D::Error> {
        let number = i64::deserialize(deserializer)?;
        Event::of(number).ok_or_else(|| serde::de::Error::custom(format!("没有第 {number} 种事项")))
    }
}
