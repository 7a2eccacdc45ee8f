//! Two servers on one PostgreSQL database, which clients use in turn, are replaced one after the other.

use std::{path::Path, sync::Arc, time::Instant};

use testing::Postgres;

use super::{begin_load, executables, print_gaps};
use crate::{
    Violation,
    clients::Clients,
    options::Options,
    random::Random,
    report,
    server_process::{Program, ServerProcess, free_address},
    shared::Shared,
    verify,
};

const NODES: usize = 2;

struct Node {
    program: Program,
    /// `None` while it is replaced.
    process: Option<ServerProcess>,
}

struct Rolling {
    nodes: Vec<Node>,
    database: String,
    shared: Arc<Shared>,
    clients: Clients,
    started: Instant,
}

/// Upgrades under load, goes back if that is wanted, and compares everything at the end, on each server.
pub(crate) async fn run(options: &Options, folder: &Path, random: Random) -> Result<(), Violation> {
    let postgres = Postgres::start();
    let database = postgres.database();
    let mut rolling = Rolling::start(options, database.url(), folder, random).await?;
    begin_load(&mut rolling.clients, &rolling.shared, options).await?;
    rolling.replace(&options.program).await?;
    print_gaps("upgrade", &mut rolling.clients, &rolling.shared.gaps, options).await?;
    if options.rollback {
        let count = executables::unknown_to_old(options, folder)?;
        rolling.roll_back(options, count).await?;
        print_gaps("rollback", &mut rolling.clients, &rolling.shared.gaps, options).await?;
        println!("reverted:     {count} migrations");
    }
    rolling.finish().await
}

impl Rolling {
    async fn start(
        options: &Options,
        database: &str,
        folder: &Path,
        mut random: Random,
    ) -> Result<Self, Violation> {
        let mut nodes = Vec::new();
        for _ in 0..NODES {
            let program = program(options, database, folder);
            let mut process = program.start();
            process.wait_until_ready().await?;
            nodes.push(Node { program, process: Some(process) });
        }
        let addresses = nodes.iter().map(|node| node.program.address).collect();
        let shared = Arc::new(Shared::new(addresses, options));
        let clients = Clients::start(Arc::clone(&shared), options, &mut random).await?;
        Ok(Self { nodes, database: database.to_owned(), shared, clients, started: Instant::now() })
    }

    /// Replaces one server after the other.
    async fn replace(&mut self, program: &Path) -> Result<(), Violation> {
        self.shared.gaps.begin();
        for number in 0..NODES {
            self.stop(number).await?;
            self.start_again(number, program).await?;
        }
        Ok(())
    }

    /// Replaces one server after the other, or all at once if migrations must be reverted, which needs the database for itself.
    async fn roll_back(&mut self, options: &Options, reverted: usize) -> Result<(), Violation> {
        if reverted == 0 {
            return self.replace(options.first_program()).await;
        }
        self.shared.gaps.begin();
        for number in 0..NODES {
            self.stop(number).await?;
        }
        executables::revert(&options.program, &self.database, reverted).await?;
        for number in 0..NODES {
            self.start_again(number, options.first_program()).await?;
        }
        Ok(())
    }

    async fn stop(&mut self, number: usize) -> Result<(), Violation> {
        let Some(process) = self.nodes[number].process.take() else { return Ok(()) };
        self.shared.server.begins_shutdown();
        process.terminate();
        process.wait_for_exit().await?;
        self.shared.server.ended(None);
        Ok(())
    }

    async fn start_again(&mut self, number: usize, path: &Path) -> Result<(), Violation> {
        let Node { program, process } = &mut self.nodes[number];
        path.clone_into(&mut program.path);
        let mut started = program.start();
        started.wait_until_ready().await?;
        *process = Some(started);
        Ok(())
    }

    /// Waits until everything is answered and received, verifies each server, prints, and shuts them down.
    async fn finish(mut self) -> Result<(), Violation> {
        let mut clients = self.clients.finish(&self.nodes[0].program).await?;
        for (number, node) in self.nodes.iter().enumerate() {
            let summary = verify::verify_patiently(&node.program, &self.shared, &mut clients).await;
            let summary = summary.map_err(|why| format!("server {number}: {why}"))?;
            if number == 0 {
                report::print_clients(&self.shared);
                report::print_summary(&self.shared, &summary);
            }
        }
        report::print_time(&self.shared, self.started);
        for number in 0..NODES {
            self.stop(number).await?;
        }
        Ok(())
    }
}

fn program(options: &Options, database: &str, folder: &Path) -> Program {
    Program {
        path: options.first_program().to_owned(),
        database: database.to_owned(),
        sync: options.sync.clone(),
        address: free_address(),
        socket: None,
        log: folder.join("chorus.log"),
        timeout_ms: None,
        settings: Vec::new(),
        variables: Vec::new(),
    }
}
