//! A client of the HTTP API: it reads one topic's event stream, and writes with an `Idempotency-Key`.

mod answers;

use std::{collections::HashSet, sync::Arc, time::Instant};

use app::protocol::{Position, ServerFrame, SubscriptionMode};
use futures::{FutureExt, StreamExt};
use tokio::time::sleep;

use crate::{
    Violation,
    api::Api,
    client_view::ClientView,
    event_stream::{Block, EventStream, Opened, Reset, Since},
    pauses,
    random::Random,
    shared::{Phase, Shared},
    topic_state::{Request, TopicState},
    workload::{self, Step},
};
use answers::{Answered, Requests};

pub(crate) struct HttpClient {
    pub(crate) shared: Arc<Shared>,
    pub(crate) api: Api,
    /// The number of authors, for mentions; `None` for a reader.
    pub(crate) writes: Option<usize>,
    pub(crate) random: Random,
    pub(crate) state: TopicState,
    /// Drafts whose request waits for its answer.
    in_flight: HashSet<usize>,
    /// A read mark waits for its answer. A second one could overtake it.
    is_reading: bool,
    connection: u64,
    /// The number of the server that it uses.
    node: usize,
    /// No open draft is sent again before this time.
    retry_at: Instant,
    /// It is counted in `counters.settled`.
    is_settled: bool,
}

impl HttpClient {
    pub(crate) fn new(
        shared: Arc<Shared>,
        api: Api,
        writes: Option<usize>,
        random: Random,
        state: TopicState,
    ) -> Self {
        Self {
            shared,
            api,
            writes,
            random,
            state,
            in_flight: HashSet::new(),
            is_reading: false,
            connection: 0,
            node: 0,
            retry_at: Instant::now(),
            is_settled: false,
        }
    }

    pub(crate) async fn run(mut self) -> Result<Self, Violation> {
        if self.writes.is_none() {
            let states = std::slice::from_ref(&self.state);
            pauses::stay_away(states, &self.shared, &mut self.random).await;
        }
        while !self.is_done() {
            let since = self.since();
            let shutdowns = self.shared.server.shutdowns();
            self.node = self.shared.choose_node(&mut self.random);
            self.api.move_to(self.shared.addresses[self.node]);
            self.state.subscribes(&self.shared);
            let opened = EventStream::open(
                &self.api,
                &self.state.topic,
                &since,
                &mut self.random,
                self.shared.response_timeout(),
            );
            match opened.await? {
                Opened::Stream(stream) => {
                    self.connection += 1;
                    self.shared.counters.streams.increment();
                    self.follow(stream, &since).await?;
                }
                Opened::Unavailable => self.may_be_unavailable(shutdowns, "an event stream")?,
                Opened::Lost => {}
            }
            pauses::pause(self.writes.is_none(), &self.shared, &mut self.random).await;
        }
        Ok(self)
    }

    fn is_done(&self) -> bool {
        match self.shared.phase() {
            Phase::Load | Phase::Settle => false,
            Phase::Until(heads) => self.state.is_done(&heads),
            Phase::Stop => true,
        }
    }

    /// Counts this client once as settled, as soon as the load has ended and no draft is open.
    fn settle(&mut self) {
        if !self.is_settled && !self.shared.is_loading() && self.state.operations.open().is_empty() {
            self.is_settled = true;
            self.shared.counters.settled.increment();
        }
    }

    /// Where the next stream continues. Readers sometimes forget everything.
    fn since(&mut self) -> Since {
        let is_steady = self.shared.has_steady_listeners;
        if self.writes.is_none() && !is_steady && self.random.one_in(10) {
            self.shared.counters.forgotten.increment();
            self.state.view = ClientView::default();
        }
        match self.state.view.position() {
            Some(position) => Since::Position(self.shared.position(position)),
            None if is_steady || self.random.one_in(2) => Since::Start,
            None => Since::Now,
        }
    }

