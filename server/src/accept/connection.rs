//! One connection, from its first byte to its last or to its upgrade.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::{
    net::TcpStream,
    sync::futures::Notified,
    time::{Instant, Sleep, sleep_until},
};
use tracing::debug;

use super::{
    Shared,
    clock::{Clock, Overdue},
    peer::Peer,
    places::{Place, Places, Spare},
    refusal,
    requests::Requests,
    transport::Transport,
};

/// How a connection ends.
enum End {
    /// The client or hyper closed it, or it was upgraded.
    Done,
    /// Its time is up.
    Overdue(Overdue),
    /// It is idle, and another connection needs its place.
    Displaced,
}

/// Serves the requests of a connection until it ends or is upgraded.
pub(super) async fn serve(shared: Arc<Shared>, stream: TcpStream, peer: Peer, place: Place) {
    let clock = Arc::new(Clock::new(shared.times.clone(), Instant::now()));
    let transport = Transport::new(stream, Arc::clone(&clock), place);
    let requests = Requests {
        router: shared.router.clone(),
        peer,
        clock: Arc::clone(&clock),
        pace: shared.requests.clone(),
    };
    let mut connection = shared.http.serve_connection(transport, requests).with_upgrades();
    let end = {
        let mut timer = pin!(sleep_until(Instant::now() + shared.times.head));
        let mut drain = pin!(shared.drain.cancelled());
        let mut wanted = pin!(None);
        let mut spare = None;
        let mut drains = false;
        poll_fn(|cx| {
            if !drains && drain.as_mut().poll(cx).is_ready() {
                drains = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            if Pin::new(&mut connection).poll(cx).is_ready() || (drains && clock.is_spare()) {
                return Poll::Ready(End::Done);
            }
            if poll_displaced(&shared.places, &clock, &mut spare, wanted.as_mut(), cx).is_ready() {
                return Poll::Ready(End::Displaced);
            }
            poll_overdue(&clock, timer.as_mut(), cx).map(End::Overdue)
        })
        .await
    };
    let Some(transport) = connection.into_parts().map(|parts| parts.io) else { return };
    match end {
        End::Done => {}
        End::Overdue(why) => {
            debug!(peer = %peer.address, ?why, "connection.too_slow");
            match why {
                Overdue::Idle => {}
                Overdue::Head => transport.answer(refusal::LATE),
                Overdue::Answer => transport.cut(),
            }
        }
        End::Displaced if clock.has_half_a_head() => transport.answer(refusal::FULL),
        End::Displaced => {}
    }
}

/// Pending until the time of what the connection is doing is up.
fn poll_overdue(clock: &Clock, mut timer: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<Overdue> {
    loop {
        let now = Instant::now();
        if let Some(why) = clock.overdue(now) {
            return Poll::Ready(why);
        }
        let Some(look) = clock.look(now) else { return Poll::Pending };
        // A timer that is too early is left alone, since most requests end long before: it looks again when it fires.
        if timer.is_elapsed() || look < timer.deadline() {
            timer.as_mut().reset(look);
        }
        ready!(timer.as_mut().poll(cx));
    }
}

/// Pending until another connection needs the place of this one, which has no request under way. In `wanted` it queues among its like.
fn poll_displaced<'a>(
    places: &'a Places,
    clock: &Clock,
    spare: &mut Option<Spare<'a>>,
    mut wanted: Pin<&mut Option<Notified<'a>>>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    if !clock.is_spare() {
        *spare = None;
        wanted.set(None);
        return Poll::Pending;
    }
    loop {
        if wanted.is_none() {
            *spare = Some(places.spare());
            wanted.set(Some(places.wanted()));
        }
        let Some(waiting) = wanted.as_mut().as_pin_mut() else { return Poll::Pending };
        ready!(waiting.poll(cx));
        wanted.set(None);
        // Notified for a connection that found room otherwise.
        if places.is_full() {
            return Poll::Ready(());
        }
    }
}
