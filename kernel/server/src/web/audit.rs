//! The audit log of a county, with filters and the state of its chain.

use super::error::Answer;
use super::frame::{Frame, Who};
use super::{format, show as page};
use crate::App;
use crate::app::audit::{self, AuditEntry, AuditQuery, AuditVerdict};
use askama::Template;
use axum::extract::{Query, State};
use doudi_domain::identity::Role;
use doudi_domain::{Date, Instant, UserId, calendar};
use serde::Deserialize;

const PAGE: u32 = 100;

/// What happened, as the auditor reads it. A code without a word is shown as it is.
const WHAT: &[(&str, &str)] = &[
    ("user.login", "登录"),
    ("user.login-failed", "登录失败"),
    ("session.create", "开始会话"),
    ("session.revoke", "退出登录"),
    ("session.revoke-all", "结束全部会话"),
    ("reveal", "查看完整信息"),
    ("export", "导出"),
    ("notice.print", "查看或打印文书"),
    ("notice.issue", "制发文书"),
    ("decision.record", "作出决定"),
    ("document.put", "办理"),
    ("attachment.add", "上传材料"),
    ("attachment.tie", "材料归入办件"),
    ("feed.begin", "开始接入数据"),
    ("feed.end", "接入数据完毕"),
    ("feed.stop", "接入数据中止"),
    ("feed.file", "下载带原因的名单"),
    ("household.create", "新建家庭"),
    ("household.update", "更正家庭"),
    ("household.import", "导入家庭"),
    ("import.record", "花名册导入"),
    ("membership.add", "添加成员"),
    ("membership.end", "成员离开"),
    ("person.create", "登记人员"),
    ("person.update", "更正人员"),
    ("fact.record", "登记信息"),
    ("fact.withdraw", "撤销信息"),
    ("release.install", "安装措施包"),
    ("release.sign", "添加签名"),
    ("trust.key-add", "登记公钥"),
    ("trust.key-revoke", "撤销公钥"),
    ("trust.policy-set", "设定签名要求"),
    ("enablement.trust", "核对签名"),
    ("enablement.set", "启用或设置措施"),
    ("enablement.end", "停用措施"),
    ("parameter.set", "登记参数"),
    ("calendar.add", "添加日历"),
    ("division.import", "导入区划"),
    ("user.create", "新增用户"),
    ("user.update", "更改用户"),
    ("user.password", "重置密码"),
    ("token.create", "建立接口令牌"),
    ("token.revoke", "撤销接口令牌"),
    ("invocation.record", "措施运算"),
    ("event.publish", "发布事件"),
    ("job.enqueue", "安排任务"),
    ("job.revive", "重新安排任务"),
    ("webhook.add", "登记通知地址"),
    ("webhook.switch", "启停通知地址"),
];

const NOUNS: &[(&str, &str)] = &[
    ("household", "家庭"),
    ("person", "人员"),
    ("fact", "信息"),
    ("document", "办件"),
    ("decision", "决定"),
    ("notice", "文书"),
    ("attachment", "材料"),
    ("user", "用户"),
    ("token", "接口令牌"),
    ("release", "措施包"),
    ("publisher-key", "公钥"),
    ("trust-policy", "签名要求"),
    ("enablement", "启用"),
    ("parameter", "参数"),
    ("calendar", "日历"),
    ("division", "区划"),
    ("import", "导入"),
    ("feed", "数据接入"),
    ("invocation", "运算"),
    ("event", "事件"),
    ("job", "任务"),
    ("webhook", "通知地址"),
    ("membership", "成员关系"),
];

fn word<'a>(table: &'static [(&'static str, &'static str)], code: &'a str) -> &'a str {
    table.iter().find(|(known, _)| *known == code).map_or(code, |(_, zh)| zh)
}

#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    what: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    cursor: String,
    /// Walk the whole chain now.
    #[serde(default)]
    verify: String,
}

#[derive(Template)]
#[template(path = "audit/index.html")]
struct AuditPage {
    frame: Frame,
    filter: Filter,
    entries: Vec<AuditEntry>,
    next: Option<String>,
    verdict: Option<AuditVerdict>,
}

impl AuditPage {
    fn office(&self, entry: &AuditEntry) -> String {
        Role::parse(&entry.role)
            .map_or_else(|| self.frame.t("系统").to_owned(), |role| self.frame.role(role).to_owned())
    }

    fn what<'a>(&self, entry: &'a AuditEntry) -> &'a str {
        if self.frame.english { &entry.what } else { word(WHAT, &entry.what) }
    }

    /// `household/17` as 家庭 17.
    fn subject(&self, entry: &AuditEntry) -> String {
        match entry.subject.split_once('/') {
            Some((noun, id)) if !self.frame.english => format!("{} {id}", word(NOUNS, noun)),
            _ => word(NOUNS, &entry.subject).to_owned(),
        }
    }

    fn detail<'a>(&self, entry: &'a AuditEntry) -> &'a str {
        if entry.detail == "{}" { "" } else { &entry.detail }
    }

    fn known(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let english = self.frame.english;
        WHAT.iter().map(move |(code, zh)| (*code, if english { *code } else { *zh }, *code == self.filter.what))
    }

    fn head(&self, verdict: &AuditVerdict) -> String {
        format::grouped(&verdict.head)
    }
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who, Query(filter): Query<Filter>) -> Answer {
    let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let query = AuditQuery {
        what: some(&filter.what),
        subject: some(&filter.subject),
        user: filter.user.parse().ok().map(UserId),
        from: filter.from.parse().ok().map(midnight),
        // The last day is meant whole.
        to: filter.to.parse().ok().map(|day| midnight(day).plus_seconds(86_400)),
        cursor: some(&filter.cursor),
        limit: PAGE,
    };
    let found = audit::page(&app, &actor, &query).await?;
    let verdict = if filter.verify.is_empty() { None } else { Some(audit::verify(&app, &actor).await?) };
    page(&AuditPage { frame, filter, entries: found.items, next: found.next, verdict })
}

/// The first moment of a day in China.
fn midnight(day: Date) -> Instant {
    Instant(i64::from(calendar::days(day)) * 86_400_000_000 - 8 * 3_600_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let day = Date::constant(2022, 7, 6);
        assert_eq!(midnight(day).minute(), "2022-07-06 00:00");
        assert_eq!(midnight(day).plus_seconds(-60).minute(), "2022-07-05 23:59");
    }
}
