use super::*;

fn slots(all: usize, http: usize, per_address: usize) -> Arc<ConnectionSlots> {
    Arc::new(ConnectionSlots::new(SlotLimits { all, http, per_address }))
}

fn address(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

#[tokio::test]
async fn the_limit_per_address_counts_an_ipv6_network_as_one_address() {
    let slots = slots(100, 100, 2);
    let first = slots.acquire(address("2001:db8::1")).await.unwrap();
    let _second = slots.acquire(address("2001:db8::2:2")).await.unwrap();
    assert_eq!(slots.acquire(address("2001:db8::3")).await.unwrap_err(), NoSlot::AddressFull);
    let _neighbour = slots.acquire(address("2001:db8:0:1::1")).await.unwrap();
    drop(first);
    slots.acquire(address("2001:db8::3")).await.unwrap();
}

#[tokio::test]
async fn a_proxy_on_this_machine_has_no_limit_per_address() {
    let slots = slots(100, 100, 1);
    let _first = slots.acquire(address("127.0.0.1")).await.unwrap();
    let _second = slots.acquire(address("::1")).await.unwrap();
    slots.acquire(address("127.0.0.1")).await.unwrap();
    slots.acquire(address("::1")).await.unwrap();
}

#[tokio::test]
async fn a_trusted_proxy_has_no_limit_per_address() {
    let slots = slots(100, 100, 1);
    let _first = slots.acquire(None).await.unwrap();
    slots.acquire(None).await.unwrap();
}

#[tokio::test]
async fn an_address_is_forgotten_with_its_last_connection() {
    let slots = slots(100, 100, 0);
    let first = slots.acquire(address("2001:db8::1")).await.unwrap();
    let second = slots.acquire(address("2001:db8::2")).await.unwrap();
    assert!(first.turns().is_some() && slots.acquire(None).await.unwrap().turns().is_none());
    drop(first);
    assert_eq!(slots.counts.lock().addresses.len(), 1);
    drop(second);
    assert!(slots.counts.lock().addresses.is_empty());
}

#[tokio::test]
async fn a_websocket_frees_its_http_slot_but_not_its_descriptor() {
    let slots = slots(2, 1, 0);
    let mut socket = slots.acquire(address("10.0.0.1")).await.unwrap();
    assert_eq!(slots.acquire(address("10.0.0.2")).await.unwrap_err(), NoSlot::ServerFull);
    socket.mark_long_lived();
    let mut other = slots.acquire(address("10.0.0.2")).await.unwrap();
    other.mark_long_lived();
    assert_eq!(slots.acquire(address("10.0.0.3")).await.unwrap_err(), NoSlot::ServerFull);
    drop(socket);
    slots.acquire(address("10.0.0.3")).await.unwrap();
}

#[tokio::test]
async fn the_connection_that_was_idle_for_longest_is_evicted() {
    let slots = slots(2, 2, 0);
    let evicted = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for name in ["first", "second"] {
        let slot = slots.acquire(address("10.0.0.1")).await.unwrap();
        let slots = Arc::clone(&slots);
        let evicted = Arc::clone(&evicted);
        let started = Arc::new(Notify::new());
        let start = Arc::clone(&started);
        tasks.push(tokio::spawn(async move {
            let _idle = slots.mark_idle();
            let mut eviction = std::pin::pin!(slots.eviction());
            eviction.as_mut().enable();
            start.notify_one();
            eviction.await;
            evicted.lock().push(name);
            drop(slot);
        }));
        started.notified().await;
    }
    let _third = slots.acquire(address("10.0.0.2")).await.unwrap();
    assert_eq!(*evicted.lock(), ["first"]);
    tasks.remove(1).abort();
}
