//! The steps of an upgrade, each with where it stands, in a sentence, and what to do where it is not done. Nothing is decided
//! elsewhere: what stands open here is what [`super::switch`] refuses with.

use super::{Ends, Path, Wishes, migration};
use doudi_domain::package::Enablement;
use doudi_domain::upgrade::{Difference, State, state_major};
use doudi_domain::{Date, Problem};
use std::cmp::Ordering;

/// Failed cases named in a sentence; all of them stand in the list.
const NAMED: usize = 4;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StepKind {
    Version,
    Signature,
    Permissions,
    Settings,
    Documents,
    Shadow,
    Acceptance,
    SignOff,
}

impl StepKind {
    /// A word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            StepKind::Version => "version",
            StepKind::Signature => "signature",
            StepKind::Permissions => "permissions",
            StepKind::Settings => "settings",
            StepKind::Documents => "documents",
            StepKind::Shadow => "shadow",
            StepKind::Acceptance => "acceptance",
            StepKind::SignOff => "sign-off",
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            StepKind::Version => "版本",
            StepKind::Signature => "签名",
            StepKind::Permissions => "权限",
            StepKind::Settings => "设置",
            StepKind::Documents => "办件转换",
            StepKind::Shadow => "试运行",
            StepKind::Acceptance => "验收用例",
            StepKind::SignOff => "签认",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StepState {
    Done,
    /// Does not keep from switching, and should be read.
    Attention,
    /// Keeps from switching.
    Open,
    NotNeeded,
}

impl StepState {
    pub const fn code(self) -> &'static str {
        match self {
            StepState::Done => "done",
            StepState::Attention => "attention",
            StepState::Open => "open",
            StepState::NotNeeded => "not-needed",
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            StepState::Done => "已通过",
            StepState::Attention => "请注意",
            StepState::Open => "未完成",
            StepState::NotNeeded => "不需要",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    pub kind: StepKind,
    pub state: StepState,
    /// How it stands.
    pub sentence: String,
    /// What to do; empty when there is nothing to do.
    pub mend: String,
}

impl Step {
    fn new(kind: StepKind, state: StepState, sentence: impl Into<String>, mend: impl Into<String>) -> Step {
        Step { kind, state, sentence: sentence.into(), mend: mend.into() }
    }

