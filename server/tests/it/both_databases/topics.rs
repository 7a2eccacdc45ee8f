//! Creating, describing and finding topics.

use app::protocol::{
    About, AboutChange, AboutFields, ClientFrame, DraftId, ErrorCode, Event, EventKind, ServerFrame,
    SubscriptionMode, TopicName, TopicSummary,
};

use serde_json::{Value, json};

use crate::support::{Browser, HttpResponse, Member, TestServer, seqs_of, start};

fn about(title: &str, description: &str) -> About {
    About::parse(title, description).unwrap()
}

fn name(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn about_of(event: &Event) -> &About {
    match &event.kind {
        EventKind::About { about, .. } => about,
        _ => panic!("{event:?} says nothing about its topic"),
    }
}

/// Sends a request to create a topic. The answer is left for the test to receive.
async fn creates(member: &mut Member, topic: &str, draft: DraftId, about: About) -> u64 {
    let reference = member.next_reference();
    let topic = name(topic);
    member.sends(&ClientFrame::CreateTopic { reference, topic, draft, about }).await;
    reference
}

/// Sends a request to describe a topic. The answer is left for the test to receive.
async fn describes(member: &mut Member, topic: &str, draft: DraftId, about: About) -> u64 {
    let reference = member.next_reference();
    let topic = name(topic);
    member
        .sends(&ClientFrame::Describe {
            reference,
            topic,
            draft,
            change: AboutChange { about, part: AboutFields::Both },
        })
        .await;
    reference
}

async fn finds(member: &mut Member, query: &str, skip: u64, limit: u32) -> (Vec<TopicSummary>, bool) {
    let reference = member.next_reference();
    let query = query.to_owned();
    member.sends(&ClientFrame::Topics { reference, query, skip, limit }).await;
    match member.next().await {
        ServerFrame::Topics { reference: answered, topics, more } => {
            assert_eq!(answered, reference);
            (topics, more)
        }
        other => panic!("{other:?} lists no topics"),
    }
}

#[tokio::test]
async fn a_topic_is_created_once() {
    let server = start("").await;
    let mut ann = server.connects("Ann").await;
    let draft = DraftId::fresh();
    let asked = creates(&mut ann, "tea", draft, about("Tea", "All of it.")).await;
    assert_eq!(ann.is_acked(asked, draft).await, (1, false));
    let again = creates(&mut ann, "tea", draft, about("Tea", "All of it.")).await;
    assert_eq!(ann.is_acked(again, draft).await, (1, true), "a retry is harmless");
    let other = creates(&mut ann, "tea", draft, about("Tea", "")).await;
    ann.receives_error(Some(other), ErrorCode::Conflict).await;
    let late = creates(&mut ann, "tea", DraftId::fresh(), about("Tea", "All of it.")).await;
    ann.receives_error(Some(late), ErrorCode::Exists).await;
}

#[tokio::test]
async fn the_first_message_creates_its_topic() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.publishes("hi").await;
    let asked = creates(&mut ann, "tea", DraftId::fresh(), About::default()).await;
    ann.receives_error(Some(asked), ErrorCode::Exists).await;
}

#[tokio::test]
async fn one_topic_too_many_is_refused() {
    let server = start("--max-topics 1").await;
    let mut ann = server.connects("Ann").await;
    let draft = DraftId::fresh();
    let first = creates(&mut ann, "one", draft, About::default()).await;
    ann.is_acked(first, draft).await;
    let second = creates(&mut ann, "two", DraftId::fresh(), About::default()).await;
    ann.receives_error(Some(second), ErrorCode::TooManyTopics).await;
}

