//! One server on a SQLite file is replaced by another one at the same address.

use std::path::Path;

use super::{begin_load, connection_probe::ConnectionProbe, executables, print_gaps};
use crate::{
    Violation,
    options::{Options, UpgradeKind},
    run::Run,
    server_process::ServerProcess,
};

/// Upgrades under load, goes back if that is wanted, and compares everything at the end.
pub(crate) async fn run(
    mut run: Run,
    server: ServerProcess,
    options: &Options,
    folder: &Path,
) -> Result<(), Violation> {
    let probe = ConnectionProbe::start(run.program.address);
    begin_load(&mut run.clients, &run.shared, options).await?;
    let mut server = replace(&mut run, server, &options.program, 0).await?;
    print_gaps("upgrade", &mut run.clients, &run.shared.gaps, options).await?;
    if options.rollback {
        let count = reverted(options, folder)?;
        server = replace(&mut run, server, options.first_program(), count).await?;
        print_gaps("rollback", &mut run.clients, &run.shared.gaps, options).await?;
        println!("reverted:     {count} migrations");
    }
    println!("probes:       {} connections, {} refused", probe.opened() + probe.refused(), probe.refused());
    if options.upgrade == Some(UpgradeKind::Socket) && probe.refused() > 0 {
        return Err("connections were refused, although the listening socket stayed open".to_owned());
    }
    drop(probe);
    run.finish(server).await
}

/// Returns how many migrations are reverted. If one executable is both, it is one, so that the command is tried; the start applies it
/// again.
fn reverted(options: &Options, folder: &Path) -> Result<usize, Violation> {
    if options.old.is_none() {
        return Ok(1);
    }
    executables::unknown_to_old(options, folder)
}

/// Drains the server, has its executable revert migrations, and starts the other executable.
async fn replace(
    run: &mut Run,
    server: ServerProcess,
    program: &Path,
    reverted: usize,
) -> Result<ServerProcess, Violation> {
    run.shared.gaps.begin();
    run.terminate(server).await?;
    executables::revert(&run.program.path, &run.program.database, reverted).await?;
    program.clone_into(&mut run.program.path);
    let mut server = run.program.start();
    server.wait_until_ready().await?;
    Ok(server)
}
