//! Finds out at the start whether a URL leads to PostgreSQL itself or to a pooler, and reads back the settings that Chorus
//! relies on. Nothing that it does outlasts its connections, since other programs may use the same sessions.

use sea_orm::sqlx::{
    self, AssertSqlSafe, Connection, Error, PgConnection, Row, postgres::PgConnectOptions, raw_sql,
};
use tokio::time::timeout;

use super::{
    super::{DatabaseError, WAIT_TIMEOUT, error::conn_error},
    name_of,
    session::{BEGIN, SessionMode, direct_options, pooled_options, required_settings},
};
use crate::{config::SyncMode, random::random_bytes};

/// The operator's remedy for a setting that does not hold.
const SETTING_REMEDY: &str = "let the pooler run in transaction mode and pass SET LOCAL on unchanged";
const SCHEMA_REMEDY: &str = "give both URLs a user with the same search_path (ALTER ROLE … SET search_path)";
/// Whether all names under which a session knows this statement were chosen by the pooler, which then prepares it in other
/// sessions too; the driver's own names begin with `sqlx_s_`.
const ARE_STATEMENTS_RENAMED: &str = "SELECT coalesce(bool_and(name NOT LIKE 'sqlx!_s!_%' ESCAPE '!'), false) \
     FROM pg_prepared_statements WHERE statement LIKE '%/* chorus probe */%' /* chorus probe */";
/// The order in which two connections ask for their session. A pooler that lends sessions gives both the same one, or one of
/// them a new one, whichever idle session it prefers.
const PID_ORDER: [usize; 8] = [0, 1, 0, 0, 1, 1, 0, 1];

/// Where a URL leads.
#[derive(Debug)]
pub(super) enum Route {
    /// To PostgreSQL: settings hold from the start of a connection to its end.
    Direct,
    /// To a pooler, and how that was noticed.
    Pooler(String),
}

/// Asks one database.
pub(super) struct Probe<'a> {
    target: &'a PgConnectOptions,
    name: String,
    sync: SyncMode,
}

impl<'a> Probe<'a> {
    pub(super) fn new(target: &'a PgConnectOptions, sync: SyncMode) -> Self {
        Self { target, name: name_of(target), sync }
    }

    /// Finds out where the URL leads.
    pub(super) async fn route(&self) -> Result<Route, DatabaseError> {
        let options = direct_options(self.target.clone(), self.sync);
        let first = match self.bounded(PgConnection::connect_with(&options)).await? {
            Err(error) if refuses_options(&error) => {
                return Ok(Route::Pooler("it refuses options at the start of a connection".to_owned()));
            }
            done => done.map_err(|error| self.failed(error))?,
        };
        let mut both = [first, self.connect(&options).await?];
        for connection in &mut both {
            if let Some((setting, value, wanted)) =
                self.run(lost_setting(connection, BEGIN, self.sync)).await?
            {
                return Ok(Route::Pooler(format!("{setting} is {value:?} instead of {wanted:?}")));
            }
        }
        let has_sessions = self.run(have_sessions(&mut both)).await?;
        self.close(both).await?;
        Ok(if has_sessions {
            Route::Direct
        } else {
            Route::Pooler("its connections share sessions".to_owned())
        })
    }

    /// Checks that transactions through the pooler keep their settings. Returns the mode in which to use it.
    pub(super) async fn pooled_mode(&self) -> Result<SessionMode, DatabaseError> {
        let options = pooled_options(self.target.clone());
        let mode = |prepared_statements| SessionMode::Pooled { sync: self.sync, prepared_statements };
        let begin = mode(false).begin_sql(BEGIN);
        let mut both = [self.connect(&options).await?, self.connect(&options).await?];
        for connection in PID_ORDER {
            let lost = self.run(lost_setting(&mut both[connection], &begin, self.sync)).await?;
            if let Some((setting, value, wanted)) = lost {
                let name = self.name.clone();
                return Err(DatabaseError::Setting { name, setting, value, wanted, remedy: SETTING_REMEDY });
            }
        }
        let prepared_statements = self.run(keeps_prepared_statements(&mut both[0])).await?;
        self.close(both).await?;
        Ok(mode(prepared_statements))
    }

    /// Checks that this URL, that of PostgreSQL itself, leads to the same database and schema as another one.
    pub(super) async fn check_direct(&self, other: &Self, is_pooled: bool) -> Result<(), DatabaseError> {
        if let Route::Pooler(reason) = self.route().await? {
            return Err(DatabaseError::NotDirect { name: self.name.clone(), reason });
        }
        let mut direct = self.connect(&direct_options(self.target.clone(), self.sync)).await?;
        let options = match is_pooled {
            true => pooled_options(other.target.clone()),
            false => direct_options(other.target.clone(), self.sync),
        };
        let mut connection = other.connect(&options).await?;
        if !self.run(is_same_database(&mut direct, &mut connection)).await? {
            return Err(DatabaseError::OtherDatabase { name: other.name.clone(), direct: self.name.clone() });
        }
        let schema = "SELECT coalesce(current_schema(), '')";
        let wanted = self.run(text(&mut direct, schema)).await?;
        let value = other.run(text(&mut connection, schema)).await?;
        self.close([direct, connection]).await?;
        if value == wanted {
            return Ok(());
        }
        let setting = "current_schema";
        Err(DatabaseError::Setting {
            name: other.name.clone(),
            setting,
            value,
            wanted,
            remedy: SCHEMA_REMEDY,
        })
    }

