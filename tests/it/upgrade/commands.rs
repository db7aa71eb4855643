//! The same path from the command line: looked at, refused with what is missing, switched, rolled back, taken back; cases saved
//! from files and households and put to any version.

use super::*;
use crate::support::program::Home;
use doudi_storage::test_support;

/// The home of an operator's commands on the server's database.
fn operator(server: &TestServer) -> Home {
    let home = Home::new(Some(server.url().to_owned()), "2022-07-20");
    std::fs::create_dir_all(home.path("data")).expect("a folder");
    home.file("data/keys", test_support::keys().to_hex());
    home
}

const CASES: &str = r#"
[[scenario]]
name = "独居老人，无收入"
date = "2022-07-20"
[[scenario.members]]
who = "户主"
fields = { "person.sex" = 2 }
[scenario.expect]
outcome = "granted"
amount = 63000
reasons = ["poor"]

[[scenario]]
name = "两口之家"
date = "2022-07-20"
[[scenario.members]]
who = "户主"
[[scenario.members]]
who = "妻子"
[scenario.expect]
outcome = "granted"
amount = 63000
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_goes_the_way_and_back() {
    let server = TestServer::new(TODAY).await;
    county(&server).await;
    install(&server, &guests::honest_at("1.1.0", |_| {})).await;
    install(&server, &guests::honest_at("2.0.0", harsh)).await;
    let home = operator(&server);
    tokio::task::block_in_place(|| {
        let file = home.file("cases.toml", CASES);
        let county = ["--county", "340223"];
        let doudi = |words: &[&str]| home.doudi(&[words, &county[..]].concat());
        doudi(&["acceptance", "add", &file, "--plugin", "honest"]).said(0, &["已登记 2 个用例"]);
        doudi(&["acceptance", "add", &file, "--plugin", "honest"]).said(1, &["已有同名的验收用例"]);
        doudi(&["acceptance", "add", "--plugin", "honest", "--household", "XZ-2022-0417", "--name", "张家那样的一户"])
            .said(0, &["没有姓名、号码和住址"]);
        doudi(&["acceptance", "add", "--plugin", "honest", "--household", "XZ-0"]).said(1, &["没有户编号“XZ-0”"]);
        assert_eq!(doudi(&["acceptance", "list", "--json"]).json().as_array().map(Vec::len), Some(3));
        doudi(&["acceptance", "run", "honest"]).said(0, &["3 个用例，通过 3 个"]);
        doudi(&["acceptance", "run", "honest@2.0.0"]).said(1, &["[不通过] 两口之家", "结论应为“同意”，得到“不予同意”"]);
        doudi(&["acceptance", "run", "honest@3.0.0"]).said(1, &["没有安装 honest 的 3.0.0 版"]);

        // The wrong version is stopped, by its effect on real families and by the county's own cases.
        let check = doudi(&["plugin", "upgrade", "honest@2.0.0", "--check"]);
        check.said(1, &["新增 不予同意", "[未完成] 试运行", "[未完成] 验收用例：3 个用例中有 3 个没有通过"]);
        doudi(&["plugin", "upgrade", "honest@2.0.0"])
            .said(1, &["退出 1 户", "[未完成] 签认：变化超出限度", "[未完成] 验收用例", "已登记，还没有切换"]);
        doudi(&["plugin", "upgrade", "honest@1.1.0"]).said(1, &["已有一次升级在准备中"]);
        doudi(&["plugin", "cancel", "honest"]).said(0, &["已取消"]);
        // Nor does enabling lead around it.
        doudi(&["plugin", "enable", "honest", "--grant", "all"]).said(1, &["doudi plugin upgrade honest@"]);

        doudi(&["plugin", "upgrade", "honest"]).said(1, &["插件编号@版本号"]);
        doudi(&["plugin", "upgrade", "honest@1.1.0", "--check"]).said(1, &["[未完成] 试运行", "[已通过] 验收用例"]);
        doudi(&["plugin", "upgrade", "honest@1.1.0"]).said(0, &["已切换到", "1.1.0", "doudi plugin rollback honest"]);
        doudi(&["plugin", "rollback", "honest", "--reason", "再看看"]).said(0, &["已回退"]);
        doudi(&["plugin", "rollback", "honest", "--reason", "再看看"]).said(1, &["没有可以回退的切换"]);
        // Planned for later, and taken back.
        doudi(&["plugin", "upgrade", "honest@1.1.0", "--from", "2022-09-01"]).said(0, &["自 2022-09-01 起使用"]);
        doudi(&["plugin", "list"]).said(0, &["计划自 2022-09-01 起启用", "启用中，计划自 2022-09-01 起停用或换版本"]);
        doudi(&["plugin", "cancel", "honest"]).said(0, &["计划中的启用或停用已取消"]);
        // What a version would do to the families there are, on any day, without doing it.
        doudi(&["plugin", "shadow", "honest@2.0.0", "--as-of", "2022-07-20"])
            .said(0, &["退出 1 户", "差额最大的家庭：", "没有改动任何家庭、办件和决定"]);
        let workbook = home.path("shadow.xlsx");
        let path = workbook.to_str().expect("a path");
        doudi(&["plugin", "shadow", "honest@1.1.0", "--xlsx", path]).said(0, &["退出 0 户", "工作簿："]);
        assert!(std::fs::read(&workbook).is_ok_and(|bytes| bytes.starts_with(b"PK")), "an XLSX file");
        let report = doudi(&["plugin", "shadow", "honest@2.0.0", "--json"]).json();
        assert_eq!((&report["lost"], &report["gained"]), (&1.into(), &0.into()));
        doudi(&["plugin", "shadow", "honest"]).said(1, &["插件编号@版本号"]);
        doudi(&["plugin", "shadow", "honest@3.0.0"]).said(1, &["3.0.0"]);

        let upgrades = doudi(&["plugin", "upgrades", "--json"]).json();
        let states: Vec<&str> =
            upgrades.as_array().expect("a list").iter().filter_map(|row| row["state"].as_str()).collect();
        assert_eq!(states, ["rolled-back", "rolled-back", "cancelled"]);
    });
    server.close().await;
}
