//! A client of the WebSocket: one connection at a time for all topics.

mod frames;

use std::{collections::HashMap, sync::Arc, time::Instant};

use app::protocol::{ActionFrame, ClientFrame, Name, PROTOCOL_VERSION};
use tokio::time::sleep;

use crate::{
    Violation,
    client_view::ClientView,
    connection::Connection,
    pauses,
    random::Random,
    reference::{Reference, ReferenceKind},
    searches::SearchCheck,
    shared::{Phase, Shared},
    topic_state::TopicState,
    workload::{self, Step},
};

/// How seldom an author of a cluster moves to another node: about once in five seconds under load.
const AUTHOR_MOVES_ONE_IN: u64 = 1_000;

pub(crate) struct SocketClient {
    pub(crate) shared: Arc<Shared>,
    pub(crate) cookie: String,
    pub(crate) name: Name,
    /// The number of authors, for mentions; `None` for a reader.
    pub(crate) writes: Option<usize>,
    pub(crate) random: Random,
    /// The topics that were open when it last looked, in the order of the run's topics.
    pub(crate) states: Vec<TopicState>,
    /// The searches of this connection that wait for their answer, by their number.
    searches: HashMap<usize, SearchCheck>,
    searched: usize,
    connection: u64,
    /// The number of the server that it is connected to.
    pub(super) node: usize,
    /// The server's life in which the connection was opened.
    life: usize,
    /// It is counted in `counters.settled`.
    is_settled: bool,
    /// The server asked it to retry later.
    should_reconnect: bool,
}

impl SocketClient {
    pub(crate) fn new(
        shared: Arc<Shared>,
        cookie: String,
        name: Name,
        writes: Option<usize>,
        random: Random,
    ) -> Self {
        Self {
            shared,
            cookie,
            name,
            writes,
            random,
            states: Vec::new(),
            searches: HashMap::new(),
            searched: 0,
            connection: 0,
            node: 0,
            life: 0,
            is_settled: false,
            should_reconnect: false,
        }
    }

    pub(crate) async fn run(mut self) -> Result<Self, Violation> {
        if self.writes.is_none() {
            pauses::stay_away(&self.states, &self.shared, &mut self.random).await;
        }
        while !self.is_done() {
            self.life = self.shared.server.number();
            self.node = self.shared.choose_node(&mut self.random);
            let address = self.shared.addresses[self.node];
            let opened = Connection::open(address, &self.cookie, self.shared.response_timeout()).await;
            // If the server ended meanwhile, either process may have accepted it.
            if let Some(connection) = opened.filter(|_| self.life == self.shared.server.number()) {
                self.connection += 1;
                self.shared.counters.connections.increment();
                self.run_connection(connection).await?;
            }
            pauses::pause(self.writes.is_none(), &self.shared, &mut self.random).await;
        }
        Ok(self)
    }

    fn is_done(&self) -> bool {
        match self.shared.phase() {
            Phase::Load | Phase::Settle => false,
            Phase::Until(heads) => {
                self.states.len() == heads.len() && self.states.iter().all(|state| state.is_done(&heads))
            }
            Phase::Stop => true,
        }
    }

    /// Counts this client once as settled, as soon as the load has ended and no draft is open.
    fn settle(&mut self) {
        let mut states = self.states.iter();
        if !self.is_settled
            && !self.shared.is_loading()
            && states.all(|state| state.operations.open().is_empty())
        {
            self.is_settled = true;
            self.shared.counters.settled.increment();
        }
    }