    async fn connect(&self, options: &PgConnectOptions) -> Result<PgConnection, DatabaseError> {
        self.run(PgConnection::connect_with(options)).await
    }

    async fn close(&self, connections: [PgConnection; 2]) -> Result<(), DatabaseError> {
        for connection in connections {
            self.run(connection.close()).await?;
        }
        Ok(())
    }

    async fn run<T>(&self, step: impl Future<Output = Result<T, Error>>) -> Result<T, DatabaseError> {
        self.bounded(step).await?.map_err(|error| self.failed(error))
    }

    async fn bounded<T>(&self, step: impl Future<Output = T>) -> Result<T, DatabaseError> {
        timeout(WAIT_TIMEOUT, step).await.map_err(|_| DatabaseError::Unresponsive(self.name.clone()))
    }

    fn failed(&self, error: Error) -> DatabaseError {
        DatabaseError::Open { name: self.name.clone(), error: conn_error(error) }
    }
}

/// Whether a pooler refuses start-up options: `unsupported startup parameter: options` in PgBouncer, `command-line options`
/// in RDS Proxy.
fn refuses_options(error: &Error) -> bool {
    let message = error.as_database_error().map(|error| error.message());
    message.is_some_and(|text| text.contains("startup parameter") || text.contains("command-line options"))
}

/// A setting's name, its value, and the value that it should have.
type LostSetting = (&'static str, String, String);

/// Returns a setting that does not hold in a transaction that begins with this script.
async fn lost_setting(
    connection: &mut PgConnection,
    begin: &str,
    sync: SyncMode,
) -> Result<Option<LostSetting>, Error> {
    run_script(connection, begin).await?;
    let mut lost = None;
    for (setting, wanted) in required_settings(sync) {
        let value =
            text(connection, &format!("SELECT setting FROM pg_settings WHERE name = '{setting}'")).await?;
        if value != wanted {
            lost = Some((setting, value, wanted));
            break;
        }
    }
    run_script(connection, "ROLLBACK").await?;
    Ok(lost)
}

/// Whether each of two connections has a session of its own.
async fn have_sessions(both: &mut [PgConnection; 2]) -> Result<bool, Error> {
    let mut pids = [const { Vec::new() }; 2];
    for connection in PID_ORDER {
        pids[connection].push(text(&mut both[connection], "SELECT pg_backend_pid()::text").await?);
    }
    let [first, second] = &mut pids;
    first.dedup();
    second.dedup();
    Ok(first.len() == 1 && second.len() == 1 && first != second)
}

/// Whether the pooler keeps track of prepared statements, as PgBouncer does from 1.21 with `max_prepared_statements`.
async fn keeps_prepared_statements(connection: &mut PgConnection) -> Result<bool, Error> {
    run_script(connection, "BEGIN").await?;
    let renamed = sqlx::query_scalar::<_, bool>(ARE_STATEMENTS_RENAMED).fetch_one(&mut *connection).await;
    // In the same transaction, so in the same session: another client of the pooler must not find the statement there.
    if renamed.is_ok() {
        connection.clear_cached_statements().await?;
    }
    run_script(connection, "ROLLBACK").await?;
    match renamed {
        // Another client has left a statement of that name in the session.
        Err(Error::Database(_)) => Ok(false),
        renamed => renamed,
    }
}

/// Whether two connections lead to the same database. Advisory locks belong to one database of one server.
async fn is_same_database(direct: &mut PgConnection, other: &mut PgConnection) -> Result<bool, Error> {
    let id = i64::from_ne_bytes(random_bytes());
    run_script(direct, &format!("SELECT pg_advisory_lock({id})")).await?;
    let acquired = text(other, &format!("SELECT pg_try_advisory_xact_lock({id})::text")).await?;
    Ok(acquired == "false")
}

/// Runs statements without preparing them.
async fn run_script(connection: &mut PgConnection, script: &str) -> Result<(), Error> {
    raw_sql(AssertSqlSafe(script.to_owned())).execute(connection).await.map(drop)
}

/// Returns the one text that a query returns, without preparing it.
async fn text(connection: &mut PgConnection, query: &str) -> Result<String, Error> {
    raw_sql(AssertSqlSafe(query.to_owned())).fetch_one(connection).await?.try_get(0)
}
