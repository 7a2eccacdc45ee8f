//! The limit of open file descriptors.

/// Descriptors kept for other uses than connections: the database's files, the listener, the log, and rejected clients.
const RESERVED_DESCRIPTORS: usize = 64;

/// Raises the soft limit to the hard limit. Returns how many connections fit, or `None` without a limit.
#[cfg(unix)]
pub(crate) fn raise() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // If this fails, the old limit still holds.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let descriptors = usize::try_from(getrlimit(Resource::Nofile).current?).unwrap_or(usize::MAX);
    Some(descriptors.saturating_sub(RESERVED_DESCRIPTORS).max(1))
}

/// Other systems have no such limit that we know of.
#[cfg(not(unix))]
pub(crate) fn raise() -> Option<usize> {
    None
}
