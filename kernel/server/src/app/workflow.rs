//! What the workflow says to a person who wants to press a button: state, office, separation of duties, and time. The
//! buttons of a page and the check before a plugin is called are the same function.

use super::display::long_date;
use doudi_documents::{Action, Workflow};
use doudi_domain::document::DocumentStep;
use doudi_domain::identity::Role;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Date, Error};

/// Where a document stands; for one that does not exist yet, the workflow's initial state and no steps.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub state: &'a str,
    pub due: Option<Date>,
    pub steps: &'a [DocumentStep],
}

impl<'a> Standing<'a> {
    pub fn new_document(workflow: &'a Workflow) -> Standing<'a> {
        Standing { state: &workflow.initial, due: None, steps: &[] }
    }
}

/// Why this actor may not press this button now; `None` when she may.
///
/// `Refused` by state or time, `Forbidden` by office or separation.
pub fn obstacle(
    workflow: &Workflow,
    action: &Action,
    standing: Standing<'_>,
    today: Date,
    actor: &Actor,
) -> Option<Error> {
    let label = &action.label.zh;
    if !action.from.iter().any(|from| from == standing.state) {
        let state = workflow.state(standing.state).map_or(standing.state, |state| state.label.zh.as_str());
        return Some(Error::refused(format!("当前环节是“{state}”，不能办理“{label}”。请刷新页面查看最新情况")));
    }
    // The kernel's own work is not limited by office; the automatic steps are its alone.
    let role = actor.role()?;
    if action.automatic {
        return Some(Error::forbidden(format!("“{label}”由系统自动办理")));
    }
    if let Err(error) = policy::require(actor, Permission::CaseWrite) {
        return Some(error);
    }
    if !action.roles.iter().any(|allowed| allowed == role.code()) {
        let offices: Vec<&str> = action.roles.iter().filter_map(|role| Role::parse(role)).map(Role::zh).collect();
        return Some(Error::forbidden(format!("“{label}”由{}办理", offices.join("、"))));
    }
    let by_herself = |step: &&DocumentStep| step.by.is_some() && step.by == actor.user_id();
    let taken = standing.steps.iter().filter(by_herself).find(|step| action.not_by_actor_of.contains(&step.action));
    if let Some(step) = taken {
        let earlier = workflow.action(&step.action).map_or(step.action.as_str(), |action| action.label.zh.as_str());
        return Some(Error::forbidden(format!("您已办理过本件的“{earlier}”，“{label}”须由其他人员办理")));
    }
    match standing.due {
        Some(due) if action.after_deadline && today < due => {
            Some(Error::refused(format!("期限未满，{}起可以办理“{label}”", long_date(due))))
        }
        _ => None,
    }
}

/// The action that leads from one state to another without anybody pressing it: an automatic one if there is one, else any.
/// `None` when the workflow knows no such way.
pub fn passage<'a>(workflow: &'a Workflow, from: &str, to: &str) -> Option<&'a Action> {
    let fits =
        |action: &&Action| action.from.iter().any(|state| state == from) && action.to.iter().any(|state| state == to);
    workflow.actions.iter().filter(|action| action.automatic).find(fits).or_else(|| workflow.actions.iter().find(fits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::{DivisionCode, DocumentId, Instant, UserId};
    use serde_json::json;

    fn workflow() -> Workflow {
        let state = |id: &str| json!({"id": id, "label": {"zh": id}});
        serde_json::from_value(json!({
            "initial": "draft", "stages": [],
            "states": [state("draft"), state("survey"), state("posting"), state("done")],
            "actions": [
                {"id": "submit", "label": {"zh": "提交"}, "from": ["draft"], "to": ["survey"], "roles": ["town-caseworker"]},
                {"id": "survey", "label": {"zh": "登记调查"}, "from": ["survey"], "to": ["posting"], "roles": ["town-caseworker", "county-approver"]},
                {"id": "close", "label": {"zh": "公示期满"}, "from": ["posting"], "to": ["done"], "roles": ["town-caseworker"], "after_deadline": true},
                {"id": "confirm", "label": {"zh": "审核确认"}, "from": ["posting"], "to": ["done"], "roles": ["county-approver"], "not_by_actor_of": ["survey"]},
                {"id": "lapse", "label": {"zh": "自动终止"}, "from": ["posting"], "to": ["done"], "roles": [], "automatic": true}
            ]
        }))
        .unwrap()
    }

    fn actor(id: i64, role: Role) -> Actor {
        let division =
            DivisionCode::new(if role == Role::CountyApprover { 340223000000 } else { 340223101000 }).unwrap();
        Actor::User { id: UserId(id), name: "某".into(), role, division }
    }

    fn said(action: &str, state: &str, due: Option<&str>, today: &str, actor: &Actor) -> String {
        let workflow = workflow();
        let steps = [DocumentStep {
            document: DocumentId(1),
            revision: 1,
            action: "survey".into(),
            from_state: Some("survey".into()),
            to_state: "posting".into(),
            due: None,
            by: Some(UserId(7)),
            by_name: "某".into(),
            at: Instant(0),
            note: String::new(),
        }];
        let standing = Standing { state, due: due.map(|day| day.parse().unwrap()), steps: &steps };
        let action = workflow.action(action).unwrap();
        obstacle(&workflow, action, standing, today.parse().unwrap(), actor)
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn state_office_separation_and_time_each_say_why_not() {
        let (town, approver, surveyor) =
            (actor(1, Role::TownCaseworker), actor(2, Role::CountyApprover), actor(7, Role::CountyApprover));
        let system = Actor::System { division: DivisionCode::new(340223000000).unwrap() };
        let cases = [
            ("submit", "draft", None, "2022-07-20", &town, ""),
            (
                "submit",
                "survey",
                None,
                "2022-07-20",
                &town,
                "当前环节是“survey”，不能办理“提交”。请刷新页面查看最新情况",
            ),
            ("submit", "draft", None, "2022-07-20", &approver, "“提交”由镇街经办办理"),
            (
                "survey",
                "survey",
                None,
                "2022-07-20",
                &actor(3, Role::TownReviewer),
                "“登记调查”由镇街经办、县民政审核确认人办理",
            ),
            (
                "close",
                "posting",
                Some("2022-07-28"),
                "2022-07-27",
                &town,
                "期限未满，2022年7月28日起可以办理“公示期满”",
            ),
            ("close", "posting", Some("2022-07-28"), "2022-07-28", &town, ""),
            ("confirm", "posting", None, "2022-07-28", &approver, ""),
            (
                "confirm",
                "posting",
                None,
                "2022-07-28",
                &surveyor,
                "您已办理过本件的“登记调查”，“审核确认”须由其他人员办理",
            ),
            ("lapse", "posting", None, "2022-07-28", &town, "“自动终止”由系统自动办理"),
            ("lapse", "posting", None, "2022-07-28", &system, ""),
        ];
        for (action, state, due, today, actor, expected) in cases {
            assert_eq!(said(action, state, due, today, actor), expected, "{action} {state} {today}");
        }
    }

    #[test]
    fn an_automatic_way_is_preferred_and_none_is_invented() {
        let workflow = workflow();
        assert_eq!(passage(&workflow, "posting", "done").map(|action| action.id.as_str()), Some("lapse"));
        assert_eq!(passage(&workflow, "draft", "survey").map(|action| action.id.as_str()), Some("submit"));
        assert_eq!(passage(&workflow, "draft", "done"), None);
    }
}
