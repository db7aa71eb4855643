//! What a certificate number says, each way it can be wrong, and how it disagrees with a file. Invented, checksum-valid.

use super::*;

const HOLDER: &str = "340223196402290129";

fn holder() -> IdNumber {
    IdNumber::parse(HOLDER).expect("the fixture's check digit is computed")
}

#[test]
fn reads_category_grade_and_reissue() {
    for (text, category, grade, reissue) in [
        ("34022319640229012943", 4, 3, 0),
        ("34022319640229012953B1", 5, 3, 1),
        ("34022319640229012911b2", 1, 1, 2),
        ("３４０２２３１９６４０２２９０１２９７４", 7, 4, 0),
        (" 340223 19640229 0129 62 Ｂ12 ", 6, 2, 12),
        ("34022319640229017x21", 2, 1, 0),
    ] {
        let read = DisabilityCertificate::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((read.category(), read.grade(), read.reissue()), (category, grade, reissue), "{text}");
        assert_eq!(read.expose()[..18], *read.holder().expose(), "{text}");
    }
}

#[test]
fn says_what_is_wrong() {
    for (text, code, sentence) in [
        ("", "disability-certificate.length", "应为 20 位（18 位公民身份号码、1 位类别、1 位等级），收到的是 0 位"),
        (
            HOLDER,
            "disability-certificate.length",
            "应为 20 位（18 位公民身份号码、1 位类别、1 位等级），收到的是 18 位",
        ),
        (
            "34022319640229012843",
            "disability-certificate.holder",
            "前 18 位不是有效的公民身份号码（公民身份号码：校验位不符（末位应为 9））",
        ),
        ("34022319640229012983", "disability-certificate.category", "第 19 位（残疾类别）应为 1 至 7，收到的是“8”"),
        ("34022319640229012903", "disability-certificate.category", "第 19 位（残疾类别）应为 1 至 7，收到的是“0”"),
        ("340223196402290129X3", "disability-certificate.category", "第 19 位（残疾类别）应为 1 至 7，收到的是“X”"),
        ("34022319640229012945", "disability-certificate.grade", "第 20 位（残疾等级）应为 1 至 4，收到的是“5”"),
        ("34022319640229012943C1", "disability-certificate.reissue", "补发次数应写作 B1、B2 等，收到的是“C1”"),
        ("34022319640229012943B", "disability-certificate.reissue", "补发次数应写作 B1、B2 等，收到的是“B”"),
        ("34022319640229012943B0", "disability-certificate.reissue", "补发次数应写作 B1、B2 等，收到的是“B0”"),
        ("34022319640229012943B300", "disability-certificate.reissue", "补发次数应写作 B1、B2 等，收到的是“B300”"),
        ("3402231964022901294三", "disability-certificate.characters", "只能由数字和字母 X、B 组成"),
    ] {
        let Err(Error::Invalid(problems)) = DisabilityCertificate::parse(text) else { panic!("{text} was accepted") };
        assert_eq!((problems[0].code.as_str(), problems[0].message.as_str()), (code, sentence), "{text}");
        assert_eq!(problems[0].field, "残疾人证号");
    }
}

#[test]
fn finds_every_disagreement_with_the_file_at_once() {
    let certificate = DisabilityCertificate::parse("34022319640229012953B1").expect("valid");
    assert_eq!(certificate.disagreements(&holder(), 5, 3), []);
    let other = IdNumber::parse("340202194803120111").expect("valid");
    let problems = certificate.disagreements(&other, 4, 2);
    let sentences: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        sentences,
        [
            "与本人的公民身份号码不一致，请核对证件",
            "证号中的残疾类别为“智力”，登记的是“肢体”，请核对证件",
            "证号中的残疾等级为“三级”，登记的是“二级”，请核对证件",
        ]
    );
}

#[test]
fn never_prints_itself() {
    let certificate = DisabilityCertificate::parse("34022319640229012953").expect("valid");
    assert_eq!(format!("{certificate:?}"), "DisabilityCertificate(…)");
}
