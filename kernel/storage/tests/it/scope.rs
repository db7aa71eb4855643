//! No read leaves its scope: for every reading method, a reader of the other town, of another county and of the city finds
//! nothing, and a writer there reaches nothing.

use crate::fixture::*;
use doudi_domain::fact::{Subject, Value};
use doudi_domain::identity::Role;
use doudi_domain::{Date, DivisionCode};
use doudi_storage::attachment::NewAttachment;
use doudi_storage::audit::AuditQuery;
use doudi_storage::decision::DecisionQuery;
use doudi_storage::document::DocumentQuery;
use doudi_storage::fact::AsOf;
use doudi_storage::job::JobState;
use doudi_storage::notice::NewNotice;
use doudi_storage::search::SearchQuery;
use doudi_storage::test_support::each_engine;
use doudi_storage::worklist::WorklistQuery;

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_elsewhere_finds_nothing() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福", "王小明"]).await;
        let person_id = persons[0];
        let mut writer = write(&storage).await;
        let fact_id = writer
            .fact_record(&fact(Subject::Person(person_id), "income.wage", Value::Int(180_000)))
            .await
            .expect("a fact");
        let document = writer.document_put(&case("2022-1", Some(id), VILLAGE)).await.expect("a document");
        let decision = crate::decisions::record(&mut writer, id, VILLAGE, None).await;
        let notice = writer
            .notice_issue(&NewNotice {
                kind: "letter".into(),
                number: "〔2022〕1号".into(),
                title: "告知书".into(),
                body: "{}".into(),
                household: Some(id),
                document: Some(document.id),
                decision: Some(decision),
                division: code(VILLAGE),
                issued_on: today(),
            })
            .await
            .expect("a notice");
        let attachment = writer
            .attachment_add(&NewAttachment {
                name: "残疾证.jpg".into(),
                media_type: "image/jpeg".into(),
                content: vec![1, 2, 3],
                household: Some(id),
                document: None,
                division: code(VILLAGE),
            })
            .await
            .expect("an attachment");
        writer.commit().await.expect("committed");

        // The village's own reader sees all of it, so that the absence elsewhere means something.
        let mut own = snapshot(&storage, VILLAGE).await;
        own.document_fetch(document.id).await.expect("a document");
        own.decision_fetch(decision).await.expect("a decision");
        own.notice_fetch(notice).await.expect("a notice");
        assert_eq!(own.attachment_content(attachment).await.expect("content"), [1, 2, 3]);
        assert_eq!(own.facts_fetch(&[fact_id]).await.expect("facts").len(), 1);
        assert_eq!(own.timeline(id, 20).await.expect("a timeline").len(), 5);
        assert_eq!(own.documents_count(&DocumentQuery::default()).await.expect("a count"), 1);
        assert_eq!(own.household_ids(None, 10).await.expect("ids"), [id]);
        let listed = own.households_listed(None, 10).await.expect("a list");
        assert_eq!((listed[0].id, listed[0].number.as_str(), listed.len()), (id, "A-1", 1));
        assert!(own.households_listed(Some(id), 10).await.expect("a list").is_empty());
        assert_eq!(own.households_within(&[id]).await.expect("ids"), [id].into());
        assert!(own.documents_within(&[document.id]).await.expect("ids").contains_key(&document.id));
        assert_eq!(own.decisions_within(&[decision]).await.expect("ids"), [decision].into());

        for elsewhere in [OTHER_TOWN, OTHER_VILLAGE, OTHER_COUNTY, CITY] {
            let mut reader = snapshot(&storage, elsewhere).await;
            assert_not_found(reader.household_fetch(id).await);
            assert_not_found(reader.household_file(id, today(), false).await);
            assert_eq!(reader.household_by_number("A-1").await.expect("an answer"), None);
            assert!(reader.households_listed(None, 10).await.expect("a list").is_empty());
            assert!(reader.household_ids(None, 10).await.expect("ids").is_empty());
            assert!(reader.households_within(&[id]).await.expect("ids").is_empty());
            assert!(reader.documents_within(&[document.id]).await.expect("ids").is_empty());
            assert!(reader.decisions_within(&[decision]).await.expect("ids").is_empty());
            assert!(reader.memberships_of_household(id).await.expect("an answer").is_empty());
            assert!(reader.memberships_of_person(person_id).await.expect("an answer").is_empty());
            assert_not_found(reader.person_fetch(person_id, true).await);
            assert_not_found(reader.person_reveal(person_id).await);
            assert_eq!(reader.person_by_id_number(&person("", 0, VILLAGE).id_number).await.expect("an answer"), None);
            assert!(reader.persons_masked(&persons).await.expect("an answer").is_empty());
            assert_not_found(reader.facts_of_household(id, AsOf::day(today()), false).await);
            assert_not_found(reader.facts_of_person(person_id, AsOf::day(today()), false).await);
            assert_not_found(reader.fact_history(Subject::Person(person_id), field("income.wage")).await);
            assert!(reader.facts_fetch(&[fact_id]).await.expect("an answer").is_empty());
            let columns =
                reader.household_columns(&[id], &[field("person.name")], today(), None).await.expect("columns");
            assert!(columns.households.is_empty() && columns.tables.iter().all(|table| table.rows == 0));
            for text in ["王德福", "王", "wdf", "1000"] {
                let query = SearchQuery { text: text.into(), limit: 10, ..Default::default() };
                assert!(
                    reader.household_search(&query).await.expect("a page").items.is_empty(),
                    "{text} from {elsewhere}"
                );
                let query =
                    SearchQuery { text: text.into(), village: Some(code(VILLAGE)), limit: 10, ..Default::default() };
                assert!(
                    reader.household_search(&query).await.expect("a page").items.is_empty(),
                    "{text} from {elsewhere}"
                );
            }
            let query = SearchQuery { village: Some(code(VILLAGE)), limit: 10, ..Default::default() };
            assert!(reader.household_search(&query).await.expect("a page").items.is_empty());
            assert_not_found(reader.document_fetch(document.id).await);
            assert_not_found(reader.document_steps(document.id).await);
            assert_not_found(reader.document_index(document.id).await);
            assert_eq!(reader.document_by_key("sample", "case", "2022-1").await.expect("an answer"), None);
            for query in [
                DocumentQuery { limit: 10, ..Default::default() },
                DocumentQuery { household: Some(id), limit: 10, ..Default::default() },
                DocumentQuery { index: Some(("year".into(), "2022".into())), limit: 10, ..Default::default() },
            ] {
                assert!(reader.documents_query(&query).await.expect("a page").items.is_empty());
                assert_eq!(reader.documents_count(&query).await.expect("a count"), 0);
            }
            let worklist = reader.worklist(&worklist(today())).await.expect("a worklist");
            assert_eq!((worklist.page.items.len(), worklist.counts.total), (0, 0));
            assert_not_found(reader.decision_fetch(decision).await);
            assert!(reader.decisions_of_household(id).await.expect("an answer").is_empty());
            assert!(reader.decisions_in_force(&[id], None, today()).await.expect("an answer").is_empty());
            assert!(
                reader
                    .decisions_page(&DecisionQuery { limit: 10, ..Default::default() })
                    .await
                    .expect("a page")
                    .items
                    .is_empty()
            );
            assert_not_found(reader.notice_fetch(notice).await);
            assert!(reader.notices_of_household(id).await.expect("an answer").is_empty());
            assert!(reader.notices_of_document(document.id).await.expect("an answer").is_empty());
            assert_not_found(reader.attachment_fetch(attachment).await);
            assert_not_found(reader.attachment_content(attachment).await);
            assert!(reader.attachments_of_household(id).await.expect("an answer").is_empty());
            assert_not_found(reader.timeline(id, 20).await);
            assert!(reader.village_figures().await.expect("figures").is_empty());
        }
    })
    .await;
}

