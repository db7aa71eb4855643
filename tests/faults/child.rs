//! The program that is killed: opens the city's database as a server would and writes without pause — cases by a plugin, facts
//! of a family, the reactions to them — telling on its standard output what it is about to do and what has been acknowledged.

use doudi_domain::{Actor, DivisionCode, Error, HouseholdId, PersonId, Role, UserId};
use doudi_server::app::document::{self, Press, Target};
use doudi_server::app::household;
use doudi_server::worker::Worker;
use doudi_server::{App, Config, FixedClock};
use doudi_storage::Storage;
use doudi_storage::test_support::keys;
use doudi_tests::support::{family, guests, people};
use jiff::civil::date;
use std::io::Write;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

pub const TODAY: jiff::civil::Date = date(2022, 7, 20);

/// What a child is told, through its environment.
#[derive(Clone, Debug)]
pub struct Orders {
    pub url: String,
    /// Which child it is: its keys carry the number, and its clock runs on from the child before.
    pub number: u64,
    pub user: UserId,
    pub household: HouseholdId,
    pub person: PersonId,
    /// Keys whose first press may or may not have been applied.
    pub again: Vec<String>,
}

impl Orders {
    pub fn command(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--exact", "child::works_until_it_is_killed", "--nocapture"]);
        self.tell(&mut command);
        command
    }

    pub fn tell(&self, command: &mut Command) {
        command
            .env("DOUDI_FAULTS_URL", &self.url)
            .env("DOUDI_FAULTS_CHILD", self.number.to_string())
            .env("DOUDI_FAULTS_IDS", format!("{} {} {}", self.user, self.household, self.person))
            .env("DOUDI_FAULTS_AGAIN", self.again.join(" "));
    }

    fn heard() -> Option<Orders> {
        let variable = |name: &str| std::env::var(name).ok();
        let url = variable("DOUDI_FAULTS_URL")?;
        let ids: Vec<i64> = variable("DOUDI_FAULTS_IDS")?.split(' ').map(|id| id.parse().expect("a number")).collect();
        Some(Orders {
            url,
            number: variable("DOUDI_FAULTS_CHILD")?.parse().expect("a number"),
            user: UserId(ids[0]),
            household: HouseholdId(ids[1]),
            person: PersonId(ids[2]),
            again: variable("DOUDI_FAULTS_AGAIN")?.split_whitespace().map(str::to_owned).collect(),
        })
    }
}

/// One line, whole: the parent reads it or does not.
fn say(line: String) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(format!("\n{line}\n").as_bytes());
    let _ = out.flush();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn works_until_it_is_killed() {
    let Some(orders) = Orders::heard() else { return };
    let clock = FixedClock::on(TODAY);
    // Leases of whoever was killed have ended by now.
    clock.advance_seconds(orders.number as i64 * 90);
    let app = App {
        storage: Storage::open(&orders.url, keys()).await.expect("the database"),
        host: guests::host(),
        clock: Arc::new(clock),
        config: Arc::new(Config::default()),
        watch: Arc::default(),
        kept: Arc::default(),
    };
    let actor = Actor::User {
        id: orders.user,
        name: "王芳".into(),
        role: Role::TownCaseworker,
        division: DivisionCode::new(people::TOWN).expect("a code"),
    };
    say("ready".to_owned());
    for key in &orders.again {
        press(&app, &actor, &orders, key).await;
    }
    let cases = async {
        for number in 0.. {
            press(&app, &actor, &orders, &format!("k{}-{number}", orders.number)).await;
        }
    };
    let facts = async {
        for number in 0.. {
            fact(&app, &actor, &orders, &format!("f{}-{number}", orders.number)).await;
            // Not faster than they can be reacted to: what piles up has to be worked off before anything is proved.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let after = async {
        let mut worker = Worker::new(app.clone());
        loop {
            if worker.until_idle().await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::join!(cases, facts, after);
}

pub async fn press(app: &App, actor: &Actor, orders: &Orders, key: &str) {
    say(format!("try {key}"));
    let target = Target::New {
        plugin: "honest".into(),
        collection: "case".into(),
        household: Some(orders.household),
        person: None,
    };
    // By the key, so that the second press is the same press.
    let action = if key.ends_with(['0', '2', '4', '6', '8']) { "decide" } else { "good" };
    let press =
        Press { target, action: action.to_owned(), values: Default::default(), idempotency_key: key.to_owned() };
    match document::act(app, actor, press).await {
        Ok(_) => say(format!("case {key}")),
        Err(error) => failed(&error).await,
    }
}

async fn fact(app: &App, actor: &Actor, orders: &Orders, key: &str) {
    let value = (1_000 + key.len()).to_string();
    let mut draft = family::fact(orders.person, "income.wage", &value, date(2022, 1, 1));
    draft.note = key.to_owned();
    match household::record_fact(app, actor, orders.household, draft).await {
        Ok(_) => say(format!("fact {key}")),
        Err(error) => failed(&error).await,
    }
}

/// The world not working is expected here; somebody having been quicker, too. Anything else is told to the parent.
async fn failed(error: &Error) {
    match error {
        Error::Failure { inside, .. } => say(format!("failure {}", inside.replace('\n', " "))),
        Error::Conflict { .. } => {}
        other => say(format!("wrong {other:?}").replace('\n', " ").trim().to_owned()),
    }
    tokio::time::sleep(Duration::from_millis(5)).await;
}
