//! The end of a run.

use crate::{Violation, report, run::Run, server_process::ServerProcess, verify};

impl Run {
    /// Waits until everything is answered and received, verifies, prints, and shuts the server down.
    pub(crate) async fn finish(mut self, mut server: ServerProcess) -> Result<(), Violation> {
        server.wait_until_ready().await?;
        let mut clients = self.clients.finish(&self.program).await?;
        let summary = verify::verify(&self.program, &self.shared, &mut clients).await?;
        report::print(&self, &summary);
        server.terminate();
        server.wait_for_exit().await
    }
}
