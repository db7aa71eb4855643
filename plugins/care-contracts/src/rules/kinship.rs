//! Who on a family's file owes support to whom (法定赡养、抚养、扶养义务人). Relations on file are those to the head (GB/T 4761), so
//! that a duty between two members follows from both their places. Only the duties that always hold are read from the file:
//! between spouses, of grown children to parents, of parents to children who are minors or cannot live by themselves. Duties
//! of grandparents, grandchildren and siblings hold only when nearer ones are gone: a person records them.

/// A place in the family, seen from the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Head,
    Spouse,
    Child,
    Parent,
    /// Parent of the head's spouse.
    SpouseParent,
    Grandchild,
    Grandparent,
    Sibling,
    /// Spouses of children, other relatives, strangers.
    Other,
}

const fn place(relation: i64) -> Place {
    match relation {
        0..=2 => Place::Head,
        10..=12 => Place::Spouse,
        20..=27 | 30..=37 => Place::Child,
        40..=49 => Place::Grandchild,
        50..=52 | 57 | 58 => Place::Parent,
        53..=56 => Place::SpouseParent,
        61..=64 => Place::Grandparent,
        70..=79 => Place::Sibling,
        _ => Place::Other,
    }
}

/// Whether `other` owes support to `of`. `dependent`: `of` is a minor or cannot live by himself, so that parents owe, too.
pub const fn owes(of: i64, other: i64, dependent: bool) -> bool {
    use Place::{Child, Grandchild, Grandparent, Head, Other, Parent, Sibling, Spouse, SpouseParent};
    match (place(of), place(other)) {
        // Spouses.
        (Head, Spouse) | (Spouse, Head) => true,
        (Parent, Parent) | (SpouseParent, SpouseParent) | (Grandparent, Grandparent) => true,
        // Children to parents.
        (Head | Spouse, Child) | (Parent, Head | Sibling) | (SpouseParent, Spouse) | (Grandparent, Parent) => true,
        // Parents to children.
        (Head, Parent) | (Spouse, SpouseParent) | (Child, Head | Spouse) | (Grandchild, Child) | (Sibling, Parent) => {
            dependent
        }
        (Other, _) | (_, Other) => false,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::owes;

    #[test]
    fn duties_follow_from_both_places() {
        for (of, other, dependent, expected) in [
            (2, 12, false, true),  // husband, by his wife
            (2, 20, false, true),  // father, by his son
            (2, 38, false, false), // a daughter-in-law owes nothing
            (2, 28, false, false), // nor a son-in-law
            (52, 2, false, true),  // the head's mother, by the head
            (52, 73, false, true), // and by the head's brother
            (55, 2, false, false), // the wife's father, not by the head
            (55, 12, false, true), // but by the wife
            (20, 2, true, true),   // a minor son, by his father
            (20, 2, false, false), // a grown one, no more
            (41, 2, true, false),  // a grandchild, by the grandparent: conditional, recorded by people
            (71, 2, true, false),  // a brother, likewise
            (99, 2, true, false),
        ] {
            assert_eq!(owes(of, other, dependent), expected, "{of} by {other}, dependent {dependent}");
        }
    }
}
