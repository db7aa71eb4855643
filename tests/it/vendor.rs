//! The vendor's path as a vendor walks it: the commands of `sdk/docs/first-plugin.md`, as they stand there, for each language, from an
//! empty folder to a signed package enabled in a county; and what the author's commands say when something is wrong.

use crate::support::guests::target;
use crate::support::program::{Home, program, root};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const TUTORIAL: &str = include_str!("../../sdk/docs/first-plugin.md");
/// How the issue says it: in ten commands or fewer.
const COMMANDS: usize = 10;

/// The commands of the page's code blocks, in order.
fn commands(page: &str) -> Vec<String> {
    let mut inside = false;
    let mut commands = Vec::new();
    for line in page.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside => commands.push(line.to_owned()),
            _ => {}
        }
    }
    commands
}

/// A county as the demonstration has it, without households.
fn county() -> Home {
    let home = Home::new(None, "2022-07-20");
    home.doudi(&["migrate"]).ok();
    home.doudi(&["division", "import", "data/wuhu-divisions.csv"]).ok();
    home.doudi(&["calendar", "import", "data/statutory-days.csv"]).ok();
    home
}

/// A shell that finds `doudi`, in a folder, with the county's data. What is fetched once is kept for the next run.
fn shell(home: &Home, folder: &Path, command: &str) -> Command {
    let programs = program("doudi").parent().expect("a folder").to_owned();
    let settings = home.command("doudi");
    let mut path = std::ffi::OsString::from(&programs);
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut sh = Command::new("sh");
    sh.envs(settings.get_envs().filter_map(|(name, value)| Some((name, value?))));
    sh.args(["-ec", command]).current_dir(folder).env("PATH", path);
    sh.env("DOUDI_TOOLS", target().join("tools")).env_remove("CARGO_TARGET_DIR").env("PYTHONDONTWRITEBYTECODE", "1");
    sh
}

#[track_caller]
fn run(home: &Home, folder: &Path, command: &str) -> String {
    let output = shell(home, folder, command).output().expect("sh starts");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{command}\n{said}");
    said
}

/// An empty folder outside the repository, as a vendor has it; at the same path in every run of this checkout, so that what was
/// compiled last time is found again.
fn workshop(name: &str) -> PathBuf {
    use std::hash::{Hash, Hasher};
    let mut checkout = std::hash::DefaultHasher::new();
    target().hash(&mut checkout);
    let folder = std::env::temp_dir().join(format!("doudi-tutorial-{:016x}", checkout.finish())).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn follow_the_tutorial(language: &str, native_test: &str) {
    let commands = commands(TUTORIAL);
    assert!(commands.len() <= COMMANDS, "{} commands: {commands:#?}", commands.len());
    let home = county();
    let mut folder = workshop(language);
    let built = target().join("tutorial-built").join(language);
    std::fs::create_dir_all(&built).expect("a folder");
    let started = Instant::now();
    let mut times: Vec<(String, Duration)> = Vec::new();
    for command in &commands {
        let command = command.replace("--language rust", &format!("--language {language}"));
        if let Some(into) = command.strip_prefix("cd ") {
            folder = folder.join(into);
            std::os::unix::fs::symlink(&built, folder.join("target")).expect("a link");
            continue;
        }
        let began = Instant::now();
        run(&home, &folder, &command);
        times.push((command, began.elapsed()));
    }
    let packages = home.doudi(&["plugin", "list", "--county", "340223", "--json"]).json();
    assert_eq!(
        (&packages[0]["plugin"], &packages[0]["in_force"]),
        (&"village-subsidy".into(), &true.into()),
        "{packages}"
    );
    println!("{language}: {} commands in {:.1} s", commands.len(), started.elapsed().as_secs_f64());
    for (command, time) in times {
        println!("  {:>6.1} s  {command}", time.as_secs_f64());
    }
    // The same cases in the author's own language.
    run(&home, &folder, native_test);
    // What else the author's program can say of it.
    let measured = run(&home, &folder, "doudi plugin bench");
    assert!(measured.contains("10000"), "{measured}");
    // Counted twice: what is counted does not depend on the hour.
    let counted = run(&home, &folder, "doudi plugin bench --instructions");
    assert!(counted.contains("指令数") && counted.contains("10000"), "{counted}");
    assert_eq!(run(&home, &folder, "doudi plugin bench --instructions"), counted);
}

#[test]
fn the_tutorial_works_in_rust() {
    follow_the_tutorial("rust", "cargo test --quiet");
}

#[test]
fn the_tutorial_works_in_javascript() {
    follow_the_tutorial("js", "node --test");
}

#[test]
fn the_tutorial_works_in_python() {
    follow_the_tutorial("python", "python3 -m unittest");
}

/// What goes wrong in an author's folder, and the sentence that mends it.
#[test]
fn an_authors_mistakes_get_a_sentence() {
    let home = Home::new(None, "2022-07-20");
    let folder = workshop("mistakes");
    let doudi = |command: &str| {
        let output = shell(&home, &folder, &format!("doudi plugin {command}")).output().expect("sh starts");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!said.contains("panicked"), "{command}: {said}");
        (output.status.code(), said)
    };
    let check = |command: &str, words: &[&str]| {
        let (code, said) = doudi(command);
        assert!(code.is_some_and(|code| code != 0), "{command} was taken:\n{said}");
        for word in words {
            assert!(said.contains(word), "{command}: no “{word}” in\n{said}");
        }
    };
    check("new Heating --language js", &["heating-subsidy"]);
    check("new heating --language go", &["rust、js、python"]);
    check("build nowhere", &["plugin.toml"]);
    assert_eq!(doudi("new heating --language js").0, Some(0));
    check("new heating --language python", &["not empty"]);

    let edit = |file: &str, from: &str, to: &str| {
        let path = folder.join("heating").join(file);
        let text = std::fs::read_to_string(&path).expect("a file of the starter");
        assert!(text.contains(from), "{file} has no {from}");
        std::fs::write(&path, text.replace(from, to)).expect("a file");
        (path, text)
    };
    let cases: [(&str, &str, &str, &str, &[&str]); 7] = [
        ("a slip in the manifest", "plugin.toml", "unit = \"fen\"", "unit = \"jiao\"", &["line", "jiao"]),
        ("a key nobody knows", "plugin.toml", "effect = \"grant\"", "efect = \"grant\"", &["line", "efect"]),
        ("the wrong class", "plugin.toml", "class = \"script\"", "class = \"rust\"", &["class = \"script\""]),
        ("an import the contract lacks", "plugin.toml", "\"records\"", "\"clock\"", &["`clock`", "calendar"]),
        (
            "a field nobody has",
            "plugin.toml",
            "[\"income.wage\"]",
            "[\"income.wage\", \"person.shoe-size\"]",
            &["person.shoe-size"],
        ),
        ("a slip in the code", "src/plugin.js", "const plugin = {", "const plugin = {{", &["src/plugin.js"]),
        ("a point that is not there", "plugin.toml", "\"view\"]", "\"view\", \"tick\"]", &["tick"]),
    ];
    for (what, file, from, to, words) in cases {
        let (path, before) = edit(file, from, to);
        let (code, said) = doudi("check heating");
        assert_eq!(code, Some(1), "{what} was taken:\n{said}");
        for word in words {
            assert!(said.contains(word), "{what}: no “{word}” in\n{said}");
        }
        std::fs::write(path, before).expect("a file");
    }
    // A rule that is wrong passes the compiler and is found by the cases; one that cheats, by the properties.
    let (path, before) = edit("src/plugin.js", "sum <= limit", "sum < limit * 0");
    let (code, said) = doudi("test heating");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("未过  三口之家") && said.contains("结论应为“granted”"), "{said}");
    std::fs::write(&path, &before).expect("a file");
    let cheating = before
        .replace("const plugin = {", "let seen = 0;\nconst plugin = {")
        .replace("yield {", "seen += 1;\n      yield {")
        .replace(
            "amount: granted ? rate * members.length : 0",
            "amount: granted ? rate * members.length + (seen > 1 ? 1 : 0) : 0",
        );
    std::fs::write(&path, cheating).expect("a file");
    let (code, said) = doudi("test heating");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("把前一户的数据带到了后一户"), "{said}");
    std::fs::write(&path, &before).expect("a file");
    let (code, said) = doudi("check heating --json");
    assert_eq!(code, Some(0), "{said}");
}

