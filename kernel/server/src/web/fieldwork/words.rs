//! The sentences of the scripts: Chinese where they are said, English here like everywhere.

use crate::web::words::Words;
use std::collections::BTreeMap;

/// Every sentence the scripts of the field say.
pub const SAID: &[&str] = &[
    "已存在本机",
    "存不进本机，请先不要离开这一页",
    "这是存在本机的草稿",
    "请填写或选择这一项",
    "正在发送",
    "没有办成，请按提示修改后再提交",
    "您离线时，别人也办理了这一件",
    "您填写的内容都还在下面。可以照着另行登记，或者在外勤页面删除这份草稿。",
    "填写的内容与系统中现在的一致，可以直接提交。",
    "逐项选择用哪一个。照片不会丢，会一并提交。",
    "您填写的",
    "系统中现在的",
    "没有填写",
    "照片太多了：一次最多 32 兆字节，请删去几张",
    "用选定的内容提交",
    "放进下面的表单再改",
    "两边的内容",
    "草稿",
    "待发送",
    "要您选择",
    "没有办成",
    "重新登录后发送",
    "用原来的账号登录后发送",
    "删除",
    "删除后不能恢复，确定删除这份草稿？",
    "张照片",
    "已送达",
    "有网络",
    "没有网络",
    "拍照",
    "从相册选",
    "正在处理照片",
    "这个文件打不开，请重新拍一张",
    "正在定位",
    "已定位，误差约",
    "米",
    "没有定位：手机没有给出位置",
    "没有定位：没有允许使用位置",
    "重新定位",
];

/// Chinese to English as JSON; empty for a Chinese page, whose scripts say what they have.
pub fn of(words: Words) -> String {
    if !words.english {
        return String::new();
    }
    let table: BTreeMap<&str, &str> = SAID.iter().map(|zh| (*zh, words.t(zh))).collect();
    serde_json::to_string(&table).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Whatever stands between quotes in the scripts and is Chinese.
    #[test]
    fn every_sentence_of_the_scripts_is_here_and_has_an_english_one() {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
        let mut said = BTreeSet::new();
        for entry in std::fs::read_dir(assets).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.starts_with("field") || !name.ends_with(".js") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for literal in text.split('"').skip(1).step_by(2) {
                if literal.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
                    said.insert(literal.to_owned());
                }
            }
        }
        // Parts of dates and signs, the same in both languages.
        for part in ["月", "日 ", "：", "；"] {
            said.remove(part);
        }
        let known: BTreeSet<String> = SAID.iter().map(|zh| (*zh).to_owned()).collect();
        assert_eq!(said.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "said and not here");
        assert_eq!(known.difference(&said).collect::<Vec<_>>(), Vec::<&String>::new(), "here and never said");
        let english = Words { english: true };
        for zh in SAID {
            assert_ne!(english.t(zh), *zh, "without English: {zh}");
        }
        assert_eq!(of(Words { english: false }), "");
    }
}
