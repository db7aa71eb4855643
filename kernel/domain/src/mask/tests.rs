//! What stays visible of a name, a number, a phone and an account, and that nothing else does.

use super::*;
use proptest::prelude::*;

#[test]
fn names() {
    for (full, shown) in [
        ("张三", "张*"),
        ("李小明", "李**"),
        ("欧阳锋", "欧阳*"),
        ("诸葛小亮", "诸葛**"),
        ("欧阳", "欧*"),
        ("东方红", "东方*"),
        ("买买提·艾力", "买*****"),
        ("王", "王"),
        ("", ""),
    ] {
        assert_eq!(name(full), shown, "{full}");
    }
}

#[test]
fn numbers() {
    let number = IdNumber::parse("340202194803120111").expect("valid");
    assert_eq!(id_number(&number), "340202********0111");
    for (full, shown) in [
        ("13800005678", "138****5678"),
        ("+8613800005678", "+86*******5678"),
        ("05530001234", "055****1234"),
        ("0000001234", "********34"),
        ("1234567", "*****67"),
        ("123456", "******"),
        ("", ""),
    ] {
        assert_eq!(phone(full), shown, "{full}");
    }
    for (full, shown) in [("6200 0000 0000 1234", "**** 1234"), ("12345", "**** 2345"), ("1234", "****"), ("", "")] {
        assert_eq!(account(full), shown, "{full}");
    }
}

proptest! {
    /// At least half of a phone number is hidden or replaced by nothing longer than itself.
    #[test]
    fn a_phone_keeps_at_most_seven_digits(full in "[0-9]{1,20}") {
        let shown = phone(&full);
        prop_assert_eq!(shown.chars().count(), full.chars().count());
        prop_assert!(shown.chars().filter(|c| *c != '*').count() <= 7);
        prop_assert!(shown.contains('*'));
    }

    #[test]
    fn only_the_surname_of_a_name_is_shown(full in "[\u{4e00}-\u{9fa5}]{2,6}") {
        let shown = name(&full);
        prop_assert_eq!(shown.chars().count(), full.chars().count());
        prop_assert!(shown.ends_with('*'));
        prop_assert!(shown.chars().filter(|c| *c != '*').count() <= 2);
    }
}
