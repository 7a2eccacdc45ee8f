//! The `chorus` executable: parses the command line and runs a subcommand.

use std::{
    io::{Write, stderr, stdout},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use app::protocol::{TopicName, TopicSummary};
use clap::error::ErrorKind;
use server::{
    Server,
    accept::{Listener, listen},
    check::Check,
    check_clock,
    config::{
        Backup, Command, Export, Import, Invocation, InvocationError, Migrate, MigrateAction, Move,
        OwnerCode, Restore, RunningServer, SettingValues, Settings, SyncMode, TopicAction, TopicCommand,
        check_environment,
    },
    database::Database,
    event_log::{CommitterProbe, list_topics},
    maintenance,
    restore::{begin_epoch, remove_topic},
    run,
    service_manager::ServiceManager,
    session::{OWN_PATH, Sessions},
    shutdown::{Hangup, Shutdown},
    status::{ask_metrics, ask_readiness},
    telemetry,
};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> ExitCode {
    let invocation = match Invocation::of_process() {
        Ok(invocation) => invocation,
        Err(error) => return report_usage(&error),
    };
    if !invocation.command.allows_unknown_variables()
        && let Err(unknown) = check_environment(std::env::vars_os())
    {
        print_error(&unknown.to_string());
        return ExitCode::from(2);
    }
    match run_command(invocation).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run_command(Invocation { command, values, files }: Invocation) -> anyhow::Result<()> {
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
        Command::Vacuum(database) => {
            print_line(&maintenance::vacuum(database.url()?, &interrupt()?).await?);
            Ok(())
        }
        Command::Status(server) => print_status(server).await,
        Command::Health(server) => {
            let answer = ask_readiness(&server.addresses.listen).await?;
            if answer.is_ready() { Ok(()) } else { bail!("{}", answer.summary()) }
        }
    }
}

fn on_signals(hangup: Hangup) -> anyhow::Result<Shutdown> {
    Shutdown::on_signals(hangup).context("cannot listen for signals")
}

/// Returns a token that a signal cancels.
fn interrupt() -> anyhow::Result<CancellationToken> {
    Ok(on_signals(Hangup::Drains)?.drain)
}

/// Runs a command that may take long, until it is done or a signal ends it. A command that is dropped rolls its transaction back.
async fn until_interrupted(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let Shutdown { drain: interrupt, force, .. } = on_signals(Hangup::Drains)?;
    tokio::spawn(exit_at_once(force));
    tokio::select! {
        // A command that is done at the same moment was not interrupted.
        biased;
        done = command => done,
        () = interrupt.cancelled() => bail!("interrupted; run the command again to take it up"),
    }
}

/// Ends the process at a second signal: a command that waits for a pipe on standard output cannot be dropped.
async fn exit_at_once(force: CancellationToken) {
    force.cancelled().await;
    print_error("ended at once, by a second signal");
    std::process::exit(1)
}

async fn back_up(Backup { file, database }: Backup) -> anyhow::Result<()> {
    print_line(&maintenance::back_up(database.url()?, &file, &interrupt()?).await?);
    Ok(())
}

async fn restore_backup(Restore { file, database }: Restore) -> anyhow::Result<()> {
    let epoch = maintenance::restore(database.url()?, &file, &interrupt()?).await?;
    print_line(&format!("Restored from {}. A new epoch has begun: {epoch}", file.display()));
    Ok(())
}

async fn export_events(Export { ndjson, html, after, database }: Export) -> anyhow::Result<()> {
    match (ndjson, html) {
        (_, Some(folder)) => maintenance::export_html(database.url()?, &folder).await,
        (Some(file), None) => maintenance::export_ndjson(database.url()?, &file, after.as_ref()).await,
        (None, None) => bail!("give --ndjson FILE or --html FOLDER"),
    }
}

async fn import_events(Import { file, database }: Import) -> anyhow::Result<()> {
    print_line(&maintenance::import(database.url()?, &file).await?);
    Ok(())
}

async fn move_chat(Move { to, database }: Move) -> anyhow::Result<()> {
    print_line(&maintenance::move_chat(database.url()?, &to).await?);
    Ok(())
}

async fn serve(mut settings: Settings, values: SettingValues, hangup: Hangup) -> anyhow::Result<()> {
    let log_filter = telemetry::init(&settings.log, settings.log_format);
    let log_filter = log_filter.context("log: the filter is not valid")?;
    let listener = open_listener(&mut settings)?;
    let address = settings.addresses.listen.clone();
    let scheme = if settings.tls_cert.is_some() { "https" } else { "http" };
    let base = settings.base_path();
    let metrics = settings
        .addresses
        .metrics_listen
        .map(|address| listen(address).with_context(|| format!("cannot listen on {address} for metrics")));
    let metrics = metrics.transpose()?;
    let shutdown = on_signals(hangup)?;
    let database_timeout = Duration::from_millis(settings.limits.database_timeout_ms);
    // Opening waits up to `database-wait-seconds` for the database; a signal must end the wait.
    let server = tokio::select! {
        biased;
        () = shutdown.drain.cancelled() => return Ok(()),
        server = Server::open(settings) => server?,
    };
    let server = match metrics {
        Some(listener) => server.with_metrics(listener),
        None => server,
    };
    if hangup == Hangup::Reloads {
        tokio::spawn(server.reloader(values, log_filter).run(shutdown.reload));
    }
    print_line(&match listener.tcp_address() {
        Some(address) => format!("Chorus is ready: {scheme}://{address}{base}"),
        None => format!("Chorus is ready: {address}"),
    });
    let manager = Arc::new(ServiceManager::from_environment());
    manager.ready();
    let committer = server.log().committer_probe();
    tokio::spawn(watch_committer(Arc::clone(&manager), committer, database_timeout, shutdown.drain.clone()));
    tokio::select! {
        is_complete = run(server, listener, announce_stop(manager, shutdown.drain)) => if !is_complete {
            bail!("some connections or tasks did not end in time; all acknowledged messages are stored");
        },
        () = shutdown.force.cancelled() => bail!("ended at once, by a second signal; all acknowledged messages are stored"),
    }
    Ok(())
}

async fn check(settings: &Settings) -> anyhow::Result<()> {
    let Check { lines, faults } = Check::of(settings).await;
    lines.iter().for_each(|line| print_line(line));
    faults.iter().for_each(|fault| print_line(&format!("wrong: {fault}")));
    if faults.is_empty() { Ok(()) } else { bail!("a server would not start with these settings") }
}

/// Takes the socket of the service manager, if there is one, and its address in place of the setting. Else listens.
fn open_listener(settings: &mut Settings) -> anyhow::Result<Listener> {
    if let Some(listener) = Listener::inherited().context("cannot listen on the service manager's socket")? {
        settings.addresses.listen = listener.address()?;
        return Ok(listener);
    }
    let address = &settings.addresses.listen;
    Listener::bind(address).with_context(|| format!("cannot listen on {address}"))
}

/// Feeds the service manager's watchdog while the committer works. From the shutdown on, the manager's timeout for stopping counts instead.
async fn watch_committer(
    manager: Arc<ServiceManager>,
    committer: CommitterProbe,
    database_timeout: Duration,
    drain: CancellationToken,
) {
    // A batch may wait for PostgreSQL as long as the setting allows, and is not stuck meanwhile.
    let is_stuck = |limit: Duration| committer.is_stuck(limit.max(database_timeout * 2));
    manager.run_watchdog(|limit| !drain.is_cancelled() && is_stuck(limit)).await;
}

async fn announce_stop(manager: Arc<ServiceManager>, drain: CancellationToken) {
    drain.cancelled().await;
    manager.stopping();
}

async fn print_status(RunningServer { addresses, .. }: RunningServer) -> anyhow::Result<()> {
    let answer = ask_readiness(&addresses.listen).await?;
    answer.lines().iter().for_each(|line| print_line(line));
    if let Some(address) = addresses.metrics_listen {
        ask_metrics(address).await?.iter().for_each(|sample| print_line(sample));
    }
    if answer.is_ready() { Ok(()) } else { bail!("{}", answer.summary()) }
}

async fn migrate_schema(Migrate { action, database }: Migrate) -> anyhow::Result<()> {
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

async fn begin_new_epoch(url: &str) -> anyhow::Result<()> {
    let database = Database::open_offline(url).await?;
    database.migrate().await?;
    database.refuse_half_moved().await?;
    let epoch = begin_epoch(&database).await?;
    print_line(&format!("A new epoch has begun: {epoch}"));
    database.close().await;
    Ok(())
}

async fn manage_topics(TopicCommand { action, database }: TopicCommand) -> anyhow::Result<()> {
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

/// Issues a code. Nothing is stored, so a server may run on the database.
async fn print_owner_code(OwnerCode { public_url, database }: OwnerCode) -> anyhow::Result<()> {
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

/// Prints help or version, which clap returns as errors, or reports a usage error in one line with exit code 2.
fn report_usage(error: &InvocationError) -> ExitCode {
    if let InvocationError::Usage(help) = error
        && matches!(help.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion)
    {
        let _ = help.print();
        return ExitCode::SUCCESS;
    }
    print_error(&format!("{error}; see chorus --help"));
    ExitCode::from(2)
}

/// Prints a line to standard output. Ignores errors, where `println!` would panic: the reader may have closed the pipe.
fn print_line(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}

fn print_error(line: &str) {
    let _ = writeln!(stderr(), "chorus: {line}");
}
