//! Runs the shared tables of inputs and expected results over HTTP and WebSockets.

use app::protocol::{ANONYMOUS, DraftId};
use serde_json::{Value, json};

use crate::support::{Browser, HandshakeClient, HttpResponse, TestServer, start};

/// The rows of a table: input and expected result.
fn rows(table: &str) -> impl Iterator<Item = (&str, &str)> {
    table.lines().skip(1).filter_map(|line| line.split_once('\t'))
}

/// A browser with a session.
async fn with_session(server: &TestServer) -> Browser {
    let browser = server.browser();
    assert_eq!(browser.calls("POST", "/api/v1/session", &[], "").await.status, 200);
    browser
}

/// Percent-encodes every byte that is not an ASCII letter or digit.
fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// Sends JSON under a new draft.
async fn sends_json(browser: &Browser, method: &str, path: &str, body: Value) -> HttpResponse {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let draft = DraftId::fresh().to_string();
    browser.calls(method, &format!("/api/v1/topics/{path}"), &[("idempotency-key", &draft)], &body).await
}

/// Publishes in a topic, which creates it.
async fn write(browser: &Browser, topic: &str, body: &str) -> u16 {
    sends_json(browser, "POST", &format!("{topic}/messages"), json!({ "body": body })).await.status
}

async fn react(browser: &Browser, emoji: &str) -> u16 {
    let path = format!("lobby/messages/1/reactions/{}", escaped(emoji));
    sends_json(browser, "PUT", &path, Value::Null).await.status
}

#[tokio::test]
async fn each_spelling_of_a_topics_name_leads_to_it() {
    let server = start("").await;
    let browser = with_session(&server).await;
    assert_eq!(write(&browser, "garden", "green tea").await, 201);
    assert_eq!(write(&browser, "lobby", "black tea").await, 201);
    for (input, right) in rows(include_str!("../../../app/tests/cases/addresses.tsv")) {
        let answer = if let Some(query) = input.strip_prefix("topics?") {
            let found = browser.gets(&format!("/api/v1/topics?{query}")).await.json();
            let names =
                found["topics"].as_array().unwrap().iter().map(|topic| topic["topic"].as_str().unwrap());
            names.collect::<Vec<_>>().join(" ")
        } else if input.starts_with("/?") {
            let page = browser.gets(input).await.text;
            assert!(!page.contains("href=\"/t/lobby\""), "{input}");
            if page.contains("href=\"/t/garden\"") { right.to_owned() } else { "no link".to_owned() }
        } else if input.starts_with("/chat") {
            server
                .handshake_at(input)
                .connects_or_status()
                .await
                .map_or_else(|status| status, |_| 101)
                .to_string()
        } else if let Some(path) = input.strip_prefix("GET ") {
            let answer = browser.gets(path).await;
            match answer.header("location") {
                "" => answer.status.to_string(),
                location => format!("{} to {location}", answer.status),
            }
        } else {
            let found = browser.gets(&format!("/api/v1/search?q={}", escaped(input))).await;
            format!("{} hit", found.json()["hits"].as_array().unwrap().len())
        };
        assert_eq!(answer, right.replace("301/", ""), "{input}");
    }
}

#[tokio::test]
async fn each_origin_is_accepted_or_rejected() {
    let open = start("--listen 0.0.0.0:0").await;
    let known = start("--listen 0.0.0.0:0 --public-url https://chat.example").await;
    for (input, right) in rows(include_str!("../../../app/tests/cases/origin.tsv")) {
        let (headers, server) = match input.strip_suffix(", --public-url https://chat.example") {
            Some(headers) => (headers, &known),
            None => (input, &open),
        };
        let with = |handshake: HandshakeClient, header: &str| {
            let (name, value) = header.split_once(' ').unwrap();
            handshake.with(&name.to_ascii_lowercase(), value)
        };
        let handshake = headers.split(", ").fold(server.handshake(), with);
        let status = handshake.connects_or_status().await.map_or_else(|status| status, |_| 101);
        assert_eq!(status.to_string(), right, "{input}");
    }
}

