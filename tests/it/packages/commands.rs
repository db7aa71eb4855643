//! The commands as a publisher and a county's operator type them, from a new key to an enabled package.

use super::package;
use crate::support::program::Home;

const COUNTY: &str = "南陵县";

#[test]
fn from_a_new_key_to_an_enabled_package() {
    let home = Home::new(None, "2022-07-20");
    let path = |name: &str| home.path(name).to_string_lossy().into_owned();
    let file = home.file("honest.wasm", package());
    let password = home.file("password", "落霞与孤鹜齐飞\n");
    let (key, public) = (path("key"), path("key.pub"));

    // The publisher.
    let keygen = ["plugin", "keygen", &key, "--password-file", &password];
    home.doudi(&keygen).said(0, &["私钥", "公钥编号"]);
    home.doudi(&keygen).said(1, &["已经存在，没有覆盖"]);
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(&key).expect("a key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "only its owner reads a secret key");
    home.doudi(&["plugin", "verify", &file]).said(1, &["没有签名"]);
    let wrong = home.file("wrong", "秋水共长天一色");
    home.doudi(&["plugin", "sign", &file, "--key", &key, "--password-file", &wrong]).said(1, &["密码不对"]);
    home.doudi(&["plugin", "sign", &file, "--key", &key]).said(1, &["需要私钥密码"]);
    home.doudi(&["plugin", "sign", &file, "--key", &public, "--password-file", &password])
        .said(1, &["不是 minisign 私钥"]);
    home.doudi(&["plugin", "sign", &file, "--key", &key, "--password-file", &password]).said(0, &["已签名 ", "摘要"]);
    home.doudi(&["plugin", "verify", &file, "--key", &public]).said(0, &["有效"]);
    home.doudi(&["plugin", "verify", &file]).said(1, &["没有给出公钥"]);
    let (bundle, sample) = (path("2022-07.doudi"), home.file("参数样例.toml", "x = 1\n"));
    home.doudi(&["plugin", "bundle", &file, "--key", &public, "--sample", &sample, "-o", &bundle])
        .said(0, &["已生成离线安装包", "honest", "参数样例.toml"]);
    home.doudi(&["plugin", "verify", &bundle, "--key", &public]).said(0, &["有效"]);
    home.doudi(&["plugin", "unbundle", &bundle, "--into", &path("unpacked")]).said(0, &["已取出"]);
    assert!(std::fs::read(home.path("unpacked/honest-1.0.0.wasm")).expect("the package") == package());
    home.doudi(&["plugin", "unbundle", &bundle, "--into", &path("unpacked")]).said(1, &["没有覆盖"]);
    home.doudi(&["plugin", "unbundle", &file]).said(1, &["不是离线安装包"]);
    assert!(!home.path("data").exists(), "none of this opens a database");

    // The operator of the city.
    home.doudi(&["migrate"]).ok();
    home.doudi(&["division", "import", "data/wuhu-divisions.csv"]).ok();
    home.doudi(&["calendar", "import", "data/statutory-days.csv"]).ok();
    home.doudi(&["plugin", "install", &bundle]).said(0, &["已安装", "公钥未登记", "随包公钥", "参数样例.toml"]);
    let enable = ["plugin", "enable", "honest", "--county", COUNTY, "--grant", "all"];
    home.doudi(&enable).said(1, &["签名不符合要求", "公钥未登记", "--unsigned"]);
    home.doudi(&["trust", "key", "add", "公司-2022", &public, "--publisher", "某公司"])
        .said(0, &["已登记公钥", "编号"]);
    home.doudi(&["trust", "key", "list"]).said(0, &["公司-2022", "某公司", "共 1 个"]);
    home.doudi(&["trust", "policy", "show", "--county", COUNTY]).said(0, &["没有设定签名要求"]);
    let set = ["trust", "policy", "set", "--county", COUNTY, "--reason", "县信息化领导小组纪要"];
    home.doudi(&set).said(1, &["--all-of"]);
    home.doudi(&[&set[..], &["--any-of", "无此公钥"]].concat()).said(1, &["没有登记公钥“无此公钥”"]);
    home.doudi(&[&set[..], &["--all-of", "公司-2022"]].concat()).said(0, &["须有 公司-2022 的签名"]);
    home.doudi(&["plugin", "list"]).said(0, &["签名：公司-2022"]);
    home.doudi(&enable).said(0, &["启用 honest"]);
    home.doudi(&["trust", "check"]).said(0, &["共 0 项"]);
    home.doudi(&["trust", "key", "revoke", "公司-2022", "--reason", "私钥遗失"]).said(0, &["继续运行", "trust check"]);
    home.doudi(&["trust", "check", "--county", COUNTY]).said(1, &["公钥已撤销", "共 1 项"]);
    let found = home.doudi(&["trust", "check", "--json"]);
    assert_eq!(found.code, 1);
    let found: serde_json::Value = serde_json::from_str(&found.out).expect("JSON");
    assert_eq!((&found[0]["plugin"], &found[0]["revoked"]), (&"honest".into(), &true.into()));
    home.doudi(&["plugin", "list"]).said(0, &["公司-2022（公钥已撤销）"]);
    home.doudi(&["audit", "verify"]).ok();
}