#[tokio::test]
async fn an_invalid_title_or_name_is_rejected_with_its_code() {
    let server = start("").await;
    let mut ann = server.connects("Ann").await;
    let draft = DraftId::fresh();
    for (verb, topic, title) in [
        ("create_topic", "tea", "x".repeat(101)),
        ("create_topic", "tea", "a\\u202eb".to_owned()),
        ("describe", "tea", "two\\nlines".to_owned()),
        ("create_topic", "Tea", String::new()),
    ] {
        let frame =
            format!(r#"{{"type":"{verb}","ref":7,"topic":"{topic}","draft":"{draft}","title":"{title}"}}"#);
        ann.socket.sends_text(&frame).await;
        ann.receives_error(Some(7), ErrorCode::BadRequest).await;
    }
    assert_eq!(finds(&mut ann, "", 0, 30).await, (vec![], false), "a refusal leaves nothing");
}

#[tokio::test]
async fn a_missing_topic_cannot_be_described() {
    let server = start("").await;
    let mut ann = server.connects("Ann").await;
    let asked = describes(&mut ann, "tea", DraftId::fresh(), about("Tea", "")).await;
    ann.receives_error(Some(asked), ErrorCode::NotFound).await;
}

#[tokio::test]
async fn a_description_is_an_event_and_can_be_read_back() {
    let server = start("").await;
    let (mut ann, began) = server.joins_with_subscription("Ann", "tea").await;
    let draft = DraftId::fresh();
    let asked = creates(&mut ann, "tea", draft, about("Tea", "")).await;
    assert_eq!(ann.is_acked(asked, draft).await, (1, false));
    assert_eq!((ann.receives_event().await.seq, ann.publishes("hi").await.seq), (1, 2));
    let mut bob = server.joins("Bob", "tea").await;
    let draft = DraftId::fresh();
    let asked = describes(&mut bob, "tea", draft, about("Tea & cake", "Both.")).await;
    assert_eq!(bob.is_acked(asked, draft).await, (3, false));
    let received = ann.receives_event().await;
    assert_eq!((received.seq, about_of(&received)), (3, &about("Tea & cake", "Both.")));
    assert_eq!((received.author.user, received.author.name.as_str()), (bob.user, "Bob"));

    let mut cleo = server.connects("Cleo").await;
    let tail = cleo.subscribes("tea").await;
    assert_eq!((seqs_of(&tail.events), tail.head), (vec![2], 3), "a tail holds messages alone");
    assert_eq!(tail.about, Some(about("Tea & cake", "Both.")));
    let resumed = cleo.resumes("tea", &began.epoch, 0).await;
    assert_eq!((resumed.mode, seqs_of(&resumed.events)), (SubscriptionMode::Resume, vec![1, 2, 3]));
    assert_eq!(about_of(&resumed.events[2]), &about("Tea & cake", "Both."));
    assert_eq!(finds(&mut cleo, "both", 0, 30).await.0[0].about, about("Tea & cake", "Both."));
}

#[tokio::test]
async fn a_restart_keeps_descriptions() {
    let server = start("").await;
    let mut ann = server.connects("Ann").await;
    let draft = DraftId::fresh();
    let asked = creates(&mut ann, "tea", draft, about("Tea", "All of it.")).await;
    ann.is_acked(asked, draft).await;
    drop(ann);
    let server = server.stops().await.restarts().await;
    let mut bob = server.connects("Bob").await;
    let (topics, _) = finds(&mut bob, "all", 0, 30).await;
    assert_eq!((&topics[0].topic, &topics[0].about), (&name("tea"), &about("Tea", "All of it.")));
    let resumed = bob.subscribes_with("tea", None, 30, true).await;
    assert_eq!((resumed.head, resumed.events.len()), (1, 0));
}

#[tokio::test]
async fn the_directory_counts_messages_and_people_and_pages_on() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "tea").await;
    let mut bob = server.joins("Bob", "tea").await;
    ann.publishes("hi").await;
    bob.receives("hi").await;
    for topic in ["a", "b", "c"] {
        let draft = DraftId::fresh();
        let asked = creates(&mut bob, topic, draft, about("", "a letter")).await;
        bob.is_acked(asked, draft).await;
    }
    let (topics, more) = finds(&mut bob, "tea", 0, 30).await;
    let found: Vec<_> = topics.iter().map(|t| (t.topic.as_str(), t.head, t.messages, t.here)).collect();
    assert_eq!((found, more), (vec![("tea", 1, 1, 2)], false));
    let (first, more) = finds(&mut bob, "letter", 0, 2).await;
    assert!(more);
    let (rest, more) = finds(&mut bob, "letter", 2, 2).await;
    assert!(!more);
    let mut names: Vec<_> = first.iter().chain(&rest).map(|t| t.topic.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(finds(&mut bob, "", 0, 0).await.0.len(), 1, "none is no answer");
    assert_eq!(finds(&mut bob, "", 0, u32::MAX).await.0.len(), 4);
}

