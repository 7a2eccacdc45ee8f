use app::protocol::{
    About, ClientFrame, CloseCode, DraftId, Epoch, ErrorCode, Event, Membership, Name, PROTOCOL_VERSION,
    Position, ServerFrame, SubscriptionMode, Timestamp, TopicName, UserId,
};
use tokio_tungstenite::tungstenite::Message;

use super::{WebSocket, body_of};

/// A person's client of `chorus.v1`.
pub struct Member {
    pub socket: WebSocket,
    pub user: UserId,
    pub name: Name,
    /// The memberships in `welcome`.
    pub followed: Vec<Membership>,
    /// The topic of the last subscription, in which `publishes` publishes.
    pub(super) topic: TopicName,
    reference: u64,
}

/// The frames that answer `subscribe`.
#[derive(Debug)]
pub struct Subscription {
    pub epoch: Epoch,
    pub head: u64,
    pub draft: Option<DraftId>,
    pub at: Option<Timestamp>,
    pub mode: SubscriptionMode,
    pub events: Vec<Event>,
    pub more: bool,
    /// The number of people who are present.
    pub here: u64,
    /// The topic's title and description.
    pub about: Option<About>,
}

impl Member {
    /// Sends `hello` with a name and receives `welcome`.
    pub async fn hello(socket: WebSocket, name: &str) -> Self {
        Self::hello_as(socket, Some(Name::parse(name).unwrap())).await
    }

    /// Sends `hello`, without a name if that is `None`, and receives `welcome`.
    pub async fn hello_as(mut socket: WebSocket, name: Option<Name>) -> Self {
        socket.sends_text(&encode(&ClientFrame::Hello { version: PROTOCOL_VERSION, name })).await;
        let welcome = decode(&socket.next_text().await);
        let ServerFrame::Welcome { user, name, topics: followed, .. } = welcome else {
            panic!("{welcome:?} is no welcome")
        };
        Self { socket, user, name, followed, topic: "lobby".parse().unwrap(), reference: 0 }
    }

    /// Returns a new `ref`.
    pub fn next_reference(&mut self) -> u64 {
        self.reference += 1;
        self.reference
    }

    pub async fn sends(&mut self, frame: &ClientFrame) {
        self.socket.sends_text(&encode(frame)).await;
    }

    /// Receives the next frame.
    pub async fn next(&mut self) -> ServerFrame {
        loop {
            match self.next_or_ping().await {
                ServerFrame::Ping { .. } => {}
                frame => return frame,
            }
        }
    }

    /// Receives the next frame, which may be a ping.
    pub async fn next_or_ping(&mut self) -> ServerFrame {
        decode(&self.socket.next_text().await)
    }

    /// Subscribes to a topic and gets its newest messages.
    pub async fn subscribes(&mut self, topic: &str) -> Subscription {
        self.subscribes_with(topic, None, 30, true).await
    }

    /// Subscribes to a topic from a position on.
    pub async fn resumes(&mut self, topic: &str, epoch: &Epoch, seq: u64) -> Subscription {
        let since = Position::new(epoch.clone(), seq, None);
        self.subscribes_with(topic, Some(since), 30, true).await
    }

    pub async fn subscribes_with(
        &mut self,
        topic: &str,
        since: Option<Position>,
        tail: u32,
        echo: bool,
    ) -> Subscription {
        let reference = self.next_reference();
        let topic: TopicName = topic.parse().unwrap();
        self.sends(&ClientFrame::Subscribe { reference, topic: topic.clone(), since, tail, echo }).await;
        self.receives_subscription(reference, topic).await
    }

