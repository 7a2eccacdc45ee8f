//! How many descriptors the process may have open.

/// Kept back from connections: the database's files, the listener, the log, and refusals.
const RESERVED: usize = 64;

/// Raises the soft limit to the hard one, and returns how many connections fit; `None` without a limit.
#[cfg(unix)]
pub(crate) fn raise() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // Where this is refused, what there was is there still.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let descriptors = usize::try_from(getrlimit(Resource::Nofile).current?).unwrap_or(usize::MAX);
    Some(descriptors.saturating_sub(RESERVED).max(1))
}

/// Elsewhere nothing is known of it.
#[cfg(not(unix))]
pub(crate) fn raise() -> Option<usize> {
    None
}
