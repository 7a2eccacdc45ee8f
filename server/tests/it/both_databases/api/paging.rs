//! Lists that are paged through while others write.

use super::*;
use crate::support::soon;

/// Reads a list to its end by its `next` cursors. `meanwhile` runs after each page but the last.
async fn whole(script: &Browser, path: &str, list: &str, meanwhile: impl AsyncFn(usize)) -> Vec<Value> {
    let mark = if path.contains('?') { '&' } else { '?' };
    let mut items = Vec::new();
    let mut cursor = String::new();
    for answers in 1.. {
        let answer = script.calls("GET", &format!("{path}{cursor}"), &[], "").await;
        assert_eq!(answer.status, 200, "{path}{cursor}: {}", answer.text);
        let page = answer.json();
        let part = page[list].as_array().unwrap();
        assert!(part.len() as u64 <= page["limit"].as_u64().unwrap(), "{page}");
        items.extend(part.iter().cloned());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("{mark}cursor={next}");
        meanwhile(answers).await;
    }
    items
}

fn field(items: &[Value], pointer: &str) -> Vec<String> {
    items.iter().map(|item| item.pointer(pointer).unwrap().to_string().replace('"', "")).collect()
}

#[tokio::test]
async fn topics_used_while_paging_are_listed_once() {
    let server = start("").await;
    let bob = api_client(&server, "Bob").await;
    let write = async |topic: &str| {
        let path = format!("/api/v1/topics/{topic}/messages");
        assert_eq!(sends_json(&bob, "POST", &path, json!({ "body": "hi" })).await.status, 201);
    };
    let names = ["f", "b", "d", "a", "c", "e", "g"];
    for name in names {
        write(name).await;
    }
    let used = async |answers: usize| {
        for name in names.iter().rev() {
            write(name).await;
        }
        write(&format!("new{answers}")).await;
    };
    let topics = field(&whole(&bob, "/api/v1/topics?limit=2", "topics", used).await, "/topic");
    assert_eq!(topics[..2], ["g", "e"], "the most recently used first");
    let mut old: Vec<_> = topics.iter().filter(|topic| !topic.starts_with("new")).cloned().collect();
    old.sort();
    assert_eq!(old, ["a", "b", "c", "d", "e", "f", "g"]);

    let by_name = whole(&bob, "/api/v1/topics?query=a&after=&limit=1", "topics", async |_| ()).await;
    assert_eq!(field(&by_name, "/topic"), ["a"], "the older way goes on by cursors, too");
    let page = bob.calls("GET", "/api/v1/topics?skip=1&limit=2", &[], "").await.json();
    assert_eq!((&page["more"], &page["next"], &page["limit"]), (&json!(true), &Value::Null, &json!(2)));
}

#[tokio::test]
async fn messages_published_while_paging_are_listed_once_in_both_directions() {
    let server = start("").await;
    let bob = api_client(&server, "Bob").await;
    for n in 1..=9 {
        posts_message(&bob, &format!("tea {n}")).await;
    }
    let meanwhile = async |answers: usize| {
        posts_message(&bob, "tea later").await;
        let gone = format!("{MESSAGES}/{answers}?revision={answers}");
        assert_eq!(sends_json(&bob, "DELETE", &gone, Value::Null).await.status, 200);
    };
    let older = whole(&bob, &format!("{MESSAGES}?limit=4"), "events", meanwhile).await;
    let mut seqs = field(&older, "/seq");
    assert_eq!(seqs[..4], ["6", "7", "8", "9"]);
    seqs.sort();
    assert_eq!(seqs, ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);

    let newer = whole(&bob, &format!("{MESSAGES}?after=0&limit=4"), "events", async |_| ()).await;
    // Deletions are events with a `seq`, and not messages.
    assert_eq!(field(&newer, "/seq"), ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "12"]);

    let found = whole(&bob, "/api/v1/search?q=tea&limit=4", "hits", async |_| {
        posts_message(&bob, "more tea").await;
    });
    let mut found = field(&soon("all that is found", found).await, "/event/seq");
    found.sort();
    assert_eq!(found, ["10", "12", "3", "4", "5", "6", "7", "8", "9"]);
}

#[tokio::test]
async fn memberships_and_members_are_listed_once() {
    let server = start("").await;
    let bob = api_client(&server, "Bob").await;
    for topic in ["d", "a", "c", "b", "e"] {
        assert_eq!(sends_json(&bob, "PUT", &format!("/api/v1/topics/{topic}"), json!({})).await.status, 201);
        let path = format!("/api/v1/topics/{topic}/membership");
        assert_eq!(sends_json(&bob, "PUT", &path, json!({ "follow": "following" })).await.status, 200);
    }
    let leaves = async |_| {
        let path = "/api/v1/topics/a/membership";
        assert_eq!(sends_json(&bob, "PUT", path, json!({ "follow": "none" })).await.status, 200);
    };
    let followed = whole(&bob, "/api/v1/memberships?limit=2", "topics", leaves).await;
    assert_eq!(field(&followed, "/topic"), ["a", "b", "c", "d", "e"]);
    let rest = bob.calls("GET", "/api/v1/memberships", &[], "").await.json();
    assert_eq!((rest["topics"].as_array().unwrap().len(), &rest["limit"]), (4, &json!(1_000)));

    let _ann = server.joins("Ann", "a").await;
    let _eve = server.joins("Eve", "a").await;
    let _zoe = server.joins("Zoe", "a").await;
    // A person who is connected to another server is listed once this one has received the signal.
    let path = "/api/v1/topics/a/members";
    let are_here = async {
        while bob.calls("GET", path, &[], "").await.json()["people"].as_array().unwrap().len() < 3 {}
    };
    soon("three people", are_here).await;
    let people = whole(&bob, &format!("{path}?limit=1"), "people", async |_| ()).await;
    let mut names = field(&people, "/name");
    names.sort();
    assert_eq!(names, ["Ann", "Eve", "Zoe"]);
}

#[tokio::test]
async fn responses_name_the_effective_limit_and_cursors_are_opaque() {
    let server = start("").await;
    let bob = api_client(&server, "Bob").await;
    posts_message(&bob, "tea").await;
    for (path, limits) in [
        ("/api/v1/topics?", (30, 200)),
        ("/api/v1/topics/lobby/messages?", (30, 200)),
        ("/api/v1/search?q=tea&", (30, 100)),
        ("/api/v1/memberships?", (1_000, 1_000)),
        ("/api/v1/topics/lobby/members?", (200, 200)),
    ] {
        for (query, limit) in
            [("", limits.0), ("limit=0", 1), ("limit=7", 7), ("limit=99999999999", limits.1)]
        {
            let page = bob.calls("GET", &format!("{path}{query}"), &[], "").await.json();
            assert_eq!((&page["limit"], page.get("next")), (&json!(limit), None), "{path}{query}");
        }
        let answer = bob.calls("GET", &format!("{path}cursor=%20x"), &[], "").await;
        assert_eq!(error_of(&answer), api_error(400, "bad_request"), "{path}");
        let words = "`cursor` must be the `next` of a previous response";
        assert_eq!(answer.json()["message"], words, "{path}");
    }
    let elsewhere = format!("{MESSAGES}?cursor=older:0123456789abcdef:1");
    let answer = bob.calls("GET", &elsewhere, &[], "").await.json();
    assert_eq!((&answer["reset"], &answer["events"][0]["seq"]), (&json!(true), &json!(1)));
}
