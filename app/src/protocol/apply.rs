//! Applies events to the message that they change. Server and browser share this code, so both get the same result.

use super::{Emoji, Event, EventKind, Person, Reactions, UserId, insertion_sort};

impl Event {
    /// Applies a later event of the log to a message. An event that is applied already changes nothing, so events may be
    /// applied again; the events of one message must come in the order of `seq`.
    pub fn apply(&mut self, by: &Event) {
        let EventKind::Message { body, html, mentions, revision, deleted, reactions, .. } = &mut self.kind
        else {
            return;
        };
        if by.kind.target() != Some(self.seq) {
            return;
        }
        let newer = revision.is_none_or(|revision| revision < by.seq);
        match &by.kind {
            EventKind::Edit { body: Some(text), html: shown, mentions: whom, .. } if newer && !*deleted => {
                text.clone_into(body);
                html.clone_from(shown);
                mentions.clone_from(whom);
                *revision = Some(by.seq);
            }
            EventKind::Deletion { .. } if newer => {
                *revision = Some(by.seq);
                *deleted = true;
                body.clear();
                *html = None;
                mentions.clear();
                reactions.clear();
            }
            EventKind::Reaction { emoji, on, .. } if !*deleted => {
                let person = Person { user: by.author.user, name: by.author.name.clone() };
                react(reactions, emoji, person, *on);
            }
            // A later event has replaced the effect of these already.
            EventKind::Edit { .. } | EventKind::Deletion { .. } | EventKind::Reaction { .. } => {}
            EventKind::Message { .. } | EventKind::About { .. } | EventKind::Unknown => {}
        }
    }

    /// Whether this is a deleted message.
    pub fn is_deleted(&self) -> bool {
        matches!(self.kind, EventKind::Message { deleted: true, .. })
    }

    /// Whether this is a message that mentions the person.
    pub fn mentions(&self, user: UserId) -> bool {
        matches!(&self.kind, EventKind::Message { mentions, .. } if mentions.contains(&user))
    }

    /// Whether this is a message that the person reacted to with this emoji.
    pub fn has_reaction(&self, emoji: &Emoji, user: UserId) -> bool {
        let EventKind::Message { reactions, .. } = &self.kind else { return false };
        let people = reactions.iter().filter(|reactions| reactions.emoji == *emoji).flat_map(|r| &r.people);
        people.into_iter().any(|person| person.user == user)
    }

    /// Returns the `seq` of the last event that wrote the message's text, which an edit must name as its base.
    pub fn revision(&self) -> u64 {
        match &self.kind {
            EventKind::Message { revision: Some(revision), .. } => *revision,
            _ => self.seq,
        }
    }
}

fn react(reactions: &mut Vec<Reactions>, emoji: &Emoji, person: Person, on: bool) {
    let known = reactions.iter_mut().find(|reactions| reactions.emoji == *emoji);
    match known {
        Some(Reactions { people, .. }) => {
            let place = people.iter().position(|other| other.user == person.user);
            match (place, on) {
                (None, true) => people.push(person),
                (Some(place), false) => drop(people.remove(place)),
                _ => {}
            }
        }
        None if on => reactions.push(Reactions { emoji: emoji.clone(), people: vec![person] }),
        None => {}
    }
    reactions.retain(|reactions| !reactions.people.is_empty());
    // Sorted by emoji, because the order of first reactions is lost once the first person removes theirs.
    insertion_sort(reactions, |reaction, before| reaction.emoji < before.emoji);
}

#[cfg(test)]
mod tests {
    use crate::protocol::{
        Event, EventKind,
        fixtures::{deletion, edit, message, reaction, reaction_with},
    };

    fn text(event: &Event) -> (&str, u64) {
        let EventKind::Message { body, .. } = &event.kind else { panic!("{event:?}") };
        (body, event.revision())
    }

    #[test]
    fn an_edit_changes_the_text_once_and_an_older_one_changes_nothing() {
        let mut message = message(5);
        assert_eq!(text(&message), ("message 5", 5));
        message.apply(&edit(9, 5, Some("new")));
        assert_eq!(text(&message), ("new", 9));
        message.apply(&edit(8, 5, Some("older")));
        message.apply(&edit(10, 4, Some("of another")));
        message.apply(&edit(11, 5, None));
        assert_eq!(text(&message), ("new", 9));
    }

    #[test]
    fn a_deletion_leaves_only_a_tombstone() {
        let mut message = message(5);
        message.apply(&reaction(6, 5, 1, true));
        message.apply(&deletion(7, 5));
        message.apply(&edit(8, 5, Some("back again")));
        message.apply(&reaction(9, 5, 1, true));
        assert_eq!(text(&message), ("", 7));
        assert!(
            matches!(&message.kind, EventKind::Message { deleted: true, reactions, .. } if reactions.is_empty())
        );
    }

    #[test]
    fn reactions_are_sorted_by_emoji() {
        let mut message = message(5);
        message.apply(&reaction_with("👍", 6, 5, 1, true));
        message.apply(&reaction_with("🎉", 7, 5, 2, true));
        let EventKind::Message { reactions, .. } = &message.kind else { panic!("{message:?}") };
        assert_eq!(reactions.iter().map(|r| r.emoji.as_str()).collect::<Vec<_>>(), ["🎉", "👍"]);
    }

    #[test]
    fn a_reaction_counts_each_person_once() {
        let people = |event: &Event| match &event.kind {
            EventKind::Message { reactions, .. } => {
                reactions.iter().map(|r| r.people.len()).collect::<Vec<_>>()
            }
            _ => panic!(),
        };
        let mut message = message(5);
        for (user, on) in [(1, true), (2, true), (1, true)] {
            message.apply(&reaction(6, 5, user, on));
        }
        assert_eq!(people(&message), [2]);
        message.apply(&reaction(7, 5, 1, false));
        message.apply(&reaction(8, 5, 1, false));
        assert_eq!(people(&message), [1]);
        message.apply(&reaction(9, 5, 2, false));
        assert!(people(&message).is_empty());
    }
}
