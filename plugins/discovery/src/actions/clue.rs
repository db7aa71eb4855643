//! The steps of a clue but for what is done about it ([`super::disposal`]): 登记, 上报, 分派, 走访, 核实, 反馈, 回访, 销号.

use super::{disposal, is_village, missing, office, outing, past_date, required, word};
use crate::clue::{Clue, Filed, Followed, Report, Told, Verified, Went};
use crate::patrol;
use crate::reporting::{self, News};
use crate::rules::clock::Stand;
use crate::rules::words::{Difficulty, Source, Urgency};
use crate::visit::Errand;
use doudi_sdk::prelude::*;

/// Whoever finds a likely case tells the family (57号 第六条, 43号 第十一条).
pub const DUTY_TO_TELL: &str = "民发〔2021〕57号 第六条、民发〔2021〕43号 第十一条";

/// What every step works with.
pub struct Desk<'a> {
    pub context: &'a Context,
    pub action: &'a Action,
    pub document: &'a Document,
    pub stand: Stand,
    pub body: Clue,
}

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    if action.id == "register" {
        return register(context, action);
    }
    let document = action.document()?;
    let Filed { body, stand, .. } = Filed::of(document.clone())?;
    let desk = Desk { context, action, document, stand, body };
    match action.id.as_str() {
        "report" => desk.report(),
        "triage" => desk.triage(),
        "link" => desk.link(),
        "visit" => desk.visit(),
        "verify" => desk.verify(),
        "feed-back" => desk.feed_back(),
        "follow-up" => desk.follow_up(),
        "close" => desk.close(),
        _ => disposal::act(desk),
    }
}

/// A new clue, or one report more on the clue there is.
fn register(context: &Context, action: &Action) -> Result<Effects> {
    let values = &action.values;
    let household = action.household.or_else(|| values.id("household"));
    let village = values.division("village").or_else(|| is_village(context).then_some(context.actor.division));
    let description = required(values, "description", "困难情况")?.to_owned();
    let whereabouts = values.text("whereabouts").unwrap_or_default().to_owned();
    let mut problems = Problems::new();
    problems.require(
        household.is_some() || village.is_some(),
        "village",
        "请填写家庭；档案中没有的，请选择所在的村（社区）",
    );
    problems.require(
        household.is_some() || !whereabouts.is_empty(),
        "whereabouts",
        "档案中没有的人员，请写明在哪里可以找到",
    );
    problems.refuse("还不知道到哪里核实")?;
    let found = match values.date("found") {
        Some(_) => past_date(context, values, "found", "发现时间")?,
        None => context.today,
    };
    let news = News {
        household,
        person: action.person.or_else(|| values.id("person")),
        village,
        difficulty: word(values, "difficulty", "困难情形", Difficulty::of)?,
        urgency: values.text("urgency").and_then(Urgency::of).unwrap_or(Urgency::Ordinary),
        whereabouts,
        wish: None,
        stand: if is_village(context) { Stand::Registered } else { Stand::Reported },
        report: Report {
            on: found,
            source: word(values, "source", "线索来源", Source::of)?,
            finder: values.text("finder").unwrap_or_else(|| office(context)).to_owned(),
            officer: Some(context.actor.user),
            description,
            alert: None,
        },
        due: None,
    };
    Ok(Effects::new().document(reporting::file(context, news)?))
}

