//! What must hold between tables, asked of the whole database: after a restore, and after every fault a test can think of.
//! The audit chain has its own proof ([`Storage::audit_verify`]); the rest stands here.

use crate::Storage;
use crate::engine::{Db, Tx, args};
use doudi_domain::Result;
use std::collections::HashSet;

/// A rule that does not hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What should be and is not, in Chinese.
    pub what: &'static str,
    /// How many rows.
    pub rows: i64,
}

/// A sentence, and the query that counts the rows for which it is true.
struct Rule {
    what: &'static str,
    count: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        what: "办件的办理记录与办件的次数不符",
        count: "SELECT COUNT(*) AS count FROM document d WHERE d.revision <>
                (SELECT COUNT(*) FROM document_step s WHERE s.county = d.county AND s.document = d.id)",
    },
    Rule {
        what: "办件的状态不是最后一次办理的结果",
        count: "SELECT COUNT(*) AS count FROM document d WHERE NOT EXISTS
                (SELECT 1 FROM document_step s WHERE s.county = d.county AND s.document = d.id
                 AND s.revision = d.revision AND s.to_state = d.state)",
    },
    Rule {
        what: "办件的审计记录与办理次数不符",
        // Documents rewritten for another version share one entry: that of the upgrade.
        count: "SELECT COUNT(*) AS count FROM document d WHERE d.revision <>
                (SELECT COUNT(*) FROM audit a WHERE a.county = d.county AND a.subject = 'document/' || d.id
                 AND a.what = 'document.put')
                + (SELECT COUNT(*) FROM document_step s WHERE s.county = d.county AND s.document = d.id
                 AND s.action IN ('kernel:migrate', 'kernel:restore'))",
    },
    Rule {
        what: "决定没有恰好一条审计记录",
        count: "SELECT COUNT(*) AS count FROM decision d WHERE 1 <>
                (SELECT COUNT(*) FROM audit a WHERE a.county = d.county AND a.subject = 'decision/' || d.id
                 AND a.what = 'decision.record')",
    },
    Rule {
        what: "决定没有事件",
        count: "SELECT COUNT(*) AS count FROM decision d WHERE NOT EXISTS
                (SELECT 1 FROM audit a WHERE a.county = d.county AND a.subject = 'decision/' || d.id
                 AND a.what = 'event.publish')",
    },
    Rule {
        what: "决定所依据的运算没有保存输入或结果",
        count: "SELECT COUNT(*) AS count FROM decision d WHERE NOT EXISTS
                (SELECT 1 FROM invocation i WHERE i.county = d.county AND i.id = d.invocation
                 AND i.input_hash = d.input_hash AND i.output_hash <> '')",
    },
    Rule {
        what: "运算没有审计记录",
        count: "SELECT COUNT(*) AS count FROM invocation i WHERE NOT EXISTS
                (SELECT 1 FROM audit a WHERE a.county = i.county AND a.subject = 'invocation/' || i.id)",
    },
    Rule {
        what: "文书没有审计记录",
        count: "SELECT COUNT(*) AS count FROM notice n WHERE NOT EXISTS
                (SELECT 1 FROM audit a WHERE a.county = n.county AND a.subject = 'notice/' || n.id
                 AND a.what = 'notice.issue')",
    },
    Rule {
        what: "任务没有审计记录",
        count: "SELECT COUNT(*) AS count FROM job j WHERE NOT EXISTS
                (SELECT 1 FROM audit a WHERE a.county = j.county AND a.subject = 'job/' || j.id
                 AND a.what = 'job.enqueue')",
    },
    Rule {
        what: "任务既已完成又在等待或已停止",
        count: "SELECT COUNT(*) AS count FROM job WHERE done_at IS NOT NULL AND (dead = 1 OR lease_until IS NOT NULL)",
    },
    Rule {
        what: "家庭没有建立时的审计记录",
        count: "SELECT COUNT(*) AS count FROM household h WHERE NOT EXISTS
                (SELECT 1 FROM audit a WHERE a.county = h.county AND a.subject = 'household/' || h.id
                 AND a.what = 'household.create')
                AND NOT EXISTS (SELECT 1 FROM import_batch b WHERE b.county = h.county)",
    },
    Rule {
        what: "家庭的户主不是它的成员",
        count: "SELECT COUNT(*) AS count FROM household h WHERE h.head IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM membership m WHERE m.county = h.county AND m.household = h.id AND m.person = h.head)",
    },
    Rule {
        what: "被取代的信息没有取代它的信息",
        count: "SELECT COUNT(*) AS count FROM fact f WHERE f.superseded_by IS NOT NULL AND f.superseded_by <> f.id
                AND NOT EXISTS (SELECT 1 FROM fact g WHERE g.county = f.county AND g.id = f.superseded_by)",
    },
];

impl Storage {
    /// Every rule that does not hold, of all counties. Reads everything once: minutes for a city.
    pub async fn integrity(&self) -> Result<Vec<Finding>> {
        let mut tx = self.db.read().await?;
        let mut findings = Vec::new();
        for Rule { what, count } in RULES {
            let rows: i64 = tx.one(count, args![]).await?.get("count")?;
            if rows > 0 {
                findings.push(Finding { what, rows });
            }
        }
        match undelivered(&mut tx).await? {
            0 => {}
            rows => findings.push(Finding { what: "事件没有安排分发", rows }),
        }
        if let Db::Sqlite { .. } = self.db {
            let pages = tx.all("PRAGMA integrity_check(10)", args![]).await?;
            let broken = pages.iter().filter(|row| row.at::<String>(0).is_ok_and(|text| text != "ok")).count();
            if broken > 0 {
                findings.push(Finding { what: "数据库文件已损坏", rows: broken as i64 });
            }
            let strays = tx.all("PRAGMA foreign_key_check", args![]).await?.len();
            if strays > 0 {
                findings.push(Finding { what: "引用了不存在的内容", rows: strays as i64 });
            }
        }
        tx.rollback().await?;
        Ok(findings)
    }
}

/// Events no delivery names. A delivery names the events of one transaction, apart by commas, which SQL cannot join on.
async fn undelivered(tx: &mut Tx) -> Result<i64> {
    const BLOCK: i64 = 4_000;
    let mut named: HashSet<i64> = HashSet::new();
    let mut after = (0i64, 0i64);
    loop {
        let sql = "SELECT county, id, payload FROM job WHERE kind = 'deliver-event'
                   AND (county > $1 OR (county = $1 AND id > $2)) ORDER BY county, id LIMIT $3";
        let rows = tx.all(sql, args![after.0, after.1, BLOCK]).await?;
        let Some(last) = rows.last() else { break };
        after = (last.at(0)?, last.at(1)?);
        for row in &rows {
            named.extend(row.at::<String>(2)?.split(',').filter_map(|number| number.parse::<i64>().ok()));
        }
    }
    let (mut after, mut missing) = ((0i64, 0i64), 0);
    loop {
        let sql =
            "SELECT county, id FROM event WHERE county > $1 OR (county = $1 AND id > $2) ORDER BY county, id LIMIT $3";
        let rows = tx.all(sql, args![after.0, after.1, BLOCK]).await?;
        let Some(last) = rows.last() else { return Ok(missing) };
        after = (last.at(0)?, last.at(1)?);
        for row in &rows {
            missing += i64::from(!named.contains(&row.at::<i64>(1)?));
        }
    }
}
