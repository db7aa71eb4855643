//! Households, memberships and persons.

use crate::fixture::*;
use doudi_domain::Error;
use doudi_domain::fact::Subject;
use doudi_domain::identity::Role;
use doudi_storage::household::HouseholdChange;
use doudi_storage::person::PersonChange;
use doudi_storage::test_support::each_engine;

#[tokio::test(flavor = "multi_thread")]
async fn the_file_shows_the_members_of_the_day() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福", "王小明"]).await;
        let mut write = write(&storage).await;
        let member = {
            let mut snapshot = snapshot(&storage, COUNTY).await;
            snapshot.memberships_of_household(id).await.expect("memberships")[1].clone()
        };
        write.membership_end(member.id, day("2022-06-30")).await.expect("ended");
        write.commit().await.expect("committed");

        let mut snapshot = snapshot(&storage, VILLAGE).await;
        for (on, expected) in [("2019-12-31", 0), ("2020-01-01", 2), ("2022-06-30", 2), ("2022-07-01", 1)] {
            let file = snapshot.household_file(id, day(on), false).await.expect("a file");
            assert_eq!(file.members.len(), expected, "on {on}");
            assert!(file.members.iter().all(|(_, person)| person.id_number.is_none() && person.phone.is_none()));
        }
        let file = snapshot.household_file(id, today(), true).await.expect("a file");
        assert_eq!(file.household.head, Some(persons[0]));
        assert_eq!(file.members[0].1.id_number, Some(person("", 0, VILLAGE).id_number));
        assert_eq!(file.members[0].1.phone.as_deref(), Some("13800001000"));
        let masked = snapshot.persons_masked(&persons).await.expect("masked");
        assert_eq!(masked[&persons[0]].phone, "138****1000");
        assert!(masked[&persons[0]].id_number.starts_with("340223********"));
        assert_eq!(masked.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_is_a_named_conflict() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut first = write(&storage).await;
        let taken = first.household_create(&household("A-1", OTHER_VILLAGE)).await;
        assert!(matches!(&taken, Err(Error::Conflict { message }) if message.contains("户编号")), "{taken:?}");
        first.rollback().await.expect("rolled back");
        let mut second = write(&storage).await;
        let taken = second.person_create(&person("别人", 0, VILLAGE)).await;
        assert!(matches!(&taken, Err(Error::Conflict { message }) if message.contains("公民身份号码")), "{taken:?}");
        second.rollback().await.expect("rolled back");
        let mut third = write(&storage).await;
        let other = third.household_create(&household("A-2", VILLAGE)).await.expect("another household");
        assert_conflict(third.membership_add(&membership(other, persons[0], 2)).await);
        third.rollback().await.expect("rolled back");
        // The same number in another county is another household; the same person there is filed there.
        settled(&storage, "A-1", OTHER_COUNTY_VILLAGE, 0, &["王德福"]).await;
        assert!(
            snapshot(&storage, COUNTY)
                .await
                .household_by_number("A-1")
                .await
                .expect("found")
                .is_some_and(|h| h.id == id)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_needs_the_revision_that_was_seen() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut reader = snapshot(&storage, COUNTY).await;
        let seen = reader.household_fetch(id).await.expect("a household").revision;
        let born = reader.person_fetch(persons[0], false).await.expect("a person").revision;
        let change = HouseholdChange { address: Some("3 组".into()), ..HouseholdChange::default() };
        let mut first = write(&storage).await;
        first.household_update(id, seen, &change).await.expect("updated");
        assert_conflict(first.household_update(id, seen, &change).await);
        let death = PersonChange { death_date: Some(Some(day("2022-07-01"))), ..PersonChange::default() };
        first.person_update(persons[0], born, &death).await.expect("updated");
        assert_conflict(first.person_update(persons[0], born, &death).await);
        let topics: Vec<&str> = first.events_published().iter().map(|event| event.topic.as_str()).collect();
        assert_eq!(topics, ["household.changed", "person.died"]);
        first.commit().await.expect("committed");
        let person = snapshot(&storage, COUNTY).await.person_fetch(persons[0], false).await.expect("a person");
        assert_eq!(person.death_date, Some(day("2022-07-01")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_that_moves_takes_its_members_along() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut writer = write(&storage).await;
        let seen = snapshot(&storage, COUNTY).await.household_fetch(id).await.expect("a household").revision;
        let change = HouseholdChange { division: Some(code(OTHER_VILLAGE)), ..HouseholdChange::default() };
        writer.household_update(id, seen, &change).await.expect("moved");
        writer.commit().await.expect("committed");
        assert_not_found(snapshot(&storage, TOWN).await.person_fetch(persons[0], false).await);
        snapshot(&storage, OTHER_TOWN).await.person_fetch(persons[0], false).await.expect("filed in the other town");
        // A town's officer cannot move a household out of her town.
        let mut town = storage.write(&officer(Role::TownCaseworker, OTHER_TOWN), NOW).await.expect("a write");
        let seen = snapshot(&storage, COUNTY).await.household_fetch(id).await.expect("a household").revision;
        let back = HouseholdChange { division: Some(code(VILLAGE)), ..HouseholdChange::default() };
        assert_forbidden(town.household_update(id, seen, &back).await);
        town.rollback().await.expect("rolled back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_sealed_in_the_rows_and_a_reveal_is_recorded() {
    each_engine(async |storage| {
        let (_, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let clear = person("", 0, VILLAGE).id_number;
        let shown = snapshot(&storage, VILLAGE).await.person_reveal(persons[0]).await.expect("revealed");
        assert_eq!(shown.id_number, clear.expose());
        let mut writer = write(&storage).await;
        writer.reveal_record(Subject::Person(persons[0]), &[field("person.id-number")], "核对身份").await.expect("recorded");
        writer.commit().await.expect("committed");
        let mut auditor = snapshot(&storage, COUNTY).await;
        let query = doudi_storage::audit::AuditQuery { what: Some("reveal".into()), limit: 10, ..Default::default() };
        let page = auditor.audit_page(&query).await.expect("a page");
        assert_eq!(page.items.len(), 1);
        assert!(page.items[0].detail.contains("person.id-number") && page.items[0].detail.contains("核对身份"));
        // Nothing in the log carries a number.
        let query = doudi_storage::audit::AuditQuery { limit: 100, ..Default::default() };
        let page = auditor.audit_page(&query).await.expect("a page");
        assert!(page.items.iter().all(|entry| !entry.detail.contains(clear.expose()) && !entry.detail.contains("1380000")));
        // A sealed value moved to another row does not open.
        settled(&storage, "A-2", VILLAGE, 10, &["李小红"]).await;
        let swap = "UPDATE person SET phone = (SELECT phone FROM person other WHERE other.name = '王德福') WHERE name = '李小红'";
        storage.tamper(&[swap]).await.expect("moved");
        let mut reader = snapshot(&storage, COUNTY).await;
        let second = reader.person_by_id_number(&person("", 10, VILLAGE).id_number).await.expect("found").expect("there");
        assert!(matches!(reader.person_reveal(second.id).await, Err(Error::Failure { .. })));
    })
    .await;
}
