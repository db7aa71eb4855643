//! A month of a large county with four measures at work: a department's list compared with every file, the July uprating of dibao and
//! of those supported as 特困, the watch over all households, the payment roster, the scorecard; then the pages of all four measures
//! while officers work. Every step goes the way the product goes.
//!
//! Of 100,000 `--households` the county has 60,000, of these 15,000 supported ([`supported`]), and the list 100,000 rows.

mod supported;

use crate::city::{self, City, JULY, LOGIN};
use crate::line::{Line, Lines};
use crate::report::percentile;
use crate::web::{Browser, Server};
use anyhow::{Context, Result, bail};
use doudi_demo::clerk::{self, Desk};
use doudi_demo::family::Family;
use doudi_demo::make_up::Maker;
use doudi_documents::manifest::{Manifest, Place};
use doudi_domain::identity::Role;
use doudi_domain::reporting::ReportingPeriod;
use doudi_domain::{Actor, Date, DocumentId};
use doudi_server::App;
use doudi_server::app::document::{self, Press, Target};
use doudi_server::app::{intake, scorecard};
use doudi_server::worker::{self, Worker};
use doudi_storage::user::NewUser;
use jiff::civil::date;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant as Moment};

/// Of a hundred households so many are in the county, and of these so many supported as 特困; the list has a row for each hundred.
const HOUSEHOLDS: usize = 60;
const SUPPORTED: usize = 15;
/// One row in so many states something.
const STATES: usize = 10;
const LISTED: Date = date(2022, 7, 5);
/// Officers who open a page each second, and the login they share.
const OFFICERS: usize = 16;
const READER: &str = "reader";
const OFFICE_HOURS: Duration = Duration::from_secs(30);
/// Meanwhile a colleague enters something so often: the lists must not rest on a county that stands still.
const ENTERED_EVERY: Duration = Duration::from_millis(500);
pub const MEASURES: [&str; 4] = ["dibao", "care-contracts", "monitoring", "disbursement"];

pub async fn measure(
    postgres: Option<&str>,
    packages: &BTreeMap<String, Vec<u8>>,
    scale: usize,
    lines: &mut Lines,
    say: &(dyn Fn(&str) + Sync),
) -> Result<()> {
    let wanted: Vec<(String, Vec<u8>)> = packages.iter().map(|(id, bytes)| (id.clone(), bytes.clone())).collect();
    let city = City::found(postgres, &wanted).await?;
    let mut manifests = BTreeMap::new();
    for (id, bytes) in &wanted {
        let plugin = city.app.host.load(&city::digest(bytes), bytes).await?;
        city.parameters(plugin.manifest()).await?;
        manifests.insert(id.clone(), plugin.manifest().clone());
    }
    let one = |id: &str| manifests.get(id).cloned().with_context(|| format!("{id} is missing"));
    let month = Month { dibao: one("dibao")?, care: one("care-contracts")?, city, manifests };
    month.all(scale, lines, say).await?;
    month.city.verify().await?;
    month.city.raze().await;
    Ok(())
}

struct Month {
    city: City,
    dibao: Manifest,
    care: Manifest,
    manifests: BTreeMap<String, Manifest>,
}

impl Month {
    async fn all(&self, scale: usize, lines: &mut Lines, say: &(dyn Fn(&str) + Sync)) -> Result<()> {
        let supported = scale * SUPPORTED / 100;
        let paid = scale * HOUSEHOLDS / 100 - supported;
        say("inventing a large county");
        let tree = city::tree()?;
        let mut maker = Maker::new(&tree, crate::COUNTY, JULY, 20_220_701);
        let mut families = city::paid_families(&mut maker, &self.dibao, paid)?;
        families.extend(supported::families(&mut maker, supported)?);
        say("importing it");
        self.city.import(&families, false).await?;
        say("who is supported and who is paid");
        supported::settle(&self.city, &self.care, supported).await?;
        let others = self.city.decide_first(&self.dibao, |row| supported::is_one(&row.number)).await?;

        say("July: everybody on the new standards");
        self.city.clock.set(JULY);
        for (manifest, code) in
            [(&self.dibao, "standard"), (&self.care, "dibao-standard"), (&self.care, "basic-standard")]
        {
            self.city.raise(manifest, code, JULY).await?;
        }
        lines.push(self.job("dibao", "july", JULY, &format!("dibao: {others} households on the new standard")).await?);
        lines.push(
            self.job("care-contracts", "july", JULY, &format!("care-contracts: {supported} people on it")).await?,
        );
        lines.push(
            self.job("monitoring", "watch", JULY, &format!("monitoring: the watch over {} files", families.len()))
                .await?,
        );
        lines.push(self.rest_of_the_day("1 July: letters, events, everything else that is due").await?);

        say("a department's list");
        lines.extend(self.list(&families, scale).await?);

        say("the roster");
        lines.extend(self.city.roster().await?.into_iter().take(1).map(|line| Line { name: "month", ..line }));

        say("the scorecard and the pages");
        lines.push(self.scorecard().await?);
        lines.extend(self.pages().await?);
        Ok(())
    }