    /// Runs one connection until it ends.
    async fn run_connection(&mut self, mut connection: Connection) -> Result<(), Violation> {
        if self.start(&mut connection).await.is_none() {
            return Ok(());
        }
        let mut phase = self.shared.phase.subscribe();
        let mut last_received_at = Instant::now();
        while !self.is_done() {
            self.settle();
            if self.shared.is_cluster() && self.gives_up(last_received_at) {
                return Ok(());
            }
            let writes = self.writes.is_some() && self.shared.is_loading();
            tokio::select! {
                received = connection.receive(|code| self.shared.server.may_close(code)) => match received? {
                    Some(frame) => {
                        last_received_at = Instant::now();
                        self.handle(frame)?;
                    }
                    None => return Ok(()),
                },
                () = sleep(self.random.millis(0..=6)), if writes => {
                    if self.write(&mut connection).await.is_none() {
                        return Ok(());
                    }
                }
                () = sleep(self.shared.response_timeout()), if self.shared.is_cluster() => {}
                _ = phase.changed() => {}
            }
            if self.enter_topics(&mut connection).await.is_none() {
                return Ok(());
            }
            if std::mem::take(&mut self.should_reconnect) {
                sleep(self.shared.retry_interval(&mut self.random)).await;
                return Ok(());
            }
            if self.writes.is_none() && self.stalls_or_leaves().await {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Sends `hello`, resumes the subscriptions, and sends the open drafts again, some before and some after their topic's
    /// subscription. Returns `None` if the connection was lost.
    async fn start(&mut self, connection: &mut Connection) -> Option<()> {
        self.searches.clear();
        connection
            .send(&ClientFrame::Hello { version: PROTOCOL_VERSION, name: Some(self.name.clone()) })
            .await?;
        for index in 0..self.states.len() {
            self.resume(connection, index).await?;
        }
        self.enter_topics(connection).await
    }

    async fn resume(&mut self, connection: &mut Connection, index: usize) -> Option<()> {
        self.states[index].connected(&self.shared, self.node);
        if self.writes.is_none() && !self.shared.has_steady_listeners && self.random.one_in(10) {
            self.shared.counters.forgotten.increment();
            self.states[index].view = ClientView::default();
        }
        let open = self.states[index].operations.open();
        let (before, after) = open.split_at(self.random.below(open.len() as u64 + 1) as usize);
        self.send_all(connection, index, before).await?;
        self.subscribe(connection, index).await?;
        self.send_all(connection, index, after).await
    }

    /// Subscribes to the topics that were opened since.
    async fn enter_topics(&mut self, connection: &mut Connection) -> Option<()> {
        while self.states.len() < self.shared.open_topics() {
            let mut state = TopicState::new(&self.shared, self.states.len(), true);
            if self.writes.is_none() || self.shared.judges_authors {
                state.listens(&self.shared);
            }
            state.connected(&self.shared, self.node);
            self.states.push(state);
            if let Some(first) = self.states.first() {
                let user = first.operations.user;
                self.states.iter_mut().for_each(|state| state.operations.user = user);
            }
            self.subscribe(connection, self.states.len() - 1).await?;
        }
        Some(())
    }

    async fn subscribe(&mut self, connection: &mut Connection, index: usize) -> Option<()> {
        self.states[index].subscribes(&self.shared);
        let since = self.states[index].view.position().map(|position| self.shared.position(position));
        let tail = self.random.below(60) as u32;
        let reference = Reference { kind: ReferenceKind::Subscribe, topic: index, index: 0 }.into();
        let topic = self.states[index].topic.clone();
        connection.send(&ClientFrame::Subscribe { reference, topic, since, tail, echo: true }).await
    }

    async fn send_all(&mut self, connection: &mut Connection, topic: usize, indices: &[usize]) -> Option<()> {
        for &index in indices {
            self.send(connection, topic, index).await?;
        }
        Some(())
    }

    async fn send(&mut self, connection: &mut Connection, topic: usize, index: usize) -> Option<()> {
        let state = &mut self.states[topic];
        let (draft, action) = state.sends(&self.shared, index, self.connection);
        let reference = Reference { kind: ReferenceKind::Draft, topic, index }.into();
        connection.send(&ActionFrame { reference, topic: state.topic.clone(), draft, action }.into()).await
    }

    /// Whether it tries another node: an answer does not come, or now and then for no reason.
    fn gives_up(&mut self, last_received_at: Instant) -> bool {
        let is_waiting = self.states.iter().any(|state| !state.operations.open().is_empty());
        let is_impatient = is_waiting && last_received_at.elapsed() > self.shared.response_timeout();
        if is_impatient {
            self.shared.counters.impatient.increment();
        }
        is_impatient || self.writes.is_some() && self.random.one_in(AUTHOR_MOVES_ONE_IN)
    }

    /// Makes a reader stop reading for a while, or leave (then it returns `true`).
    async fn stalls_or_leaves(&mut self) -> bool {
        if self.shared.has_steady_listeners {
            return false;
        }
        if self.random.one_in(300) {
            sleep(self.random.millis(5..=150)).await;
        }
        self.random.one_in(2_000)
    }

    async fn write(&mut self, connection: &mut Connection) -> Option<()> {
        let topic = self.random.below(self.states.len() as u64) as usize;
        let Some(authors) = self.writes else { return Some(()) };
        let Some(state) = self.states.get(topic) else { return Some(()) };
        if state.operations.open().len() >= self.shared.max_open_drafts() || state.view.expects_reset() {
            return Some(());
        }
        let name = state.topic.clone();
        match workload::next_step(&mut self.random, state, authors) {
            None => Some(()),
            Some(Step::New(operation)) => {
                let index = self.states[topic].add(self.random.draft(), operation);
                self.send(connection, topic, index).await
            }
            Some(Step::Retry(index)) => self.send(connection, topic, index).await,
            Some(Step::Conflict(index, action)) => {
                let draft = state.operations.entries[index].draft;
                let reference = Reference { kind: ReferenceKind::Conflict, topic, index }.into();
                connection.send(&ActionFrame { reference, topic: name, draft, action }.into()).await
            }
            Some(Step::Read(seq)) => {
                connection.send(&ClientFrame::Read { topic: name, seq, unread: false }).await
            }
            Some(Step::Search(check)) => self.search(connection, topic, check).await,
        }
    }

    async fn search(&mut self, connection: &mut Connection, topic: usize, check: SearchCheck) -> Option<()> {
        self.searched += 1;
        let query = check.word.clone();
        let reference = Reference { kind: ReferenceKind::Search, topic, index: self.searched }.into();
        self.searches.insert(self.searched, check);
        let everywhere = self.random.one_in(2);
        let topic = Some(self.states[topic].topic.clone()).filter(|_| !everywhere);
        let frame =
            ClientFrame::Search { reference, query, topic, after: None, offsets: Vec::new(), limit: 30 };
        connection.send(&frame).await
    }

    /// Makes it ready for another run after [`Phase::Stop`].
    pub(crate) fn reset(&mut self) {
        self.is_settled = false;
        self.should_reconnect = false;
    }
}
