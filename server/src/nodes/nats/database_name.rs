//! The name of the database among all that use a broker.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sha2::{Digest, Sha256};
use tracing::debug;

use crate::{
    database::{Database, is_never_answered},
    random::hex,
};

/// Unlike a name, an object id is not used again for a copy in the same server.
const DATABASE: &str =
    "SELECT concat_ws('/', oid, datname) AS name FROM pg_database WHERE datname = current_database()";
/// The identifier that `initdb` gave to the server's files. A standby has the same one.
const SERVER: &str = "SELECT system_identifier::text AS name FROM pg_control_system()";

/// Bytes of the digest that are used.
const NAME_BYTES: usize = 16;

/// Returns a name in hexadecimal that all nodes of a database share, and that no dump or template of it has, though the copy has
/// the same `instance`, the epoch of new topics.
///
/// The timeline is left out: a promotion changes it while nodes run. They would notice one after the other, and lose hints until
/// all had subscribed anew. A promoted copy of the server's files therefore has the same name; it stores nothing until
/// `chorus new-epoch` has given it another epoch.
pub(in crate::nodes) async fn database_name(database: &Database, instance: &str) -> Result<String, DbErr> {
    let server = match name(database, SERVER).await {
        Err(error) if is_never_answered(&error) => {
            debug!(%error, "nodes.server_unidentified");
            String::new()
        }
        server => server?,
    };
    let database = name(database, DATABASE).await?;
    let digest = Sha256::digest(format!("{instance}/{server}/{database}"));
    Ok(hex(&digest[..NAME_BYTES]))
}

async fn name(database: &Database, sql: &str) -> Result<String, DbErr> {
    let row = database.read().query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("pg_database".to_owned()))?.try_get("", "name")
}