    fn line(&self, what: impl Into<String>, seconds: f64) -> Line {
        Line::new("month", self.city.engine, what, seconds, "s")
    }

    async fn job(&self, plugin: &str, job: &str, due: Date, what: &str) -> Result<Line> {
        let began = Moment::now();
        let steps = worker::fire(&self.city.app, crate::COUNTY, plugin, job, due).await?;
        Ok(self.line(format!("{what} ({steps} steps)"), began.elapsed().as_secs_f64()))
    }

    async fn rest_of_the_day(&self, what: &str) -> Result<Line> {
        let began = Moment::now();
        let jobs = Worker::new(self.city.app.clone()).until_idle().await?;
        Ok(self.line(format!("{what} ({jobs} jobs)"), began.elapsed().as_secs_f64()))
    }

    async fn officer(&self) -> Result<Actor> {
        let mut snapshot = self.city.app.storage.snapshot(self.city.actor().scope()).await?;
        let users = snapshot.users_list().await?;
        Ok(Actor::from(users.iter().find(|user| user.login == LOGIN).context("nobody can sign in")?))
    }

    /// A row for each of the first people on file: nothing for most, a contribution for some.
    async fn list(&self, families: &[Family], rows: usize) -> Result<Vec<Line>> {
        let mut text = String::from("身份证号,事项,缴费日期,缴费基数\n");
        let people = families.iter().flat_map(|family| &family.members);
        let mut listed = 0;
        for member in people.take(rows) {
            listed += 1;
            match listed % STATES {
                0 => writeln!(text, "{},社保缴费,2022-06-15,2300", member.id.expose())?,
                _ => writeln!(text, "{},无记录,,", member.id.expose())?,
            }
        }
        self.city.clock.set(LISTED);
        worker::fire(&self.city.app, crate::COUNTY, "monitoring", "sources", LISTED).await?;
        let officer = self.officer().await?;
        let batch = self.batch(&officer).await?;
        let (app, system) = (&self.city.app, self.city.actor());
        let run = intake::begin(app, &officer, batch, "comparison", text.as_bytes(), "人社.csv").await?;
        let began = Moment::now();
        worker::take_feed(app, &system, run, usize::MAX).await?;
        let took = began.elapsed().as_secs_f64();
        let told = intake::run(app, &officer, run).await?.run;
        if told.failed > 0 || told.taken != listed as i64 {
            bail!("of {listed} rows {} were taken, {} failed: {:?}", told.taken, told.failed, told.problem);
        }
        let aim = 60.0 * listed as f64 / 100_000.0;
        let compared = self.line(format!("monitoring: a list of {listed} rows compared"), took).aim(aim);
        Ok(vec![compared, self.rest_of_the_day("5 July: alerts sent down, everything else that is due").await?])
    }

    async fn batch(&self, officer: &Actor) -> Result<DocumentId> {
        let typed = json!({ "source": "人社", "period": "2022-06", "event": "5", "sent": 100_000 });
        begin(&self.city.app, officer, "monitoring", "batch", typed).await
    }

    async fn scorecard(&self) -> Result<Line> {
        let officer = self.officer().await?;
        let period = ReportingPeriod::parse_month("2022-07")?;
        let began = Moment::now();
        let card = scorecard::county(&self.city.app, &officer, None, period).await?;
        let took = began.elapsed().as_secs_f64();
        for measure in card.measures.iter() {
            if let Err(error) = &measure.figures {
                bail!("{} could not be asked: {error}", measure.plugin.id);
            }
        }
        Ok(self.line(format!("scorecard of {} measures, with the month before", card.measures.len()), took))
    }

    /// A village somebody lives in.
    async fn village(&self) -> Result<String> {
        let mut snapshot = self.city.app.storage.snapshot(self.city.actor().scope()).await?.without_noting();
        let first = snapshot.household_ids(None, 1).await?;
        let places = snapshot.household_divisions(&first).await?;
        Ok(places.values().next().context("no household")?.to_string())
    }

    /// Pages an officer of the county opens: the kernel's own and every one the measures put into the menu.
    fn addresses(&self) -> Vec<String> {
        let mut all: Vec<String> =
            ["/worklist", "/households", "/duties?month=2022-07", "/scorecard?month=2022-07"].map(str::to_owned).into();
        for manifest in self.manifests.values() {
            let officers = |roles: &[String]| roles.iter().any(|role| role == Role::CountyOfficer.code());
            let pages = manifest.pages.iter().filter(|page| page.place == Place::Menu && officers(&page.roles));
            all.extend(pages.map(|page| format!("/measures/{}/{}", manifest.id, page.id)));
        }
        all
    }

