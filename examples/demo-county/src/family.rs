//! An invented family: where it lives, who belongs to it, what each member earns, owns and spends. The fields are those of
//! the kernel's catalogue, so that whatever column a roster asks for can be answered by its code.

use doudi_domain::calendar::age_on;
use doudi_domain::id_number::IdNumber;
use doudi_domain::person::Sex;
use doudi_domain::{Date, DivisionCode};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct Family {
    /// 户编号, unique within the county.
    pub number: String,
    pub village: DivisionCode,
    pub village_name: String,
    pub address: String,
    /// Single-valued fields of the household by catalogue code.
    pub codes: BTreeMap<&'static str, i64>,
    pub bank: String,
    pub account_name: String,
    pub account_number: String,
    /// The head first.
    pub members: Vec<Member>,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub name: String,
    pub id: IdNumber,
    pub sex: Sex,
    pub birth: Date,
    pub hukou_address: String,
    pub phone: Option<String>,
    /// 残疾人证号: ID number, category, grade.
    pub certificate: Option<String>,
    /// Single-valued fields by catalogue code: `person.relation`, `person.health` …
    pub codes: BTreeMap<&'static str, i64>,
    /// Income, assets and spending.
    pub items: Vec<Item>,
}

/// One sum of money: fen a month for income and spending, fen at its date for assets.
#[derive(Clone, Debug)]
pub struct Item {
    pub field: &'static str,
    pub fen: i64,
    /// Kind of vehicle, home or company; 0 when the field has none.
    pub qualifier: i64,
}

impl Member {
    pub fn age(&self, day: Date) -> i16 {
        age_on(self.birth, day)
    }

    pub fn set(&mut self, code: &'static str, value: i64) -> &mut Member {
        self.codes.insert(code, value);
        self
    }

    pub fn code(&self, code: &str) -> i64 {
        self.codes.get(code).copied().unwrap_or(0)
    }

    /// Adds a sum in whole yuan; nothing when it is not positive.
    pub fn item(&mut self, field: &'static str, yuan: i64) -> &mut Member {
        self.qualified(field, yuan, 0)
    }

    pub fn qualified(&mut self, field: &'static str, yuan: i64, qualifier: i64) -> &mut Member {
        if yuan > 0 {
            self.items.push(Item { field, fen: yuan * 100, qualifier });
        }
        self
    }

    /// The sum of this member's items of one field, in fen.
    pub fn total(&self, field: &str) -> i64 {
        self.items.iter().filter(|item| item.field == field).map(|item| item.fen).sum()
    }

    /// Records a disability, with the certificate number that belongs to it.
    pub fn disabled(&mut self, category: i64, grade: i64) -> &mut Member {
        self.certificate = Some(format!("{}{category}{grade}", self.id.expose()));
        self.set("person.disability-category", category).set("person.disability-grade", grade);
        let capacity = match (category, grade) {
            (_, 1 | 2) | (5 | 6, 3) => 3,
            _ => 2,
        };
        if self.code("person.labour-capacity") != 4 {
            self.set("person.labour-capacity", capacity);
        }
        self.set("person.health", 60)
    }
}

impl Family {
    pub fn size(&self) -> usize {
        self.members.len()
    }

    /// Everything that plainly comes in, minus what work costs, in fen a month: for looking at the make-up of a roster, not
    /// for deciding anything. What counts is a question of law and of the plugin that knows it.
    pub fn rough_income(&self) -> i64 {
        let sum = |field| self.members.iter().map(|member| member.total(field)).sum::<i64>();
        [
            "income.wage",
            "income.business",
            "income.property",
            "income.transfer-in",
            "income.support",
            "income.pension-other",
            "income.other",
        ]
        .into_iter()
        .map(sum)
        .sum::<i64>()
            - sum("income.employment-cost")
    }
}