    /// Expects the answer to this `subscribe` as the next frames: `subscribed` and the number of people present.
    pub async fn receives_subscription(&mut self, reference: u64, topic: TopicName) -> Subscription {
        self.topic = topic;
        let answer = self.next().await;
        let ServerFrame::Subscribed {
            reference: answered,
            topic,
            epoch,
            head,
            draft,
            at,
            mode,
            events,
            more,
            about,
        } = answer
        else {
            panic!("{answer:?} is no subscription")
        };
        assert_eq!((answered, &topic), (reference, &self.topic));
        let here = match self.next().await {
            ServerFrame::Presence { topic, here, joined, left } if topic == self.topic => {
                assert_eq!((joined, left), (vec![], vec![]), "only the count comes with a subscription");
                here
            }
            other => panic!("{other:?} does not say who is here"),
        };
        Subscription { epoch, head, draft, at, mode, events, more, here, about }
    }

    /// Sends `publish` and leaves the answer to the test. Returns the `ref`.
    pub async fn sends_publish(&mut self, topic: &str, draft: DraftId, body: &str) -> u64 {
        let reference = self.next_reference();
        let frame = self.publish_frame(reference, topic, draft, body);
        self.sends(&frame).await;
        reference
    }

    pub fn publish_frame(&self, reference: u64, topic: &str, draft: DraftId, body: &str) -> ClientFrame {
        ClientFrame::Publish {
            reference,
            topic: topic.parse().unwrap(),
            draft,
            body: body.to_owned(),
            reply_to: None,
        }
    }

    /// Publishes in the subscribed topic, and expects the ack and then the event.
    pub async fn publishes(&mut self, body: &str) -> Event {
        let seq = self.publishes_for_ack(body).await;
        let event = self.receives(body).await;
        assert_eq!((event.seq, event.author.user), (seq, self.user));
        event
    }

    /// Publishes and expects the ack. The event does not come, or is left for the test to receive.
    pub async fn publishes_for_ack(&mut self, body: &str) -> u64 {
        let topic = self.topic.to_string();
        let (seq, duplicate) = self.publishes_draft(&topic, DraftId::fresh(), body).await;
        assert!(!duplicate);
        seq
    }

    /// Publishes a draft. Expects the ack as the next frame and returns its `seq` and whether it is a duplicate.
    pub async fn publishes_draft(&mut self, topic: &str, draft: DraftId, body: &str) -> (u64, bool) {
        let reference = self.sends_publish(topic, draft, body).await;
        self.is_acked(reference, draft).await
    }

    /// Expects the ack of this request as the next frame. Returns its `seq` and whether it is a duplicate.
    pub async fn is_acked(&mut self, reference: u64, draft: DraftId) -> (u64, bool) {
        match self.next().await {
            ServerFrame::Ack { reference: answered, draft: stored, seq, duplicate, .. } => {
                assert_eq!((answered, stored), (reference, draft));
                (seq, duplicate)
            }
            other => panic!("{other:?} is no ack"),
        }
    }

    /// Publishes a draft. Returns its `seq`, or the delay in milliseconds after which to retry.
    pub async fn tries_to_publish(&mut self, topic: &str, draft: DraftId, body: &str) -> Result<u64, u64> {
        let sent = self.sends_publish(topic, draft, body).await;
        match self.next().await {
            ServerFrame::Ack { reference, draft: stored, seq, .. } => {
                assert_eq!((reference, stored), (sent, draft));
                Ok(seq)
            }
            ServerFrame::Error { reference, code: ErrorCode::Unavailable, retry_ms: Some(wait), .. } => {
                assert_eq!(reference, Some(sent));
                Err(wait)
            }
            other => panic!("{other:?} is neither an ack nor a reason to try again"),
        }
    }

    /// Publishes to a topic without a subscription, and receives every ack, since unread acks would make it a slow consumer.
    pub async fn publishes_many_for_acks(&mut self, topic: &str, bodies: impl IntoIterator<Item = String>) {
        let mut bodies = bodies.into_iter().peekable();
        while bodies.peek().is_some() {
            let frames: Vec<_> = bodies
                .by_ref()
                .take(30)
                .map(|body| self.publish_frame(0, topic, DraftId::fresh(), &body))
                .collect();
            self.socket.sends_all(frames.iter().map(|frame| Message::text(encode(frame)))).await;
            for _ in &frames {
                let frame = self.next().await;
                assert!(matches!(frame, ServerFrame::Ack { .. }), "{frame:?} is no ack");
            }
        }
    }

