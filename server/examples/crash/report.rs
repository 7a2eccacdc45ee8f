//! The summary of a run.

use crate::{
    run::{Run, StopCounts},
    verify::Summary,
};

pub(crate) fn print(run: &Run, summary: &Summary) {
    let StopCounts { killed, early, terminated } = &run.stops;
    let counters = &run.shared.counters;
    println!("ended:        {killed} by SIGKILL, {terminated} by SIGTERM; {early} of them while starting");
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
    if let Some(network) = &run.network {
        println!("frozen:       {} commits", network.frozen);
    }
    let Summary { stored, refused, lost, events, messages, .. } = summary;
    println!("drafts:       {stored} stored, {refused} refused for good, {lost} restored away, none open");
    println!(
        "logs:         {} topics, {events} events, {messages} messages; received {} times",
        run.shared.topics.len(),
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
    run.power.print();
    println!(
        "took:         {:.1?}; `drain` was received {} times",
        run.started.elapsed(),
        counters.drains.get()
    );
}
