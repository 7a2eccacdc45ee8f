//! Compares each cell of the tables in `docs/RIGHTS.md` with the decision. The document is the expectation.

use super::*;

const DOCUMENT: &str = include_str!("../../../../docs/RIGHTS.md");

/// The first cells of the rows, in the order of [`Permission::ALL`].
const ROWS: [&str; 16] = [
    "read",
    "follow",
    "report",
    "delete one's own",
    "publish",
    "react",
    "edit one's own",
    "describe",
    "begin",
    "invite",
    "remove a person",
    "leave",
    "set the state",
    "delete any",
    "mute a person",
    "rename",
];

/// A cell: from which role or place on something is allowed, and the refusal of all others.
struct Cell {
    lowest: &'static str,
    refusal: Option<Refusal>,
}

impl Cell {
    fn parse(text: &'static str) -> Self {
        let (lowest, refusal) =
            text.split_once(" / ").map_or((text, None), |(lowest, rest)| (lowest, Some(rest)));
        let refusal = refusal.map(|refusal| match refusal {
            "locked" => Refusal::Locked,
            "forbidden" => Refusal::Forbidden,
            other => panic!("{other} is no refusal"),
        });
        Self { lowest, refusal }
    }

    /// Returns the decision about somebody of a rank, whose name has this rank in `ranks`.
    fn expected(&self, rank: usize, ranks: &[&str]) -> Result<(), Denied> {
        let lowest = ranks.iter().position(|name| *name == self.lowest);
        assert!(lowest.is_some() || self.lowest == "nobody", "{} is no rank", self.lowest);
        match self.refusal {
            _ if lowest.is_some_and(|lowest| rank >= lowest) => Ok(()),
            Some(refusal) => refused(refusal),
            None => panic!("the cell {} does not say what others are told", self.lowest),
        }
    }
}

/// Returns the cells below a heading: a row for each permission, a column for each state.
fn table(heading: &str) -> Vec<Vec<Cell>> {
    let (_, section) = DOCUMENT.split_once(&format!("\n## {heading}\n")).expect("the heading");
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let rows: Vec<Vec<&'static str>> =
        rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect();
    let names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(names, ROWS, "the rows below {heading}");
    let cells = |row: Vec<&'static str>| -> Vec<Cell> { row.into_iter().skip(1).map(Cell::parse).collect() };
    let table: Vec<_> = rows.into_iter().map(cells).collect();
    assert!(table.iter().all(|row| row.len() == TopicState::ALL.len()), "a column for each state");
    table
}

/// Calls `check` with the permission, the state and the cell of each place of a table.
fn for_each_cell(heading: &str, check: impl Fn(Permission, TopicState, &Cell)) {
    for (permission, row) in Permission::ALL.into_iter().zip(table(heading)) {
        for (state, cell) in TopicState::ALL.into_iter().zip(row) {
            check(permission, state, &cell);
        }
    }
}

#[test]
fn public_topics_are_as_documented() {
    for_each_cell("Public topics", |permission, state, cell| {
        for (rank, role) in ROLES.into_iter().enumerate() {
            let decision = decide(&person(role), permission, &topic(Visibility::Public, state, None));
            let expected = cell.expected(rank, &["guest", "member", "moderator", "owner"]);
            assert_eq!(decision, expected, "{permission:?} {state:?} {role:?}");
        }
    });
}

/// The same table, but guests are told to sign in whatever they ask for.
#[test]
fn members_topics_are_as_documented() {
    for_each_cell("Public topics", |permission, state, cell| {
        for (rank, role) in ROLES.into_iter().enumerate() {
            let decision = decide(&person(role), permission, &topic(Visibility::Members, state, None));
            let expected = match role {
                Role::Guest => refused(Refusal::SignIn),
                _ => cell.expected(rank, &["guest", "member", "moderator", "owner"]),
            };
            assert_eq!(decision, expected, "{permission:?} {state:?} {role:?}");
        }
    });
}

/// The role in the house counts for nothing there.
#[test]
fn private_topics_are_as_documented() {
    for_each_cell("Private topics", |permission, state, cell| {
        for role in ROLES {
            let outside = topic(Visibility::Private, state, None);
            let decision = decide(&person(role), permission, &outside);
            assert_eq!(decision, Err(Denied::Hidden), "{permission:?} {state:?} {role:?} outside");
            for (rank, place) in [Place::Participant, Place::Host].into_iter().enumerate() {
                let decision =
                    decide(&person(role), permission, &topic(Visibility::Private, state, Some(place)));
                let expected = cell.expected(rank, &["participant", "host"]);
                assert_eq!(decision, expected, "{permission:?} {state:?} {role:?} {place:?}");
            }
        }
    });
}
