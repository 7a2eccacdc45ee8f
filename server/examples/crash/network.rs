//! A network to PostgreSQL that stalls at some commits without telling either side.

use testing::{Freeze, Postgres, Proxy, TestDatabase};
use tokio::time::sleep;

use crate::random::Random;

/// A temporary PostgreSQL server behind a proxy that stalls connections.
pub(crate) struct Network {
    proxy: Proxy,
    /// The database as seen through the proxy.
    database: TestDatabase,
    _postgres: Postgres,
    /// The number of stalled commits.
    pub(crate) frozen: usize,
}

impl Network {
    pub(crate) fn start() -> Self {
        let postgres = Postgres::start();
        let proxy = Proxy::start(&postgres.database());
        let database = proxy.database();
        Self { proxy, database, _postgres: postgres, frozen: 0 }
    }

    pub(crate) fn url(&self) -> String {
        self.database.url().to_owned()
    }

    /// Stalls the connection that commits next, before or after PostgreSQL has received the commit. After a random time, which
    /// may be longer than the server waits, everything is forwarded, including the bytes that were held back.
    pub(crate) async fn freeze_a_commit(&mut self, random: &mut Random) {
        let freeze = if random.one_in(2) { Freeze::BeforeCommit } else { Freeze::AfterCommit };
        self.proxy.freeze_at_commit(freeze);
        sleep(random.millis(50..=2_500)).await;
        self.frozen += self.proxy.frozen();
        self.proxy.thaw();
    }
}
