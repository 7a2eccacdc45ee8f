//! A client of either kind.

use app::protocol::UserId;

use crate::{Violation, http_client::HttpClient, socket_client::SocketClient, topic_state::TopicState};

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
