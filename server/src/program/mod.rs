//! The subcommands, as `chorus --help` lists them.

mod administration;
mod copies;
pub(crate) mod output;
mod serve;
mod signals;
mod status;

use anyhow::bail;
use server::{
    check_clock,
    config::{Command, Invocation},
    shutdown::Hangup,
    status::ask_readiness,
};

use administration::{begin_new_epoch, manage_topics, migrate_schema, print_owner_code, vacuum};
use copies::{back_up, export_events, import_events, move_chat, restore_backup};
use serve::serve;
use signals::until_interrupted;
use status::{check, print_status};

pub(crate) async fn run_command(Invocation { command, values, files }: Invocation) -> anyhow::Result<()> {
    check_clock()?;
    // Options and variables of a process cannot change, so without a file there is nothing to reload.
    let has_files =
        !files.is_empty() || matches!(&command, Command::Serve(serve) if serve.tls_cert.is_some());
    let hangup = if has_files { Hangup::Reloads } else { Hangup::Drains };
    match command {
        Command::Serve(settings) => serve(settings, values, hangup).await,
        Command::Check(settings) => check(&settings).await,
        Command::Migrate(migrate) => migrate_schema(migrate).await,
        Command::NewEpoch(database) => begin_new_epoch(database.url()?).await,
        Command::Topic(topic) => manage_topics(topic).await,
        Command::OwnerCode(owner) => print_owner_code(owner).await,
        Command::Backup(backup) => back_up(backup).await,
        Command::Restore(restore) => restore_backup(restore).await,
        Command::Export(export) => until_interrupted(export_events(export)).await,
        Command::Import(import) => until_interrupted(import_events(import)).await,
        Command::Move(to) => until_interrupted(move_chat(to)).await,
        Command::Vacuum(database) => vacuum(database.url()?).await,
        Command::Status(server) => print_status(server).await,
        Command::Health(server) => {
            let answer = ask_readiness(&server.addresses.listen).await?;
            if answer.is_ready() { Ok(()) } else { bail!("{}", answer.summary()) }
        }
    }
}