/// An API client with a session.
async fn api_client(server: &TestServer) -> Browser {
    let script = server.browser();
    assert_eq!(script.calls("POST", "/api/v1/session", &[], r#"{"name":"Bob"}"#).await.status, 200);
    script
}

/// Sends JSON under a new draft.
async fn sends_json(script: &Browser, method: &str, path: &str, body: Value) -> HttpResponse {
    let draft = DraftId::fresh().to_string();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    script.calls(method, &format!("/api/v1/topics{path}"), &[("idempotency-key", &draft)], &body).await
}

#[tokio::test]
async fn an_api_client_creates_describes_and_finds_topics() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "tea").await;
    let bob = api_client(&server).await;
    let made = sends_json(&bob, "PUT", "/tea", json!({ "title": "Tea" })).await;
    assert_eq!((made.status, &made.json()["seq"]), (201, &json!(1)));
    assert_eq!(about_of(&ann.receives_event().await), &about("Tea", ""));
    let described = sends_json(&bob, "PATCH", "/tea", json!({ "title": "Tea", "description": "Hot." })).await;
    assert_eq!((described.status, &described.json()["seq"]), (200, &json!(2)));
    assert_eq!(about_of(&ann.receives_event().await), &about("Tea", "Hot."));
    // A field that is left out keeps its value.
    for (change, now) in [
        (json!({ "title": "Cocoa" }), about("Cocoa", "Hot.")),
        (json!({ "description": "" }), about("Cocoa", "")),
        (json!({ "title": "Tea", "description": "Hot." }), about("Tea", "Hot.")),
    ] {
        assert_eq!(sends_json(&bob, "PATCH", "/tea", change).await.status, 200);
        assert_eq!(about_of(&ann.receives_event().await), &now);
    }
    assert_eq!(sends_json(&bob, "PUT", "/plain", Value::Null).await.status, 201);

    let stranger = server.browser();
    let one = stranger.calls("GET", "/api/v1/topics/tea", &[], "").await;
    let at = one.json()["at"].clone();
    let tea = json!({ "topic": "tea", "title": "Tea", "description": "Hot.", "head": 5, "messages": 0, "at": at, "here": 1 });
    assert_eq!(one.json(), tea);
    let found = stranger.calls("GET", "/api/v1/topics?query=HOT%20te&limit=1", &[], "").await;
    assert_eq!(
        (found.json(), found.header("set-cookie")),
        (json!({ "topics": [tea], "more": false, "limit": 1 }), "")
    );
    let all = stranger.calls("GET", "/api/v1/topics?limit=1&skip=0", &[], "").await.json();
    assert_eq!((all["topics"].as_array().unwrap().len(), &all["more"]), (1, &json!(true)));
}

#[tokio::test]
async fn each_topic_error_over_http_has_its_status_and_code() {
    let server = start("--max-topics 1").await;
    let bob = api_client(&server).await;
    assert_eq!(sends_json(&bob, "PUT", "/tea", Value::Null).await.status, 201);
    for (method, path, body, status, code) in [
        ("PUT", "/tea", json!({}), 409, "exists"),
        ("PUT", "/two", json!({}), 507, "too_many_topics"),
        ("PUT", "/Two", json!({}), 400, "bad_request"),
        ("PUT", "/two", json!({ "title": 7 }), 400, "bad_request"),
        ("PUT", "/two", json!({ "title": "x".repeat(101) }), 413, "too_large"),
        ("PUT", "/two", json!({ "title": "a\nb" }), 422, "bad_text"),
        ("PATCH", "/tea", json!({}), 400, "bad_request"),
        ("PATCH", "/tea", json!({ "title": 7 }), 400, "bad_request"),
        ("PATCH", "/two", json!({ "title": "", "description": "" }), 404, "not_found"),
        ("GET", "/two", Value::Null, 404, "not_found"),
        ("DELETE", "/tea", Value::Null, 405, "method_not_allowed"),
        ("POST", "", Value::Null, 405, "method_not_allowed"),
        ("GET", "?skip=-1", Value::Null, 400, "bad_request"),
    ] {
        let answer = sends_json(&bob, method, path, body).await;
        let problem = answer.json();
        assert_eq!((answer.status, &problem["code"]), (status, &json!(code)), "{method} {path}");
        assert!(problem["message"].as_str().is_some_and(|message| !message.is_empty()), "{problem}");
    }
}

#[tokio::test]
async fn with_an_access_secret_topics_are_hidden() {
    let server = start("--access-secret open-sesame").await;
    for path in ["/api/v1/topics", "/api/v1/topics/lobby"] {
        let answer = server.browser().calls("GET", path, &[], "").await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (401, Some("no_access")), "{path}");
    }
}

#[tokio::test]
async fn a_new_title_is_sent_to_followers_in_heads() {
    let server = start("--heads-ms 20").await;
    let mut bob = server.joins("Bob", "tea").await;
    bob.publishes("hello").await;
    let (_, mut ann) = server.connects_with_browser("Ann").await;
    ann.follows("tea", app::protocol::Follow::Following).await;
    bob.publishes("x").await;
    assert_eq!(ann.receives_heads().await[0].title, None);
    let draft = DraftId::fresh();
    let asked = describes(&mut bob, "tea", draft, about("Tea & cakes", "")).await;
    bob.is_acked(asked, draft).await;
    assert!(matches!(bob.next().await, ServerFrame::Event(_)));
    assert_eq!(ann.receives_heads().await[0].title.as_deref(), Some("Tea & cakes"));
    bob.publishes("y").await;
    assert_eq!(ann.receives_heads().await[0].title, None);
}
