//! Finding a family as officers type.

use crate::fixture::*;
use doudi_domain::HouseholdId;
use doudi_storage::household::HouseholdChange;
use doudi_storage::person::PersonChange;
use doudi_storage::search::SearchQuery;
use doudi_storage::test_support::each_engine;
use doudi_storage::{Snapshot, Storage};

async fn find(storage: &Storage, text: &str) -> Vec<HouseholdId> {
    let query = SearchQuery { text: text.into(), limit: 50, ..Default::default() };
    ids(&mut snapshot(storage, COUNTY).await, &query).await
}

async fn ids(reader: &mut Snapshot, query: &SearchQuery) -> Vec<HouseholdId> {
    let page = reader.household_search(query).await.expect("a page");
    page.items.into_iter().map(|hit| hit.household.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_is_found_by_whatever_is_known_of_it() {
    each_engine(async |storage| {
        let (wang, _) = settled(&storage, "NL-0001", VILLAGE, 0, &["王德福", "王小明"]).await;
        let (zeng, _) = settled(&storage, "NL-0002", VILLAGE, 10, &["曾小红"]).await;
        let (ouyang, _) = settled(&storage, "NL-0103", OTHER_VILLAGE, 20, &["欧阳德华", "单雄"]).await;
        let number = person("", 0, VILLAGE).id_number;
        for (text, expected) in [
            ("", vec![]),
            ("  ", vec![]),
            ("王", vec![wang]),
            ("小", vec![wang, zeng]),
            ("王德福", vec![wang]),
            ("德福", vec![wang]),
            ("王福", vec![]),
            ("德", vec![wang, ouyang]),
            ("欧阳", vec![ouyang]),
            ("wdf", vec![wang]),
            ("WXM", vec![wang]),
            ("zxh", vec![zeng]),
            ("cxh", vec![zeng]),
            ("zengxiaoh", vec![zeng]),
            ("cengxiaohong", vec![zeng]),
            ("sx", vec![ouyang]),
            ("dx", vec![ouyang]),
            ("xyz", vec![]),
            (number.last_four(), vec![wang]),
            (number.expose(), vec![wang]),
            (&number.expose().to_lowercase(), vec![wang]),
            ("1010", vec![zeng]),
            ("13800001010", vec![zeng]),
            ("9999", vec![]),
            ("nl-0001", vec![wang]),
            ("NL-", vec![wang, zeng, ouyang]),
            ("王 wdf", vec![wang]),
            ("王 1001", vec![wang]),
            // Of two members of one family neither fits both words.
            ("德福 1001", vec![]),
            ("'; DROP TABLE term; --", vec![]),
            ("%", vec![]),
        ] {
            assert_eq!(find(&storage, text).await, expected, "“{text}”");
        }
        let mut reader = snapshot(&storage, COUNTY).await;
        let query = SearchQuery { text: "小明".into(), limit: 5, ..Default::default() };
        let hit = reader.household_search(&query).await.expect("a page").items.remove(0);
        assert_eq!(hit.matched.map(|(_, name)| name).as_deref(), Some("王小明"));
        assert_eq!((hit.head_name.as_deref(), hit.members), (Some("王德福"), 2));
        // A village alone lists it; with words it narrows them; one outside the scope finds nothing.
        let village = |text: &str, village| SearchQuery {
            text: text.into(),
            village: Some(code(village)),
            limit: 5,
            ..Default::default()
        };
        assert_eq!(ids(&mut reader, &village("", VILLAGE)).await, [wang, zeng]);
        assert_eq!(ids(&mut reader, &village("", TOWN)).await, [wang, zeng]);
        assert_eq!(ids(&mut reader, &village("德", VILLAGE)).await, [wang]);
        assert_eq!(ids(&mut snapshot(&storage, OTHER_TOWN).await, &village("", TOWN)).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_follow_the_file() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福", "王小明"]).await;
        let mut writer = write(&storage).await;
        let rename =
            PersonChange {
                name: Some("王大明".into()), phone: Some(Some("13900002222".into())), ..Default::default()
            };
        writer.person_update(persons[1], 1, &rename).await.expect("renamed");
        let seen = snapshot(&storage, COUNTY).await.household_fetch(id).await.expect("a household").revision;
        let renumber = HouseholdChange { number: Some("B-7".into()), ..Default::default() };
        writer.household_update(id, seen, &renumber).await.expect("renumbered");
        writer.commit().await.expect("committed");
        for (text, expected) in [("小明", 0), ("大明", 1), ("1001", 0), ("2222", 1), ("A-1", 0), ("B-7", 1)] {
            assert_eq!(find(&storage, text).await.len(), expected, "“{text}”");
        }
        let mut reader = snapshot(&storage, COUNTY).await;
        let member = reader.memberships_of_household(id).await.expect("memberships").remove(1);
        let mut writer = write(&storage).await;
        writer.membership_end(member.id, today()).await.expect("ended");
        writer.commit().await.expect("committed");
        assert_eq!(find(&storage, "大明").await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn results_come_in_pages() {
    each_engine(async |storage| {
        for number in 0..7 {
            settled(&storage, &format!("P-{number}"), VILLAGE, number * 2, &["张三", "张四"]).await;
        }
        let mut reader = snapshot(&storage, COUNTY).await;
        for village in [None, Some(code(VILLAGE))] {
            let text = if village.is_none() { "张" } else { "" };
            let mut query = SearchQuery { text: text.into(), village, limit: 3, ..Default::default() };
            let mut found = Vec::new();
            loop {
                let page = reader.household_search(&query).await.expect("a page");
                found.extend(page.items.into_iter().map(|hit| hit.household.number));
                match page.next {
                    Some(cursor) => query.cursor = Some(cursor),
                    None => break,
                }
            }
            assert_eq!(found, ["P-0", "P-1", "P-2", "P-3", "P-4", "P-5", "P-6"]);
        }
    })
    .await;
}
