//! How long the threads of a run have waited for a processor, and the machine for its hypervisor, which is no fault of the program
//! (Linux: `schedstat`, `/proc/stat`).

use std::{
    collections::HashMap,
    fs,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use testing::Postgres;

const SAMPLE_INTERVAL: Duration = Duration::from_millis(200);

/// Samples what the threads of the test, the nodes, the database and the broker have waited, until it is dropped.
pub(crate) struct ProcessorWaits(Arc<Mutex<Record>>);

struct Record {
    postgres: Arc<Postgres>,
    /// The time that each thread had waited at the last sample.
    threads: HashMap<u32, Duration>,
    /// The sum over all threads, also those that have ended.
    total: Duration,
    /// That sum and what was stolen.
    samples: Vec<(Instant, Duration)>,
}

impl ProcessorWaits {
    pub(crate) fn start(postgres: Arc<Postgres>) -> Self {
        let record = Record { postgres, threads: HashMap::new(), total: Duration::ZERO, samples: Vec::new() };
        let record = Arc::new(Mutex::new(record));
        let sampled = Arc::downgrade(&record);
        thread::spawn(move || {
            while let Some(record) = sampled.upgrade() {
                lock(&record).sample();
                drop(record);
                thread::sleep(SAMPLE_INTERVAL);
            }
        });
        Self(record)
    }

    /// Returns how long all threads together have waited between two times in the past, and a sample's interval around them, and how
    /// long all processors were stolen.
    pub(crate) fn between(&self, from: Instant, to: Instant) -> Duration {
        let mut record = lock(&self.0);
        record.sample();
        let samples = &record.samples;
        let before = samples.iter().rev().find(|(at, _)| *at <= from).or(samples.first());
        let after = samples.iter().find(|(at, _)| *at >= to);
        before.zip(after).map_or(Duration::ZERO, |((_, before), (_, after))| after.saturating_sub(*before))
    }
}

impl Record {
    fn sample(&mut self) {
        let roots: Vec<_> = self.postgres.running_pid().into_iter().chain([std::process::id()]).collect();
        for (thread, waited) in process_tree(roots).into_iter().flat_map(threads) {
            let before = self.threads.insert(thread, waited).unwrap_or_default();
            self.total += waited.saturating_sub(before);
        }
        self.samples.push((Instant::now(), self.total + stolen()));
    }
}

/// For how long the hypervisor has run others on this machine's processors since its start. A few kernels let it go back.
fn stolen() -> Duration {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    // The sum over all processors: "cpu", user, nice, system, idle, iowait, irq, softirq, steal, in hundredths of a second.
    let hundredths: Option<u64> = stat.split_whitespace().nth(8).and_then(|ticks| ticks.parse().ok());
    Duration::from_millis(hundredths.unwrap_or(0).saturating_mul(10))
}

/// Returns these processes and all below them.
fn process_tree(roots: Vec<u32>) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for process in numbered("/proc") {
        if let Some(parent) = parent(process) {
            children.entry(parent).or_default().push(process);
        }
    }
    let mut tree = roots;
    let mut next = 0;
    while let Some(process) = tree.get(next) {
        tree.extend(children.remove(process).unwrap_or_default());
        next += 1;
    }
    tree
}

fn parent(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The state and the parent follow the name, which ends with a parenthesis.
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// The threads of a process, and how long each has waited since it began.
fn threads(process: u32) -> Vec<(u32, Duration)> {
    let folder = format!("/proc/{process}/task");
    let waited = |thread: &u32| {
        let stat = fs::read_to_string(format!("{folder}/{thread}/schedstat")).ok()?;
        stat.split(' ').nth(1)?.parse().ok().map(Duration::from_nanos)
    };
    numbered(&folder).into_iter().filter_map(|thread| Some((thread, waited(&thread)?))).collect()
}

/// The entries of a folder whose names are numbers.
fn numbered(folder: &str) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn lock(record: &Mutex<Record>) -> MutexGuard<'_, Record> {
    record.lock().unwrap_or_else(PoisonError::into_inner)
}
