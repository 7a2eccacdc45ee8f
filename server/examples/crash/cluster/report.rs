//! The summary of a run.

use std::time::Duration;

use super::{Cluster, measurement::Measured, node::Node, promise::Judge};

pub(super) fn print(cluster: &Cluster, measured: &Measured) {
    let faults: Vec<_> = cluster.counts.iter().map(|(name, count)| format!("{count} × {name}")).collect();
    println!("faults:       {}", faults.join(", "));
    let failed: u32 = cluster.parts.nodes.iter().map(|node: &Node| node.failed_starts).sum();
    if !cluster.parts.nodes.iter().all(Node::can_change_clock) {
        println!("SKIPPED:      libfaketime is not installed, so all clocks were right");
    }
    println!("starts:       {failed} failed");
    print_clients(cluster);
    print_nodes(measured);
    print_load(cluster, measured);
    print_healing(measured);
    let Judge { judged, excused, longest_excuse, .. } = &measured.judge;
    println!(
        "promises:     {judged} times were judged; {excused} of them were longer, by {longest_excuse:.1?} at most, and excused, since \
         threads waited for a processor: they prove nothing"
    );
    println!(
        "took:         {:.1?}; `drain` was received {} times",
        cluster.started.elapsed(),
        cluster.shared.counters.drains.get()
    );
}

fn print_clients(cluster: &Cluster) {
    let counters = &cluster.shared.counters;
    let observer = &cluster.shared.observer;
    println!(
        "connections:  {} sockets, {} event streams; {} resumed, {} reset, {} began without a position; {} went to another node for \
         want of an answer",
        counters.connections.get(),
        counters.streams.get(),
        counters.resumed.get(),
        counters.resets.get(),
        counters.forgotten.get(),
        counters.impatient.get()
    );
    println!(
        "acks:         {} first, {} duplicate; {} were lost and came with a retry, {} of them from another node",
        counters.acked.get(),
        counters.duplicates.get(),
        observer.unknown.get(),
        observer.unknown_elsewhere.get()
    );
    println!(
        "refused:      {} for good, {} `unavailable`, {} requests without an answer",
        counters.refused.get(),
        counters.unavailable.get(),
        counters.unanswered.get()
    );
    println!(
        "cut off:      {} drafts were sent to nodes that could not reach the database, and none was acknowledged there",
        observer.sent_in_vain.get()
    );
    println!(
        "stale heads:  {} subscriptions were answered with less than another client had seen",
        counters.stale_heads.get()
    );
}

/// Prints how much was read out of each node at the end.
fn print_nodes(measured: &Measured) {
    for (number, summary) in measured.summaries.iter().enumerate() {
        println!(
            "node {number}:       {} events, {} messages, {} drafts stored, {} refused; {} views, {} history pages, {} searches, \
             {} memberships, all equal",
            summary.events,
            summary.messages,
            summary.stored,
            summary.refused,
            summary.views,
            summary.pages,
            summary.searches,
            summary.memberships
        );
    }
}

fn print_load(cluster: &Cluster, measured: &Measured) {
    let counters = &cluster.shared.counters;
    println!(
        "under load:   {} events received, {} searches ({} inconclusive), {} memberships, {} pages",
        counters.received.get(),
        counters.searches.get(),
        counters.inconclusive.get(),
        counters.memberships.get(),
        measured.pages
    );
}

/// Prints how soon clients had everything after faults.
fn print_healing(measured: &Measured) {
    println!("healed:       all nodes were ready after {:.1?}", measured.recovered_after);
    print_times("healed:      ", "copies of listeners had the head", &measured.caught_up);
    if let Some(lacked) = measured.lacked_by_slowest {
        println!("healed:       the slowest of them had lacked {lacked} events");
    }
    println!(
        "silent loss:  all copies were complete {:.1?} after hints were lost without a sign",
        measured.after_silent_loss
    );
    print_times("hints:       ", "events received on other nodes", &measured.with_hints);
    print_times("single:      ", "that no later event showed", &measured.single);
    print_times("poll alone:  ", "events received on other nodes", &measured.by_poll);
    print_times(
        "bans:        ",
        "connections of banned people had their last frame",
        &measured.bans.delivered,
    );
    print_times("bans:        ", "drafts were stored by other nodes after the answer", &measured.bans.stored);
    print_times("outages:     ", "subscribers had the head after the end", &measured.after_outages);
    println!("ghosts:       people of a node that was killed were gone after {:.1?}", measured.ghosts);
}

fn print_times(name: &str, what: &str, times: &[Duration]) {
    let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
    let [half, most, all] = [50, 99, 100].map(|percent| at(percent).copied().unwrap_or_default());
    println!("{name} {} {what}: p50 {half:.1?}, p99 {most:.1?}, at most {all:.1?}", times.len());
}
