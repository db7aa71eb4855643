//! The whole permission policy as one table: which office may do what. *Where* is the scope, below every read; *when* is the
//! workflow in a plugin's manifest. `tests/output/permissions.txt` prints it; a change to it is a visible diff in review.

use crate::error::{Error, Result};
use crate::identity::{Actor, Role};

/// What a person may be allowed to do, apart from the actions of workflows, which name their own roles.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Permission {
    /// See names, addresses and states of households in scope.
    HouseholdRead,
    /// See incomes, assets and their evidence.
    FinanceRead,
    /// Unmask a name, ID number or phone; recorded.
    Reveal,
    /// Enter and correct households, people and facts.
    HouseholdWrite,
    /// Bring in a spreadsheet of households.
    HouseholdImport,
    /// See cases and the worklist.
    CaseRead,
    /// Begin and act on cases (the workflow decides which actions).
    CaseWrite,
    /// See decisions and why.
    DecisionRead,
    /// Export lists.
    Export,
    /// Install, enable and configure plugins; set parameters; extend the calendar.
    Configure,
    /// See packages, parameters and the calendar.
    ConfigurationRead,
    /// Manage users and roles.
    UserManage,
    /// Read the audit log.
    AuditRead,
    /// See figures over many counties.
    FiguresRead,
    /// See the scorecard: how a county's measures do against their targets.
    ScorecardRead,
    /// Try out what another release, other parameters or another day would decide, without writing.
    Simulate,
    /// Save and withdraw the county's acceptance cases.
    AcceptanceWrite,
    /// Sign for an upgrade beyond the county's bounds, and set those bounds.
    UpgradeSign,
}

impl Permission {
    pub const ALL: [Permission; 18] = [
        Permission::HouseholdRead,
        Permission::FinanceRead,
        Permission::Reveal,
        Permission::HouseholdWrite,
        Permission::HouseholdImport,
        Permission::CaseRead,
        Permission::CaseWrite,
        Permission::DecisionRead,
        Permission::Export,
        Permission::Configure,
        Permission::ConfigurationRead,
        Permission::UserManage,
        Permission::AuditRead,
        Permission::FiguresRead,
        Permission::ScorecardRead,
        Permission::Simulate,
        Permission::AcceptanceWrite,
        Permission::UpgradeSign,
    ];

    pub const fn zh(self) -> &'static str {
        match self {
            Permission::HouseholdRead => "查看家庭档案",
            Permission::FinanceRead => "查看收入与财产",
            Permission::Reveal => "显示完整姓名、号码",
            Permission::HouseholdWrite => "登记和更正家庭信息",
            Permission::HouseholdImport => "导入花名册",
            Permission::CaseRead => "查看办件",
            Permission::CaseWrite => "办理",
            Permission::DecisionRead => "查看决定及理由",
            Permission::Export => "导出",
            Permission::Configure => "配置措施与参数",
            Permission::ConfigurationRead => "查看配置",
            Permission::UserManage => "管理用户",
            Permission::AuditRead => "查看审计日志",
            Permission::FiguresRead => "查看各县区统计",
            Permission::ScorecardRead => "查看督查考核",
            Permission::Simulate => "试运行与测算",
            Permission::AcceptanceWrite => "维护验收用例",
            Permission::UpgradeSign => "签认措施升级",
        }
    }
}

/// May this office do this, anywhere?
pub fn allows(role: Role, permission: Permission) -> bool {
    use Permission as P;
    let list: &[Permission] = match role {
        Role::VillageCoordinator => &[P::HouseholdRead, P::CaseRead, P::CaseWrite],
        Role::TownCaseworker => &[
            P::HouseholdRead,
            P::FinanceRead,
            P::Reveal,
            P::HouseholdWrite,
            P::HouseholdImport,
            P::CaseRead,
            P::CaseWrite,
            P::DecisionRead,
            P::Export,
        ],
        Role::TownReviewer => {
            &[P::HouseholdRead, P::FinanceRead, P::Reveal, P::CaseRead, P::CaseWrite, P::DecisionRead, P::Export]
        }
        Role::CountyOfficer => &[
            P::HouseholdRead,
            P::FinanceRead,
            P::Reveal,
            P::HouseholdWrite,
            P::HouseholdImport,
            P::CaseRead,
            P::CaseWrite,
            P::DecisionRead,
            P::Export,
            P::ScorecardRead,
            P::ConfigurationRead,
            P::Simulate,
            P::AcceptanceWrite,
        ],
        Role::CountyApprover => &[
            P::HouseholdRead,
            P::FinanceRead,
            P::Reveal,
            P::CaseRead,
            P::CaseWrite,
            P::DecisionRead,
            P::Export,
            P::ScorecardRead,
            P::ConfigurationRead,
            P::Simulate,
            P::AcceptanceWrite,
            P::UpgradeSign,
        ],
        Role::Finance => &[P::CaseRead, P::CaseWrite, P::DecisionRead, P::Export],
        Role::CountyIt => &[P::Configure, P::ConfigurationRead, P::Simulate],
        Role::SecurityAdmin => &[P::UserManage, P::ConfigurationRead],
        Role::Auditor => &[P::AuditRead, P::ConfigurationRead],
        Role::CitySupervisor => &[P::FiguresRead, P::ScorecardRead, P::ConfigurationRead],
    };
    list.contains(&permission)
}

/// The check every use case begins with. The kernel's own work is not limited by office.
pub fn require(actor: &Actor, permission: Permission) -> Result<()> {
    match actor.role() {
        None => Ok(()),
        Some(role) if allows(role, permission) => Ok(()),
        Some(role) => {
            let offices: Vec<&str> =
                Role::ALL.into_iter().filter(|role| allows(*role, permission)).map(Role::zh).collect();
            Err(Error::forbidden(format!(
                "“{}”不在{}的职责之内。可以办理的是：{}",
                permission.zh(),
                role.zh(),
                offices.join("、")
            )))
        }
    }
}

#[cfg(test)]
mod tests;
