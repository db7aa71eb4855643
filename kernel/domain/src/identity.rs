//! Who acts: users, their roles, and the part of the tree they act in.
//!
//! A role says *what* ([`crate::policy`]), a division says *where*. The scope of an actor is the subtree of her division;
//! storage takes it with every read, so that nothing outside can be found, counted or exported.

use crate::calendar::Instant;
use crate::division::{County, DivisionCode, Level};
use crate::ids::UserId;

/// The offices people hold. System, security and audit administration are three people (三员分立) and none handles cases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// 村(居)社会救助协理员: finds, visits, helps to apply. Sees no finances and no full ID.
    VillageCoordinator,
    /// 镇(街)经办: accepts, surveys, posts.
    TownCaseworker,
    /// 镇(街)审核人: signs the town's opinion, or decides where the county has delegated.
    TownReviewer,
    /// 县民政经办 (救助股、核对中心): finance check, spot checks, rosters.
    CountyOfficer,
    /// 县民政审核确认人: decides.
    CountyApprover,
    /// 财政: roster totals and payee lines.
    Finance,
    /// 系统管理员 (county IT): plugins, parameters, calendar.
    CountyIt,
    /// 安全管理员: users and roles.
    SecurityAdmin,
    /// 审计管理员: the audit log, read only.
    Auditor,
    /// 市级督查: figures of all counties; files only by inspection task.
    CitySupervisor,
}

impl Role {
    pub const ALL: [Role; 10] = [
        Role::VillageCoordinator,
        Role::TownCaseworker,
        Role::TownReviewer,
        Role::CountyOfficer,
        Role::CountyApprover,
        Role::Finance,
        Role::CountyIt,
        Role::SecurityAdmin,
        Role::Auditor,
        Role::CitySupervisor,
    ];

    /// The word used in manifests, on the command line and in storage.
    pub const fn code(self) -> &'static str {
        match self {
            Role::VillageCoordinator => "village-coordinator",
            Role::TownCaseworker => "town-caseworker",
            Role::TownReviewer => "town-reviewer",
            Role::CountyOfficer => "county-officer",
            Role::CountyApprover => "county-approver",
            Role::Finance => "finance",
            Role::CountyIt => "county-it",
            Role::SecurityAdmin => "security-admin",
            Role::Auditor => "auditor",
            Role::CitySupervisor => "city-supervisor",
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            Role::VillageCoordinator => "村居协理员",
            Role::TownCaseworker => "镇街经办",
            Role::TownReviewer => "镇街审核人",
            Role::CountyOfficer => "县民政经办",
            Role::CountyApprover => "县民政审核确认人",
            Role::Finance => "县财政",
            Role::CountyIt => "县区系统管理员",
            Role::SecurityAdmin => "县区安全管理员",
            Role::Auditor => "县区审计管理员",
            Role::CitySupervisor => "市级督查",
        }
    }

    pub const fn en(self) -> &'static str {
        match self {
            Role::VillageCoordinator => "Village coordinator",
            Role::TownCaseworker => "Town caseworker",
            Role::TownReviewer => "Town reviewer",
            Role::CountyOfficer => "County officer",
            Role::CountyApprover => "County approver",
            Role::Finance => "County finance",
            Role::CountyIt => "County system administrator",
            Role::SecurityAdmin => "County security administrator",
            Role::Auditor => "County audit administrator",
            Role::CitySupervisor => "City supervisor",
        }
    }

    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == text)
    }

    /// The level of the tree this office belongs to: a village coordinator's division is a village.
    pub const fn level(self) -> Level {
        match self {
            Role::VillageCoordinator => Level::Village,
            Role::TownCaseworker | Role::TownReviewer => Level::Town,
            Role::CitySupervisor => Level::City,
            _ => Level::County,
        }
    }
}

/// The subtree a read may see. There is no "everything" by default: the city's scope is the city's code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scope {
    pub division: DivisionCode,
}

impl Scope {
    pub fn county(&self) -> County {
        self.division.county()
    }

    pub fn sees(&self, division: DivisionCode) -> bool {
        self.division.contains(division)
    }
}

/// Someone who can sign in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    pub id: UserId,
    pub login: String,
    pub name: String,
    pub role: Role,
    pub division: DivisionCode,
    pub active: bool,
    pub failed_attempts: i32,
    pub locked_until: Option<Instant>,
    pub created_at: Instant,
}

/// On whose behalf something happens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Actor {
    User {
        id: UserId,
        name: String,
        role: Role,
        division: DivisionCode,
    },
    /// The kernel itself: due work, events, the command line run by the operator of the machine.
    System {
        division: DivisionCode,
    },
}

impl Actor {
    pub fn scope(&self) -> Scope {
        Scope { division: self.division() }
    }

    pub fn division(&self) -> DivisionCode {
        match self {
            Actor::User { division, .. } | Actor::System { division } => *division,
        }
    }

    pub fn county(&self) -> County {
        self.division().county()
    }

    pub fn user_id(&self) -> Option<UserId> {
        match self {
            Actor::User { id, .. } => Some(*id),
            Actor::System { .. } => None,
        }
    }

    pub fn role(&self) -> Option<Role> {
        match self {
            Actor::User { role, .. } => Some(*role),
            Actor::System { .. } => None,
        }
    }

    /// Somebody of the same office in the same place, and nobody in particular (user 0): what is worked out for her is right for all
    /// of them.
    pub fn anybody_of_office(&self) -> Actor {
        match self {
            Actor::User { role, division, .. } => {
                Actor::User { id: UserId(0), name: String::new(), role: *role, division: *division }
            }
            Actor::System { division } => Actor::System { division: *division },
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Actor::User { name, .. } => name,
            Actor::System { .. } => "系统",
        }
    }
}

impl From<&User> for Actor {
    fn from(user: &User) -> Actor {
        Actor::User { id: user.id, name: user.name.clone(), role: user.role, division: user.division }
    }
}

#[cfg(test)]
mod tests;
