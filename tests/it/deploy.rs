//! What the guides tell an operator to type exists: every `doudi …` command with its flags, and every variable, in `deploy/`,
//! `docs/` and the READMEs, against the help of the program itself.

use crate::support::program::{Home, root};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Command (`plugin enable`, or nothing for the program itself) → its help.
type Commands = BTreeMap<String, String>;

/// The help of the program and of every command in it.
fn commands(home: &Home) -> Commands {
    let mut all = Commands::new();
    let mut waiting = vec![String::new()];
    while let Some(command) = waiting.pop() {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        arguments.push("--help");
        let help = home.doudi(&arguments).ok();
        let listed = help.lines().skip_while(|line| line.trim() != "命令:" && line.trim() != "命令：").skip(1);
        for line in listed.take_while(|line| line.starts_with("  ")) {
            // A command stands two columns in; what tells about it, further.
            let Some(name) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) else { continue };
            let name = name.split_whitespace().next().unwrap_or_default();
            waiting.push(format!("{command} {name}").trim().to_owned());
        }
        all.insert(command, help);
    }
    all
}

/// The texts an operator reads.
fn texts() -> Vec<(PathBuf, String)> {
    fn walk(path: &Path, found: &mut Vec<(PathBuf, String)>) {
        if path.is_dir() {
            let mut entries: Vec<PathBuf> =
                std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
            entries.sort();
            entries.iter().for_each(|entry| walk(entry, found));
        } else if let Ok(text) = std::fs::read_to_string(path) {
            found.push((path.strip_prefix(root()).unwrap_or(path).to_owned(), text));
        }
    }
    let mut found = Vec::new();
    for name in ["deploy", "docs", "README.md", "README.zh-CN.md"] {
        walk(&root().join(name), &mut found);
    }
    found
}

/// What stands after `doudi ` where a command is meant: at the beginning of a line, in backticks, or after a path.
fn typed(line: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, name) in line.match_indices("doudi ") {
        let before = line[..at].chars().next_back();
        if !matches!(before, None | Some('`' | '/' | ' ' | '(' | '"')) {
            continue;
        }
        let rest = &line[at + name.len()..];
        let rest = rest.split(['`', ';', '|', '#', '>', '，', '。', '：', '"', '）']).next().unwrap_or_default();
        let words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
        let is_command =
            words.first().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
        // In prose the name is followed by other words; `Doudi` is the system, `doudi` the program.
        if is_command && !matches!(before, Some(' ') if !line[..at].trim().is_empty()) {
            found.push(words);
        }
    }
    // Exec form of container files and manifests: ["serve", "--port", "8080"].
    if let Some((_, list)) = line.split_once('[').filter(|(before, _)| {
        before.trim_start().starts_with("CMD") || before.contains("args:") || before.contains("command:")
    }) {
        let mut words: Vec<String> = list
            .trim_end()
            .trim_end_matches(']')
            .split(',')
            .map(|word| word.trim().trim_matches(['"', '\'']).to_owned())
            .collect();
        if words.first().is_some_and(|word| word == "doudi" || word.ends_with("/doudi")) {
            words.remove(0);
        }
        found.push(words);
    }
    found
}

/// Why the program would not understand these words; `None` when it would.
fn misunderstood(words: &[String], commands: &Commands) -> Option<String> {
    let mut command = String::new();
    let mut rest = words;
    while let Some(word) = rest.first() {
        let longer = format!("{command} {word}").trim().to_owned();
        if !commands.contains_key(&longer) {
            break;
        }
        command = longer;
        rest = &rest[1..];
    }
    if command.is_empty() {
        return Some("没有这个命令".to_owned());
    }
    let group = commands.keys().any(|other| other.starts_with(&format!("{command} ")));
    if group && rest.first().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())) {
        return Some(format!("{command} 没有命令 {}", rest[0]));
    }
    let help = &commands[&command];
    let flags = rest.iter().filter(|word| word.starts_with("--")).map(|word| word.split('=').next().unwrap_or(word));
    let known: BTreeSet<&str> =
        help.split([' ', ',', '\n', '=', '[', ']']).filter(|word| word.starts_with("--")).collect();
    flags.into_iter().find(|flag| !known.contains(flag)).map(|flag| format!("{command} 没有 {flag}"))
}

#[test]
fn every_command_and_variable_of_the_guides_exists() {
    let home = Home::new(None, "2022-06-23");
    let commands = commands(&home);
    assert!(commands.len() > 25, "{:?}", commands.keys());
    let variables: BTreeSet<&str> = commands.values().flat_map(|help| variables_of(help)).collect();
    assert!(variables.contains("DOUDI_DATABASE") && variables.contains("DOUDI_PORT"), "{variables:?}");
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (path, text) in texts() {
        for (number, line) in text.lines().enumerate() {
            let place = format!("{}:{}", path.display(), number + 1);
            for words in typed(line) {
                seen += 1;
                if let Some(why) = misunderstood(&words, &commands) {
                    wrong.push(format!("{place}: doudi {}: {why}", words.join(" ")));
                }
            }
            for variable in variables_of(line) {
                seen += 1;
                // Those of the tests are the developers'.
                if !variables.contains(variable) && !variable.starts_with("DOUDI_TEST_") {
                    wrong.push(format!("{place}: the program knows no {variable}"));
                }
            }
        }
    }
    assert!(seen > 20, "only {seen} commands and variables were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn variables_of(text: &str) -> Vec<&str> {
    text.match_indices("DOUDI_")
        .map(|(at, _)| {
            let rest = &text[at..];
            let end = rest.find(|c: char| !c.is_ascii_uppercase() && c != '_').unwrap_or(rest.len());
            rest[..end].trim_end_matches('_')
        })
        .filter(|name| name.len() > "DOUDI_".len())
        .collect()
}

/// The reader of the guides finds what is wrong in them.
#[test]
fn a_wrong_guide_is_found() {
    let help = "用法：doudi serve [选项]\n  --port <PORT>  端口 [环境变量：DOUDI_PORT=]\n";
    let commands: Commands = [("", ""), ("serve", help), ("plugin", ""), ("plugin list", "--json")]
        .map(|(command, help)| (command.to_owned(), help.to_owned()))
        .into();
    for (line, wrong) in [
        ("doudi serve --port 8080", false),
        ("ExecStart=/usr/local/bin/doudi serve --port 8080", false),
        ("CMD [\"serve\", \"--port\", \"8080\"]", false),
        ("    command: [\"doudi\", \"serve\", \"--bnd\", \"0.0.0.0\"]", true),
        ("see `doudi plugin list --json`", false),
        ("see `doudi plugin lst`", true),
        ("`doudi srve`", true),
        ("`doudi serve --prt 1`", true),
    ] {
        let typed = typed(line);
        assert_eq!(typed.len(), 1, "{line}: {typed:?}");
        assert_eq!(misunderstood(&typed[0], &commands).is_some(), wrong, "{line}");
    }
    for line in ["podman build -t doudi .", "-v /var/lib/doudi:/data doudi", "Doudi serves a city", "a doudi is a word"]
    {
        assert!(typed(line).is_empty(), "{line}: {:?}", typed(line));
    }
}
