//! Two nodes behind the load balancers whose configurations are in `deploy`. Skipped where these are not installed.

use std::net::SocketAddr;

use app::protocol::{DraftId, ServerFrame};
use testing::{Balancer, LoadBalancer, Postgres};

use super::*;
use crate::support::{Browser, HandshakeClient, acked::publishes_until_acked, bodies_of, body_of};

const EVENTS: &str = "/api/v1/topics/lobby/events";
/// Sockets of one address on a node: more than the tests need.
const MAX_SOCKETS: usize = 8;

/// Two nodes behind a load balancer.
struct Setup {
    proxy: LoadBalancer,
    postgres: Postgres,
    a: TestServer,
    b: TestServer,
}

async fn set_up(balancer: Balancer, settings: &str) -> Option<Setup> {
    testing::find_postgres()?;
    let postgres = Postgres::start();
    let database = postgres.database();
    let settings = format!("--max-address-sockets {MAX_SOCKETS} {settings}");
    let a = start_in(database.shared(), &settings).await;
    let b = start_in(database, &settings).await;
    let nodes = [a.address, b.address];
    // It waits until it is answered by a node, which runs on this thread.
    let proxy = tokio::task::spawn_blocking(move || LoadBalancer::start(balancer, nodes)).await.unwrap()?;
    Some(Setup { proxy, postgres, a, b })
}

async fn connects(proxy: SocketAddr, name: &str) -> Member {
    Member::hello(HandshakeClient::new(proxy, "/chat").with_v1().connects().await, name).await
}

/// Connects members who subscribe to the lobby, on both nodes.
async fn four_members_join(proxy: SocketAddr) -> Vec<Member> {
    let mut members = Vec::new();
    for name in ["Ann", "Bob", "Eve", "Zoe"] {
        let mut member = connects(proxy, name).await;
        member.subscribes("lobby").await;
        members.push(member);
    }
    members
}

#[tokio::test]
async fn nginx_distributes_pages_sockets_and_streams_and_a_node_may_go() {
    serves_and_fails_over(Balancer::Nginx).await;
}

#[tokio::test]
async fn caddy_distributes_pages_sockets_and_streams_and_a_node_may_go() {
    serves_and_fails_over(Balancer::Caddy).await;
}

async fn serves_and_fails_over(balancer: Balancer) {
    let Some(Setup { proxy, a, b, postgres: _running }) = set_up(balancer, "").await else { return };
    let address = proxy.address();
    let browser = Browser::new(address);
    assert_eq!(browser.gets("/t/lobby").await.status, 200);
    let mut members = four_members_join(address).await;
    let epoch = members[0].subscribes("lobby").await.epoch;
    let mut stream = browser.streams_events(EVENTS, &[]).await;
    stream.next().await.expect("its position");
    connects(address, "Writer").await.publishes_draft("lobby", DraftId::fresh(), "before").await;
    for member in &mut members {
        member.receives("before").await;
    }
    assert_eq!(body_of(&stream.receives_event().await), "before");

    let going = async { a.stops().await };
    let visiting = async {
        for _ in 0..50 {
            assert_eq!(browser.gets("/t/lobby").await.status, 200);
        }
    };
    tokio::join!(going, visiting);
    connects(address, "Writer").await.publishes_draft("lobby", DraftId::fresh(), "after").await;
    let mut moved = 0;
    for member in &mut members {
        match member.next().await {
            ServerFrame::Event(event) => assert_eq!(body_of(&event), "after"),
            ServerFrame::Drain { .. } => {
                moved += 1;
                *member = connects(address, "Moved").await;
                let resumed = member.resumes("lobby", &epoch, 1).await;
                assert_eq!(bodies_of(&resumed.events), ["after"]);
            }
            other => panic!("{other:?}"),
        }
    }
    assert!((1..members.len()).contains(&moved), "both nodes had members: {moved} were on one");
    members[0].publishes("all on one").await;
    for member in &mut members[1..] {
        member.receives("all on one").await;
    }
    addresses_are_the_proxy_s_word(address).await;
    drop(b);
}

/// A client cannot choose the address by which it is limited.
async fn addresses_are_the_proxy_s_word(proxy: SocketAddr) {
    let mut sockets = Vec::new();
    loop {
        let handshake = HandshakeClient::new(proxy, "/chat")
            .with("x-forwarded-for", &format!("10.9.8.{}", sockets.len()));
        match handshake.connects_or_status().await {
            Ok(socket) => sockets.push(socket),
            Err(status) => return assert_eq!(status, 429),
        }
        assert!(sockets.len() <= MAX_SOCKETS, "the header of a client counts");
    }
}

#[tokio::test]
async fn nginx_leaves_sockets_open_while_no_node_is_ready() {
    keeps_sockets_without_a_database(Balancer::Nginx).await;
}

#[tokio::test]
async fn caddy_leaves_sockets_open_while_no_node_is_ready() {
    keeps_sockets_without_a_database(Balancer::Caddy).await;
}

async fn keeps_sockets_without_a_database(balancer: Balancer) {
    // A node that has no database is soon known to have none.
    let Some(setup) = set_up(balancer, "--stall-ms 500 --database-timeout-ms 3000").await else { return };
    let address = setup.proxy.address();
    let mut members = four_members_join(address).await;
    setup.postgres.stop();
    readiness_is(&setup.a, 503, "").await;
    readiness_is(&setup.b, 503, "").await;
    is_answered(address, |status| status >= 500).await;
    setup.postgres.restart();
    readiness_is(&setup.a, 200, "ready").await;
    readiness_is(&setup.b, 200, "ready").await;
    is_answered(address, |status| status == 200).await;
    // Only then does the load balancer take sockets again.
    let mut writer = connects(address, "Writer").await;
    // The first write may still meet a connection that PostgreSQL has ended.
    publishes_until_acked(&mut writer, DraftId::fresh(), "after it").await;
    for member in &mut members {
        member.receives("after it").await;
    }
}

/// Waits until the load balancer answers `/readyz` with such a status.
async fn is_answered(proxy: SocketAddr, expected: impl Fn(u16) -> bool) {
    let browser = Browser::new(proxy);
    let answered = async { while !expected(browser.gets("/readyz").await.status) {} };
    timeout(RECOVERY_TIMEOUT, answered).await.expect("an answer of the load balancer");
}
