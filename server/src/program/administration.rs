//! The commands for the schema, the epoch, the topics, the owners and the size of a database.

use anyhow::{Context, bail};
use app::protocol::{TopicName, TopicSummary};
use server::{
    config::{Migrate, MigrateAction, OwnerCode, SyncMode, TopicAction, TopicCommand},
    database::Database,
    event_log::list_topics,
    maintenance,
    restore::{begin_epoch, remove_topic},
    session::{OWN_PATH, Sessions},
};

use super::{output::print_line, signals::interrupt};

pub(super) async fn migrate_schema(Migrate { action, database }: Migrate) -> anyhow::Result<()> {
    // Reading the status is safe while a server runs. A SQLite file has one process for migrations. Servers on PostgreSQL go on while a
    // newer one migrates, and not without the tables that they know.
    let database = match action {
        MigrateAction::Status => Database::open(database.url()?).await?,
        MigrateAction::Up => Database::open_exclusive(database.url()?, SyncMode::Full).await?,
        MigrateAction::Down => Database::open_offline(database.url()?).await?,
    };
    match action {
        MigrateAction::Up => database.migrate().await?,
        MigrateAction::Down => database.migrate_down().await?,
        MigrateAction::Status => {}
    }
    for (name, is_applied) in database.migrations().await? {
        print_line(&format!("{} {name}", if is_applied { "applied" } else { "pending" }));
    }
    database.close().await;
    Ok(())
}

pub(super) async fn begin_new_epoch(url: &str) -> anyhow::Result<()> {
    let database = Database::open_offline(url).await?;
    database.migrate().await?;
    database.refuse_half_moved().await?;
    let epoch = begin_epoch(&database).await?;
    print_line(&format!("A new epoch has begun: {epoch}"));
    database.close().await;
    Ok(())
}

pub(super) async fn manage_topics(TopicCommand { action, database }: TopicCommand) -> anyhow::Result<()> {
    let url = database.url()?;
    match action {
        // Listing is safe while a server runs.
        TopicAction::List => {
            let database = Database::open(url).await?;
            list_topics(&database).await?.iter().for_each(print_topic);
            database.close().await;
            Ok(())
        }
        TopicAction::Remove { name } => remove_by_name(url, &name).await,
    }
}

async fn remove_by_name(url: &str, name: &TopicName) -> anyhow::Result<()> {
    let database = Database::open_offline(url).await?;
    database.migrate().await?;
    database.refuse_half_moved().await?;
    if !remove_topic(&database, name).await? {
        bail!("there is no topic {name}; `chorus topic list` lists all topics");
    }
    database.close().await;
    print_line(&format!("Removed: {name}"));
    Ok(())
}

fn print_topic(topic: &TopicSummary) {
    print_line(&format!(
        "{:>9} messages, last used {}: {}",
        topic.messages,
        topic.at.to_rfc3339(),
        topic.topic
    ));
}

pub(super) async fn vacuum(url: &str) -> anyhow::Result<()> {
    print_line(&maintenance::vacuum(url, &interrupt()?).await?);
    Ok(())
}

/// Issues a code. Nothing is stored, so a server may run on the database.
pub(super) async fn print_owner_code(OwnerCode { public_url, database }: OwnerCode) -> anyhow::Result<()> {
    let no_chat = "there is no chat yet; start the server once";
    let database = Database::open_read_only(database.url()?, None, SyncMode::Full).await?.context(no_chat)?;
    let code = Sessions::new(database.clone(), false).owner_code().await;
    database.close().await;
    let code = code.context(no_chat)?;
    print_line(&match public_url {
        Some(url) => format!("Paste this code within 15 minutes at {url}{OWN_PATH}:"),
        None => format!("Paste this code within 15 minutes at {OWN_PATH} of the chat:"),
    });
    print_line(&code);
    Ok(())
}
