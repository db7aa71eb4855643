//! A county's roster in one go, and the prefetch over it.

use crate::fixture::*;
use doudi_domain::catalogue::FieldCode;
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
        database.remove().await;
    }
}