    /// Reads one stream until it ends, and writes meanwhile. Requests that are under way then are dropped, and their drafts sent
    /// again later.
    async fn follow(&mut self, mut stream: EventStream, since: &Since) -> Result<(), Violation> {
        self.state.connected(&self.shared, self.node);
        self.in_flight.clear();
        self.is_reading = false;
        let mut requests = Requests::new();
        let mut has_begun = false;
        let mut last_received_at = Instant::now();
        let mut phase = self.shared.phase.subscribe();
        while !self.is_done() {
            self.settle();
            let is_waiting = !has_begun || !requests.is_empty();
            if self.shared.is_cluster()
                && is_waiting
                && last_received_at.elapsed() > self.shared.response_timeout()
            {
                self.shared.counters.impatient.increment();
                return Ok(());
            }
            let writes = self.writes.is_some() && has_begun;
            tokio::select! {
                block = stream.next() => {
                    let Some(block) = block? else { return Ok(()) };
                    last_received_at = Instant::now();
                    if has_begun {
                        self.receive(&block)?;
                    } else {
                        self.begin(&block, since)?;
                        has_begun = true;
                    }
                }
                Some((answered, life, shutdowns)) = requests.next(), if !requests.is_empty() => {
                    last_received_at = Instant::now();
                    self.answered(answered, life, shutdowns)?;
                }
                () = sleep(self.shared.response_timeout()), if self.shared.is_cluster() => {}
                () = sleep(self.random.millis(0..=9)), if writes => {
                    self.write(&requests);
                }
                _ = phase.changed() => {}
            }
            if self.stalls_or_leaves().await {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Stops reading for a while, or leaves amid its requests (then it returns `true`).
    async fn stalls_or_leaves(&mut self) -> bool {
        if self.shared.has_steady_listeners {
            return false;
        }
        if self.random.one_in(300) {
            sleep(self.random.millis(5..=150)).await;
        }
        self.random.one_in(1_000)
    }

    /// Applies the first block, which says how the stream begins.
    fn begin(&mut self, block: &Block, since: &Since) -> Result<(), Violation> {
        let position = self.shared.position(block.position()?);
        let newest = self.shared.identity(position.draft, position.at);
        let view = &mut self.state.view;
        if block.event == "reset" {
            let Reset { epoch: reset, head, events, more } =
                serde_json::from_str(&block.data).map_err(|error| format!("{block:?}: {error}"))?;
            if (&reset, head) != (&position.epoch, position.seq) {
                return Err(format!("a reset has another position than its id: {block:?}"));
            }
            self.shared.counters.resets.increment();
            return view.subscribed(SubscriptionMode::Reset, reset, head, newest, events, more);
        }
        match since {
            _ if !block.event.is_empty() => Err(format!("a stream begins with {block:?}")),
            Since::Now => {
                let seq = position.seq;
                view.begin(position.epoch, seq, newest, Vec::new(), true)?;
                self.state.subscribed(&self.shared, seq)
            }
            Since::Start if position.seq == 0 => {
                view.begin_at_start(position.epoch);
                Ok(())
            }
            Since::Position(since) if *since == position => {
                self.shared.counters.resumed.increment();
                view.streamed()
            }
            Since::Start | Since::Position(_) => {
                Err(format!("a stream since {since:?} begins with {block:?}"))
            }
        }
    }

    fn receive(&mut self, block: &Block) -> Result<(), Violation> {
        let frame = serde_json::from_str(&block.data).map_err(|error| format!("{block:?}: {error}"))?;
        let ServerFrame::Event(event) = frame else { return Err(format!("in an event stream: {frame:?}")) };
        let epoch = self.state.view.epoch().cloned();
        let position = self.shared.position(block.position()?);
        if epoch.is_none_or(|epoch| self.shared.position(Position::on(epoch, &event)) != position) {
            return Err(format!("an event has another id: {block:?}"));
        }
        self.state.received(&self.shared, &event, self.connection)?;
        self.state.view.apply(event)?;
        self.state.caught_up(&self.shared);
        Ok(())
    }

    /// Starts the next request: an open draft once more, or a new step.
    fn write(&mut self, requests: &Requests) {
        let open = self.state.operations.open();
        if let Some(&index) = open.iter().find(|index| !self.in_flight.contains(index)) {
            if self.retry_at <= Instant::now() {
                self.submit(requests, index);
            }
            return;
        }
        let Some(authors) =
            self.writes.filter(|_| self.shared.is_loading() && open.len() < self.shared.max_open_drafts())
        else {
            return;
        };
        let topic = self.state.topic.clone();
        match workload::next_step(&mut self.random, &self.state, authors) {
            None => {}
            Some(Step::New(operation)) => {
                let index = self.state.add(self.random.draft(), operation);
                self.submit(requests, index);
            }
            Some(Step::Retry(index)) => self.submit(requests, index),
            Some(Step::Conflict(index, action)) => {
                let draft = self.state.operations.entries[index].draft;
                let sent = self.api.clone().submit(topic, draft, action);
                let request = Request { index, is_conflict: true };
                self.start(requests, sent.map(move |answer| Answered::Submitted(request, answer)));
            }
            Some(Step::Read(_)) if self.is_reading => {}
            Some(Step::Read(seq)) => {
                self.is_reading = true;
                self.start(requests, self.api.clone().read(topic, seq).map(Answered::Read));
            }
            Some(Step::Search(check)) => {
                let everywhere = self.random.one_in(2);
                let topic = Some(topic).filter(|_| !everywhere);
                let found = self.api.clone().search(check.word.clone(), topic);
                self.start(requests, found.map(|answer| Answered::Found(check, answer)));
            }
        }
    }

    fn submit(&mut self, requests: &Requests, index: usize) {
        self.in_flight.insert(index);
        let (draft, action) = self.state.sends(&self.shared, index, self.connection);
        let sent = self.api.clone().submit(self.state.topic.clone(), draft, action);
        let request = Request { index, is_conflict: false };
        self.start(requests, sent.map(move |answer| Answered::Submitted(request, answer)));
    }

    fn start(&self, requests: &Requests, answered: impl Future<Output = Answered> + Send + 'static) {
        let life = self.shared.server.number();
        let shutdowns = self.shared.server.shutdowns();
        requests.push(answered.map(move |answered| (answered, life, shutdowns)).boxed());
    }

    /// Makes it ready for another run after [`Phase::Stop`].
    pub(crate) fn reset(&mut self) {
        self.is_settled = false;
    }
}
