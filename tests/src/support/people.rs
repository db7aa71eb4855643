//! The cast: invented people with offices, the same in every test. 许镇 is where things happen; 无为 is another county, whose
//! officers may see nothing of it.

use doudi_domain::Role;

/// Login, name, office, where.
pub type Person = (&'static str, &'static str, Role, i64);

pub const COUNTY: i64 = 340_223_000_000;
pub const OTHER_COUNTY: i64 = 340_281_000_000;
pub const TOWN: i64 = 340_223_101_000;
pub const VILLAGE: i64 = 340_223_101_201;

pub const WANG_FANG: &str = "wangfang";
pub const ZHOU_QIANG: &str = "zhouqiang";
pub const LI_MING: &str = "liming";
pub const CHEN_LI: &str = "chenli";
pub const ZHAO_MIN: &str = "zhaomin";
pub const HE_JING: &str = "hejing";
pub const ZHOU_MIN: &str = "zhoumin";
pub const SUN_LI: &str = "sunli";
pub const QIAN_JIN: &str = "qianjin";
pub const WU_TING: &str = "wuting";
pub const GAO_YUAN: &str = "gaoyuan";
pub const MA_DONG: &str = "madong";
pub const MENG_FAN: &str = "mengfan";

pub const CAST: &[Person] = &[
    (HE_JING, "何静", Role::VillageCoordinator, VILLAGE),
    (WANG_FANG, "王芳", Role::TownCaseworker, TOWN),
    (ZHOU_QIANG, "周强", Role::TownCaseworker, TOWN),
    (LI_MING, "李明", Role::TownReviewer, TOWN),
    (CHEN_LI, "陈立", Role::CountyOfficer, COUNTY),
    (ZHAO_MIN, "赵敏", Role::CountyApprover, COUNTY),
    (WU_TING, "吴婷", Role::Finance, COUNTY),
    (SUN_LI, "孙丽", Role::CountyIt, COUNTY),
    (QIAN_JIN, "钱进", Role::SecurityAdmin, COUNTY),
    (ZHOU_MIN, "周敏", Role::Auditor, COUNTY),
    (GAO_YUAN, "高远", Role::CitySupervisor, 340_200_000_000),
    // The next town of the same county, and the next village.
    (MA_DONG, "马东", Role::TownCaseworker, 340_223_100_000),
    ("luohua", "罗华", Role::VillageCoordinator, 340_223_101_200),
    // The other county, every office.
    ("qinshu", "秦书", Role::VillageCoordinator, 340_281_100_001),
    ("yanbo", "严波", Role::TownCaseworker, 340_281_100_000),
    ("xueqin", "薛琴", Role::TownReviewer, 340_281_100_000),
    (MENG_FAN, "孟凡", Role::CountyOfficer, OTHER_COUNTY),
    ("ruanling", "阮玲", Role::CountyApprover, OTHER_COUNTY),
    ("tangyi", "汤毅", Role::Finance, OTHER_COUNTY),
    ("laiwen", "赖文", Role::CountyIt, OTHER_COUNTY),
    ("geping", "葛平", Role::SecurityAdmin, OTHER_COUNTY),
    ("shiyan", "石岩", Role::Auditor, OTHER_COUNTY),
];