    pub(super) fn problem(&self) -> Problem {
        let message =
            if self.mend.is_empty() { self.sentence.clone() } else { format!("{}。{}", self.sentence, self.mend) };
        Problem::new(self.kind.zh(), format!("upgrade.{}", self.kind.code()), message)
    }
}

/// What the steps are judged by, beyond what the path shows.
pub(super) struct Findings<'a> {
    pub ends: &'a Ends,
    /// The pin on the day the upgrade begins.
    pub in_force: Option<&'a Enablement>,
    pub settings: Vec<Problem>,
    pub older: bool,
    pub today: Date,
    /// Both versions assess: there is something to compare.
    pub compares: bool,
}

/// What can only be decided when an upgrade is asked for.
pub(super) fn at_the_beginning(ends: &Ends, wishes: &Wishes, today: Date) -> Vec<Problem> {
    let mut steps = vec![version(ends, wishes.older)];
    if wishes.grants.is_none() && !ends.wider().is_empty() {
        steps.push(undecided(ends.wider().len()));
    }
    if migration::needed(ends) && wishes.begins > today {
        steps.push(same_day());
    }
    steps.iter().filter(|step| step.state == StepState::Open).map(Step::problem).collect()
}

pub(super) fn of(path: &Path, found: &Findings<'_>) -> Vec<Step> {
    vec![
        standing(path, found).unwrap_or_else(|| version(found.ends, found.older)),
        signature(path),
        permissions(path),
        settings(found),
        documents(path, found),
        shadow(path, found),
        acceptance(path),
        sign_off(path, found),
    ]
}

/// Somebody has pinned something else since the upgrade was asked for, or its day has passed.
fn standing(path: &Path, found: &Findings<'_>) -> Option<Step> {
    let open = path.upgrade.as_ref().filter(|upgrade| upgrade.state == State::Open)?;
    let moved = found.in_force.is_none_or(|pin| pin.digest != open.from_digest);
    if moved {
        let sentence = "提出升级之后，这项措施又换过版本或已停用";
        return Some(Step::new(StepKind::Version, StepState::Open, sentence, "请取消这次升级，重新提出"));
    }
    if open.begins < found.today {
        let sentence = format!("原定的切换日期 {} 已过", open.begins);
        return Some(Step::new(
            StepKind::Version,
            StepState::Open,
            sentence,
            "请取消这次升级，按今天或以后的日期重新提出",
        ));
    }
    None
}

fn version(ends: &Ends, older: bool) -> Step {
    let (from, to) = (&ends.from.version, &ends.to.version);
    if ends.pin.digest == ends.release.digest {
        return Step::new(StepKind::Version, StepState::Open, format!("{to} 就是正在使用的版本"), "请选择另一个版本");
    }
    let majors = (state_major(&ends.from.state_version), state_major(&ends.to.state_version));
    if majors.1 < majors.0 {
        let sentence = format!(
            "{to} 的办件格式（{}）比正在使用的（{}）旧，读不懂现在的办件",
            ends.to.state_version, ends.from.state_version
        );
        return Step::new(StepKind::Version, StepState::Open, sentence, "要回到升级前的版本，请在原来的升级上办理回退");
    }
    match to.cmp(from) {
        Ordering::Less if !older => Step::new(
            StepKind::Version,
            StepState::Open,
            format!("{to} 比正在使用的 {from} 旧"),
            "确实要用旧版本时，请明确选择“改用旧版本”（命令行 --older）",
        ),
        Ordering::Less => Step::new(StepKind::Version, StepState::Attention, format!("从 {from} 改用较旧的 {to}"), ""),
        _ => Step::new(StepKind::Version, StepState::Done, format!("从 {from} 升级到 {to}"), ""),
    }
}

/// Whose signature stands behind the other version, by what this county asks for.
fn signature(path: &Path) -> Step {
    let verdict = &path.trust.to.verdict;
    if verdict.trusted {
        let sentence = format!("有 {} 的签名", verdict.by.join("、"));
        return Step::new(StepKind::Signature, StepState::Done, sentence, "");
    }
    if path.trust.as_before() {
        let sentence = "没有签名，与正在使用的版本一样，由运维人员确认来源";
        return Step::new(StepKind::Signature, StepState::Attention, sentence, "");
    }
    let mend = "请向发布方索取签名文件（.minisig），在这个措施包的页面上添加";
    Step::new(StepKind::Signature, StepState::Open, verdict.lacking.clone(), mend)
}

fn undecided(count: usize) -> Step {
    Step::new(
        StepKind::Permissions,
        StepState::Open,
        format!("新版本多申请 {count} 项权限，还没有决定给不给"),
        "请逐项决定：页面上勾选，或用 --grant 写明",
    )
}

fn permissions(path: &Path) -> Step {
    let (wider, dropped) = (&path.permissions.wider, path.permissions.dropped.len());
    if path.permissions.undecided {
        return undecided(wider.len());
    }
    let withheld = wider.iter().filter(|line| !line.granted).count();
    match (wider.len(), withheld) {
        (0, _) if dropped == 0 => Step::new(StepKind::Permissions, StepState::Done, "申请的权限没有变化", ""),
        (0, _) => Step::new(StepKind::Permissions, StepState::Done, format!("少申请 {dropped} 项权限"), ""),
        (count, 0) => Step::new(StepKind::Permissions, StepState::Done, format!("多申请的 {count} 项权限已同意"), ""),
        (count, withheld) => Step::new(
            StepKind::Permissions,
            StepState::Attention,
            format!("多申请 {count} 项权限，其中 {withheld} 项没有同意，相应内容它读不到、写不了"),
            "",
        ),
    }
}

fn settings(found: &Findings<'_>) -> Step {
    if found.settings.is_empty() {
        return Step::new(StepKind::Settings, StepState::Done, "本县区的设置符合新版本的要求", "");
    }
    let problems: Vec<String> = found.settings.iter().map(ToString::to_string).collect();
    Step::new(
        StepKind::Settings,
        StepState::Open,
        format!("设置不符合新版本的要求：{}", problems.join("；")),
        "请按新版本的要求填写设置后重新提出升级",
    )
}

fn same_day() -> Step {
    Step::new(
        StepKind::Documents,
        StepState::Open,
        "新版本要转换已有的办件，只能在切换的当天转换",
        "请把切换日期定为今天，或到那一天再提出升级",
    )
}

fn documents(path: &Path, found: &Findings<'_>) -> Step {
    let documents = &path.documents;
    if !documents.needed {
        return Step::new(StepKind::Documents, StepState::NotNeeded, "办件格式不变，不需要转换", "");
    }
    if let Some(obstacle) = &documents.obstacle {
        return Step::new(StepKind::Documents, StepState::Open, obstacle.clone(), "请联系供应商");
    }
    if path.begins > found.today {
        return same_day();
    }
    let (total, ready) = (documents.total, documents.ready);
    let format = format!("办件格式由 {} 变为 {}", found.ends.from.state_version, found.ends.to.state_version);
    match total - ready {
        0 => Step::new(
            StepKind::Documents,
            StepState::Done,
            format!("{format}，{total} 个办件已转换好，切换时一并生效"),
            "",
        ),
        left => Step::new(
            StepKind::Documents,
            StepState::Attention,
            format!("{format}，共 {total} 个办件，还有 {left} 个要转换"),
            "可以先转换，不影响使用；没有转换的在切换时转换",
        ),
    }
}

fn shadow(path: &Path, found: &Findings<'_>) -> Step {
    if !found.compares {
        return Step::new(StepKind::Shadow, StepState::NotNeeded, "这项措施不计算资格和金额", "");
    }
    let mend = "请对新版本试运行（页面上“试运行”，或 doudi plugin shadow）";
    match &path.report {
        None => Step::new(StepKind::Shadow, StepState::Open, "还没有用新版本试运行过", mend),
        Some(report) if !report.fresh => Step::new(StepKind::Shadow, StepState::Open, report.why_not.clone(), mend),
        Some(report) => Step::new(StepKind::Shadow, StepState::Done, in_words(&report.difference), ""),
    }
}

fn in_words(difference: &Difference) -> String {
    let money = difference.after.0 - difference.before.0;
    let money = match money.cmp(&0) {
        Ordering::Equal => "每月金额不变".to_owned(),
        Ordering::Greater => format!("每月增加 {} 元", doudi_domain::Fen(money)),
        Ordering::Less => format!("每月减少 {} 元", doudi_domain::Fen(-money)),
    };
    let Difference { compared, gained, lost, changed, .. } = difference;
    format!("比较 {compared} 户：新增 {gained} 户，退出 {lost} 户，变动 {changed} 户，{money}")
}

fn acceptance(path: &Path) -> Step {
    let (passed, all) = (path.acceptance.passed(), path.acceptance.results.len());
    match all {
        0 => Step::new(
            StepKind::Acceptance,
            StepState::Attention,
            "本县区还没有验收用例",
            "建议先由业务科保存几户典型家庭，以后每次升级都会先核对",
        ),
        _ if passed == all => Step::new(StepKind::Acceptance, StepState::Done, format!("{all} 个用例全部通过"), ""),
        _ => {
            let failed = path.acceptance.results.iter().filter(|result| !result.passed());
            let few = failed.take(NAMED).map(|result| format!("“{}”", result.view.case.name));
            let mut names = few.collect::<Vec<String>>().join("、");
            if all - passed > NAMED {
                names.push('等');
            }
            Step::new(
                StepKind::Acceptance,
                StepState::Open,
                format!("{all} 个用例中有 {} 个没有通过：{names}", all - passed),
                "请业务科核对：新版本算得不对，请供应商修正；政策确有变化，请停用旧用例并登记新的",
            )
        }
    }
}

fn sign_off(path: &Path, found: &Findings<'_>) -> Step {
    let fresh = path.report.as_ref().filter(|report| report.fresh);
    let Some(report) = fresh.filter(|_| found.compares) else {
        return Step::new(StepKind::SignOff, StepState::NotNeeded, "有试运行报告之后才知道需不需要", "");
    };
    if path.exceeded.is_empty() {
        return Step::new(StepKind::SignOff, StepState::NotNeeded, "变化没有超出本县区的限度", "");
    }
    let percent = |basis_points: i64| format!("{}.{:02}%", basis_points / 100, basis_points % 100);
    let beyond: Vec<String> = path
        .exceeded
        .iter()
        .map(|one| format!("{}为 {}，限度为 {}", one.what.zh(), percent(one.found), percent(one.allowed)))
        .collect();
    let beyond = beyond.join("；");
    let signed = path.upgrade.as_ref().and_then(|upgrade| upgrade.signed.as_ref());
    match signed {
        Some(signed) if signed.difference == report.difference => Step::new(
            StepKind::SignOff,
            StepState::Done,
            format!("变化超出限度（{beyond}），{} 已签认：{}", signed.deed.by_name, signed.reason),
            "",
        ),
        Some(_) => Step::new(
            StepKind::SignOff,
            StepState::Open,
            format!("签认之后试运行的结果又有变化（{beyond}）"),
            "请另一位有权限的人员重新签认",
        ),
        None => Step::new(
            StepKind::SignOff,
            StepState::Open,
            format!("变化超出限度：{beyond}"),
            "请另一位有权限的人员（县民政审核确认人）写明原因并签认",
        ),
    }
}
