//! Describes the machine and the versions of the programs.

use std::{fs, path::Path, process::Command};

use super::options::Options;

/// Returns the description as one line of Markdown.
pub fn line(options: &Options) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let versions = [
        version(&options.chorus, &["--version"]),
        version(Path::new("rustc"), &["--version"]),
        version(Path::new("node"), &["--version"]).map(|version| format!("Node {version}")),
        pinned(options, "node", "ws").map(|version| format!("ws {version}")),
        pinned(options, "bun", "@oven/bun-linux-x64").map(|version| format!("Bun {version}")),
    ];
    let versions: Vec<_> = versions.into_iter().flatten().collect();
    format!(
        "Measured on {}: {}, {cores} cores, {:.0} GiB, Linux {}; server and load generator together, over loopback. {}.",
        today(),
        cpu(),
        memory_gib(),
        // Only the version: the suffix names a distribution's build.
        kernel.trim().split('-').next().unwrap_or_default(),
        versions.join(", ")
    )
}

fn cpu() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let value =
        |line: &str| Some(line.strip_prefix("model name")?.trim_start_matches([' ', '\t', ':']).to_owned());
    text.lines().find_map(value).unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

fn memory_gib() -> f64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = |line: &str| line.strip_prefix("MemTotal:")?.trim().trim_end_matches(" kB").parse::<f64>().ok();
    text.lines().find_map(kib).unwrap_or(0.0) / f64::from(1 << 20)
}

fn today() -> String {
    version(Path::new("date"), &["-u", "+%e %B %Y"]).unwrap_or_default()
}

fn version(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// Returns the version of a package in a peer's lock file.
fn pinned(options: &Options, peer: &str, package: &str) -> Option<String> {
    let text = fs::read_to_string(options.peers.join(peer).join("package-lock.json")).ok()?;
    let lock: serde_json::Value = serde_json::from_str(&text).ok()?;
    Some(lock["packages"][format!("node_modules/{package}")]["version"].as_str()?.to_owned())
}