impl Desk<'_> {
    pub fn put(&self, stand: Stand, note: impl Into<String>) -> Result<DocumentPut> {
        self.body.to(self.document, stand, self.context.today, note)
    }

    pub fn move_to(&self, stand: Stand, note: impl Into<String>) -> Result<Effects> {
        Ok(Effects::new().document(self.put(stand, note)?))
    }

    /// The family was told what it may apply for, if nobody did so before.
    pub fn tell(&mut self, how: &str) {
        let on = self.context.today;
        self.body.told.get_or_insert_with(|| Told { on, how: how.to_owned() });
    }

    fn report(mut self) -> Result<Effects> {
        self.body.reported = Some(self.context.today);
        self.move_to(Stand::Reported, "上报镇街")
    }

    fn triage(mut self) -> Result<Effects> {
        let values = &self.action.values;
        self.body.rate(word(values, "urgency", "紧急程度", Urgency::of)?, self.context.today);
        self.body.officer = Some(values.id("officer").ok_or_else(|| missing("officer", "核实人员"))?);
        let note = format!("分派核实（{}）", self.body.urgency.zh());
        self.move_to(Stand::Verifying, note)
    }

    /// Ties a clue about somebody not on file to the file that was opened or found meanwhile. If the same difficulty of that household
    /// is a clue already, the two become one.
    fn link(self) -> Result<Effects> {
        let values = &self.action.values;
        if self.document.household.is_some() {
            return Err(Refusal::new("该线索已经关联家庭档案"));
        }
        let household = values.id("household").ok_or_else(|| missing("household", "家庭"))?;
        let (difficulty, found, today) = (self.body.difficulty, self.body.found, self.context.today);
        if let Some(other) = reporting::existing(household, None, difficulty, found, today)? {
            let Filed { document, mut body, stand } = other;
            if stand != Stand::Closed {
                body.reports.extend(self.body.reports.iter().cloned());
                body.visits.extend(self.body.visits.iter().copied());
                let merged = self.document.to("merged").note(format!("并入线索 {}", document.key)).body(&self.body);
                let other = body.to(&document, stand, today, format!("并入线索 {}", self.document.key))?;
                return Ok(Effects::new().document(merged).document(other));
            }
        }
        let mut desk = self;
        desk.body.on_grid = patrol::of(household)?.is_some();
        let put = desk.put(desk.stand, "关联家庭档案")?.household(household);
        Ok(Effects::new().document(put))
    }

    fn visit(mut self) -> Result<Effects> {
        let household = self.document.household;
        let visit = outing::read(self.context, self.action, Errand::Clue, patrol::stay_of(household)?)?;
        if !visit.nobody {
            self.body.visits.push(Went { on: visit.moment.date, officer: visit.officer });
            self.body.wish = Some(visit.wish);
            if visit.told {
                self.tell("走访时当面告知");
            }
        }
        if visit.urgent {
            self.body.rate(Urgency::Urgent, self.context.today);
        }
        let note = if visit.nobody { "走访，无人应答" } else { "已走访" };
        let alerts: Vec<Id> = self.body.alerts().collect();
        let village = household.is_none().then_some(self.document.division);
        Ok(Effects::new()
            .document(self.put(self.stand, note)?)
            .document(outing::put(&visit, household, village))
            .and(outing::told_others(&visit, household, Some(self.document.id), &alerts))
            .and(outing::patrolled(self.context, &visit, household)?)
            .and(match household {
                Some(_) => outing::clues(self.context, &visit, household, Some(self.body.difficulty))?,
                // Nobody on file yet: what else was seen stands in the findings until the clue is linked.
                None => Effects::new(),
            }))
    }

    fn verify(mut self) -> Result<Effects> {
        let values = &self.action.values;
        let unvisited = values.text("unvisited");
        if self.body.visits.is_empty() && unvisited.is_none() {
            return Err(
                Refusal::new("还没有人到场核实，请先登记走访").problem("unvisited", "查无此人等无法走访的，请写明理由")
            );
        }
        let genuine = match values.get("genuine").and_then(serde_json::Value::as_bool) {
            Some(genuine) => genuine,
            None => return Err(missing("genuine", "是否属实")),
        };
        let findings = required(values, "findings", "核实情况")?;
        if let Some(difficulty) = values.text("difficulty").and_then(Difficulty::of) {
            self.body.difficulty = difficulty;
        }
        self.body.verified = Some(Verified {
            on: self.context.today,
            genuine,
            findings: match unvisited {
                Some(reason) => format!("{findings}（未走访：{reason}）"),
                None => findings.to_owned(),
            },
            unable: values.yes("unable"),
        });
        if values.yes("told") {
            self.tell("核实时告知");
        }
        self.move_to(Stand::Verified, if genuine { "核实属实" } else { "核实不属实" })
    }

    /// The grid officer learns what became of it; nobody gets this far without having told the family.
    fn feed_back(mut self) -> Result<Effects> {
        let values = &self.action.values;
        if let Some(how) = values.text("told-how") {
            self.tell(how);
        }
        let owed = self.body.verified.as_ref().is_some_and(|verified| verified.genuine) && self.body.told.is_none();
        if owed {
            return Err(Refusal::new("发现困难的，应当告知家庭可以申请哪些救助")
                .article(DUTY_TO_TELL)
                .problem("told-how", "请先告知，并写明何时、怎样告知"));
        }
        self.body.fed_back = Some(self.context.today);
        let note = format!("反馈网格员：{}", required(values, "feedback", "反馈内容")?);
        self.move_to(Stand::Following, note)
    }

    fn follow_up(mut self) -> Result<Effects> {
        let values = &self.action.values;
        let resolved = match values.get("resolved").and_then(serde_json::Value::as_bool) {
            Some(resolved) => resolved,
            None => return Err(missing("resolved", "困难是否缓解")),
        };
        let findings = required(values, "findings", "回访情况")?.to_owned();
        let on = past_date(self.context, values, "on", "回访日期")?;
        self.body.followed = Some(Followed { on, findings, resolved });
        if resolved {
            return self.move_to(Stand::CheckingOff, "回访：困难已缓解");
        }
        // Not helped yet: the town looks again, with all that is known.
        self.body.verified = None;
        self.body.measure = None;
        self.move_to(Stand::Verifying, "回访：困难仍然存在，重新核实")
    }

    fn close(mut self) -> Result<Effects> {
        self.body.closed = Some(self.context.today);
        self.move_to(Stand::Closed, "销号")
    }
}
