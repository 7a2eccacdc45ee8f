//! Owners, moderators, and people who are banned or muted.

mod networks;
mod pages;
mod policy;
mod refusals;

use app::protocol::{CloseCode, DraftId};
use serde_json::{Value, json};

use crate::support::{Browser, HttpResponse, TestServer, soon, start};

const EVENTS: &str = "/api/v1/topics/lobby/events";
const FOR_EVER: u64 = 253_402_300_799_999;

/// A browser whose person has a session.
struct Person {
    browser: Browser,
    user: String,
}

async fn visits(server: &TestServer) -> Person {
    let browser = server.browser();
    let session = browser.calls("POST", "/api/v1/session", &[], "").await.json();
    Person { browser, user: session["user"].as_str().unwrap().to_owned() }
}

async fn owns(server: &TestServer) -> Person {
    let ann = visits(server).await;
    let code = server.owner_code().await;
    let answer = ann.browser.posts("/own", &[("code", code.as_str())]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/"));
    ann
}

impl Person {
    async fn reads(&self, other: &Self) -> HttpResponse {
        self.browser.calls("GET", &format!("/api/v1/people/{}", other.user), &[], "").await
    }

    async fn gives(&self, other: &Self, standing: Value) -> HttpResponse {
        let path = format!("/api/v1/people/{}", other.user);
        self.browser.calls("PUT", &path, &[], &standing.to_string()).await
    }

    async fn sends(&self, draft: DraftId, text: &str) -> HttpResponse {
        let draft = draft.to_string();
        let key = [("idempotency-key", draft.as_str())];
        let body = json!({ "body": text }).to_string();
        self.browser.calls("POST", "/api/v1/topics/lobby/messages", &key, &body).await
    }

    /// Returns the status and, if there is one, the error code.
    async fn publishes(&self) -> (u16, String) {
        let answer = self.sends(DraftId::fresh(), "hi").await;
        (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    /// Another node refuses until it knows that the ban or mute was lifted.
    async fn may_publish_soon(&self) {
        soon("a stored message", async { while self.publishes().await != stored() {} }).await;
    }
}

fn stored() -> (u16, String) {
    (201, String::new())
}

fn refused(code: &str) -> (u16, String) {
    (403, code.to_owned())
}

fn code_of(answer: &HttpResponse) -> (u16, String) {
    (answer.status, answer.json()["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_code_makes_one_person_the_owner_and_works_once() {
    let server = start("").await;
    let code = server.owner_code().await;
    let ann = server.browser();
    let page = ann.gets("/own").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("action=\"/own\"") && page.text.contains("name=\"code\""), "{}", page.text);
    let foreign = [("origin", "https://evil.example")];
    assert_eq!(ann.posts_with("/own", &[("code", code.as_str())], &foreign).await.status, 403);
    let pasted = format!(" {code}\r\n");
    assert_eq!(ann.posts("/own", &[("code", pasted.as_str())]).await.status, 303);
    let bob = server.browser();
    assert_eq!(bob.posts("/own", &[("code", code.as_str())]).await.status, 409, "it was used");
    for wrong in ["", "00", &code[1..], format!("{code}0").as_str()] {
        let refused = bob.posts("/own", &[("code", wrong)]).await;
        assert_eq!(refused.status, 404, "{wrong}");
        assert!(refused.text.contains("wrong, or it has expired"), "{}", refused.text);
    }
    assert_eq!(bob.gets(&format!("/own/{code}")).await.status, 404, "no code is in an address");
}

#[tokio::test]
async fn owners_give_roles_and_others_do_not_see_them() {
    let server = start("").await;
    let owner = owns(&server).await;
    let (moderator, bob) = (visits(&server).await, visits(&server).await);
    let given = owner.gives(&moderator, json!({ "role": "moderator" })).await;
    assert_eq!(given.json(), json!({ "user": moderator.user, "role": "moderator" }));
    assert_eq!(moderator.reads(&owner).await.json(), json!({ "user": owner.user, "role": "owner" }));
    assert_eq!(moderator.reads(&bob).await.json(), json!({ "user": bob.user, "role": "guest" }));
    let refused = moderator.gives(&bob, json!({ "role": "member" })).await;
    assert_eq!(code_of(&refused), (403, "forbidden".to_owned()));
    let last = owner.gives(&owner, json!({ "role": "guest" })).await;
    assert_eq!(code_of(&last), (403, "forbidden".to_owned()), "the house needs an owner");
    let hidden = (404, "not_found".to_owned());
    assert_eq!(code_of(&bob.reads(&owner).await), hidden);
    assert_eq!(code_of(&bob.gives(&bob, json!({ "role": "owner" })).await), hidden);
}

#[tokio::test]
async fn a_ban_closes_what_is_open_and_refuses_what_comes() {
    let server = start("").await;
    let owner = owns(&server).await;
    let (bob, zoe) = (visits(&server).await, visits(&server).await);
    assert_eq!((bob.publishes().await, zoe.publishes().await), (stored(), stored()));
    let mut socket = bob.browser.connects(Some("Bob")).await;
    let mut script = bob.browser.handshake().connects().await;
    let mut stream = bob.browser.streams_events(EVENTS, &[]).await;
    stream.next().await.expect("its position");
    let banned = owner.gives(&bob, json!({ "role": "guest", "banned_until": FOR_EVER })).await;
    assert_eq!(banned.json()["banned_until"], FOR_EVER);
    assert_eq!(socket.frames_until_closed().await.1, CloseCode::Banned.number());
    assert_eq!(script.texts_until_closed().await.1, CloseCode::Banned.number());
    while stream.next().await.is_some() {}
    assert_eq!((bob.publishes().await, zoe.publishes().await), (refused("banned"), stored()));
    for path in ["/t/lobby", "/t/lobby/1", "/search?q=hi", "/"] {
        let page = bob.browser.gets(path).await;
        assert_eq!(page.status, 403, "{path}");
        assert!(page.text.contains("You are banned from this chat."), "{}", page.text);
    }
    assert_eq!(bob.browser.gets(EVENTS).await.status, 403);
    bob.browser.handshake().with_v1().connects().await.is_closed(CloseCode::Banned).await;
    assert_eq!(owner.gives(&bob, json!({ "role": "guest" })).await.status, 200);
    bob.may_publish_soon().await;
    let mut socket = bob.browser.connects(Some("Bob")).await;
    assert!(socket.tries_to_publish("lobby", DraftId::fresh(), "back").await.is_ok());
}

/// Without the field, the body would say that the person is not banned.
#[tokio::test]
async fn a_mistyped_field_lifts_no_ban() {
    let server = start("").await;
    let owner = owns(&server).await;
    let bob = visits(&server).await;
    let banned = json!({ "role": "guest", "banned_until": FOR_EVER });
    assert_eq!(owner.gives(&bob, banned).await.status, 200);
    for field in ["banned_untill", "bannedUntil", "Banned_until", "banned"] {
        let mut mistyped = json!({ "role": "guest" });
        mistyped[field] = json!(FOR_EVER);
        let refused = owner.gives(&bob, mistyped).await;
        assert_eq!(code_of(&refused), (400, "bad_request".to_owned()), "{field}");
        assert!(refused.text.contains("is not known"), "{}", refused.text);
    }
    assert_eq!(bob.publishes().await, (403, "banned".to_owned()));
}

#[tokio::test]
async fn a_banned_person_keeps_their_name() {
    let server = start("").await;
    let owner = owns(&server).await;
    let bob = visits(&server).await;
    let names = async |body: &str| bob.browser.calls("POST", "/api/v1/session", &[], body).await;
    assert_eq!(names(r#"{"name":"Bob"}"#).await.json()["name"], "Bob");
    owner.gives(&bob, json!({ "role": "guest", "banned_until": FOR_EVER })).await;
    assert_eq!(code_of(&names(r#"{"name":"Mallory"}"#).await), (403, "banned".to_owned()));
    let kept = names(r#"{"name":"Bob"}"#).await;
    assert_eq!((kept.status, &kept.json()["name"]), (200, &json!("Bob")));
    owner.gives(&bob, json!({ "role": "guest" })).await;
    assert_eq!(names(r#"{"name":"Robert"}"#).await.json()["name"], "Robert");
}

#[tokio::test]
async fn a_muted_person_reads_and_writes_nothing() {
    let server = start("").await;
    let owner = owns(&server).await;
    let bob = visits(&server).await;
    let muted = owner.gives(&bob, json!({ "role": "guest", "muted_until": FOR_EVER })).await;
    assert_eq!(muted.status, 200, "{}", muted.text);
    assert_eq!(bob.publishes().await, refused("muted"));
    assert_eq!(bob.browser.gets("/t/lobby").await.status, 200);
    assert_eq!(owner.gives(&bob, json!({ "role": "guest", "muted_until": 1 })).await.status, 200);
    bob.may_publish_soon().await;
}

#[tokio::test]
async fn owners_read_in_pages_who_changed_whom_and_why() {
    let server = start("").await;
    let owner = owns(&server).await;
    let (moderator, bob) = (visits(&server).await, visits(&server).await);
    owner.gives(&moderator, json!({ "role": "moderator" })).await;
    let ban = json!({ "role": "guest", "banned_until": FOR_EVER, "reason": "spam" });
    assert_eq!(moderator.gives(&bob, ban).await.status, 200);
    let long = json!({ "role": "guest", "reason": "x".repeat(501) });
    assert_eq!(code_of(&moderator.gives(&bob, long).await), (400, "bad_request".to_owned()));
    let mut entries = Vec::new();
    let mut path = "/api/v1/audit?limit=1".to_owned();
    loop {
        let mut page = owner.browser.calls("GET", &path, &[], "").await.json();
        entries.append(page["entries"].as_array_mut().unwrap());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/audit?limit=1&cursor={next}");
    }
    let acts: Vec<_> = entries.iter().map(|entry| entry["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["standing", "standing", "owner_code"]);
    assert_eq!((&entries[0]["actor"], &entries[0]["user"]), (&json!(moderator.user), &json!(bob.user)));
    assert_eq!(entries[0]["standing"], json!({ "role": "guest", "banned_until": FOR_EVER }));
    assert_eq!((&entries[0]["reason"], &entries[1]["reason"]), (&json!("spam"), &Value::Null));
    let refused = moderator.browser.calls("GET", "/api/v1/audit", &[], "").await;
    assert_eq!(code_of(&refused), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn roles_and_bans_survive_a_restart() {
    let server = start("").await;
    let owner = owns(&server).await;
    let bob = visits(&server).await;
    owner.gives(&bob, json!({ "role": "member", "banned_until": FOR_EVER })).await;
    let server = server.stops().await.restarts().await;
    let owner = Person { browser: owner.browser.moves_to(server.address), ..owner };
    let bob = Person { browser: bob.browser.moves_to(server.address), ..bob };
    assert_eq!(bob.publishes().await, refused("banned"));
    let standing = json!({ "user": bob.user, "role": "member", "banned_until": FOR_EVER });
    assert_eq!(owner.reads(&bob).await.json(), standing);
}
