//! The sentences of errors: all problems at once, each with its place; what is for the operator stays inside.

use super::*;

#[test]
fn an_invalid_form_names_everything_wrong() {
    let error = Error::Invalid(vec![
        Problem::new("姓名", "name.missing", "请填写"),
        Problem::new("", "form.stale", "表单已过期，请刷新后重新提交"),
    ]);
    assert_eq!(error.to_string(), "姓名：请填写；表单已过期，请刷新后重新提交");
    assert_eq!(Error::Invalid(Vec::new()).to_string(), "填写有误");
}

#[test]
fn what_is_hidden_cannot_be_told_from_what_is_not_there() {
    assert_eq!(Error::not_found("家庭").to_string(), "没有找到家庭");
}

#[test]
fn the_inside_of_a_failure_is_not_shown() {
    let error = Error::failure("数据库暂时不可用，没有保存", "connection reset by peer");
    assert_eq!(error.to_string(), "数据库暂时不可用，没有保存");
    let Error::Failure { inside, .. } = error else { panic!("a failure stays a failure") };
    assert_eq!(inside, "connection reset by peer");
}
