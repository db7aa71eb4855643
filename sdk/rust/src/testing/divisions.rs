//! The places of a made-up county: a few of 南陵县, or whatever a test brings along as CSV.

use crate::block::{Block, Table};
use crate::divisions::Division;
use doudi_documents::place::Level;

/// Two towns with two villages each, and a park with a virtual community: enough for what a rule leaves out.
const NANLING: &str = "code,name,level,parent
340223000000,南陵县,county,340200000000
340223100000,籍山镇,town,340223000000
340223100001,五里居委会,village,340223100000
340223100201,茶丰村委会,village,340223100000
340223101000,许镇镇,town,340223000000
340223101001,许镇社区居委会,village,340223101000
340223101201,仙坊村委会,village,340223101000
340223400000,安徽南陵工业园区,town,340223000000
340223400498,安徽南陵工业园区虚拟社区,village,340223400000
";

pub(crate) fn nanling() -> Vec<Division> {
    parse(NANLING)
}

/// `code,name,level,parent` with a heading line, as `wuhu-divisions.csv` has it. Rows above a county are passed over.
pub(crate) fn parse(csv: &str) -> Vec<Division> {
    let mut divisions: Vec<Division> = csv
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .filter_map(|line| {
            let mut parts = line.split(',');
            let mut part = |what: &str| parts.next().unwrap_or_else(|| panic!("区划表的一行没有{what}：{line}")).trim();
            let (code, name, level, parent) = (part("代码"), part("名称"), part("级别"), part("上级"));
            let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("区划代码“{text}”不是数字：{line}"));
            let level = Level::parse(level)?;
            let parent = if level == Level::County { 0 } else { number(parent) };
            Some(Division { code: number(code), parent, level, name: name.to_owned() })
        })
        .collect();
    divisions.sort_by_key(|division| division.code);
    divisions
}

/// The block the kernel lends.
pub(crate) fn block_of(divisions: &[Division]) -> Block {
    let rows = || divisions.iter();
    let table = Table::new("division", divisions.len())
        .ints("code", rows().map(|division| division.code))
        .optional_ints("parent", rows().map(|division| (division.parent != 0).then_some(division.parent)))
        .texts("level", rows().map(|division| division.level.code()))
        .texts("name", rows().map(|division| &division.name));
    Block::of(table)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use crate::testing::World;

    #[test]
    fn a_made_up_county_has_places() {
        World::new("2022-07-20").run(|_| {
            let places = divisions::list().unwrap();
            assert_eq!(places.iter().filter(|place| place.is_real_town()).count(), 2);
            assert_eq!(places.iter().filter(|place| place.is_real_village()).count(), 4);
            assert_eq!((places[0].level, places[0].parent), (Level::County, 0));
        });
        let csv = "code,name,level,parent\n340200000000,芜湖市,city,\n340281000000,无为市,county,340200000000\n";
        World::new("2022-07-20").divisions(csv).run(|_| {
            let places = divisions::list().unwrap();
            assert_eq!(
                places,
                [Division { code: 340_281_000_000, parent: 0, level: Level::County, name: "无为市".to_owned() }]
            );
        });
    }

    #[test]
    fn a_document_may_lie_elsewhere_until_it_is_about_a_family() {
        let mut world = World::new("2022-07-20");
        world.apply(
            &Effects::new().document(DocumentPut::create("clue", "线索").state("open").division(340_223_101_201)),
        );
        let clue = world.latest("clue");
        assert_eq!((clue.division, clue.household), (340_223_101_201, None));
        world.apply(&Effects::new().document(clue.to("checked").household(Id(3)).person(Id(3_001))));
        let clue = world.latest("clue");
        assert_eq!((clue.household, clue.person), (Some(Id(3)), Some(Id(3_001))));
    }

    #[test]
    #[should_panic(expected = "已属于另一户")]
    fn a_document_of_one_family_is_not_given_to_another() {
        let mut world = World::new("2022-07-20");
        world.apply(&Effects::new().document(DocumentPut::create("clue", "线索").state("open").household(Id(3))));
        let clue = world.latest("clue");
        world.apply(&Effects::new().document(clue.to("open").household(Id(4))));
    }

    #[test]
    fn all_households_come_page_by_page() {
        let manifest = "id='a'\nversion='1.0.0'\nname.zh='甲'\nsummary.zh='甲'\npublisher='p'\nlicense='l'\nmeasures=[]\n\
                        contract='^1.2'\npoints=[]\nimports=['records']";
        let family: doudi_documents::scenario::Scenario =
            toml::from_str("name='一户'\ndate='2022-07-20'\n[[members]]\nwho='甲'\n[expect]\noutcome='x'").unwrap();
        let world = World::new("2022-07-20").manifest(manifest);
        let world = [9, 3, 7].into_iter().fold(world, |world, id| world.household(id, &family));
        world.run(|_| {
            assert_eq!(records::all(Id(0), 2).unwrap(), [Id(3), Id(7)]);
            assert_eq!(records::all(Id(7), 2).unwrap(), [Id(9)]);
            assert_eq!(records::all(Id(0), 5_000).unwrap_err().code, "limit");
        });
    }
}
