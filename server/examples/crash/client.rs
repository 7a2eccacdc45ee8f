//! A client of either kind.

use app::protocol::UserId;
use tokio::time::sleep;

use crate::{
    Violation, http_client::HttpClient, random::Random, shared::Shared, socket_client::SocketClient,
    topic_state::TopicState,
};

/// Keeps a reader away for a while after a restore, until a log has grown past the position that it lacks.
pub(crate) async fn stay_away(states: &[TopicState], shared: &Shared, random: &mut Random) {
    if !states.iter().any(|state| state.view.expects_reset()) || random.one_in(2) {
        return;
    }
    shared.counters.waiting.increment();
    while shared.is_loading() && !states.iter().any(|state| state.is_overtaken(shared)) {
        sleep(random.millis(1..=40)).await;
    }
    shared.counters.waited.increment();
}

/// Waits before a client connects again. With restores, a reader sometimes misses the rest of the load, so that later copies hold
/// its position.
pub(crate) async fn pause(is_reader: bool, shared: &Shared, random: &mut Random) {
    sleep(random.millis(1..=40)).await;
    if shared.has_restores && is_reader && random.one_in(6) {
        while shared.is_loading() {
            sleep(random.millis(1..=40)).await;
        }
    }
}

pub(crate) enum Client {
    Socket(Box<SocketClient>),
    Http(Box<HttpClient>),
}

impl Client {
    /// Connects again and again, until the phase says that it is done, and returns itself.
    pub(crate) async fn run(self) -> Result<Self, Violation> {
        match self {
            Self::Socket(client) => Ok(Self::Socket(Box::new(client.run().await?))),
            Self::Http(client) => Ok(Self::Http(Box::new(client.run().await?))),
        }
    }

    pub(crate) fn states(&self) -> &[TopicState] {
        match self {
            Self::Socket(client) => &client.states,
            Self::Http(client) => std::slice::from_ref(&client.state),
        }
    }

    pub(crate) fn states_mut(&mut self) -> &mut [TopicState] {
        match self {
            Self::Socket(client) => &mut client.states,
            Self::Http(client) => std::slice::from_mut(&mut client.state),
        }
    }

    /// The session cookie.
    pub(crate) fn cookie(&self) -> &str {
        match self {
            Self::Socket(client) => &client.cookie,
            Self::Http(client) => client.api.cookie(),
        }
    }

    pub(crate) fn user(&self) -> Option<UserId> {
        self.states().first().and_then(|state| state.operations.user)
    }
}
