//! A disk that loses power: an in-memory file system (FUSE) that loses unsynced writes at a simulated power cut.
//!
//! SIGKILL ends a process and keeps the kernel's page cache, so it does not simulate a power cut. Here each 4 KiB page that was
//! written since the last `fsync` of its file is lost, kept or torn at a cut, as the seed decides; lengths and names likewise.
//!
//! `volatile-disk --seed N` prints its mount point, then `cut FILES SYNCS` for each line `cut` on standard input: the number of
//! files with unsynced writes, and of syncs so far. It unmounts and ends when its input ends. It is a package of its own so that
//! its dependencies do not change the features of the server's dependencies.

#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod file;
#[cfg(target_os = "linux")]
mod fuse;
#[cfg(target_os = "linux")]
mod state;
#[cfg(all(test, target_os = "linux"))]
mod tests;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    let seed = std::env::args().skip_while(|word| word != "--seed").nth(1).and_then(|seed| seed.parse().ok());
    match disk::serve(seed.unwrap_or(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    fail("FUSE is available on Linux only")
}

fn fail(error: &str) -> ExitCode {
    print_error(error);
    ExitCode::FAILURE
}

fn print_error(error: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "volatile-disk: {error}");
}
