//! Bans of networks. The tests' own connections come from a trusted proxy, so they choose the address of a client.

use super::*;
use crate::support::soon;

const CLIENT: (&str, &str) = ("x-forwarded-for", "203.0.113.7");
const NEIGHBOUR: (&str, &str) = ("x-forwarded-for", "203.0.113.8");

impl Person {
    async fn bans(&self, network: &str, until: u64) -> HttpResponse {
        self.bans_from(network, until, &[]).await
    }

    async fn bans_from(&self, network: &str, until: u64, headers: &[(&str, &str)]) -> HttpResponse {
        let body = json!({ "banned_until": until, "reason": "spam" }).to_string();
        self.browser.calls("PUT", &format!("/api/v1/networks/{network}"), headers, &body).await
    }

    async fn lifts(&self, network: &str) -> HttpResponse {
        self.browser.calls("DELETE", &format!("/api/v1/networks/{network}"), &[], "").await
    }

    async fn banned_networks(&self) -> Value {
        self.browser.calls("GET", "/api/v1/networks", &[], "").await.json()["networks"].take()
    }
}

/// Waits until a server answers a client's page with a status: another one learns of the ban a little later.
async fn page_is(browser: &Browser, client: (&str, &str), status: u16) -> HttpResponse {
    soon(&format!("a page with the status {status}"), async {
        loop {
            let page = browser.gets_with("/t/lobby", &[client]).await;
            if page.status == status {
                return page;
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_banned_network_gets_nothing_and_what_it_has_open_ends() {
    let server = start("").await;
    let owner = owns(&server).await;
    let bob = server.browser();
    let mut socket = bob.handshake().with(CLIENT.0, CLIENT.1).with_v1().connects().await;
    let mut script = bob.handshake().with(CLIENT.0, CLIENT.1).connects().await;
    let mut stream = bob.streams_events(EVENTS, &[CLIENT]).await;
    stream.next().await.expect("its position");
    let mut neighbour = bob.handshake().with(NEIGHBOUR.0, NEIGHBOUR.1).connects().await;
    let banned = owner.bans("203.0.113.7", FOR_EVER).await;
    assert_eq!((banned.status, &banned.json()["reason"]), (200, &json!("spam")), "{}", banned.text);
    socket.is_closed(CloseCode::Banned).await;
    assert_eq!(script.texts_until_closed().await.1, CloseCode::Banned.number());
    while stream.next().await.is_some() {}
    let page = page_is(&bob, CLIENT, 403).await;
    assert!(page.text.contains("You are banned from this chat."), "{}", page.text);
    assert_eq!(code_of(&bob.gets_with("/api/v1/topics", &[CLIENT]).await), (403, "banned".to_owned()));
    assert_eq!(code_of(&bob.calls("GET", EVENTS, &[CLIENT], "").await), (403, "banned".to_owned()));
    let draft = DraftId::fresh().to_string();
    let form = [("draft", draft.as_str()), ("name", "Bob"), ("message", "hi")];
    assert_eq!(bob.posts_with("/t/lobby", &form, &[CLIENT]).await.status, 403);
    let mut late = bob.handshake().with(CLIENT.0, CLIENT.1).with_v1().connects().await;
    late.is_closed(CloseCode::Banned).await;
    assert_eq!(bob.gets_with("/t/lobby", &[NEIGHBOUR]).await.status, 200);
    neighbour.sends_text("hi").await;
    assert_eq!(owner.lifts("203.0.113.7").await.json(), json!({ "network": "203.0.113.7" }));
    page_is(&bob, CLIENT, 200).await;
    assert_eq!(code_of(&owner.lifts("203.0.113.7").await), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_ban_of_an_ipv6_address_is_one_of_its_64_bits() {
    let server = start("").await;
    let owner = owns(&server).await;
    let banned = owner.bans("2001:db8:1:2:3:4:5:6", FOR_EVER).await;
    assert_eq!(banned.json()["network"], "2001:db8:1:2::", "{}", banned.text);
    let browser = server.browser();
    page_is(&browser, ("x-forwarded-for", "2001:db8:1:2::9"), 403).await;
    page_is(&browser, ("x-forwarded-for", "2001:db8:1:3::9"), 200).await;
    assert_eq!(owner.lifts("2001:db8:1:2::%2F64").await.status, 200);
    page_is(&browser, ("x-forwarded-for", "2001:db8:1:2::9"), 200).await;
}

#[tokio::test]
async fn networks_by_which_everybody_comes_are_not_banned() {
    let server = start("--trusted-proxy 127.0.0.0/8,10.0.0.2,2001:db8::1").await;
    let owner = owns(&server).await;
    for network in ["127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "10.0.0.2", "2001:db8::%2F64"] {
        let refused = owner.bans(network, FOR_EVER).await;
        assert_eq!(code_of(&refused), (400, "bad_request".to_owned()), "{network}");
        assert!(refused.text.contains("is not banned: "), "{}", refused.text);
    }
    let own = owner.bans_from("203.0.113.9", FOR_EVER, &[("x-forwarded-for", "203.0.113.9")]).await;
    assert!(own.status == 400 && own.text.contains("that you come from"), "{}", own.text);
    for wrong in ["lobby", "203.0.113.0%2F24", "2001:db8::%2F32"] {
        assert_eq!(code_of(&owner.bans(wrong, FOR_EVER).await), (400, "bad_request".to_owned()), "{wrong}");
    }
    assert_eq!(owner.banned_networks().await, json!([]));
    assert_eq!(owner.bans("10.0.0.3", FOR_EVER).await.status, 200, "a neighbour of the proxy");
}

#[tokio::test]
async fn moderators_ban_networks_and_others_do_not_see_them() {
    let server = start("").await;
    let owner = owns(&server).await;
    let (moderator, bob) = (visits(&server).await, visits(&server).await);
    owner.gives(&moderator, json!({ "role": "moderator" })).await;
    assert_eq!(moderator.bans("203.0.113.7", FOR_EVER).await.status, 200);
    let listed = owner.banned_networks().await;
    assert_eq!((&listed[0]["network"], &listed[0]["actor"]), (&json!("203.0.113.7"), &json!(moderator.user)));
    let hidden = (404, "not_found".to_owned());
    assert_eq!(code_of(&bob.bans("203.0.113.8", FOR_EVER).await), hidden);
    assert_eq!(code_of(&bob.lifts("203.0.113.7").await), hidden);
    assert_eq!(code_of(&bob.browser.calls("GET", "/api/v1/networks", &[], "").await), hidden);
    assert_eq!(moderator.lifts("203.0.113.7").await.status, 200);
    let entries = owner.browser.calls("GET", "/api/v1/audit?limit=2", &[], "").await.json();
    for (entry, until) in [(0, Value::Null), (1, json!(FOR_EVER))] {
        let entry = &entries["entries"][entry];
        assert_eq!((&entry["act"], &entry["network"]), (&json!("network"), &json!("203.0.113.7")));
        assert_eq!((&entry["actor"], &entry["user"]), (&json!(moderator.user), &Value::Null));
        assert_eq!(entry["banned_until"], until);
    }
}

#[tokio::test]
async fn a_banned_network_stays_banned_after_a_restart_until_its_time() {
    let server = start("").await;
    let owner = owns(&server).await;
    assert_eq!(owner.bans("203.0.113.7", FOR_EVER).await.status, 200);
    assert_eq!(owner.bans("203.0.113.8", 1).await.status, 200);
    let server = server.stops().await.restarts().await;
    let browser = server.browser();
    assert_eq!(browser.gets_with("/t/lobby", &[CLIENT]).await.status, 403);
    assert_eq!(browser.gets_with("/t/lobby", &[NEIGHBOUR]).await.status, 200);
}
