//! A process that an attack may hit in place of the server, for control: it accepts, reads and answers, and does nothing else. The
//! probe then measures the share of the attacker and of the kernel.

use std::{
    io::{BufRead, BufReader, Read},
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, ExitCode, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::spawn_blocking,
};

/// Connections that are served at the same time. The server allows an address as many; further ones are refused.
const MAX_CONNECTIONS: usize = 1_000;
const UPGRADED: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const REFUSED: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

/// The running process. It ends with this one, which holds its standard input.
pub(crate) struct Sink {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Sink {
    /// Starts this program once more, as the sink.
    pub(crate) async fn start() -> Self {
        let program = std::env::current_exe().expect("the path of this program");
        let mut command = Command::new(program);
        let child = command.arg("--sink").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("the sink's process");
        let output = child.stdout.take().expect("its output");
        let line = spawn_blocking(|| BufReader::new(output).lines().next()).await.expect("it does not panic");
        let line = line.expect("its address").expect("its address");
        Self { child, address: line.parse().expect("its address") }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Runs as the sink until the standard input is closed.
pub(crate) async fn run() -> ExitCode {
    let listener = server::accept::listen((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
    println!("{}", listener.local_addr().expect("its address"));
    let accepting = tokio::spawn(accept(listener));
    let _ = spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await;
    accepting.abort();
    ExitCode::SUCCESS
}

async fn accept(listener: TcpListener) {
    let open = Arc::<AtomicUsize>::default();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let open = Arc::clone(&open);
        tokio::spawn(async move {
            let others = open.fetch_add(1, Ordering::Relaxed);
            let _ = serve(stream, others < MAX_CONNECTIONS).await;
            open.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

/// Answers the first request, and discards what follows it.
async fn serve(mut stream: TcpStream, is_admitted: bool) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1_024];
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            read => head.extend_from_slice(&buffer[..read]),
        }
    }
    if !is_admitted {
        return stream.write_all(REFUSED).await;
    }
    let contains = |text: &[u8]| head.windows(text.len()).any(|part| part == text);
    stream.write_all(if contains(b"Upgrade: websocket") { UPGRADED } else { OK }).await?;
    if contains(b"Connection: close") {
        return Ok(());
    }
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}
