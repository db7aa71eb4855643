//! 委托照料服务协议书 as it is printed and signed: parties, level, services, fee, term, visits, the duties on death or
//! disappearance, what the carer must not do, how it changes and ends, liability, and a place for each signature. Names of the
//! person come from the kernel; the carer writes his own.

use super::Subject;
use crate::agreement::{Agreement, Payee, contact_word, service_word};
use crate::carer::Carer;
use crate::settings::Settings;
use doudi_sdk::prelude::*;

/// The paper, from the agreement as it was entered.
pub fn agreement(
    subject: Subject<'_>,
    body: &Agreement,
    carer: &Carer,
    carer_number: &str,
    settings: &Settings,
) -> NoticeIssue {
    let mut paper = subject.letter("特困人员委托照料服务协议书", settings).person(body.member);
    for text in parties(body, carer, carer_number, subject.key()).into_iter().chain(terms(body, settings)) {
        paper = paper.paragraph(text);
    }
    for place in [
        "甲方（委托方，盖章）：________________　　经办人：____________　　　　年　　月　　日",
        "乙方（照料人，签字或者盖章）：________________　　　　　　　　　　　年　　月　　日",
        "丙方（被照料人，签字或者按指印）：________________　监护人：____________　　年　　月　　日",
        "见证人（签字）：________________　　　　　　　　　　　　　　　　　年　　月　　日",
        "各方应当由本人签字。村（居）民委员会、照料人不得代被照料人签字。",
    ] {
        paper = paper.paragraph(place);
    }
    paper
}

fn parties(body: &Agreement, carer: &Carer, carer_number: &str, number: &str) -> Vec<String> {
    let party = if body.party == "village" {
        "{village} 村（居）民委员会"
    } else {
        "{village} 所在镇人民政府（街道办事处）"
    };
    vec![
        format!("协议编号：{number}。依据：民发〔2019〕124号；芜湖市2022年6月23日通知 第四条。"),
        format!("甲方（委托方）：{party}"),
        format!("乙方（照料人）：{}，登记编号 {carer_number}，姓名（名称）：________________", carer.describe()),
        format!("丙方（被照料人）：{{person:{}}}，住址：{{village}}", body.member.0),
        format!("一、照料档次：丙方经自理能力评估为{}。", body.level.zh()),
    ]
}

fn terms(body: &Agreement, settings: &Settings) -> Vec<String> {
    let services: Vec<&str> = body.services.iter().map(|service| service_word(service)).collect();
    let contacts: Vec<&str> = body.emergency.iter().map(|contact| contact_word(contact)).collect();
    let payer = if body.payer == "town" { "镇街" } else { "县级民政部门" };
    let payee = match body.payee {
        Payee::Person => "丙方本人账户，由丙方支付给乙方",
        Payee::Carer => "乙方本人账户",
        Payee::Institution => "乙方所在的供养服务机构账户",
        Payee::Provider => "乙方单位账户",
    };
    vec![
        format!("二、服务内容：{}。每周不少于 {} 次。", services.join("、"), body.times),
        format!("三、费用：每月 {} 元，由{payer}支付到{payee}，支付方式：{}。", Fen(body.fee), body.method),
        format!("四、期限：{} 至 {}。期满前由各方协商续签。", body.from.chinese(), body.to.chinese()),
        format!("五、走访：村（居）安排专人至少每 {} 天入户走访一次，见到丙方本人，乙方应当配合。", body.visit_days),
        format!("六、紧急情况应当立即联系：{}。联系电话：________________", contacts.join("、")),
        "七、丙方去世、走失、突发疾病、自理能力变化的，乙方应当当天报告村（居）民委员会和镇人民政府（街道办事处）；\
         丙方去世的，由甲方按规定办理丧葬事宜，乙方协助。"
            .to_owned(),
        "八、乙方不得代持、使用丙方的银行卡和存折，不得占用丙方的房屋和财物，不得打骂、遗弃丙方，不得转委托他人。"
            .to_owned(),
        "九、丙方照料档次变化、更换照料人的，应当变更协议；丙方住院、转为集中供养、被羁押的，协议中止；\
         丙方去世、退出救助供养，或者乙方去世、丧失照料能力、违反第八条的，协议终止。"
            .to_owned(),
        "十、未按协议照料的，甲方可以停止支付费用并更换照料人；造成损害的依法承担责任。".to_owned(),
        format!("十一、监督单位和电话：{}。本协议一式四份，各方和县级民政部门各执一份。", settings.unit()),
    ]
}
