//! What raises a question before money leaves. A question holds a line; a person settles it. Some things only the kernel can see,
//! because they need names and accounts: it names them by the same codes ([`Code::of`]).

use doudi_sdk::prelude::*;

/// Why a line is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// 金额为零: in force, and pays nothing.
    ZeroAmount,
    /// The base is more than S×n; 分类施保 comes on top and does not count here.
    AboveCeiling,
    /// The bank returned this payee's money twice.
    FailedTwice,
    /// Paid for the first time without having been posted.
    NotPosted,
    NoAccount,
    SharedAccount,
    HolderDiffers,
    OtherScheme,
    OtherCounty,
    /// The payee stands on another household's line already: the line is not drawn at all.
    Twice,
    /// A death was reported after the roster was drawn up.
    Died,
}

impl Code {
    pub const ALL: [Code; 11] = [
        Code::ZeroAmount,
        Code::AboveCeiling,
        Code::FailedTwice,
        Code::NotPosted,
        Code::NoAccount,
        Code::SharedAccount,
        Code::HolderDiffers,
        Code::OtherScheme,
        Code::OtherCounty,
        Code::Twice,
        Code::Died,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Code::ZeroAmount => "zero-amount",
            Code::AboveCeiling => "above-ceiling",
            Code::FailedTwice => "failed-twice",
            Code::NotPosted => "not-posted",
            Code::NoAccount => "no-account",
            Code::SharedAccount => "shared-account",
            Code::HolderDiffers => "holder-differs",
            Code::OtherScheme => "other-scheme",
            Code::OtherCounty => "other-county",
            Code::Twice => "twice",
            Code::Died => "died",
        }
    }

    pub fn of(code: &str) -> Option<Code> {
        Code::ALL.into_iter().find(|known| known.code() == code)
    }

    pub fn label(self) -> &'static str {
        match self {
            Code::ZeroAmount => "金额为零",
            Code::AboveCeiling => "保障金超过标准",
            Code::FailedTwice => "连续两次发放失败",
            Code::NotPosted => "首次发放未经公示",
            Code::NoAccount => "没有银行账户",
            Code::SharedAccount => "多户共用账户",
            Code::HolderDiffers => "户名不符",
            Code::OtherScheme => "同时享受其他救助",
            Code::OtherCounty => "同时在其他县区发放",
            Code::Twice => "已列入另一笔发放",
            Code::Died => "成员去世",
        }
    }

    /// What to look at and how to mend it.
    pub fn advice(self) -> &'static str {
        match self {
            Code::ZeroAmount => "决定仍然有效而金额为零，请核对决定，应停发的办理停发",
            Code::AboveCeiling => "保障金（不含分类施保金）大于低保标准乘以人数，请核对决定",
            Code::FailedTwice => "银行已连续两次退回，请联系家庭更正账户后再恢复发放",
            Code::NotPosted => "首次发放的家庭没有公示记录，请核对公示材料",
            Code::NoAccount => "请在家庭档案中补录开户行、户名和账号",
            Code::SharedAccount => "同一账号收取多户的款项，请核实账户由谁持有，防止他人代管",
            Code::HolderDiffers => "户名不是家庭成员，请核实是否有书面委托，或者更正账户",
            Code::OtherScheme => "该家庭有成员本月还在其他救助的名单上，请核实是否可以同时享受",
            Code::OtherCounty => "该家庭有成员本月还在其他县区的名单上，请与该县区核对户籍",
            Code::Twice => "该人本月已在另一笔发放中，没有列入名单，请核对两项决定，停发其中一项",
            Code::Died => "名单生成后登记了成员去世，请待变更决定后重新生成名单",
        }
    }
}

/// What is known of a line about to be drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Candidate {
    pub amount: Fen,
    /// Without 分类施保.
    pub base: Fen,
    /// S×n, where the measure says it.
    pub ceiling: Option<Fen>,
    /// Times the bank returned this payee's money in a row.
    pub failures: u32,
    pub first_time: bool,
    /// Whether the award was posted, where the measure says it.
    pub posted: Option<bool>,
}

/// The first question a line raises by itself. What the measure does not tell is not asked.
pub fn question(candidate: &Candidate, require_posting: bool) -> Option<Code> {
    if candidate.amount <= Fen::ZERO {
        return Some(Code::ZeroAmount);
    }
    if candidate.ceiling.is_some_and(|ceiling| candidate.base > ceiling) {
        return Some(Code::AboveCeiling);
    }
    if candidate.failures >= 2 {
        return Some(Code::FailedTwice);
    }
    if require_posting && candidate.first_time && candidate.posted == Some(false) {
        return Some(Code::NotPosted);
    }
    None
}