    /// Publishes in batches of thirty, and receives the acks and events of each batch before the next.
    pub async fn publishes_many(&mut self, bodies: impl IntoIterator<Item = String>) {
        let topic = self.topic.to_string();
        let mut bodies = bodies.into_iter().peekable();
        while bodies.peek().is_some() {
            let frames: Vec<_> = bodies
                .by_ref()
                .take(30)
                .map(|body| self.publish_frame(0, &topic, DraftId::fresh(), &body))
                .collect();
            self.socket.sends_all(frames.iter().map(|frame| Message::text(encode(frame)))).await;
            let mut acks = 0;
            let mut events = 0;
            while (acks, events) != (frames.len(), frames.len()) {
                match self.next().await {
                    ServerFrame::Ack { .. } => acks += 1,
                    ServerFrame::Event(_) => events += 1,
                    ServerFrame::Presence { .. } => {}
                    other => panic!("{other:?} is neither ack nor event"),
                }
                assert!(events <= acks, "an event came before its ack");
            }
        }
    }

    /// Expects an event as the next frame.
    pub async fn receives_event(&mut self) -> Event {
        match self.next().await {
            ServerFrame::Event(event) => event,
            other => panic!("{other:?} is no event"),
        }
    }

    /// Receives the next event and skips presence.
    pub async fn receives_event_after_presence(&mut self) -> Event {
        loop {
            match self.next().await {
                ServerFrame::Event(event) => return event,
                ServerFrame::Presence { .. } => {}
                other => panic!("{other:?} is no event"),
            }
        }
    }

    /// Expects a message with this body as the next frame.
    pub async fn receives(&mut self, body: &str) -> Event {
        let event = self.receives_event().await;
        assert_eq!(body_of(&event), body);
        event
    }

    /// Expects an error with this `ref` and code as the next frame.
    pub async fn receives_error(&mut self, reference: Option<u64>, code: ErrorCode) {
        match self.next().await {
            ServerFrame::Error { reference: answered, code: why, message, .. } => {
                assert_eq!((answered, why), (reference, code), "{message}");
            }
            other => panic!("{other:?} is no refusal"),
        }
    }

    /// Expects the connection to be closed with this code before any other frame.
    pub async fn is_closed(&mut self, code: CloseCode) {
        self.socket.is_closed(code).await;
    }

    /// Receives every frame until the connection is closed. Returns the close code too.
    pub async fn frames_until_closed(&mut self) -> (Vec<ServerFrame>, u16) {
        let (texts, code) = self.socket.texts_until_closed().await;
        (texts.iter().map(|text| decode(text)).collect(), code)
    }

    /// Expects a presence frame with these names next, and returns the number of people present.
    pub async fn receives_presence(&mut self, joined: &[&str], left: &[&str]) -> u64 {
        match self.next().await {
            ServerFrame::Presence { here, joined: came, left: went, .. } => {
                assert_eq!((sorted(&came), sorted(&went)), (joined.to_vec(), left.to_vec()));
                here
            }
            other => panic!("{other:?} is no presence"),
        }
    }

    pub async fn leaves(self) {
        self.socket.leaves().await;
    }
}

fn sorted(names: &[Name]) -> Vec<&str> {
    let mut names: Vec<_> = names.iter().map(Name::as_str).collect();
    names.sort_unstable();
    names
}

/// Encodes a frame as JSON.
pub fn encode(frame: &ClientFrame) -> String {
    serde_json::to_string(frame).unwrap()
}

fn decode(text: &str) -> ServerFrame {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