fn worklist(today: Date) -> WorklistQuery {
    WorklistQuery {
        role: Role::TownCaseworker,
        user: None,
        today,
        plugin: None,
        state: None,
        due: None,
        cursor: None,
        limit: 10,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_elsewhere_reaches_nothing() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut writer = write(&storage).await;
        let document = writer.document_put(&case("2022-1", Some(id), VILLAGE)).await.expect("a document");
        let fact_id = writer
            .fact_record(&fact(Subject::Household(id), "household.housing", Value::Int(1)))
            .await
            .expect("a fact");
        writer.commit().await.expect("committed");
        for elsewhere in [OTHER_TOWN, OTHER_COUNTY] {
            let mut writer = storage.write(&officer(Role::TownCaseworker, elsewhere), NOW).await.expect("a write");
            assert_forbidden(writer.household_create(&household("B-1", VILLAGE)).await);
            assert_forbidden(writer.person_create(&person("某人", 77, VILLAGE)).await);
            assert_not_found(writer.household_update(id, 1, &Default::default()).await);
            assert_not_found(writer.person_update(persons[0], 1, &Default::default()).await);
            assert_not_found(
                writer.fact_record(&fact(Subject::Household(id), "household.housing", Value::Int(2))).await,
            );
            assert_not_found(writer.fact_withdraw(fact_id, "").await);
            assert_not_found(writer.reveal_record(Subject::Person(persons[0]), &[], "").await);
            let mut put = case("2022-2", Some(id), elsewhere + 201);
            assert_not_found(writer.document_put(&put).await);
            put.division = code(VILLAGE);
            assert_forbidden(writer.document_put(&put).await);
            let mut put = case("2022-1", None, elsewhere + 201);
            put.target = doudi_storage::document::DocumentTarget::Existing { id: document.id, expected_revision: 1 };
            assert_not_found(writer.document_put(&put).await);
            writer.rollback().await.expect("rolled back");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_city_sees_numbers_of_counties_and_a_county_only_its_own() {
    each_engine(async |storage| {
        settled(&storage, "A-1", VILLAGE, 0, &["王德福", "王小明"]).await;
        settled(&storage, "A-2", OTHER_VILLAGE, 10, &["李建国"]).await;
        settled(&storage, "A-1", OTHER_COUNTY_VILLAGE, 20, &["赵春生"]).await;
        let figures = |scope: i64| {
            let storage = storage.clone();
            async move {
                let counted = snapshot(&storage, scope).await.county_figures().await.expect("figures");
                counted.into_iter().map(|(county, f)| (county.0, f.households, f.persons)).collect::<Vec<_>>()
            }
        };
        assert_eq!(figures(CITY).await, [(340_202, 1, 1), (340_223, 2, 3)]);
        assert_eq!(figures(COUNTY).await, [(340_223, 2, 3)]);
        assert_eq!(figures(TOWN).await, [(340_223, 1, 2)]);
        let villages = snapshot(&storage, COUNTY).await.village_figures().await.expect("figures");
        let villages: Vec<(DivisionCode, i64)> = villages.into_iter().map(|(code, f)| (code, f.households)).collect();
        assert_eq!(villages, [(code(VILLAGE), 1), (code(OTHER_VILLAGE), 1)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_concerns_a_county_is_not_cut_by_town() {
    each_engine(async |storage| {
        settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut town = snapshot(&storage, TOWN).await;
        assert_forbidden(town.audit_page(&AuditQuery { limit: 5, ..Default::default() }).await);
        assert_forbidden(town.events_page(None, None, 5).await);
        assert_forbidden(town.jobs_page(JobState::All, None, 5).await);
        assert_forbidden(town.invocations_page(None, None, 5).await);
        let mut other = snapshot(&storage, OTHER_COUNTY).await;
        assert!(
            other.audit_page(&AuditQuery { limit: 5, ..Default::default() }).await.expect("a page").items.is_empty()
        );
        assert!(other.events_page(None, None, 5).await.expect("a page").items.is_empty());
    })
    .await;
}
