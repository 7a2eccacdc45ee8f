//! A disk that loses power: a file system in memory (FUSE) that forgets, at a cut, what was not synced.
//!
//! SIGKILL ends a process and leaves the kernel's page cache, so it says nothing of a power cut. Here each 4 KiB page that was
//! written since the last `fsync` of its file is lost, kept or torn at a cut, whichever the seed chooses, and so are lengths and
//! names.
//!
//! `volatile-disk --seed N` prints the folder that it has mounted, then `cut FILES SYNCS` for each line `cut` that it reads: the
//! number of files with unsynced writes, and of syncs so far. It unmounts and ends with its input. It is a program and a package
//! of its own, so that its dependencies change no feature of those of the server.

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
        Err(error) => say(&error.to_string()),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    say("FUSE is there on Linux only")
}

fn say(error: &str) -> ExitCode {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "volatile-disk: {error}");
    ExitCode::FAILURE
}
