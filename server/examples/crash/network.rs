//! A network to PostgreSQL that stops carrying now and then, without a word to either side.

use testing::{Freeze, Postgres, Proxy, TestDatabase};
use tokio::time::sleep;

use crate::random::Random;

/// A PostgreSQL of the test's own, behind such a network.
pub(crate) struct Network {
    proxy: Proxy,
    /// Where it is seen from here.
    place: TestDatabase,
    _postgres: Postgres,
    /// How often a commit was frozen.
    pub(crate) frozen: usize,
}

impl Network {
    pub(crate) fn start() -> Self {
        let postgres = Postgres::start();
        let proxy = Proxy::start(&postgres.database());
        let place = proxy.database();
        Self { proxy, place, _postgres: postgres, frozen: 0 }
    }

    pub(crate) fn url(&self) -> String {
        self.place.url().to_owned()
    }

    /// Freezes the connection that commits next, before or after PostgreSQL has seen the commit; then all is carried again, what
    /// was sent meanwhile as well: before or after the server has given it up.
    pub(crate) async fn freezes(&mut self, random: &mut Random) {
        let freeze = if random.one_in(2) { Freeze::BeforeCommit } else { Freeze::AfterCommit };
        self.proxy.freeze_at_commit(freeze);
        sleep(random.millis(50..=2_500)).await;
        self.frozen += self.proxy.frozen();
        self.proxy.thaw();
    }
}
