//! The county's random check (43号 第十六条: 按照不低于30%的比例随机抽查核实). Each case is drawn by lot when it reaches the county; one
//! that would leave the share below the least is drawn anyway, so that the share is never short, whatever the lots say.

/// Whether this case is drawn: `cases` and `drawn` count those before it, `share` is in basis points, `lot` lies below 10,000.
pub const fn draws(cases: i64, drawn: i64, share: i64, lot: i64) -> bool {
    // Without it, drawn ÷ (cases + 1) would be below the share.
    drawn * 10_000 < (cases + 1) * share || lot < share
}
