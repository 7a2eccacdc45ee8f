//! CPU time and memory of a tree of processes, from `/proc` (proc(5)).

use std::{collections::HashMap, fs, time::Duration};

/// A process and its descendants.
#[derive(Debug, Clone, Copy)]
pub struct Tree {
    root: u32,
}

/// CPU time and memory of a tree.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// CPU time since the start, in user and kernel mode.
    pub cpu: Duration,
    /// Resident memory in KiB.
    pub rss: u64,
    /// Resident memory that no other process shares, in KiB.
    pub private: u64,
    /// The peak of resident memory, in KiB.
    pub peak: u64,
}

impl Tree {
    /// The tree with this process as its root.
    pub fn new(root: u32) -> Self {
        Self { root }
    }

    /// The id of its root process.
    pub fn root(&self) -> u32 {
        self.root
    }

    /// Reads only the CPU time. This is fast, so that a measuring window begins and ends sharply.
    pub fn cpu(&self) -> Duration {
        let cpu = |pid: &u32| stat(*pid).map_or(Duration::ZERO, |stat| stat.cpu);
        self.processes().iter().map(cpu).sum()
    }

    /// Reads CPU time and memory.
    pub fn usage(&self) -> Usage {
        let mut usage = Usage { cpu: self.cpu(), ..Usage::default() };
        for pid in self.processes() {
            let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
            usage.rss += kib(&rollup, "Rss:");
            usage.private += kib(&rollup, "Private_Clean:") + kib(&rollup, "Private_Dirty:");
            usage.peak +=
                kib(&fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default(), "VmHWM:");
        }
        usage
    }

    /// Whether the root process still exists.
    pub fn is_alive(&self) -> bool {
        stat(self.root).is_some()
    }

    fn processes(&self) -> Vec<u32> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let parents: HashMap<u32, u32> = pids.filter_map(|pid| Some((pid, stat(pid)?.parent))).collect();
        let is_below = |mut pid: u32| loop {
            match parents.get(&pid) {
                _ if pid == self.root => break true,
                Some(parent) => pid = *parent,
                None => break false,
            }
        };
        parents.keys().copied().filter(|pid| is_below(*pid)).collect()
    }
}

/// CPU time of the whole machine since it started.
pub fn machine_cpu() -> Duration {
    Duration::from_millis(busy(&fs::read_to_string("/proc/stat").unwrap_or_default()) * 10)
}

/// Sums the fields user, nice, system, irq and softirq of the line `cpu`, without idle and iowait.
fn busy(text: &str) -> u64 {
    let fields = text.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let ticks: Vec<u64> = fields.filter_map(|field| field.parse().ok()).collect();
    [0, 1, 2, 5, 6].iter().filter_map(|field| ticks.get(*field)).sum()
}

struct Stat {
    parent: u32,
    cpu: Duration,
}

fn stat(pid: u32) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Parses `/proc/PID/stat`. The process's name, in brackets, may contain spaces and brackets, so the fields are counted after it.
fn parse(line: &str) -> Option<Stat> {
    let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    // The kernel reports ticks of 10 ms (USER_HZ is 100) whatever its own timer's frequency.
    Some(Stat { parent: fields.get(1)?.parse().ok()?, cpu: Duration::from_millis(ticks * 10) })
}

fn kib(text: &str, name: &str) -> u64 {
    let number = |line: &str| line.strip_prefix(name)?.trim().trim_end_matches(" kB").parse().ok();
    text.lines().find_map(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_brackets_does_not_shift_the_fields() {
        let stat = parse("7 (a) b (c)) S 3 7 7 0 -1 4194560 100 0 0 0 120 30 0 0 20 0 1 0 5").unwrap();
        assert_eq!((stat.parent, stat.cpu), (3, Duration::from_millis(1_500)));
    }

    #[test]
    fn busy_time_excludes_idle_and_iowait() {
        assert_eq!(busy("cpu  100 20 30 5000 70 4 6 9 0 0\ncpu0 1 1 1\n"), 160);
        assert!(machine_cpu() > Duration::ZERO);
    }

    #[test]
    fn sizes_are_found_by_name() {
        assert_eq!(kib("Rss:     1234 kB\nPss:  7 kB\n", "Rss:"), 1_234);
        assert_eq!(kib("Rss: 1 kB\n", "VmHWM:"), 0);
    }

    #[test]
    fn a_child_belongs_to_the_tree() {
        let me = Tree::new(std::process::id());
        let alone = me.processes().len();
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let together = me.processes();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(together.contains(&child.id()), "{together:?}");
        assert_eq!(alone, 1);
        assert!(me.usage().rss > 0 && me.usage().private > 0 && me.usage().peak > 0);
    }
}
