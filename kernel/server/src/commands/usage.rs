//! The arguments as typed, and what is said when they are not understood: Chinese, like everything else a user reads. clap
//! knows which word is wrong; the sentences are here.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, Error, FromArgMatches};
use std::process::ExitCode;

/// Exit code of arguments that make no command.
const WRONG_USAGE: u8 = 2;

/// Words clap writes itself into a help text, and ours.
const WORDS: [(&str, &str); 8] = [
    ("Usage: ", "用法："),
    ("[OPTIONS]", "[选项]"),
    ("[default: ", "[默认："),
    ("[env: ", "[环境变量："),
    ("[possible values: ", "[可填："),
    ("(default)", "（默认）"),
    ("[aliases: ", "[别名："),
    ("Possible values:", "可填："),
];

/// The command of the arguments of this process; or what has been printed instead, as an exit code.
pub(super) fn parse<C: CommandFactory + FromArgMatches>() -> Result<C, ExitCode> {
    let said = match chinese(C::command()).try_get_matches().and_then(|matches| C::from_arg_matches(&matches)) {
        Ok(command) => return Ok(command),
        Err(error) => error,
    };
    match said.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            say!("{}", translated(&said.to_string()).trim_end());
            Err(ExitCode::SUCCESS)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprintln!("{}", translated(&said.to_string()).trim_end());
            Err(ExitCode::from(WRONG_USAGE))
        }
        _ => {
            eprintln!("错误：{}", sentence(&said));
            if let Some(ContextValue::StyledStr(usage)) = said.get(ContextKind::Usage) {
                eprintln!("  {}", translated(&usage.to_string()).trim());
            }
            eprintln!("  加 --help 查看说明");
            Err(ExitCode::from(WRONG_USAGE))
        }
    }
}

/// The same command line with Chinese headings and a Chinese word for every help flag.
fn chinese(command: Command) -> Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("显示说明").help_heading("选项");
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version).help("显示版本");
    let has_version = command.get_version().is_some();
    let mut command = command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .mut_args(|arg| if arg.is_positional() { arg.help_heading("参数") } else { arg.help_heading("选项") })
        .arg(help);
    if has_version {
        command = command.arg(version.help_heading("选项"));
    }
    command.mut_subcommands(chinese)
}

fn translated(text: &str) -> String {
    WORDS.iter().fold(text.to_owned(), |text, (english, chinese)| text.replace(english, chinese))
}

/// What is wrong, in one sentence.
fn sentence(error: &Error) -> String {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        _ => String::new(),
    };
    let argument = word(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let suggested = word(ContextKind::SuggestedArg);
            let hint = if suggested.is_empty() { String::new() } else { format!("，是否要写 {suggested}") };
            format!("不认识“{argument}”{hint}")
        }
        ErrorKind::InvalidSubcommand => {
            let suggested = word(ContextKind::SuggestedSubcommand);
            let hint = if suggested.is_empty() { String::new() } else { format!("，是否要写 {suggested}") };
            format!("没有命令“{}”{hint}", word(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}"),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::ArgumentConflict => match word(ContextKind::PriorArg) {
            prior if prior.is_empty() || prior == argument => format!("{argument} 只能写一次"),
            prior => format!("{argument} 不能与 {prior} 同时使用"),
        },
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::TooManyValues => {
            format!("{argument} 后面的值个数不对")
        }
        ErrorKind::NoEquals => format!("{argument} 后面要用等号写值"),
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            let value = word(ContextKind::InvalidValue);
            let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            if value.is_empty() {
                format!("{argument} 后面缺少值")
            } else if source.is_ascii() {
                // A type of the standard library speaks English; our own parsers speak Chinese.
                format!("{argument} 的值“{value}”不合要求")
            } else {
                format!("{argument}：{source}")
            }
        }
        _ => "参数有误".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::Cli;

    fn said(arguments: &[&str]) -> String {
        let matches = chinese(Cli::command()).try_get_matches_from(std::iter::once(&"doudi").chain(arguments));
        sentence(&matches.err().unwrap_or_else(|| panic!("{arguments:?} is understood")))
    }

    #[test]
    fn what_is_not_understood_is_named_in_chinese() {
        let cases: [(&[&str], &str); 10] = [
            (&["asses"], "没有命令“asses”，是否要写 assess"),
            (&["audit", "verify", "--jsn"], "不认识“--jsn”，是否要写 --json"),
            (&["assess", "p", "--county", "340223"], "缺少 --as-of <AS_OF>"),
            (
                &["assess", "p", "--county", "340223", "--as-of", "七月"],
                "--as-of <AS_OF>：“七月”不是日期，应写成 2022-07-06",
            ),
            (&["serve", "--port", "高"], "--port <PORT> 的值“高”不合要求"),
            (&["serve", "--port"], "--port <PORT> 后面缺少值"),
            (&["--today", "明天", "migrate"], "--today <TODAY>：“明天”不是日期，应写成 2022-07-06"),
            (&["decision", "replay", "1", "--all"], "[ID] 不能与 --all 同时使用"),
            (&["decision", "show", "甲"], "<ID> 的值“甲”不合要求"),
            (&["migrate", "--data", "a", "--data", "b"], "--data <DATA> 只能写一次"),
        ];
        for (arguments, expected) in cases {
            assert_eq!(said(arguments), expected, "{arguments:?}");
        }
    }

    #[test]
    fn the_help_of_every_command_has_chinese_headings_and_a_sentence() {
        fn walk(command: &mut Command, path: &str) {
            let help = translated(&command.render_long_help().to_string());
            for english in ["Usage", "Options:", "Commands:", "Arguments:", "OPTIONS", "COMMAND", "Print ", "default:"]
            {
                assert!(!help.contains(english), "{path}: “{english}” in\n{help}");
            }
            assert!(help.contains("用法："), "{path}");
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(!about.is_empty() && !about.is_ascii(), "{path} says nothing about itself");
            for sub in command.get_subcommands_mut() {
                let path = format!("{path} {}", sub.get_name());
                walk(sub, &path);
            }
        }
        let mut command = chinese(Cli::command());
        command.build();
        walk(&mut command, "doudi");
    }
}
