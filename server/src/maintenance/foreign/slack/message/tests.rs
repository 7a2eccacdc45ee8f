use serde_json::{Value, json};

use super::*;

/// Returns the message that JSON becomes, and what was counted.
fn converted(mut message: Value) -> (Option<ForeignMessage>, Report) {
    message["ts"] = json!("5.000100");
    let workspace = Workspace::example();
    let message: SlackMessage = serde_json::from_value(message).unwrap();
    let mut report = Report::default();
    let channel = &workspace.channels[0];
    (foreign_message(&workspace, channel, &message, 5_000, &mut report), report)
}

fn text_of(message: Value) -> String {
    converted(message).0.unwrap().text
}

#[test]
fn the_text_has_what_a_message_shows() {
    for (message, text) in [
        (json!({ "user": "U1", "subtype": "me_message", "text": "waves *hi*" }), "_waves **hi**_"),
        (json!({ "user": "U1", "text": null, "files": [{ "id": "F1", "mode": "hidden_by_limit" }] }), "file"),
        (
            json!({ "user": "U1", "text": "look", "files": [{ "name": "a.png", "url_private": "https://a.example/a" }] }),
            "look\n[a.png](https://a.example/a)",
        ),
        (
            json!({ "user": "U1", "text": "<https://a.example>", "attachments": [{ "from_url": "https://a.example", "text": "preview" }] }),
            "https://a.example",
        ),
        (json!({ "bot_id": "B1", "attachments": [{ "fallback": "only &lt;this&gt;" }] }), "> only <this>"),
        (
            json!({ "bot_id": "B1", "attachments": [{ "pretext": "a", "title": "b", "text": "c\nd", "fallback": "e" }] }),
            "> a\n> b\n> c\n> d",
        ),
    ] {
        assert_eq!(text_of(message.clone()), text, "{message}");
    }
}

#[test]
fn each_author_has_a_name_and_an_id() {
    let author = |message: Value| converted(message).0.unwrap().author;
    let ann = author(json!({ "user": "U1", "text": "a" }));
    assert_eq!((ann.name.as_str(), ann.user), ("Ann Lee", id_of("slack:user:U1")));
    let foreign = author(json!({ "user": "U9", "user_profile": { "real_name": "Cid" }, "text": "a" }));
    assert_eq!(foreign.name.as_str(), "Cid");
    let bot = json!({ "subtype": "bot_message", "bot_id": "B1", "username": "deploys", "text": "a" });
    assert_eq!(author(bot).name.as_str(), "deploys");
    let bot = json!({ "bot_id": "B1", "bot_profile": { "name": "Deploy" }, "text": "a" });
    assert_eq!(author(bot).name.as_str(), "Deploy");
    assert_eq!(author(json!({ "text": "a" })).name.as_str(), "bot");
}

#[test]
fn notices_are_left_out_and_unknown_kinds_are_kept() {
    let (message, report) = converted(json!({ "user": "U1", "subtype": "channel_topic", "text": "a" }));
    assert!(message.is_none());
    assert_eq!(report.count("notices of the kind channel_topic left out"), 1);
    let (message, report) = converted(json!({ "user": "U1", "subtype": "new_thing", "text": "a" }));
    assert!(message.is_some());
    assert_eq!(report.count(&format!("{UNKNOWN_KINDS} (new_thing)")), 1);
    let (_, report) = converted(json!({ "user": "U1", "subtype": "channel_\u{1b}[2J", "text": "a" }));
    assert_eq!(report.count("notices of the kind another name left out"), 1);
    let deleted = json!({
        "user": "U1", "subtype": "tombstone", "text": "deleted", "edited": { "ts": "6" },
        "reactions": [{ "name": "tada", "users": ["U1"] }],
    });
    let message = converted(deleted).0.unwrap();
    assert!(message.is_deleted && message.edited_at.is_none() && message.reactions.is_empty());
}

#[test]
fn a_thread_replies_to_its_first_message() {
    let reply_to = |thread: &str| converted(json!({ "user": "U1", "thread_ts": thread })).0.unwrap().reply_to;
    assert_eq!(reply_to("4.000100").as_deref(), Some("slack:C1:4.000100"));
    assert_eq!(reply_to("5.000100"), None);
}
