//! The prefetch: segments, nulls, days and moments.

use crate::fixture::*;
use doudi_domain::HouseholdId;
use doudi_domain::calendar::days;
use doudi_domain::catalogue::Table;
use doudi_domain::columns::{ColumnData, TableColumns};
use doudi_domain::fact::{Subject, Value};
use doudi_storage::test_support::each_engine;

fn names(table: &TableColumns) -> Vec<&str> {
    table.columns.iter().map(|column| column.name.as_str()).collect()
}

fn cells(table: &TableColumns, name: &str) -> Vec<Option<i64>> {
    let column = table.column(name).expect("a column");
    assert!(column.nulls.is_empty() || column.nulls.len() == column.len().div_ceil(8), "{name}");
    (0..table.rows as usize).map(|row| column.int(row)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_the_requested_fields_come_in_segments() {
    each_engine(async |storage| {
        let (first, a) = settled(&storage, "A-1", VILLAGE, 0, &["王德福", "王小明", "王小红"]).await;
        let (second, _) = settled(&storage, "A-2", VILLAGE, 10, &[]).await;
        let (third, c) = settled(&storage, "A-3", VILLAGE, 20, &["李建国"]).await;
        let mut writer = write(&storage).await;
        let mut record = async |subject, code: &str, value, from: &str, to: Option<&str>, qualifier| {
            let mut new = fact(subject, code, value);
            (new.from, new.to, new.qualifier) = (day(from), to.map(day), qualifier);
            writer.fact_record(&new).await.expect("a fact")
        };
        let housing = Subject::Household(third);
        record(housing, "household.housing", Value::Int(3), "2020-01-01", None, 0).await;
        record(housing, "household.account-number", Value::Text("62170000".into()), "2020-01-01", None, 0).await;
        let same = Subject::Household(first);
        record(same, "household.account-number", Value::Text("6217 0000".into()), "2020-01-01", None, 0).await;
        record(Subject::Person(a[1]), "person.disability-grade", Value::Int(2), "2020-01-01", None, 0).await;
        record(Subject::Person(a[1]), "person.disability-grade", Value::Int(1), "2021-01-01", None, 0).await;
        record(Subject::Person(a[2]), "person.disability-grade", Value::Int(3), "2020-01-01", Some("2022-07-05"), 0)
            .await;
        let wage = record(Subject::Person(a[0]), "income.wage", Value::Int(180_000), "2022-03-01", None, 0).await;
        let past =
            record(Subject::Person(a[0]), "income.wage", Value::Int(90_000), "2021-01-01", Some("2021-07-06"), 0).await;
        record(Subject::Person(a[0]), "income.wage", Value::Int(1), "2020-01-01", Some("2021-07-05"), 0).await;
        record(Subject::Person(a[0]), "income.other", Value::Int(2), "2022-07-07", None, 0).await;
        let pension =
            record(Subject::Person(c[0]), "income.pension-other", Value::Int(5_500), "2022-01-01", None, 0).await;
        let car = record(Subject::Person(c[0]), "asset.vehicle", Value::Int(3_000_000), "2019-01-01", None, 1).await;
        record(Subject::Person(c[0]), "asset.deposit", Value::Int(7), "2019-01-01", None, 0).await;
        writer.commit().await.expect("committed");

        let fields: Vec<_> = [
            "person.disability-grade",
            "household.account-number",
            "income.pension-other",
            "person.name",
            "income.wage",
            "household.division",
            "person.birth-date",
            "person.death-date",
            "asset.vehicle",
            "household.housing",
            "person.relation",
            "person.id-number",
            "income.wage",
        ]
        .map(field)
        .into();
        let mut reader = snapshot(&storage, TOWN).await;
        let unknown = HouseholdId(999_999_999);
        let columns =
            reader.household_columns(&[third, unknown, second, first], &fields, today(), None).await.expect("columns");
        assert_eq!(columns.households, [third, second, first]);
        assert_eq!(
            columns.tables.iter().map(|table| table.table).collect::<Vec<_>>(),
            [Table::Household, Table::Person, Table::Income, Table::Asset]
        );

        let household = &columns.tables[0];
        assert_eq!((household.rows, household.ends.len()), (3, 0));
        assert_eq!(
            names(household),
            ["household.id", "household.account-number", "household.division", "household.housing"]
        );
        assert_eq!(cells(household, "household.division"), [Some(VILLAGE); 3]);
        assert_eq!(cells(household, "household.housing"), [Some(3), None, None]);
        let account = household.column("household.account-number").expect("a column");
        // Nobody outside the kernel reads a sealed value: equal ones have the same fingerprint, and that is all it tells.
        let mark = account.text(0).expect("a fingerprint");
        assert_eq!((account.text(1), account.text(2)), (None, Some(mark)));
        assert!(
            mark.len() == 32 && mark.bytes().all(|byte| byte.is_ascii_hexdigit()) && !mark.contains("6217"),
            "{mark}"
        );

        let people = &columns.tables[1];
        assert_eq!(
            names(people),
            [
                "person.id",
                "person.disability-grade",
                "person.name",
                "person.birth-date",
                "person.death-date",
                "person.relation",
                "person.id-number",
            ]
        );
        assert_eq!((people.rows, people.ends.as_slice()), (4, [1, 1, 4].as_slice()));
        assert_eq!(people.rows_of(2), 1..4);
        assert_eq!(cells(people, "person.id"), [c[0], a[0], a[1], a[2]].map(|id| Some(id.0)));
        // The latest recorded of two that hold; one that ended yesterday is absent.
        assert_eq!(cells(people, "person.disability-grade"), [None, None, Some(1), None]);
        assert_eq!(cells(people, "person.relation"), [Some(2), Some(2), Some(20), Some(20)]);
        assert_eq!(cells(people, "person.death-date"), [None; 4]);
        assert_eq!(cells(people, "person.birth-date")[0], Some(i64::from(days(day("1970-03-05")))));
        assert_eq!(
            people.column("person.name").expect("a column").data,
            ColumnData::Texts(vec!["李建国".into(), "王德福".into(), "王小明".into(), "王小红".into()])
        );
        let numbers = people.column("person.id-number").expect("a column");
        assert!(numbers.text(0) != numbers.text(1) && numbers.text(1).is_some_and(|mark| mark.len() == 32));
        assert_ne!(numbers.text(1), Some(person("", 0, VILLAGE).id_number.expose()));

        let income = &columns.tables[2];
        assert_eq!(names(income), ["fact", "kind", "value", "qualifier", "from", "to", "source"]);
        assert_eq!(income.ends, [1, 3, 3, 3]);
        assert_eq!(cells(income, "fact"), [pension, wage, past].map(|id| Some(id.0)));
        // Pensions were asked for first.
        assert_eq!(cells(income, "kind"), [Some(0), Some(1), Some(1)]);
        assert_eq!(cells(income, "value"), [Some(5_500), Some(180_000), Some(90_000)]);
        assert_eq!(cells(income, "to"), [None, None, Some(i64::from(days(day("2021-07-06"))))]);
        assert_eq!(cells(income, "from")[1], Some(i64::from(days(day("2022-03-01")))));
        let asset = &columns.tables[3];
        assert_eq!((cells(asset, "fact"), cells(asset, "qualifier")), (vec![Some(car.0)], vec![Some(1)]));
        assert_eq!(asset.ends, [1, 1, 1, 1]);

        // Two more days, and what began then is there.
        let later = reader
            .household_columns(&[first], &[field("income.other")], day("2022-07-08"), None)
            .await
            .expect("columns");
        assert_eq!(cells(&later.tables[2], "value"), [Some(2)]);
        let bare = reader.household_columns(&[first], &[], today(), None).await.expect("columns");
        assert_eq!(bare.tables.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_read_as_it_was_known() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let subject = Subject::Person(persons[0]);
        let mut writer = write(&storage).await;
        let old = writer.fact_record(&fact(subject, "income.wage", Value::Int(1))).await.expect("a fact");
        let grade = writer.fact_record(&fact(subject, "person.disability-grade", Value::Int(4))).await.expect("a fact");
        writer.commit().await.expect("committed");
        let later = NOW.plus_seconds(60);
        let mut writer = storage.write(&system(COUNTY), later).await.expect("a write");
        for (code, value, old) in [("income.wage", 2, old), ("person.disability-grade", 3, grade)] {
            let mut better = fact(subject, code, Value::Int(value));
            better.supersedes = Some(old);
            writer.fact_record(&better).await.expect("a fact");
        }
        writer.commit().await.expect("committed");
        let fields = [field("income.wage"), field("person.disability-grade")];
        let mut reader = snapshot(&storage, VILLAGE).await;
        for (known_at, wages, grade) in [
            (None, vec![Some(2)], Some(3)),
            (Some(later), vec![Some(2)], Some(3)),
            (Some(later.plus_seconds(-1)), vec![Some(1)], Some(4)),
            (Some(NOW.plus_seconds(-1)), vec![], None),
        ] {
            let columns = reader.household_columns(&[id], &fields, today(), known_at).await.expect("columns");
            assert_eq!(cells(&columns.tables[2], "value"), wages, "{known_at:?}");
            assert_eq!(cells(&columns.tables[1], "person.disability-grade"), [grade], "{known_at:?}");
        }
        let too_many = vec![id; doudi_storage::columns::BLOCK_LIMIT + 1];
        assert!(reader.household_columns(&too_many, &fields, today(), None).await.is_err());
    })
    .await;
}
