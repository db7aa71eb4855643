//! A county's roster in one go, and the prefetch over it.

use crate::fixture::*;
use doudi_domain::catalogue::FieldCode;
use doudi_domain::decision::Governing;
use doudi_domain::fact::Value;
use doudi_domain::identity::Role;
use doudi_storage::import::{ImportFact, ImportHousehold, ImportMember, ImportPerson, NewImportBatch};
use doudi_storage::search::SearchQuery;
use doudi_storage::test_support::{databases, each_engine};
use std::time::{Duration, Instant};

fn import_fact(code: &str, value: i64) -> ImportFact {
    ImportFact {
        field: field(code),
        value: Value::Int(value),
        qualifier: 0,
        from: day("2022-01-01"),
        to: None,
        source: 17,
        note: String::new(),
    }
}

const FACTS: [(&str, i64); 8] = [
    ("person.marital", 20),
    ("person.education", 70),
    ("person.health", 10),
    ("person.disability-grade", 0),
    ("person.labour-capacity", 1),
    ("person.employment", 2),
    ("income.wage", 180_000),
    ("income.transfer-in", 3_000),
];

fn roster(count: u32) -> Vec<ImportHousehold> {
    let surnames = ["王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周"];
    let given = ["德福", "小明", "建国", "秀英", "玉兰", "春生", "志强", "桂花", "海燕", "文静"];
    (0..count)
        .map(|number| {
            let member = |index: u32| {
                let sequence = number * 3 + index;
                let name = format!(
                    "{}{}",
                    surnames[number as usize % 10],
                    given[(number as usize / 10 + index as usize) % 10]
                );
                // Ninety thousand numbers need many birthdays.
                let born = day("1940-01-01").saturating_add(jiff::Span::new().days(i64::from(sequence / 900)));
                let mut new = person(&name, 0, VILLAGE);
                new.id_number = id_number(born, sequence % 900 + 1);
                (new.birth_date, new.sex) = (born, new.id_number.sex());
                ImportMember {
                    person: ImportPerson::New(new),
                    relation: if index == 0 { 2 } else { 20 },
                    co_resident: true,
                    uncounted_reason: 0,
                    from: day("2020-01-01"),
                    facts: FACTS.map(|(code, value)| import_fact(code, value)).into(),
                }
            };
            ImportHousehold {
                household: household(&format!("R-{number:05}"), if number % 2 == 0 { VILLAGE } else { OTHER_VILLAGE }),
                members: (0..3).map(member).collect(),
                facts: vec![import_fact("household.housing", 1), import_fact("household.hukou-kind", 2)],
            }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_comes_in_whole_or_not_at_all() {
    each_engine(async |storage| {
        let mut roster = roster(5);
        let mut town = storage.write(&officer(Role::TownCaseworker, TOWN), NOW).await.expect("a write");
        assert_forbidden(town.household_import_many(&roster, "批次1").await);
        town.rollback().await.expect("rolled back");
        let mut writer = write(&storage).await;
        let imported = writer.household_import_many(&roster, "批次1").await.expect("imported");
        assert_eq!(imported.iter().map(|one| one.persons.len()).collect::<Vec<_>>(), [3; 5]);
        let batch = NewImportBatch {
            code: "批次1".into(),
            file_name: "花名册.xlsx".into(),
            file_digest: "00".repeat(32),
            rows: 15,
            households_new: 5,
            households_unchanged: 0,
            rows_failed: 0,
        };
        writer.import_batch_record(&batch).await.expect("recorded");
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, COUNTY).await;
        let file = reader.household_file(imported[1].household, today(), false).await.expect("a file");
        assert_eq!(file.household.head, Some(imported[1].persons[0]));
        assert_eq!(file.members.iter().map(|(_, person)| person.id).collect::<Vec<_>>(), imported[1].persons);
        // Filed in its own village, whatever the row said.
        assert_not_found(snapshot(&storage, TOWN).await.person_fetch(imported[1].persons[0], false).await);
        let hits = reader
            .household_search(&SearchQuery { text: "lidefu".into(), limit: 9, ..Default::default() })
            .await
            .expect("a page");
        assert_eq!(hits.items.len(), 1);
        assert_eq!(reader.import_batches_list().await.expect("batches")[0].households_new, 5);
        let facts = doudi_storage::fact::AsOf::day(today());
        let facts = reader.facts_of_household(imported[0].household, facts, false).await.expect("facts");
        assert_eq!(facts.len(), 3 * FACTS.len() + 2);
        assert!(facts.iter().all(|fact| fact.batch.as_deref() == Some("批次1") && fact.source == 17));

        // One number that is taken, and none of the others comes in.
        for (number, one) in roster.iter_mut().enumerate() {
            one.household.number = format!("S-{number}");
        }
        let mut writer = write(&storage).await;
        assert_conflict(writer.household_import_many(&roster, "批次2").await);
        writer.rollback().await.expect("rolled back");
        assert_eq!(storage.peek("SELECT COUNT(*) FROM household").await.expect("a count"), 5);
    })
    .await;
}

/// Prints its figures: `cargo test -p doudi-storage bulk -- --nocapture`.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_households_come_in_and_are_read_in_blocks() {
    let roster = roster(20_000);
    for database in databases().await {
        let storage = &database.storage;
        let begun = Instant::now();
        for block in roster.chunks(2_000) {
            let mut writer = write(storage).await;
            writer.household_import_many(block, "批次1").await.expect("imported");
            writer.commit().await.expect("committed");
        }
        storage.refresh_statistics().await.expect("figures of the tables");
        let imported = begun.elapsed();
        let mut reader = snapshot(storage, COUNTY).await.without_noting();
        let fields: Vec<FieldCode> = FACTS.map(|(code, _)| field(code)).into();
        let core = [
            "household.housing",
            "person.birth-date",
            "person.sex",
            "person.relation",
            "person.co-resident",
            "person.uncounted-reason",
            "person.death-date",
        ];
        let fields: Vec<FieldCode> = fields.into_iter().chain(core.map(field)).collect();
        let ids = reader.household_ids(None, 2_048).await.expect("ids");
        let begun = Instant::now();
        let columns = reader.household_columns(&ids, &fields, today(), None).await.expect("columns");
        let block = begun.elapsed();
        assert_eq!((columns.households.len(), columns.tables[1].rows, columns.tables[2].rows), (2_048, 6_144, 12_288));
        let begun = Instant::now();
        let query = SearchQuery { text: "秀英".into(), limit: 20, ..Default::default() };
        assert_eq!(reader.household_search(&query).await.expect("a page").items.len(), 20);
        let searched = begun.elapsed();
        println!(
            "{}: import of 20,000 households, 60,000 persons, 520,000 facts {imported:?}; columns of 2,048 households, {} fields {block:?}; search {searched:?}",
            storage.engine_name(),
            fields.len()
        );
        // Ten times what an idle machine needs: a lost index shows, a busy machine does not.
        assert!(
            imported < Duration::from_secs(600) && block < Duration::from_secs(20) && searched < Duration::from_secs(5)
        );
        drop(reader);
        if storage.engine_name() == "postgres" {
            let known =
                "SELECT COUNT(*) FROM pg_stats WHERE tablename = 'fact' AND attname IN ('county', 'person', 'field')";
            assert_eq!(storage.peek(known).await.expect("a count"), 3, "the planner knows nothing of what came in");
        }
        database.remove().await;
    }
}

/// Prints its figures: `cargo test -p doudi-storage bulk -- --nocapture`.
#[tokio::test(flavor = "multi_thread")]
async fn a_roster_of_ten_thousand_lines_is_drawn_sealed_settled_and_read() {
    use doudi_domain::payment::{Control, Flag, NewPayment, Purpose, Settlement, State};
    use doudi_domain::{Fen, HouseholdId, PaymentId};
    use doudi_storage::payment::PayeeQuery;
    const LINES: u32 = 10_000;
    let roster = roster(LINES);
    for database in databases().await {
        let storage = &database.storage;
        for block in roster.chunks(2_000) {
            let mut writer = write(storage).await;
            writer.household_import_many(block, "批次1").await.expect("imported");
            writer.commit().await.expect("committed");
        }
        let mut writer = write(storage).await;
        writer.invocation_record(&crate::decisions::call(HouseholdId(1))).await.expect("an invocation");
        let document = writer.document_put(&case("2022-08", None, COUNTY)).await.expect("a roster").id;
        writer.payment_open("sample", document, "sample", day("2022-08-01")).await.expect("an envelope");
        writer.commit().await.expect("committed");
        storage.grant_everybody(county(), "sample", 63_000, day("2022-07-01")).await.expect("granted");

        let begun = Instant::now();
        let (mut after, mut drawn) = (HouseholdId(0), 0);
        loop {
            let mut reader = snapshot(storage, COUNTY).await;
            let asked = Governing { scheme: "sample", day: day("2022-08-01"), since: None, after, limit: 2_000 };
            let paying = reader.decisions_governing_slim(&asked, &[]).await.expect("read");
            let Some(last) = paying.last() else { break };
            after = last.household;
            let ids: Vec<HouseholdId> = paying.iter().map(|decision| decision.household).collect();
            let columns = reader.household_columns(&ids, &[], day("2022-08-01"), None).await.expect("members");
            reader.close().await.expect("closed");
            let persons = columns.tables[1].column("person.id").expect("ids");
            let lines: Vec<NewPayment> = paying
                .iter()
                .enumerate()
                .map(|(row, decision)| NewPayment {
                    household: decision.household,
                    person: None,
                    persons: columns.tables[1]
                        .rows_of(row)
                        .map(|at| doudi_domain::PersonId(persons.int(at).expect("an id")))
                        .collect(),
                    month: day("2022-08-01"),
                    purpose: Purpose::Regular,
                    decision: decision.id,
                    amount: decision.amount,
                    base: decision.amount,
                    supplement: Fen(0),
                    covered: 3,
                    flag: Flag::New,
                    budget: "2081902".into(),
                    hold: None,
                    note: String::new(),
                })
                .collect();
            let mut writer = write(storage).await;
            drawn += writer.payment_draw("sample", document, "sample", &lines).await.expect("drawn").len();
            writer.commit().await.expect("committed");
        }
        let drawing = begun.elapsed();
        assert_eq!(drawn, LINES as usize);
        let begun = Instant::now();
        let copied = storage.copy_payments(county()).await.expect("copied");
        let floor = begun.elapsed();
        assert_eq!(copied, 4 * LINES as usize);

        let begun = Instant::now();
        let mut writer = write(storage).await;
        let control = Control { lines: i64::from(LINES), amount: Fen(63_000 * i64::from(LINES)) };
        writer.payment_seal("sample", document, control).await.expect("sealed");
        writer.commit().await.expect("committed");
        let sealing = begun.elapsed();

        let begun = Instant::now();
        let mut reader = snapshot(storage, COUNTY).await.without_noting();
        let mut query = PayeeQuery {
            document,
            states: vec![State::Sealed],
            day: today(),
            after: 0,
            limit: 4_000,
            with_sealed: true,
        };
        let mut payees: Vec<PaymentId> = Vec::new();
        loop {
            let block = reader.payment_payees(&query).await.expect("payees");
            let Some(last) = block.last() else { break };
            assert!(!last.head_name.is_empty() && last.head_id.len() == 18);
            query.after = last.payment.id.0;
            payees.extend(block.iter().map(|payee| payee.payment.id));
        }
        let reading = begun.elapsed();
        let begun = Instant::now();
        let findings = reader.payment_conflicts(document, PaymentId(0), 4_096, today()).await.expect("findings");
        let checking = begun.elapsed();
        assert_eq!(findings.len(), 4_096, "nobody has an account");
        reader.close().await.expect("closed");

        let begun = Instant::now();
        for block in payees.chunks(4_000) {
            let results: Vec<Settlement> = block
                .iter()
                .map(|line| Settlement { line: *line, attempt: Some(1), returned: None, on: day("2022-08-12") })
                .collect();
            let mut writer = write(storage).await;
            assert_eq!(writer.payment_settle("sample", document, &results).await.expect("settled"), block.len());
            writer.commit().await.expect("committed");
        }
        let settling = begun.elapsed();
        println!(
            "{}: {LINES} lines with {} keys drawn {drawing:?} (floor: the same rows read and written {floor:?}), sealed {sealing:?}, read with payees {reading:?}, a page of findings {checking:?}, settled {settling:?}",
            storage.engine_name(),
            3 * LINES
        );
        assert!(drawing < Duration::from_secs(300) && reading < Duration::from_secs(120));
        database.remove().await;
    }
}