    /// Officers who open one page each second, all kinds of pages in turn.
    async fn pages(&self) -> Result<Vec<Line>> {
        let households = self.city.some_households(1_000).await?;
        let mut write = self.city.write().await?;
        write
            .user_create(&NewUser {
                login: READER.to_owned(),
                name: "测试".to_owned(),
                role: Role::CountyOfficer,
                division: crate::COUNTY.division(),
                password_hash: doudi_storage::password::hash(city::PASSWORD)?,
            })
            .await?;
        write.commit().await?;
        let server = Server::of(&self.city).await?;
        let cookie = Browser::sign_in(&server.address, READER).await?;
        let addresses = self.addresses();
        // Each once beforehand, as the first officer of the morning has.
        let mut first = Browser::connect(&server.address, Some(cookie.clone())).await?;
        for address in &addresses {
            let (answer, _) = first.ask("GET", address, "").await?;
            if answer.status() != 200 {
                bail!("{address} was answered {}", answer.status());
            }
        }
        let mut tasks = tokio::task::JoinSet::new();
        let end = Moment::now() + OFFICE_HOURS;
        for number in 0..OFFICERS {
            let (address, cookie, addresses, households) =
                (server.address.clone(), cookie.clone(), addresses.clone(), households.clone());
            tasks.spawn(async move {
                let mut browser = Browser::connect(&address, Some(cookie)).await?;
                let mut times: Vec<(String, f64, bool)> = Vec::new();
                tokio::time::sleep(Duration::from_millis(1_000 * number as u64 / OFFICERS as u64)).await;
                for turn in number * 7.. {
                    let asked = Moment::now();
                    if asked > end {
                        break;
                    }
                    // Every second page is a family's.
                    let (kind, path) = if turn % 2 == 0 {
                        (
                            "/households/…".to_owned(),
                            format!("/households/{}", households[turn * 31 % households.len()]),
                        )
                    } else {
                        let page = addresses[turn / 2 % addresses.len()].clone();
                        (page.clone(), page)
                    };
                    let (answer, _) = browser.ask("GET", &path, "").await?;
                    // A county that asks for too much at once is told so; anything else is no answer.
                    let served = answer.status() == 200;
                    if !served && answer.status() != 503 {
                        bail!("{path} was answered {}", answer.status());
                    }
                    times.push((kind, asked.elapsed().as_secs_f64() * 1_000.0, served));
                    tokio::time::sleep(Duration::from_secs(1).saturating_sub(asked.elapsed())).await;
                }
                Ok(times)
            });
        }
        let colleague = tokio::spawn({
            let (app, officer, village) = (self.city.app.clone(), self.officer().await?, self.village().await?);
            async move {
                let mut entered = 0;
                while Moment::now() < end {
                    let carer = json!({ "division": village, "kind": "neighbour", "label": format!("邻居{entered}"),
                        "birth": "1970-03-01", "tekun": false, "healthy": true, "card": true });
                    begin(&app, &officer, "care-contracts", "carer", carer).await?;
                    entered += 1;
                    tokio::time::sleep(ENTERED_EVERY).await;
                }
                anyhow::Ok(entered)
            }
        });
        let mut by_page: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        let mut turned_away = 0;
        while let Some(task) = tasks.join_next().await {
            for (page, time, served) in task?? {
                turned_away += usize::from(!served);
                by_page.entry(page).or_default().push(time);
            }
        }
        let entered = colleague.await??;
        server.stop().await?;
        let mut all: Vec<f64> = by_page.values().flatten().copied().collect();
        all.sort_by(f64::total_cmp);
        let line = |what: String, value| Line::new("month", self.city.engine, what, value, "ms");
        let mut lines = vec![
            line(
                format!(
                    "{OFFICERS} officers, a page each second ({} pages), {entered} cases entered meanwhile, p50",
                    all.len()
                ),
                percentile(&all, 50),
            ),
            line(format!("all pages, p99 ({turned_away} turned away)"), percentile(&all, 99)).aim(200.0),
        ];
        for (page, mut times) in by_page {
            times.sort_by(f64::total_cmp);
            lines.push(line(format!("  {page}, slowest of {}", times.len()), percentile(&times, 100)));
        }
        Ok(lines)
    }
}

/// A case about nobody's household, filled in as an officer does.
async fn begin(
    app: &App,
    officer: &Actor,
    plugin: &str,
    collection: &str,
    typed: serde_json::Value,
) -> Result<DocumentId> {
    let view = document::new_form(app, officer, plugin, collection, None).await?;
    let typed = typed.as_object().cloned().unwrap_or_default();
    let desk = Desk { members: Vec::new(), officers: Vec::new(), files: Vec::new(), divisions: Vec::new() };
    let form = view.form.as_ref().with_context(|| format!("{collection} has a form"))?;
    let values = clerk::fill(form, &typed, &view.values, &desk, app.today());
    let (plugin, collection) = (plugin.to_owned(), collection.to_owned());
    let press = Press {
        target: Target::New { plugin, collection, household: None, person: None },
        action: view.action.id.clone(),
        values,
        idempotency_key: view.idempotency_key.clone(),
    };
    document::act(app, officer, press).await?.document.context("a new case has a document")
}
