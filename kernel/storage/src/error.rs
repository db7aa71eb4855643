//! Named constraints become named refusals: what the database refuses by rule is told to the user in a sentence; everything
//! else is a failure of the outside world, told to the operator.

use doudi_domain::Error;

/// How a constraint shows on PostgreSQL (its name) and on SQLite (the columns of a unique key, or the name of a check), and
/// what it means.
struct Rule {
    name: &'static str,
    sqlite: &'static str,
    message: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        name: "household_number_key",
        sqlite: "household.county, household.number",
        message: "这个户编号在本县区已经使用。请核对编号，或打开已有的家庭档案",
    },
    Rule {
        name: "person_id_number_key",
        sqlite: "person.county, person.id_number_index",
        message: "本县区已有这个公民身份号码的人员。请查找并使用已有的人员档案",
    },
    Rule {
        name: "membership_open_key",
        sqlite: "membership.county, membership.person",
        message: "此人现在已属于一个家庭。请先结束原来的家庭成员关系，再加入新的家庭",
    },
    Rule {
        name: "user_account_login_key",
        sqlite: "user_account.login",
        message: "这个登录名已经使用。请换一个登录名",
    },
    Rule {
        name: "document_key_key",
        sqlite: "document.county, document.plugin, document.collection, document.key",
        message: "同样编号的办件已经存在。请打开已有的办件，或换一个编号",
    },
    Rule {
        name: "decision_superseded_once",
        sqlite: "decision.county, decision.supersedes",
        message: "原决定已被另一个决定取代。请刷新后以最新的决定为准",
    },
    Rule {
        name: "notice_number_key",
        sqlite: "notice.county, notice.number",
        message: "这个文号在本县区已经使用。请核对文号",
    },
    Rule {
        name: "release_version_key",
        sqlite: "release.plugin, release.version",
        message: "同一版本号已经安装了内容不同的程序包。请发布方更换版本号",
    },
    Rule {
        name: "parameter_date_key",
        sqlite: "parameter.county, parameter.code, parameter.valid_from",
        message: "同一日期起的参数刚被别人修改。请刷新后重试",
    },
    Rule {
        name: "enablement_open_key",
        sqlite: "enablement.county, enablement.plugin",
        message: "这项措施的启用设置刚被别人修改。请刷新后重试",
    },
    Rule {
        name: "payment_key_pkey",
        sqlite: "payment_key.county, payment_key.scheme, payment_key.month, payment_key.person, payment_key.cause",
        message: "有保障对象已列入同一月份的发放明细，不能重复发放。请刷新后重新核对名单",
    },
    Rule {
        name: "webhook_url_key",
        sqlite: "webhook.county, webhook.url",
        message: "本县区已经登记过这个通知地址。请修改原有的登记，或换一个地址",
    },
    Rule {
        name: "upgrade_open_key",
        sqlite: "upgrade.county, upgrade.plugin",
        message: "这项措施已有一次升级在准备中。请先完成或取消它",
    },
    Rule {
        name: "acceptance_case_name_key",
        sqlite: "acceptance_case.county, acceptance_case.plugin, acceptance_case.name",
        message: "已有同名的验收用例。请换一个名称，或先停用原来的用例",
    },
    Rule {
        name: "publisher_key_pkey",
        sqlite: "publisher_key.name",
        message: "这个名称的公钥已经登记。撤销过的名称也不能再用，请换一个名称",
    },
    Rule {
        name: "publisher_key_key",
        sqlite: "publisher_key.public_key",
        message: "这个公钥已经登记，名称不同。请用 doudi trust key list 查看",
    },
    Rule { name: "job_dedupe_key", sqlite: "job.county, job.dedupe_key", message: "同一件待办工作已经登记" },
    Rule {
        name: "import_batch_pkey",
        sqlite: "import_batch.county, import_batch.code",
        message: "这个导入批次号已经使用。请换一个批次号",
    },
];

/// Checks that an input can break; each names the period or subject that is wrong.
const CHECKS: &[(&str, &str)] = &[
    ("membership_period", "家庭成员关系的结束日期早于开始日期。请核对日期"),
    ("fact_period", "信息的截止日期早于起始日期。请核对日期"),
    ("decision_period", "决定的截止日期早于起始日期。请核对日期"),
    ("payment_sign", "发放金额应大于零，扣回金额应小于零。请核对金额"),
    ("upgrade_two_people", "提出升级的人不能自己签认。请由另一位有权限的人员签认"),
    ("publisher_key_period", "公钥的失效日期不晚于生效日期。请核对日期"),
    ("enablement_period", "启用的结束日期早于开始日期。请核对日期"),
];

/// A row that points to what is not in this county: the caller checked before, so someone removed it or crossed a border.
const ABSENT: &str = "所引用的档案不在本县区，或已不存在。请刷新后重试";

pub(crate) fn translate(error: sqlx::Error) -> Error {
    use sqlx::error::ErrorKind;
    if let sqlx::Error::Database(database) = &error {
        let text = database.message();
        let name = database.constraint();
        match database.kind() {
            ErrorKind::UniqueViolation => {
                let columns = text.rsplit("failed: ").next().unwrap_or_default();
                let rule =
                    RULES.iter().find(|rule| name == Some(rule.name) || (name.is_none() && columns == rule.sqlite));
                if let Some(rule) = rule {
                    return Error::conflict(rule.message);
                }
            }
            ErrorKind::CheckViolation => {
                let check = CHECKS.iter().find(|(check, _)| name == Some(check) || text.ends_with(check));
                if let Some((_, message)) = check {
                    return Error::refused(*message);
                }
            }
            ErrorKind::ForeignKeyViolation => return Error::refused(ABSENT),
            _ => {}
        }
    }
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return Error::failure("系统正忙，本次操作没有保存。请稍后重试", error);
    }
    Error::failure("数据库没有完成本次操作，没有保存任何内容。请稍后重试；若再次出现，请联系系统管理员", error)
}