/// `dev`: a save in the author's folder is served by the running kernel.
#[test]
fn a_save_reaches_the_running_kernel() {
    let home = county();
    let folder = workshop("dev");
    run(&home, &folder, "doudi plugin new quick --language js");
    let quick = folder.join("quick");
    let digest = || {
        let packages = home.doudi(&["plugin", "list", "--county", "340223", "--json"]).json();
        packages
            .as_array()
            .expect("a list")
            .iter()
            .find(|package| package["in_force"] == true)
            .map(|package| package["digest"].to_string())
    };
    let said = run(&home, &quick, "doudi plugin dev --county 340223 --once");
    assert!(said.contains("已在 340223 启用"), "{said}");
    let first = digest().expect("it is enabled");

    let mut watching = shell(&home, &quick, "exec doudi plugin dev --county 340223")
        .stdout(std::fs::File::create(folder.join("said")).expect("a file"))
        .stderr(std::fs::File::create(folder.join("complained")).expect("a file"))
        .spawn()
        .expect("it starts");
    // The first round builds what is there; a save after that makes another package.
    let patience = Instant::now() + Duration::from_secs(180);
    while !std::fs::read_to_string(folder.join("said")).is_ok_and(|said| said.contains("正在监视")) {
        assert!(Instant::now() < patience, "it does not begin to watch");
        std::thread::sleep(Duration::from_millis(100));
    }
    let file = quick.join("src/plugin.js");
    let text = std::fs::read_to_string(&file).expect("the rule");
    std::fs::write(&file, text.replace("sum <= limit", "sum < limit + 1")).expect("a save");
    let deadline = Instant::now() + Duration::from_secs(60);
    let second = loop {
        match digest() {
            Some(digest) if digest != first => break Some(digest),
            _ if Instant::now() > deadline => break None,
            _ => std::thread::sleep(Duration::from_millis(200)),
        }
    };
    watching.kill().expect("it was running");
    watching.wait().expect("it ends");
    let told = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap_or_default();
    assert!(second.is_some(), "the save was not served:\n{}\n{}", told("said"), told("complained"));
}

/// The packages of the SDKs and their own tests, run by their languages.
#[test]
fn the_sdks_agree_with_themselves() {
    let home = Home::new(None, "2022-07-20");
    let python =
        format!("PYTHONPATH={0}/sdk/python python3 -m unittest discover -s {0}/sdk/python/tests", root().display());
    run(&home, &root(), &python);
    run(&home, &root().join("sdk/js"), "node --test tests/");
    run(&home, &root().join("examples/monthly-report"), "python3 -m unittest");
    let scope = root().join("examples/duplicate-accounts/node_modules/@doudi");
    std::fs::create_dir_all(&scope).expect("a folder");
    if !scope.join("sdk").exists() {
        std::os::unix::fs::symlink(root().join("sdk/js"), scope.join("sdk")).expect("what npm install would make");
    }
    run(&home, &root().join("examples/duplicate-accounts"), "node --test");
}
