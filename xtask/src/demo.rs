//! `cargo xtask demo`: a city on SQLite in `.demo/`, made with the commands an administrator types, filled through the importer
//! users have, and served. A second start keeps what is there; `--fresh` begins anew.

use crate::shell::{self, Step, quietly};
use crate::{install, plugins};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The password of everybody in the demonstration, and of nobody anywhere else.
pub const PASSWORD: &str = "doudi-2022";

/// The legal date the demonstration stands at: its cases lie in the weeks before.
const TODAY: &str = "2022-07-20";

/// The legal date the city is set up on, that of the notice: what happens later has later dates.
const BEGINS: &str = "2022-06-23";

/// County, and the standard of its parameters file.
const COUNTIES: [(&str, &str); 3] = [("340223", "南陵县"), ("340281", "无为市"), ("340210", "湾沚区")];

/// What the demonstration has beside dibao and disbursement; the cities of the browser's stories are about those two.
const OTHERS: [&str; 5] = ["monitoring", "discovery", "care-contracts", "delegated-approval", "coordinators"];

#[derive(clap::Args)]
pub struct Options {
    /// Where the server listens on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Throws away the demonstration city and makes a new one.
    #[arg(long)]
    fresh: bool,
    /// Makes the city and does not serve it.
    #[arg(long)]
    no_serve: bool,
    /// The legal date the server takes for today, e.g. 2022-07-29 to see a posting ended.
    #[arg(long, default_value = TODAY)]
    today: String,
}

pub fn run(options: &Options) -> Result<()> {
    println!("Doudi (兜底): demonstration city");
    install::wasm_target()?;
    if !install::npm_packages(&crate::root().join("kernel/server/assets"))? {
        println!("  npm is not installed: the pages work without htmx, as plain links and forms");
    }
    plugins::build_programs(&["doudi-server", "doudi-demo"])?;
    let packages = plugins::build_rust()?;
    let city = City { others: &OTHERS, ..City::new(crate::root().join(".demo")) };
    if options.fresh && city.folder.exists() {
        std::fs::remove_dir_all(&city.folder)
            .with_context(|| format!("cannot remove {}; is a server still running in it?", city.folder.display()))?;
    }
    if city.is_ready() {
        println!("  ✓ keeping the city in .demo (--fresh begins anew)");
        city.doudi("updating the database", &["migrate"])?;
    } else {
        if city.folder.exists() {
            println!("  an earlier attempt did not finish; beginning anew");
            std::fs::remove_dir_all(&city.folder)?;
        }
        city.make(&packages)?;
        city.fill(2_400)?;
        std::fs::write(city.folder.join("ready"), "")?;
    }
    city.greet(options)?;
    if options.no_serve { Ok(()) } else { city.serve(options) }
}

/// A city in a folder: database, keys and compiled plugins.
pub struct City {
    folder: PathBuf,
    /// The legal date it is set up on, and from which its measures are enabled.
    begins: &'static str,
    /// Settings of disbursement: from which month it pays.
    payments: &'static str,
    /// Enabled beside dibao and disbursement.
    others: &'static [&'static str],
}

/// Somebody who can sign in, as in `examples/demo-county/users.csv`.
struct User {
    login: String,
    name: String,
    role: String,
    division: String,
    place: String,
}

impl City {
    fn new(folder: PathBuf) -> City {
        City { folder, begins: BEGINS, payments: "examples/demo-county/disbursement.json", others: &[] }
    }

    /// A city without households, for the browser to fill; its roster lies beside it.
    pub fn for_browser_tests() -> Result<City> {
        let city = City::new(crate::target().join("browser-city"));
        city.afresh()?;
        Ok(city)
    }

    /// A city in which five families have been decided about and July 2022 is the first month paid.
    pub fn for_payday() -> Result<City> {
        let folder = crate::target().join("payday-city");
        let payments = "examples/demo-county/payday.json";
        let city = City { folder, begins: "2022-05-05", payments, others: &[] };
        city.afresh()?;
        city.import()?;
        city.cases("examples/demo-county/payday.toml")?;
        Ok(city)
    }

    /// A city with all measures, before anything has happened to its families.
    pub fn for_joined() -> Result<City> {
        let folder = crate::target().join("joined-city");
        let payments = "examples/demo-county/payday.json";
        let city = City { folder, begins: "2022-06-22", payments, others: &OTHERS };
        city.afresh()?;
        city.import()?;
        Ok(city)
    }

