use app::protocol::{ClientFrame, Follow, Head, Membership, Person, ServerFrame};

use super::Member;

impl Member {
    /// Follows, mutes or leaves a topic, and expects the answer as the next frame.
    pub async fn follows(&mut self, topic: &str, follow: Follow) -> Membership {
        let sent = self.sends_follow(topic, follow).await;
        match self.next().await {
            ServerFrame::Membership { reference, membership } => {
                assert_eq!(reference, Some(sent));
                membership
            }
            other => panic!("{other:?} is no answer"),
        }
    }

    /// Sends `follow` and leaves the answer to the test. Returns the `ref`.
    pub async fn sends_follow(&mut self, topic: &str, follow: Follow) -> u64 {
        let reference = self.next_reference();
        let topic = topic.parse().unwrap();
        self.sends(&ClientFrame::Follow { reference, topic, follow, favourite: None }).await;
        reference
    }

    /// Follows a topic, makes it a favourite or not, and leaves the answer to the test.
    pub async fn sends_favourite(&mut self, topic: &str, favourite: bool) {
        let reference = self.next_reference();
        let topic = topic.parse().unwrap();
        let follow = Follow::Following;
        self.sends(&ClientFrame::Follow { reference, topic, follow, favourite: Some(favourite) }).await;
    }

    /// Sends `read`, which is not answered.
    pub async fn marks_read(&mut self, topic: &str, seq: u64) {
        self.sends(&ClientFrame::Read { topic: topic.parse().unwrap(), seq, unread: false }).await;
    }

    /// Marks the messages after `seq` as unread, which is not answered.
    pub async fn marks_unread(&mut self, topic: &str, seq: u64) {
        self.sends(&ClientFrame::Read { topic: topic.parse().unwrap(), seq, unread: true }).await;
    }

    /// Expects an unsolicited `membership` as the next frame.
    pub async fn receives_membership(&mut self) -> Membership {
        match self.next().await {
            ServerFrame::Membership { reference: None, membership } => membership,
            other => panic!("{other:?} tells of no place"),
        }
    }

    /// Expects `heads` as the next frame.
    pub async fn receives_heads(&mut self) -> Vec<Head> {
        match self.next().await {
            ServerFrame::Heads { topics } => topics,
            other => panic!("{other:?} tells of no heads"),
        }
    }

    /// Requests the members of a topic. Returns the number of people present and the list.
    pub async fn lists_members(&mut self, topic: &str) -> (u64, Vec<Person>) {
        let sent = self.next_reference();
        self.sends(&ClientFrame::Members { reference: sent, topic: topic.parse().unwrap() }).await;
        match self.next().await {
            ServerFrame::Members { reference, topic: of, here, people } => {
                assert_eq!((reference, of.as_str()), (sent, topic));
                (here, people)
            }
            other => panic!("{other:?} does not say who is there"),
        }
    }
}
