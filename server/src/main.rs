//! `chorus`: settings, logging, a listener, [`server::run`].

use std::{
    io::{Write, stderr, stdout},
    process::ExitCode,
};

use anyhow::{Context, bail};
use app::protocol::{TopicName, TopicSummary};
use clap::{Parser, error::ErrorKind};
use server::{
    Server,
    accept::listen,
    check_clock,
    config::{
        Cli, Command, Migrate, MigrateAction, Settings, SyncMode, TopicAction, TopicCommand,
        check_environment,
    },
    database::Database,
    event_log::list_topics,
    restore::{begin_epoch, remove_topic},
    run,
    shutdown::Shutdown,
    telemetry,
};

#[tokio::main]
async fn main() -> ExitCode {
    let command = match Cli::try_parse() {
        Ok(cli) => cli.into_command(),
        Err(error) => return refuse(&error),
    };
    if !command.allows_unknown_variables()
        && let Err(unknown) = check_environment(std::env::vars_os())
    {
        say_error(&unknown.to_string());
        return ExitCode::from(2);
    }
    match execute(command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn execute(command: Command) -> anyhow::Result<()> {
    check_clock()?;
    match command {
        Command::Serve(settings) => serve(settings).await,
        Command::Migrate(migrate) => change_schema(migrate).await,
        Command::NewEpoch(database) => new_epoch(&database.database).await,
        Command::Topic(topic) => manage_topics(topic).await,
    }
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    telemetry::start(&settings.log).context("log: no such filter")?;
    let address = settings.listen;
    let listener = listen(address).with_context(|| format!("cannot listen on {address}"))?;
    let shutdown = Shutdown::on_signals().context("cannot listen for signals")?;
    // A database may let one wait for a minute: a signal ends that.
    let server = tokio::select! {
        biased;
        () = shutdown.drain.cancelled() => return Ok(()),
        server = Server::open(settings) => server?,
    };
    say(&format!("Chorus is ready: http://{}", listener.local_addr()?));
    tokio::select! {
        in_time = run(server, listener, shutdown.drain.cancelled_owned()) => if !in_time {
            bail!("not everything ended in time; what was acknowledged is on the disk");
        },
        () = shutdown.force.cancelled() => bail!("ended at once; what was acknowledged is on the disk"),
    }
    Ok(())
}

async fn change_schema(Migrate { action, database }: Migrate) -> anyhow::Result<()> {
    // Looking is harmless while a server runs.
    let database = match action {
        MigrateAction::Status => Database::open(&database.database).await?,
        MigrateAction::Up | MigrateAction::Down => {
            Database::open_exclusive(&database.database, SyncMode::Full).await?
        }
    };
    match action {
        MigrateAction::Up => database.migrate().await?,
        MigrateAction::Down => database.migrate_down().await?,
        MigrateAction::Status => {}
    }
    for (name, taken) in database.migrations().await? {
        say(&format!("{} {name}", if taken { "taken  " } else { "pending" }));
    }
    database.close().await;
    Ok(())
}

async fn new_epoch(url: &str) -> anyhow::Result<()> {
    let database = Database::open_offline(url).await?;
    database.migrate().await?;
    let epoch = begin_epoch(&database).await?;
    say(&format!("A new epoch has begun: {epoch}"));
    database.close().await;
    Ok(())
}

async fn manage_topics(TopicCommand { action, database }: TopicCommand) -> anyhow::Result<()> {
    let url = &database.database;
    match action {
        // Looking is harmless while a server runs.
        TopicAction::List => {
            let database = Database::open(url).await?;
            list_topics(&database).await?.iter().for_each(say_topic);
            database.close().await;
            Ok(())
        }
        TopicAction::Remove { name } => remove(url, &name).await,
    }
}

async fn remove(url: &str, name: &TopicName) -> anyhow::Result<()> {
    let database = Database::open_offline(url).await?;
    database.migrate().await?;
    if !remove_topic(&database, name).await? {
        bail!("there is no topic {name}; chorus topic list names those that there are");
    }
    database.close().await;
    say(&format!("Removed: {name}"));
    Ok(())
}

fn say_topic(topic: &TopicSummary) {
    say(&format!("{:>9} messages, last used {}: {}", topic.messages, topic.at.to_rfc3339(), topic.topic));
}

/// Help and version are answers; anything else is one clear line and exit code 2.
fn refuse(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let line: Vec<_> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    say_error(&format!("{}; see chorus --help", line.join(" ").trim_start_matches("error: ")));
    ExitCode::from(2)
}

/// Whether anybody reads it is no matter: `println!` would panic.
fn say(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}

fn say_error(line: &str) {
    let _ = writeln!(stderr(), "chorus: {line}");
}