    /// A city with families and, beside the measures, the small one of the tests: it has a form for the field, figures and duties.
    pub fn for_fieldwork() -> Result<City> {
        let city = City::new(crate::target().join("field-city"));
        city.afresh()?;
        city.import()?;
        let package = plugins::build(&crate::root().join("tests/outing"))?.to_string_lossy().into_owned();
        let key = city.folder.join("publisher.key").to_string_lossy().into_owned();
        let signature = city.folder.join("outing.wasm.minisig").to_string_lossy().into_owned();
        city.doudi("signing outing", &["plugin", "sign", &package, "--key", &key, "-o", &signature])?;
        city.doudi("installing outing", &["plugin", "install", &package, "--signature", &signature])?;
        for (county, name) in COUNTIES {
            let enable = ["plugin", "enable", "outing", "--county", county, "--from", city.begins, "--grant", "all"];
            city.doudi(&format!("enabling outing for {name}"), &enable)?;
        }
        Ok(city)
    }

    /// Programs and packages of today, and nobody in the city yet.
    fn emptied(&self) -> Result<()> {
        plugins::build_programs(&["doudi-server", "doudi-demo"])?;
        let packages = plugins::build_rust()?;
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder)?;
        }
        self.make(&packages)
    }

    fn afresh(&self) -> Result<()> {
        self.emptied()?;
        self.write_roster(60)
    }

    /// A small city with cases in every state, for those who ask its API.
    pub fn for_api_tests() -> Result<City> {
        let city = City::new(crate::target().join("api-city"));
        city.emptied()?;
        city.fill(60)?;
        Ok(city)
    }

    /// A token that may do all its user may; it is shown once, on its own line.
    pub fn token(&self, login: &str) -> Result<String> {
        let scopes = "read,write,admin,reveal";
        let arguments = ["token", "add", login, "--name", "测试", "--scope", scopes, "--days", "90"];
        let told = self.doudi(&format!("making a token for {login}"), &arguments)?;
        let token =
            told.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).find(|word| word.starts_with("doudi_"));
        Ok(token.context("no token was shown")?.to_owned())
    }

    /// The server of this city, on the day of the demonstration; the caller says where it listens.
    pub fn server(&self) -> Command {
        let mut command = self.command(&["serve", "--bind", "127.0.0.1"]);
        command.env("DOUDI_TODAY", TODAY);
        command
    }

    pub fn binary(&self) -> PathBuf {
        crate::target().join("debug/doudi")
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn roster(&self) -> PathBuf {
        self.folder.join("花名册.xlsx")
    }

    pub fn mistakes(&self) -> PathBuf {
        self.folder.join("花名册-有错误.xlsx")
    }

    fn is_ready(&self) -> bool {
        self.folder.join("ready").is_file()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.binary());
        command.args(arguments).current_dir(crate::root()).env("DOUDI_DATA", &self.folder).env_remove("DOUDI_DATABASE");
        command.env("DOUDI_TODAY", self.begins);
        command
    }

    /// One command of the administrator, behind a line of progress.
    fn doudi(&self, what: &str, arguments: &[&str]) -> Result<String> {
        quietly(what, &mut self.command(arguments), "To begin anew: cargo xtask demo --fresh")
    }

    /// Divisions, calendar, users, the plugins with grants and parameters.
    fn make(&self, packages: &[PathBuf]) -> Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        self.doudi("making the database", &["migrate"])?;
        self.doudi("importing 1,039 divisions of Wuhu", &["division", "import", "data/wuhu-divisions.csv"])?;
        self.doudi("importing the statutory days 2019–2026", &["calendar", "import", "data/statutory-days.csv"])?;
        self.users()?;
        let key = self.publisher()?;
        for package in packages {
            let file = package.to_string_lossy().into_owned();
            let name = package.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let signature = self.folder.join(format!("{name}.wasm.minisig")).to_string_lossy().into_owned();
            self.doudi(&format!("signing {name}"), &["plugin", "sign", &file, "--key", &key, "-o", &signature])?;
            self.doudi(
                &format!("installing {name}: checks, trial, scenarios"),
                &["plugin", "install", &file, "--signature", &signature],
            )?;
        }
        for (county, name) in COUNTIES {
            let enable = ["plugin", "enable", "dibao", "--county", county, "--from", self.begins, "--grant", "all"];
            self.doudi(&format!("enabling dibao for {name}"), &enable)?;
            let parameters = format!("examples/demo-county/parameters/{county}.toml");
            self.doudi(
                &format!("entering the parameters of {name}, marked 未核实"),
                &["parameter", "import", &parameters, "--county", county],
            )?;
            // Paid from August on; frozen early, so that the first roster stands on the day the demonstration opens.
            let enable =
                ["plugin", "enable", "disbursement", "--county", county, "--from", self.begins, "--grant", "all"];
            self.doudi(
                &format!("enabling disbursement for {name}"),
                &[&enable[..], &["--settings", self.payments]].concat(),
            )?;
            self.others(county, name)?;
        }
        Ok(())
    }

    /// The measures around the two benefits' money: enabled with the illustrative values of their manifests.
    fn others(&self, county: &str, name: &str) -> Result<()> {
        for measure in self.others {
            let enable = ["plugin", "enable", measure, "--county", county, "--from", self.begins, "--grant", "all"];
            self.doudi(&format!("enabling {measure} for {name}"), &enable)?;
            let sample = format!("plugins/{measure}/parameters/{county}.toml");
            if crate::root().join(&sample).is_file() {
                self.doudi(
                    &format!("entering its parameters for {name}, marked 未核实"),
                    &["parameter", "import", &sample, "--county", county],
                )?;
            }
            self.doudi(
                &format!("entering the examples of {measure} where {name} has no value"),
                &["parameter", "examples", measure, "--county", county, "--from", "2020-07-01"],
            )?;
        }
        Ok(())
    }

    /// A key of the demonstration's own, which the city trusts: what is enabled below is signed with it.
    fn publisher(&self) -> Result<String> {
        let key = self.folder.join("publisher.key").to_string_lossy().into_owned();
        self.doudi("making a publisher's key", &["plugin", "keygen", &key, "--no-password"])?;
        let public = format!("{key}.pub");
        self.doudi(
            "registering it with the city",
            &["trust", "key", "add", "演示发布方", &public, "--publisher", "演示用公钥，不要用于正式环境"],
        )?;
        Ok(key)
    }

    fn users(&self) -> Result<()> {
        let users = users()?;
        let step = Step::begin(&format!("entering {} users", users.len()));
        for user in &users {
            let arguments = [
                "user",
                "create",
                &user.login,
                "--name",
                &user.name,
                "--role",
                &user.role,
                "--division",
                &user.division,
            ];
            let output = self.command(&arguments).env("DOUDI_PASSWORD", PASSWORD).output()?;
            if !output.status.success() {
                step.fail();
                bail!("user {} was not entered: {}", user.login, String::from_utf8_lossy(&output.stderr));
            }
        }
        step.done();
        Ok(())
    }

    fn write_roster(&self, households: usize) -> Result<()> {
        let program = crate::target().join("debug/doudi-demo");
        let count = households.to_string();
        quietly(
            &format!("inventing {households} households of 南陵县"),
            Command::new(program)
                .arg("roster")
                .arg(self.roster())
                .args(["--divisions", "data/wuhu-divisions.csv", "--households", &count, "--mistakes"])
                .arg(self.mistakes())
                .current_dir(crate::root()),
            "This is a mistake in examples/demo-county.",
        )?;
        Ok(())
    }

    /// The roster through the importer, and the families of the stories through their cases.
    fn fill(&self, households: usize) -> Result<()> {
        self.write_roster(households)?;
        self.import()?;
        self.cases("examples/demo-county/cases.toml")
    }

    fn import(&self) -> Result<()> {
        let roster = self.roster();
        let mut import = self.command(&["household", "import"]);
        import.arg(&roster).args(["--county", "340223"]);
        let report = quietly("importing them from XLSX", &mut import, "The rows that failed are named above.")?;
        for line in report.lines().filter(|line| !line.trim().is_empty()).take(6) {
            println!("    {line}");
        }
        Ok(())
    }

    /// The families of a script through their cases.
    fn cases(&self, script: &str) -> Result<()> {
        let mut cases = Command::new(crate::target().join("debug/doudi-demo"));
        cases
            .args(["cases", "--script", script])
            .current_dir(crate::root())
            .env("DOUDI_DATA", &self.folder)
            .env_remove("DOUDI_DATABASE");
        let told = quietly(
            "taking families through their cases",
            &mut cases,
            "A step of a case was refused; its sentence is above.",
        )?;
        for line in told.lines() {
            println!("    {line}");
        }
        Ok(())
    }

    /// Address and logins, in the language of those who will use them.
    fn greet(&self, options: &Options) -> Result<()> {
        println!("\n演示城市：芜湖市；已启用七项措施的县区：{}", COUNTIES.map(|(_, name)| name).join("、"));
        println!("演示日期固定为 {}（--today 可以改变）；所有人员均为虚构，政策数值均为示例，未核实", options.today);
        println!("\n  {}  {}  {}  范围", wide("用户名", 12), wide("姓名", 8), wide("职务", 16));
        for user in users()? {
            let role = role_name(&user.role);
            println!("  {}  {}  {}  {}", wide(&user.login, 12), wide(&user.name, 8), wide(role, 16), user.place);
        }
        println!("\n  密码都是 {PASSWORD}");
        println!(
            "  可供导入的花名册：{}；带错误的花名册：{}",
            self.shown(&self.roster()),
            self.shown(&self.mistakes())
        );
        if !options.no_serve {
            println!("\n  打开 http://127.0.0.1:{} ，按 Ctrl-C 结束\n", options.port);
        }
        Ok(())
    }

    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(crate::root()).unwrap_or(path).display().to_string()
    }

    fn serve(&self, options: &Options) -> Result<()> {
        let port = options.port.to_string();
        let mut command = self.command(&["serve", "--bind", "127.0.0.1", "--port", &port]);
        command.env("DOUDI_TODAY", &options.today);
        shell::show(&mut command, &format!("If port {port} is taken, choose another: cargo xtask demo --port 8081"))
    }
}

