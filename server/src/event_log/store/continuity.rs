//! Which PostgreSQL server answers, and whether it has the events that it must have.

use app::protocol::{DraftId, Timestamp};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement, sea_query::ExprTrait,
};
use tracing::debug;
use uuid::Uuid;

use super::Store;
use crate::{
    database::{is_never_answered, refuse_standby},
    event_log::{
        entity::{event, topic},
        expected_events::{ExpectedEvent, ExpectedEvents},
    },
};

/// The identifier that `initdb` gave to the server's files, and the timeline, which is another after each promotion. NULL for
/// a standby. Any role may ask, unless a service has forbidden it.
const IDENTITY: &str = "SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE concat_ws('/', \
    (SELECT system_identifier FROM pg_control_system()), substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)) END AS identity";

/// The stored record of the PostgreSQL server that held the log last.
pub(in crate::event_log) struct LastServer {
    /// The identity of the server to which the log was written last, or empty.
    pub(in crate::event_log) identity: String,
    /// Whether a server has missed events that it had acknowledged.
    pub(in crate::event_log) events_lost: bool,
}

impl Store {
    pub(in crate::event_log) fn expected_events(&self) -> &ExpectedEvents {
        &self.expected_events
    }

    /// Returns the identity of the PostgreSQL server and its timeline; `None` if the service never tells it. Errors: the server is
    /// a standby.
    pub(in crate::event_log) async fn server_identity(&self) -> Result<Option<String>, DbErr> {
        let statement = Statement::from_string(DbBackend::Postgres, IDENTITY);
        let row = match self.database.read().query_one_raw(statement).await {
            Err(error) if is_never_answered(&error) => {
                debug!(%error, "log.identity_refused");
                return Ok(None);
            }
            row => row?,
        };
        let identity: Option<String> = row.map(|row| row.try_get("", "identity")).transpose()?.flatten();
        refuse_standby(Some(identity.is_none()))?;
        Ok(identity)
    }

    pub(in crate::event_log) async fn last_server(&self) -> Result<LastServer, DbErr> {
        let statement = Statement::from_string(DbBackend::Postgres, "SELECT server, events_lost FROM store");
        let row = self.database.read().query_one_raw(statement).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("store".to_owned()))?;
        Ok(LastServer { identity: row.try_get("", "server")?, events_lost: row.try_get("", "events_lost")? })
    }

    pub(in crate::event_log) async fn set_last_server(&self, identity: &str) -> Result<(), DbErr> {
        let sql = "UPDATE store SET server = $1 WHERE server <> $1";
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [identity.into()]);
        self.database.write().execute_raw(statement).await.map(drop)
    }

    pub(in crate::event_log) async fn set_events_lost(&self) -> Result<(), DbErr> {
        let sql = "UPDATE store SET events_lost = TRUE WHERE NOT events_lost";
        self.database.write().execute_unprepared(sql).await.map(drop)
    }

    /// Returns whether an event is missing of these, on a primary: a standby can be read before it has them.
    pub(in crate::event_log) async fn lacks_events(
        &self,
        expected_events: &[ExpectedEvent],
    ) -> Result<bool, DbErr> {
        if has_events(self.database.read(), expected_events).await? {
            return Ok(false);
        }
        let transaction = self.database.begin_on_primary().await?;
        let has_events = has_events(&transaction, expected_events).await?;
        transaction.rollback().await?;
        Ok(!has_events)
    }

    /// Returns the newest event of the topic that was used last by the clock, or `None` in an empty store.
    pub(in crate::event_log) async fn newest_stored_event(&self) -> Result<Option<ExpectedEvent>, DbErr> {
        let newest =
            topic::Entity::find().order_by_desc(topic::Column::ActiveAt).one(self.database.read()).await?;
        let Some(topic) = newest else { return Ok(None) };
        let event = event::Entity::find_by_id((topic.id, topic.head)).one(self.database.read()).await?;
        Ok(event.map(|event| ExpectedEvent {
            author: app::protocol::UserId(event.author),
            draft: DraftId(event.draft),
            seq: event.seq as u64,
            at: Timestamp(event.at as u64),
        }))
    }
}

/// Returns whether all these events are stored.
async fn has_events(
    connection: &impl ConnectionTrait,
    expected_events: &[ExpectedEvent],
) -> Result<bool, DbErr> {
    if expected_events.is_empty() {
        return Ok(true);
    }
    let same = |expected: &ExpectedEvent| {
        let author = event::Column::Author.eq(expected.author.0);
        author.and(event::Column::Draft.eq(expected.draft.0)).and(event::Column::Seq.eq(expected.seq as i64))
    };
    let any = expected_events.iter().map(same).fold(Condition::any(), Condition::add);
    let stored: Vec<(Uuid, Uuid)> = event::Entity::find()
        .select_only()
        .columns([event::Column::Author, event::Column::Draft])
        .filter(any)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(expected_events.iter().all(|expected| stored.contains(&(expected.author.0, expected.draft.0))))
}
