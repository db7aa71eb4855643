//! The identity number: the synthetic list of the handbook (old prefixes included), each failure with its sentence, and that
//! no single slip of the pen passes. All numbers are computed, none is taken from a person.

use super::*;
use proptest::prelude::*;

#[test]
fn accepts_every_prefix_wuhu_residents_carry() {
    for (text, birth, sex) in [
        ("340202194803120111", "1948-03-12", Sex::Male),
        ("340203196907050221", "1969-07-05", Sex::Female),
        ("340209202101150131", "2021-01-15", Sex::Male),
        ("340210202204010241", "2022-04-01", Sex::Female),
        ("340221195508090312", "1955-08-09", Sex::Male),
        ("342623194311200428", "1943-11-20", Sex::Female),
        ("341422200503030152", "2005-03-03", Sex::Male),
        ("340225201506060260", "2015-06-06", Sex::Female),
        ("340281202010100375", "2020-10-10", Sex::Male),
        ("34022319640229017X", "1964-02-29", Sex::Male),
    ] {
        let number = IdNumber::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(number.birth_date(), birth.parse::<Date>().expect("a date"), "{text}");
        assert_eq!(number.sex(), sex, "{text}");
        assert_eq!(number.expose(), text);
        assert_eq!(number.last_four(), &text[14..]);
    }
}

#[test]
fn forgives_what_is_only_a_way_of_writing() {
    let canonical = IdNumber::parse("34022319640229017X").expect("valid");
    for text in [
        "34022319640229017x",
        " 34022319640229017X\u{a0}",
        "340223 19640229 017X",
        "３４０２２３１９６４０２２９０１７Ｘ",
        "34022319640229017ｘ",
        "\t34022319640229017X\r\n",
    ] {
        assert_eq!(IdNumber::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")), canonical);
    }
}

#[test]
fn says_what_is_wrong() {
    for (text, code, sentence) in [
        ("", "id-number.length", "应为 18 位，收到的是 0 位"),
        ("34020219480312011", "id-number.length", "应为 18 位，收到的是 17 位"),
        ("3402021948031201111", "id-number.length", "应为 18 位，收到的是 19 位"),
        ("340202480312011", "id-number.fifteen", "是 15 位的旧号码，请核对后填写 18 位公民身份号码"),
        ("34020248031201X", "id-number.length", "应为 18 位，收到的是 15 位"),
        ("3402021948031201A1", "id-number.characters", "只能由数字组成，末位可以是 X"),
        ("34020219480312X111", "id-number.characters", "只能由数字组成，末位可以是 X"),
        ("34020219480312011Y", "id-number.characters", "只能由数字组成，末位可以是 X"),
        ("三四零二零二一九四八零三一二零一一一", "id-number.characters", "只能由数字组成，末位可以是 X"),
        ("340202194813120111", "id-number.birth-date", "第 7 至 14 位不是有效的出生日期"),
        ("340202194802300111", "id-number.birth-date", "第 7 至 14 位不是有效的出生日期"),
        ("340202190002290111", "id-number.birth-date", "第 7 至 14 位不是有效的出生日期"), // 1900 was no leap year
        ("340202179903120111", "id-number.birth-date", "第 7 至 14 位不是有效的出生日期"),
        ("340202194803120112", "id-number.check-digit", "校验位不符（末位应为 1）"),
        ("340223196402290170", "id-number.check-digit", "校验位不符（末位应为 X）"),
    ] {
        let Err(Error::Invalid(problems)) = IdNumber::parse(text) else { panic!("{text} was accepted") };
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].code.as_str(), problems[0].message.as_str()), (code, sentence), "{text}");
        assert_eq!(problems[0].field, "公民身份号码");
    }
}

#[test]
fn never_prints_itself() {
    assert_eq!(format!("{:?}", IdNumber::parse("340202194803120111").expect("valid")), "IdNumber(…)");
}

/// A valid number of any prefix, date and sequence, by the formula of the standard written out a second time.
fn valid() -> impl Strategy<Value = String> {
    (110_000..660_000u32, 1900..2030i16, 1..=12i8, 1..=28i8, 0..1000u32).prop_map(
        |(place, year, month, day, sequence)| {
            let first = format!("{place:06}{year:04}{month:02}{day:02}{sequence:03}");
            // ISO 7064 MOD 11-2: the check makes Σ aᵢ·2^(17−i) ≡ 1 (mod 11).
            let sum = first.bytes().fold(0u32, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
            let check = (12 - sum) % 11;
            format!("{first}{}", if check == 10 { "X".to_owned() } else { check.to_string() })
        },
    )
}

proptest! {
    #[test]
    fn agrees_with_iso_7064(text in valid()) {
        prop_assert!(IdNumber::parse(&text).is_ok(), "{}", text);
    }

    /// The standard promises to catch every single wrong digit and every swap of neighbours.
    #[test]
    fn one_slip_never_passes(text in valid(), place in 0..17usize, digit in 0..10u8) {
        let mut wrong = text.clone().into_bytes();
        wrong[place] = b'0' + digit;
        let wrong = String::from_utf8(wrong).expect("ascii");
        prop_assert_eq!(IdNumber::parse(&wrong).is_ok(), wrong == text);
        let mut swapped = text.clone().into_bytes();
        swapped.swap(place.min(15), place.min(15) + 1);
        let swapped = String::from_utf8(swapped).expect("ascii");
        prop_assert_eq!(IdNumber::parse(&swapped).is_ok(), swapped == text);
    }

    #[test]
    fn no_text_panics(text in ".{0,20}") {
        let _ = IdNumber::parse(&text);
    }
}
