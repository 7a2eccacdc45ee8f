//! The summary of a run.

use std::time::Instant;

use crate::{
    run::{Run, StopCounts},
    shared::Shared,
    verify::Summary,
};

pub(crate) fn print(run: &Run, summary: &Summary) {
    let StopCounts { killed, early, terminated } = &run.stops;
    println!("ended:        {killed} by SIGKILL, {terminated} by SIGTERM; {early} of them while starting");
    print_clients(&run.shared);
    if let Some(network) = &run.network {
        println!("frozen:       {} commits", network.frozen);
    }
    print_summary(&run.shared, summary);
    run.power.print();
    print_time(&run.shared, run.started);
}

pub(crate) fn print_clients(shared: &Shared) {
    let counters = &shared.counters;
    println!(
        "connections:  {} sockets, {} event streams; {} resumed, {} reset, {} began without a position",
        counters.connections.get(),
        counters.streams.get(),
        counters.resumed.get(),
        counters.resets.get(),
        counters.forgotten.get()
    );
    println!(
        "acks:         {} first, {} duplicate; {} refused, {} `unavailable`, {} requests without an answer",
        counters.acked.get(),
        counters.duplicates.get(),
        counters.refused.get(),
        counters.unavailable.get(),
        counters.unanswered.get()
    );
}

pub(crate) fn print_summary(shared: &Shared, summary: &Summary) {
    let counters = &shared.counters;
    let Summary { stored, refused, lost, events, messages, .. } = summary;
    println!("drafts:       {stored} stored, {refused} refused for good, {lost} restored away, none open");
    println!(
        "logs:         {} topics, {events} events, {messages} messages; received {} times",
        shared.topics.len(),
        counters.received.get()
    );
    println!("views:        {} live, {} history pages, all equal", summary.views, summary.pages);
    println!(
        "searches:     {} under load, {} of them inconclusive; {} at the end",
        counters.searches.get(),
        counters.inconclusive.get(),
        summary.searches
    );
    println!(
        "read marks:   {} memberships received; {} recounted at the end",
        counters.memberships.get(),
        summary.memberships
    );
}

pub(crate) fn print_time(shared: &Shared, started: Instant) {
    println!(
        "took:         {:.1?}; `drain` was received {} times",
        started.elapsed(),
        shared.counters.drains.get()
    );
}
