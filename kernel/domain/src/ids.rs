//! One 64-bit integer type per kind of thing, so that a person's id never stands where a household's should.
//!
//! Ids are positive, assigned by storage, never reused. In JSON documents they travel as strings, because JavaScript
//! loses digits above 2⁵³.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+ };
}

ids! {
    /// A household's file (家庭档案).
    HouseholdId,
    /// A person (人员), in however many households over time.
    PersonId,
    /// One dated membership of a person in a household.
    MembershipId,
    /// One dated statement about a person or household.
    FactId,
    /// A plugin's document: a case, a roster, a visit.
    DocumentId,
    /// An immutable decision.
    DecisionId,
    /// One payment line.
    PaymentId,
    /// A printed and served notice (告知书, 公示).
    NoticeId,
    /// A stored file.
    AttachmentId,
    /// Someone who signs in.
    UserId,
    /// One call into a plugin.
    InvocationId,
    /// One version of one county parameter.
    ParameterId,
    /// One pin of a plugin for a county.
    EnablementId,
    /// One upgrade of a plugin in a county.
    UpgradeId,
    /// A family with the answer a county expects.
    AcceptanceId,
    /// What a county asks of signatures, from one date on.
    TrustPolicyId,
    /// An outbox row.
    EventId,
    /// A piece of due work.
    JobId,
    /// An address outside that is told of events.
    WebhookId,
    /// One attempt to tell it.
    DeliveryId,
    /// What another program signs its requests with.
    TokenId,
    /// One kept report of a shadow run.
    ShadowRunId,
    /// A shadow run somebody has asked for.
    ShadowOrderId,
    /// A file of a feed, taken in block by block.
    FeedRunId,
}
