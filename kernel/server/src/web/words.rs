//! The kernel's own words in two languages. The Chinese sentence stands in templates and code where it is read; the English
//! one stands here. A sentence without an entry stays Chinese, and a test finds it.

use doudi_domain::codes;
use doudi_domain::identity::Role;
use english::ENGLISH;
use std::collections::HashMap;
use std::sync::LazyLock;

mod english;

/// The language of one page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Words {
    pub english: bool,
}

impl Words {
    pub fn t<'a>(&self, zh: &'a str) -> &'a str {
        if self.english { english(zh) } else { zh }
    }
}

/// Offices and sources have their English in the domain's own tables.
pub fn english(zh: &str) -> &str {
    static TABLE: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        let offices = Role::ALL.into_iter().map(|role| (role.zh(), role.en()));
        let sources = codes::SOURCE.entries.iter().map(|source| (source.zh, source.en));
        offices.chain(sources).chain(ENGLISH.iter().copied()).collect()
    });
    TABLE.get(zh).copied().unwrap_or(zh)
}

/// What the step before a page did, by the word `done` in its address.
pub fn done(code: &str) -> Option<&'static str> {
    DONE.iter().find(|(known, _)| *known == code).map(|(_, zh)| *zh)
}

const DONE: &[(&str, &str)] = &[
    ("saved", "已保存"),
    ("sent", "已送达，系统已经收到"),
    ("acted", "已办理"),
    ("repeated", "这一步刚才已经办理，没有重复办理"),
    ("created", "已登记"),
    ("uploaded", "材料已上传"),
    ("imported", "已导入"),
    ("installed", "措施包已安装"),
    ("signed", "签名已添加"),
    ("enabled", "措施已启用"),
    ("disabled", "措施已停用"),
    ("upgrade-opened", "升级已登记，还没有切换"),
    ("upgrade-signed", "已签认"),
    ("upgrade-switched", "已切换到新版本"),
    ("upgrade-rolled-back", "已回到升级前的版本"),
    ("upgrade-cancelled", "这次升级已取消"),
    ("verified", "已标记为核实"),
    ("password", "密码已修改"),
    ("revived", "任务已重新安排，马上执行"),
    ("released", "措施已恢复调用"),
    ("revoked", "令牌已撤销，立即失效"),
    ("signed-out", "已退出登录"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Collects what stands in `t("…")` under a folder.
    fn asked(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                asked(&path, found);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                for (at, _) in text.match_indices(".t(\"") {
                    let rest = &text[at + 4..];
                    found.insert(rest[..rest.find('"').unwrap()].to_owned());
                }
            }
        }
    }

    #[test]
    fn every_sentence_of_the_pages_has_an_english_one() {
        let house = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = BTreeSet::new();
        asked(&house.join("templates"), &mut found);
        asked(&house.join("src/web"), &mut found);
        assert!(found.len() > 300, "the search found only {} sentences", found.len());
        let missing: Vec<&String> = found.iter().filter(|zh| !ENGLISH.iter().any(|(known, _)| known == zh)).collect();
        assert!(missing.is_empty(), "without English: {missing:#?}");
        for (code, zh) in DONE {
            assert_ne!(english(zh), *zh, "{code}");
        }
    }

    #[test]
    fn offices_and_sources_come_from_their_own_tables() {
        assert_eq!(english("镇街经办"), "Town caseworker");
        assert_eq!(english("入户调查"), "Home survey");
        assert_eq!(english("不在表中"), "不在表中");
    }
}