#[tokio::test]
async fn each_emoji_is_accepted_or_rejected_as_a_reaction() {
    let server = start("--max-reactions-per-person 100").await;
    let browser = with_session(&server).await;
    assert_eq!(write(&browser, "lobby", "hello").await, 201);
    for (input, right) in rows(include_str!("../../../app/tests/cases/emoji.tsv")) {
        let text = quoted(input).unwrap_or_else(|| input.to_owned());
        assert_eq!(react(&browser, &text).await.to_string(), right, "{input}");
    }
}

#[tokio::test]
async fn two_spellings_of_an_emoji_are_one_reaction_of_two_people() {
    let server = start("").await;
    let ann = with_session(&server).await;
    let bob = with_session(&server).await;
    assert_eq!(write(&ann, "lobby", "hello").await, 201);
    for (browser, emoji) in [(&ann, "❤"), (&bob, "❤\u{fe0f}"), (&bob, "❤")] {
        assert_eq!(react(browser, emoji).await, 200);
    }
    let messages = ann.gets("/api/v1/topics/lobby/messages?limit=1&after=0").await.json();
    let reactions = messages["events"][0]["reactions"].as_array().unwrap();
    assert_eq!(reactions.len(), 1, "{messages}");
    assert_eq!(reactions[0]["people"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn each_invisible_text_is_blank() {
    let server = start("").await;
    let browser = with_session(&server).await;
    for (input, right) in rows(include_str!("../../../app/tests/cases/blank.tsv")) {
        let text = quoted(input);
        if let (Some(text), true) = (&text, input.starts_with("name ")) {
            expect_no_name(&server, text, input).await;
        } else if let Some(text) = &text {
            assert_eq!(
                write(&browser, "lobby", text).await.to_string(),
                right.trim_end_matches(" blank"),
                "{input}"
            );
        } else if let Some((_, text)) = input.split_once(": ") {
            assert_eq!(write(&browser, "lobby", text).await.to_string(), right, "{input}");
        } else {
            let (words, code) = input.split_once("U+").unwrap();
            let code = code.split(',').next().unwrap();
            let title = char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap().to_string();
            if words.starts_with("POST") {
                let draft = DraftId::fresh().to_string();
                let answer = browser.posts("/topics", &[("draft", &draft), ("title", &title)]).await;
                assert_eq!(answer.status.to_string(), right, "{input}");
            } else {
                has_words(&browser, code, &title).await;
            }
        }
    }
}

/// Asserts that an invisible name is rejected or replaced by the default name.
async fn expect_no_name(server: &TestServer, name: &str, input: &str) {
    let browser = with_session(server).await;
    let answer = sends_json(&browser, "POST", "names/messages", json!({ "body": "hi", "name": name })).await;
    if (400..500).contains(&answer.status) {
        return;
    }
    assert_eq!(answer.status, 201, "{input}");
    let last = browser.gets("/api/v1/topics/names/messages?limit=1&before=9007199254740991").await.json();
    assert_eq!(last["events"][0]["author"]["name"], ANONYMOUS, "{input}");
}

/// Asserts that a topic with this title and description is rejected or has neither.
async fn has_words(browser: &Browser, code: &str, title: &str) {
    let topic = format!("blank-{}", code.to_lowercase());
    let about = json!({ "title": title, "description": title });
    let answer = sends_json(browser, "PUT", &topic, about).await;
    if (400..500).contains(&answer.status) {
        return;
    }
    assert_eq!(answer.status, 201, "{code}: {}", answer.text);
    let found = browser.gets(&format!("/api/v1/topics/{topic}")).await.json();
    assert_eq!(found["title"], "", "U+{code} is no title");
    assert_eq!(found["description"], "", "U+{code} is no description");
}

/// Returns the quoted text of an input with its escapes decoded.
fn quoted(input: &str) -> Option<String> {
    let (_, quoted) = input.split_once(" '")?;
    let mut rest = quoted.strip_suffix('\'')?;
    let mut text = String::new();
    while let Some((before, escape)) = rest.split_once('\\') {
        let digits = match escape.as_bytes()[0] {
            b'x' => 2,
            b'u' => 4,
            _ => 8,
        };
        text.push_str(before);
        text.push(char::from_u32(u32::from_str_radix(&escape[1..=digits], 16).unwrap()).unwrap());
        rest = &escape[digits + 1..];
    }
    Some(text + rest)
}
