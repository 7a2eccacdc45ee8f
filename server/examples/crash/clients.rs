//! All clients of a run: their start, and the ways in which they end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use app::protocol::Name;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    Violation,
    api::Api,
    client::Client,
    connection,
    http_client::HttpClient,
    log_reader,
    options::Options,
    random::Random,
    server_process::Program,
    shared::{Phase, Shared},
    socket_client::SocketClient,
    topic_state::TopicState,
    workload::author_name,
};

/// After the last restart, open drafts are answered and all events are received within this time.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(90);

pub(crate) struct Clients {
    shared: Arc<Shared>,
    running: JoinSet<Result<Client, Violation>>,
    /// Clients of topics that are not open yet.
    later: Vec<Client>,
}

impl Clients {
    /// Opens a session for each client, and starts the clients of the first topic.
    pub(crate) async fn start(
        shared: Arc<Shared>,
        options: &Options,
        random: &mut Random,
    ) -> Result<Self, Violation> {
        let authors = options.authors + options.http_authors * shared.topics.len();
        let mut all = Vec::new();
        for n in 0..options.authors + options.readers {
            let writes = Some(authors).filter(|_| n < options.authors);
            let name = name(if writes.is_some() { author_name(n) } else { format!("reader{n}") });
            let cookie =
                connection::open_session(shared.addresses[0]).await.ok_or("no session for a client")?;
            let client = SocketClient::new(Arc::clone(&shared), cookie, name, writes, random.split());
            all.push(Client::Socket(Box::new(client)));
        }
        for index in 0..shared.topics.len() {
            for n in 0..options.http_authors + options.http_readers {
                let writes = Some(authors).filter(|_| n < options.http_authors);
                let number = options.authors + index * options.http_authors + n;
                let name = name(if writes.is_some() { author_name(number) } else { format!("listener{n}") });
                let opened = Api::open(shared.addresses[0], &name).await;
                let (api, user) = opened.ok_or("no session for a client of the API")?;
                let mut state = TopicState::new(&shared, index, false);
                state.operations.user = Some(user);
                if writes.is_none() || shared.judges_authors {
                    state.listens(&shared);
                }
                let client = HttpClient::new(Arc::clone(&shared), api, writes, random.split(), state);
                all.push(Client::Http(Box::new(client)));
            }
        }
        let mut clients = Self { shared, running: JoinSet::new(), later: Vec::new() };
        clients.resume(all);
        Ok(clients)
    }

    /// Opens a topic more, if there is one, and starts its clients.
    pub(crate) fn open_topics(&mut self, count: usize) {
        self.shared.open_up_to(count);
        let waiting = std::mem::take(&mut self.later);
        self.resume(waiting);
    }

    /// Starts clients, or keeps them until their topic is open.
    pub(crate) fn resume(&mut self, clients: Vec<Client>) {
        let open = self.shared.open_topics();
        for client in clients {
            let is_open = match &client {
                Client::Socket(_) => true,
                Client::Http(client) => client.state.index < open,
            };
            if is_open {
                self.running.spawn(client.run());
            } else {
                self.later.push(client);
            }
        }
    }

    /// Fails if a client has ended: under load, clients end only because of a violation.
    pub(crate) fn check(&mut self) -> Result<(), Violation> {
        match self.running.try_join_next() {
            Some(Ok(ended)) => Err(violation(ended)),
            Some(Err(error)) => Err(error.to_string()),
            None => Ok(()),
        }
    }

    /// Ends all clients that run, whatever they wait for. [`resume`](Self::resume) continues with them.
    pub(crate) async fn stop(&mut self) -> Result<Vec<Client>, Violation> {
        self.shared.phase.send_replace(Phase::Stop);
        let mut clients = self.join().await?;
        for client in &mut clients {
            match client {
                Client::Socket(client) => client.reset(),
                Client::Http(client) => client.reset(),
            }
        }
        self.shared.phase.send_replace(Phase::Load);
        Ok(clients)
    }

    /// Waits until all drafts are answered and all clients have received the whole logs, and ends the clients.
    pub(crate) async fn finish(&mut self, program: &Program) -> Result<Vec<Client>, Violation> {
        self.settle().await?;
        self.receive_all(program).await
    }

    /// Ends the load, and waits until all drafts are answered.
    pub(crate) async fn settle(&mut self) -> Result<(), Violation> {
        self.open_topics(usize::MAX);
        self.shared.phase.send_replace(Phase::Settle);
        let started = Instant::now();
        while (self.shared.counters.settled.get() as usize) < self.running.len() {
            self.check()?;
            if started.elapsed() > SETTLE_TIMEOUT {
                return Err(format!("not every draft was answered within {SETTLE_TIMEOUT:?}"));
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Waits until all clients have received the whole logs, and ends them.
    pub(crate) async fn receive_all(&mut self, program: &Program) -> Result<Vec<Client>, Violation> {
        let heads = log_reader::heads(program, &self.shared.topics).await?;
        self.shared.phase.send_replace(Phase::Until(heads));
        self.join().await
    }

    async fn join(&mut self) -> Result<Vec<Client>, Violation> {
        let mut clients = Vec::new();
        let all = async {
            while let Some(ended) = self.running.join_next().await {
                clients.push(ended.map_err(|error| error.to_string())??);
            }
            Ok(())
        };
        match timeout(SETTLE_TIMEOUT, all).await {
            Ok(done) => done.map(|()| clients),
            Err(_) => Err(format!(
                "not every client had ended within {SETTLE_TIMEOUT:?}: {:?}",
                self.shared.phase()
            )),
        }
    }
}

fn name(name: String) -> Name {
    Name::parse(&name).expect("a name")
}

fn violation(ended: Result<Client, Violation>) -> Violation {
    match ended {
        Ok(_) => "a client ended under load without a violation".to_owned(),
        Err(violation) => violation,
    }
}
