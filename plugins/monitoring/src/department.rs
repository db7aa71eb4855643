//! Who sends data. The eight departments of the notice (第一条) must be compared with every month until they are interconnected;
//! the others send what §1.8 of the handbook calls cross-checks, and a county decides whether to count them.

use serde::{Deserialize, Serialize};

/// A department, by the word its documents carry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Department {
    Education,
    Hrss,
    Housing,
    Health,
    Emergency,
    MedicalInsurance,
    RuralRevitalisation,
    DisabledFederation,
    Police,
    CivilAffairs,
    Justice,
    HousingFund,
    RealEstate,
    PublicFinance,
    Market,
    Tax,
    Banks,
}

use Department::{
    Banks, CivilAffairs, DisabledFederation, Education, Emergency, Health, Housing, HousingFund, Hrss, Justice, Market,
    MedicalInsurance, Police, PublicFinance, RealEstate, RuralRevitalisation, Tax,
};

impl Department {
    /// In the order of the notice, then of the cross-checks.
    pub const ALL: [Department; 17] = [
        Education,
        Hrss,
        Housing,
        Health,
        Emergency,
        MedicalInsurance,
        RuralRevitalisation,
        DisabledFederation,
        Police,
        CivilAffairs,
        Justice,
        HousingFund,
        RealEstate,
        PublicFinance,
        Market,
        Tax,
        Banks,
    ];

    /// Named by the notice for the exchange: 教育、人社、住建、卫健、应急、医保、乡村振兴、残联.
    pub const fn in_notice(self) -> bool {
        (self as usize) < 8
    }

    pub const fn code(self) -> &'static str {
        match self {
            Education => "education",
            Hrss => "hrss",
            Housing => "housing",
            Health => "health",
            Emergency => "emergency",
            MedicalInsurance => "medical-insurance",
            RuralRevitalisation => "rural-revitalisation",
            DisabledFederation => "disabled-federation",
            Police => "police",
            CivilAffairs => "civil-affairs",
            Justice => "justice",
            HousingFund => "housing-fund",
            RealEstate => "real-estate",
            PublicFinance => "public-finance",
            Market => "market",
            Tax => "tax",
            Banks => "banks",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Education => "教育",
            Hrss => "人社",
            Housing => "住建",
            Health => "卫健",
            Emergency => "应急",
            MedicalInsurance => "医保",
            RuralRevitalisation => "乡村振兴",
            DisabledFederation => "残联",
            Police => "公安",
            CivilAffairs => "民政",
            Justice => "司法",
            HousingFund => "公积金",
            RealEstate => "不动产登记",
            PublicFinance => "财政",
            Market => "市场监管",
            Tax => "税务",
            Banks => "银行证券保险",
        }
    }

    pub fn of(code: &str) -> Option<Department> {
        Department::ALL.into_iter().find(|department| department.code() == code)
    }

    /// The kernel's code of the source of facts (table `source`). A department the table has not is the finance check (3).
    pub const fn source(self) -> u8 {
        match self {
            Education => 18,
            Hrss => 6,
            Health => 19,
            MedicalInsurance => 14,
            RuralRevitalisation => 15,
            DisabledFederation => 13,
            Police => 4,
            CivilAffairs => 5,
            Justice => 16,
            HousingFund => 7,
            RealEstate => 8,
            Market => 10,
            Tax => 11,
            Banks => 12,
            Housing | Emergency | PublicFinance => 3,
        }
    }
}