fn users() -> Result<Vec<User>> {
    let path = crate::root().join("examples/demo-county/users.csv");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    text.lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let cells: Vec<&str> = line.split(',').map(str::trim).collect();
            let [login, name, role, division, place] = cells[..] else {
                bail!("users.csv: “{line}” has not five columns")
            };
            Ok(User {
                login: login.to_owned(),
                name: name.to_owned(),
                role: role.to_owned(),
                division: division.to_owned(),
                place: place.to_owned(),
            })
        })
        .collect()
}

fn role_name(code: &str) -> &str {
    match code {
        "village-coordinator" => "村居协理员",
        "town-caseworker" => "镇街经办",
        "town-reviewer" => "镇街审核人",
        "county-officer" => "县民政经办",
        "county-approver" => "审核确认人",
        "finance" => "县财政",
        "county-it" => "系统管理员",
        "security-admin" => "安全管理员",
        "auditor" => "审计管理员",
        "city-supervisor" => "市级督查",
        other => other,
    }
}

/// Pads to a width in columns of the terminal, where a Chinese character takes two.
fn wide(text: &str, columns: usize) -> String {
    let width: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(columns.saturating_sub(width)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_office_of_the_kernel_has_somebody_and_a_name() {
        let users = users().expect("the file is there");
        let roles = std::fs::read_to_string(crate::root().join("kernel/domain/src/identity.rs")).expect("it is there");
        for user in &users {
            assert!(roles.contains(&format!("\"{}\"", user.role)), "{} is no role of the kernel", user.role);
            assert_ne!(role_name(&user.role), user.role, "{} has no Chinese name here", user.role);
        }
        let distinct: std::collections::BTreeSet<&str> = users.iter().map(|user| user.role.as_str()).collect();
        assert_eq!(distinct.len(), 10);
    }

    #[test]
    fn everybody_sits_in_a_division_that_exists() {
        let divisions = std::fs::read_to_string(crate::root().join("data/wuhu-divisions.csv")).expect("it is there");
        for user in users().expect("the file is there") {
            assert!(divisions.contains(&format!("\n{},", user.division)), "{} of {}", user.division, user.login);
        }
    }

    #[test]
    fn a_chinese_character_takes_two_columns() {
        assert_eq!(wide("王芳", 6), "王芳  ");
        assert_eq!(wide("abc", 6), "abc   ");
    }
}
