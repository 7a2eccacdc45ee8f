//! The subjects of one database: `chorus.DATABASE.NODE` for what a node announces, and `chorus.DATABASE.NODE-CONNECTION` for its
//! heartbeats.

use async_nats::Subject;

use super::payload::Sender;

#[derive(Debug, Clone)]
pub(super) struct Subjects {
    /// All subjects of the database.
    pub(super) all: Subject,
    /// The subject of this node's announcements.
    pub(super) own: Subject,
}

/// The kind of a message of another node, as its subject says, with the node's name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FromOther<'a> {
    Heartbeat(&'a str),
    /// Signals or events.
    Payload(&'a str),
}

impl Subjects {
    /// The names of databases and nodes are hexadecimal, so they have no dots, which separate the parts of a subject.
    pub(super) fn new(Sender { node, database }: &Sender) -> Self {
        Self { all: format!("chorus.{database}.*").into(), own: format!("chorus.{database}.{node}").into() }
    }

    /// The heartbeats of this node on one of its connections.
    pub(super) fn heartbeat(&self, connection: u64) -> Subject {
        format!("{}-{connection}", self.own).into()
    }

    /// Returns the connection on which this node has sent a heartbeat, or `None` for another subject.
    pub(super) fn own_heartbeat(&self, subject: &str) -> Option<u64> {
        subject.strip_prefix(self.own.as_str())?.strip_prefix('-')?.parse().ok()
    }

    /// Returns what another node has sent, or `None` for what this node has sent.
    pub(super) fn of_other<'a>(&self, subject: &'a str) -> Option<FromOther<'a>> {
        let (_, name) = subject.rsplit_once('.')?;
        match name.split_once('-') {
            Some((node, _)) if !self.is_own(node) => Some(FromOther::Heartbeat(node)),
            None if !self.is_own(name) => Some(FromOther::Payload(name)),
            _ => None,
        }
    }

    fn is_own(&self, node: &str) -> bool {
        self.own.as_str().rsplit_once('.').is_some_and(|(_, own)| own == node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_reads_what_others_announce_and_hears_its_own_heartbeats() {
        let subjects =
            |node: &str| Subjects::new(&Sender { node: node.to_owned(), database: "0a".to_owned() });
        let (a, b) = (subjects("a1"), subjects("b2"));
        assert_eq!(a.own_heartbeat(&a.heartbeat(7)), Some(7));
        assert_eq!(a.own_heartbeat(&b.heartbeat(7)), None);
        assert_eq!(a.own_heartbeat(&a.own), None);
        assert_eq!(a.of_other(&b.own), Some(FromOther::Payload("b2")));
        assert_eq!(a.of_other(&b.heartbeat(1)), Some(FromOther::Heartbeat("b2")));
        assert_eq!([a.of_other(&a.own), a.of_other(&a.heartbeat(1))], [None, None]);
    }
}
