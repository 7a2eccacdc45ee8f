//! The addresses of a server: of the one that `serve` starts, or of one that runs.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use super::{ListenAddress, listen_address};

/// The addresses that a server listens on.
#[derive(Debug, Clone, Args)]
pub struct ServerAddresses {
    /// Address that the server listens on: 127.0.0.1:3000 for this machine only, 0.0.0.0:3000 or [::]:3000 for all networks.
    /// A host name stands for its first IPv4 address, or else its first address. Port 0 takes a free port. unix:PATH: a Unix
    /// socket for a reverse proxy on this machine, which counts as a trusted-proxy.
    #[arg(
        long,
        env = "CHORUS_LISTEN",
        default_value = "127.0.0.1:3000",
        value_name = "ADDRESS:PORT|unix:PATH"
    )]
    pub listen: ListenAddress,

    /// Address for Prometheus, which finds /metrics there. Keep it from the people of the chat: 127.0.0.1:9464, or an address of
    /// an internal network. Without it there are no metrics.
    #[arg(long, env = "CHORUS_METRICS_LISTEN", value_name = "ADDRESS:PORT", value_parser = listen_address::tcp)]
    pub metrics_listen: Option<SocketAddr>,
}

/// `chorus status` and `chorus health`.
#[derive(Debug, Clone, Args)]
pub struct RunningServer {
    /// File with settings, in TOML: max-topics = 50. Options and environment variables win over it.
    #[arg(long, env = "CHORUS_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    #[command(flatten)]
    pub addresses: ServerAddresses,

    /// Ignore environment variables that begin with CHORUS_ and are not settings, instead of refusing them as misspelt.
    #[arg(long, env = "CHORUS_ALLOW_UNKNOWN_VARIABLES")]
    pub allow_unknown_variables: bool,
}
