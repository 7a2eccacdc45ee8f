//! The run: its clients, and how the server is ended and restarted at random moments.

use std::{sync::Arc, time::Instant};

use tokio::time::sleep;

use crate::{
    Violation,
    clients::Clients,
    network::Network,
    options::Options,
    power::Power,
    random::Random,
    server_process::{Program, ServerProcess},
    shared::Shared,
};

/// How often the server was ended in each way.
#[derive(Default)]
pub(crate) struct StopCounts {
    pub(crate) killed: u32,
    /// Of all, before the server had printed that it is ready.
    pub(crate) early: u32,
    pub(crate) terminated: u32,
}

pub(crate) struct Run {
    pub(crate) program: Program,
    pub(crate) random: Random,
    pub(crate) shared: Arc<Shared>,
    pub(crate) clients: Clients,
    pub(crate) power: Power,
    pub(crate) network: Option<Network>,
    pub(crate) stops: StopCounts,
    pub(crate) started: Instant,
}

impl Run {
    pub(crate) async fn start(
        options: &Options,
        program: Program,
        power: Power,
        network: Option<Network>,
        mut random: Random,
    ) -> Result<Self, Violation> {
        let shared = Arc::new(Shared::new(vec![program.address], options));
        let clients = Clients::start(Arc::clone(&shared), options, &mut random).await?;
        let stops = StopCounts::default();
        Ok(Self { program, random, shared, clients, power, network, stops, started: Instant::now() })
    }

    /// Opens the topics that are due at step `n` of `steps`, so that all are open in the last third.
    pub(crate) fn open_topics(&mut self, n: u32, steps: u32) {
        let due = 1 + n as usize * self.shared.topics.len() / steps.max(1) as usize;
        self.clients.open_topics(due);
    }

    /// Ends the server at a random moment and starts it again.
    pub(crate) async fn restart(&mut self, mut server: ServerProcess) -> Result<ServerProcess, Violation> {
        if self.random.one_in(4) {
            // The server may still be opening its database.
            sleep(self.random.millis(0..=80)).await;
            self.stops.early += 1;
        } else {
            server.wait_until_ready().await?;
            sleep(self.random.millis(20..=450)).await;
            if let Some(network) = &mut self.network {
                network.freeze_a_commit(&mut self.random).await;
            }
        }
        self.end(server).await?;
        Ok(self.program.start())
    }

    /// Ends the server with SIGKILL, with SIGTERM, or with SIGKILL during the shutdown.
    pub(crate) async fn end(&mut self, server: ServerProcess) -> Result<(), Violation> {
        if !self.random.one_in(5) {
            return self.kill(server);
        }
        if self.random.one_in(2) {
            return self.terminate(server).await;
        }
        self.stops.terminated += 1;
        let began = Instant::now();
        self.shared.server.begins_shutdown();
        server.terminate();
        sleep(self.random.millis(0..=20)).await;
        server.kill_if_running();
        self.ended(Some(began))
    }

    /// Ends the server with SIGKILL.
    pub(crate) fn kill(&mut self, server: ServerProcess) -> Result<(), Violation> {
        self.stops.killed += 1;
        let began = Instant::now();
        server.kill()?;
        self.ended(Some(began))
    }

    /// Ends the server with SIGTERM and waits until it has shut down.
    pub(crate) async fn terminate(&mut self, server: ServerProcess) -> Result<(), Violation> {
        self.shut_down(server).await?;
        self.ended(None)
    }

    /// Ends a server that can store nothing since `lost_from`.
    pub(crate) async fn end_refusing(
        &mut self,
        server: ServerProcess,
        lost_from: Instant,
    ) -> Result<(), Violation> {
        if self.random.one_in(2) {
            self.stops.killed += 1;
            server.kill()?;
        } else {
            self.shut_down(server).await?;
        }
        self.ended(Some(lost_from))
    }

    async fn shut_down(&mut self, server: ServerProcess) -> Result<(), Violation> {
        self.stops.terminated += 1;
        self.shared.server.begins_shutdown();
        server.terminate();
        server.wait_for_exit().await
    }

    fn ended(&mut self, lost_from: Option<Instant>) -> Result<(), Violation> {
        self.power.cut()?;
        self.shared.server.ended(lost_from);
        Ok(())
    }
}
