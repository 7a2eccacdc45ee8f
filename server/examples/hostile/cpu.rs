//! The processor time of a process.

/// `USER_HZ`: what the kernel reports to programs is in hundredths of a second on all common processors.
const TICKS_PER_SECOND: f64 = 100.0;

/// Returns the seconds of processor time that a process has used (`utime + stime`); 0 where `/proc` is missing.
pub(crate) fn cpu_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The fields follow the program's name, which ends with a parenthesis and may contain spaces.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    ticks as f64 / TICKS_PER_SECOND
}
