//! The limits of connections, which depend on what the process may open.

use tracing::warn;

use super::{fd_limit, slots::SlotLimits};
use crate::config::Limits;

/// Returns the configured limits, reduced to the available file descriptors.
pub(super) fn slot_limits(limits: &Limits) -> SlotLimits {
    let &Limits { max_connections, max_http_connections, max_address_connections, .. } = limits;
    let wanted = max_connections.saturating_add(max_http_connections);
    let available = fd_limit::raise().unwrap_or(usize::MAX);
    if wanted > available {
        warn!(
            max_connections,
            max_http_connections,
            fitting = available,
            "connections.too_few_descriptors: raise the limit of open files (ulimit -n, LimitNOFILE)"
        );
    }
    SlotLimits {
        all: wanted.min(available),
        http: max_http_connections,
        per_address: max_address_connections,
    }
}
