//! The policy: who reads, writes and makes topics.

use app::protocol::ErrorCode;

use super::*;
use crate::support::{HandshakeClient, PlainClient, body_of, soon};

const PATH: &str = "/api/v1/policy";
const UNLIMITED: &str =
    "--pages-per-second 0 --frames-per-second 0 --address-messages-per-second 0 --topics-per-hour 0";

fn policy(readers: &str, writers: &str, makers: &str) -> Value {
    json!({ "readers": readers, "writers": writers, "makers": makers })
}

impl Person {
    async fn rules(&self, policy: &Value) -> HttpResponse {
        self.browser.calls("PUT", PATH, &[], &policy.to_string()).await
    }

    async fn creates(&self, topic: &str) -> u16 {
        let draft = DraftId::fresh().to_string();
        let key = [("idempotency-key", draft.as_str())];
        self.browser.calls("PUT", &format!("/api/v1/topics/{topic}"), &key, "{}").await.status
    }
}

#[tokio::test]
async fn owners_read_and_replace_the_policy() {
    let server = start("").await;
    let owner = owns(&server).await;
    let moderator = visits(&server).await;
    owner.gives(&moderator, json!({ "role": "moderator" })).await;
    let open = policy("everyone", "everyone", "everyone");
    assert_eq!(owner.browser.calls("GET", PATH, &[], "").await.json(), open);
    let strict = policy("everyone", "members", "moderators");
    let mut explained = strict.clone();
    explained["reason"] = json!("spam\u{0}");
    assert_eq!(owner.rules(&explained).await.json(), strict);
    assert_eq!(owner.browser.calls("GET", PATH, &[], "").await.json(), strict);
    let hidden = (404, "not_found".to_owned());
    assert_eq!(code_of(&moderator.rules(&open).await), hidden);
    assert_eq!(code_of(&moderator.browser.calls("GET", PATH, &[], "").await), hidden);
    for wrong in [json!({}), policy("everyone", "everyone", "nobody")] {
        assert_eq!(owner.rules(&wrong).await.status, 400, "{wrong}");
    }
    let audit = owner.browser.calls("GET", "/api/v1/audit?limit=1", &[], "").await.json();
    let entry = &audit["entries"][0];
    assert_eq!((&entry["act"], &entry["actor"]), (&json!("policy"), &json!(owner.user)));
    assert_eq!((&entry["policy"], &entry["reason"]), (&strict, &json!("spam")));
    assert_eq!((&entry["user"], &entry["standing"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn each_role_does_what_the_policy_gives_to_it() {
    let server = start(UNLIMITED).await;
    let owner = owns(&server).await;
    let (member, guest) = (visits(&server).await, visits(&server).await);
    owner.gives(&member, json!({ "role": "member" })).await;
    assert_eq!(guest.publishes().await, stored());
    assert_eq!(owner.rules(&policy("everyone", "members", "moderators")).await.status, 200);
    follows_policy(&guest, &refused("forbidden"), 200).await;
    follows_policy(&member, &stored(), 200).await;
    for person in [&guest, &member] {
        eventually(async || person.creates("tea").await == 403).await;
    }
    assert_eq!(owner.creates("coffee").await, 201);
    assert_eq!(owner.rules(&policy("members", "moderators", "everyone")).await.status, 200);
    follows_policy(&guest, &refused("forbidden"), 403).await;
    follows_policy(&member, &refused("forbidden"), 200).await;
    follows_policy(&owner, &stored(), 200).await;
    assert_eq!(owner.rules(&policy("everyone", "everyone", "everyone")).await.status, 200);
    follows_policy(&guest, &stored(), 200).await;
    assert_eq!(guest.creates("cake").await, 201);
}

/// Waits until it holds: another node learns of a policy a moment later.
async fn eventually(holds: impl AsyncFn() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    soon("the policy", waiting).await;
}

async fn follows_policy(person: &Person, publishing: &(u16, String), page: u16) {
    eventually(async || {
        person.publishes().await == *publishing && person.browser.gets("/t/lobby").await.status == page
    })
    .await;
    let form =
        [("draft", DraftId::fresh().to_string()), ("name", String::new()), ("message", "hi".to_owned())];
    let fields = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let posted = person.browser.posts("/t/lobby", &fields).await.status;
    assert_eq!(posted == 303, publishing.0 == 201, "{posted}");
    let listed = person.browser.gets("/api/v1/topics").await.status;
    assert_eq!(listed == 200, page == 200, "{listed}");
}

/// The first message would begin the topic.
#[tokio::test]
async fn who_makes_no_topics_begins_none_by_writing() {
    let server = start(UNLIMITED).await;
    let owner = owns(&server).await;
    let guest = visits(&server).await;
    assert_eq!(owner.rules(&policy("everyone", "everyone", "moderators")).await.status, 200);
    eventually(async || guest.creates("tea").await == 403).await;
    let writes = async |person: &Person, topic: &str| {
        let draft = DraftId::fresh().to_string();
        let key = [("idempotency-key", draft.as_str())];
        let path = format!("/api/v1/topics/{topic}/messages");
        person.browser.calls("POST", &path, &key, r#"{"body":"hi"}"#).await.status
    };
    assert_eq!((writes(&guest, "fresh").await, writes(&guest, "lobby").await), (403, 201));
    let draft = DraftId::fresh().to_string();
    let form = [("draft", draft.as_str()), ("name", ""), ("message", "hi")];
    assert_eq!(guest.browser.posts("/t/fresh", &form).await.status, 403);
    let plain = HandshakeClient::new(guest.browser.address(), "/chat?topic=fresh");
    let mut script = PlainClient::new(plain.connects().await);
    script.receives_joined().await;
    script.sends("hi").await;
    script.receives_error().await;
    assert_eq!(writes(&owner, "fresh").await, 201);
    assert_eq!(writes(&guest, "fresh").await, 201, "it is begun");
}

#[tokio::test]
async fn a_stricter_policy_ends_what_is_open_and_leaves_what_is_allowed() {
    let server = start("").await;
    let owner = owns(&server).await;
    let (member, guest) = (visits(&server).await, visits(&server).await);
    owner.gives(&member, json!({ "role": "member" })).await;
    let mut allowed = member.browser.connects(Some("Mia")).await;
    allowed.subscribes("lobby").await;
    let mut socket = guest.browser.connects(Some("Bob")).await;
    socket.subscribes("lobby").await;
    let mut script = guest.browser.handshake().connects().await;
    let mut stream = guest.browser.streams_events(EVENTS, &[]).await;
    stream.next().await.expect("its position");
    assert_eq!(owner.rules(&policy("members", "everyone", "everyone")).await.status, 200);
    assert_eq!(socket.frames_until_closed().await.1, CloseCode::AuthRefresh.number());
    assert_eq!(script.texts_until_closed().await.1, CloseCode::AuthRefresh.number());
    while stream.next().await.is_some() {}
    assert_eq!(guest.browser.gets(EVENTS).await.status, 403);
    let mut again = guest.browser.connects(Some("Bob")).await;
    again.socket.sends_text(r#"{"type":"subscribe","ref":7,"topic":"lobby"}"#).await;
    again.receives_error(Some(7), ErrorCode::Forbidden).await;
    assert_eq!(owner.publishes().await, stored());
    assert_eq!(body_of(&allowed.receives_event_after_presence().await), "hi", "members stay");
}

#[tokio::test]
async fn a_member_who_loses_the_role_is_sent_nothing_more() {
    let server = start("").await;
    let owner = owns(&server).await;
    let member = visits(&server).await;
    owner.gives(&member, json!({ "role": "member" })).await;
    assert_eq!(owner.rules(&policy("members", "everyone", "everyone")).await.status, 200);
    follows_policy(&member, &stored(), 200).await;
    let mut socket = member.browser.connects(Some("Mia")).await;
    socket.subscribes("lobby").await;
    let mut stream = member.browser.streams_events(EVENTS, &[]).await;
    stream.next().await.expect("its position");
    owner.gives(&member, json!({ "role": "guest" })).await;
    assert_eq!(socket.frames_until_closed().await.1, CloseCode::AuthRefresh.number());
    while stream.next().await.is_some() {}
}

#[tokio::test]
async fn the_page_replaces_the_policy_with_a_reason() {
    let server = start("").await;
    let owner = owns(&server).await;
    let moderator = visits(&server).await;
    owner.gives(&moderator, json!({ "role": "moderator" })).await;
    let fields =
        [("readers", "everyone"), ("writers", "members"), ("makers", "moderators"), ("reason", "spam")];
    let path = "/admin/policy";
    assert_eq!(moderator.browser.gets(path).await.status, 404);
    assert_eq!(moderator.browser.posts(path, &fields).await.status, 404);
    let foreign = [("origin", "https://evil.example")];
    assert_eq!(owner.browser.posts_with(path, &fields, &foreign).await.status, 403);
    let unexplained = owner.browser.posts(path, &fields[..3]).await;
    assert_eq!(unexplained.status, 422);
    assert!(unexplained.text.contains("Give a reason"), "{}", unexplained.text);
    let open = policy("everyone", "everyone", "everyone");
    assert_eq!(owner.browser.calls("GET", PATH, &[], "").await.json(), open, "nothing was changed");
    let saved = owner.browser.posts(path, &fields).await;
    assert_eq!((saved.status, saved.header("location")), (303, "/admin/policy?saved"));
    assert_eq!(
        owner.browser.calls("GET", PATH, &[], "").await.json(),
        policy("everyone", "members", "moderators")
    );
    let page = owner.browser.gets("/admin/policy?saved").await;
    assert_eq!(page.header("cache-control"), "no-store, no-transform");
    let selected = page.text.matches("selected").count();
    assert!(page.text.contains("Saved.") && selected == 3, "{}", page.text);
    let log = owner.browser.gets("/admin/audit").await.text;
    assert!(log.contains("Write: Members") && log.contains("spam"), "{log}");
}
