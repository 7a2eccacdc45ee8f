//! `chorus import` of exports of Slack and Zulip. Those in `server/tests/exports` were written for these tests.

mod repeats;

use std::{
    fs,
    path::{Path, PathBuf},
};

use app::protocol::{Event, EventKind};
use serde_json::json;
use tempfile::TempDir;
use testing::TestDatabase;

use crate::support::{
    TestServer,
    program::{text, tries},
    soon, start_in,
};

testing::for_each_database!(
    channels_of_slack_are_imported_event_by_event,
    channels_of_zulip_are_imported_event_by_event,
);

/// Events of the export of Slack.
const SLACK_EVENTS: usize = 13;
/// Events of the export of Zulip.
const ZULIP_EVENTS: usize = 7;
const LONG_NAME: &str = "planning-of-the-tea-party-in-the-garden-of-the-old-house-by-the-river";

fn export_of(chat: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports").join(chat)
}

/// Returns the lines that an import has printed.
async fn imports(folder: &Path, database: &str) -> Vec<String> {
    let output =
        tries(&TempDir::new().unwrap(), &format!("import {} --database {database}", folder.display())).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).lines().map(str::to_owned).collect()
}

/// Expects one line of error, which contains this.
async fn fails(folder: &Path, database: &str, with: &str) {
    let output =
        tries(&TempDir::new().unwrap(), &format!("import {} --database {database}", folder.display())).await;
    let line = text(&output.stderr);
    assert_eq!((output.status.code(), line.lines().count()), (Some(1), 1), "{line}");
    assert!(line.contains(with), "{line}");
}

/// Returns each event of a topic as a line: `seq`, time, author and content.
async fn events_of(server: &TestServer, topic: &str) -> Vec<String> {
    let mut reader = server.connects("Reader").await;
    let epoch = reader.subscribes(topic).await.epoch;
    let events = reader.resumes(topic, &epoch, 0).await.events;
    reader.leaves().await;
    events.iter().map(line_of).collect()
}

fn line_of(event: &Event) -> String {
    let content = match &event.kind {
        EventKind::Message { deleted: true, .. } => "deleted".to_owned(),
        EventKind::Message { body, reply_to: Some(reply_to), .. } => format!("re {reply_to}: {body}"),
        EventKind::Message { body, .. } => body.clone(),
        EventKind::Edit { message, body, .. } => {
            format!("edit {message}: {}", body.clone().unwrap_or_default())
        }
        EventKind::Deletion { message, .. } => format!("delete {message}"),
        EventKind::Reaction { message, emoji, .. } => format!("{emoji} {message}"),
        EventKind::About { about, .. } => format!("about {:?} {:?}", about.title(), about.description()),
        EventKind::Unknown => "unknown".to_owned(),
    };
    format!("{} {} {}: {content}", event.seq, event.at.0, event.author.name)
}

/// Imports an export twice, expects these lines about what is left out, and starts a server.
async fn imported(chat: &str, events: usize, left_out: &[&str], target: TestDatabase) -> TestServer {
    let folder = export_of(chat);
    let printed = imports(&folder, target.url()).await;
    assert_eq!(printed[0], format!("Imported {events} events; 0 were there already"));
    assert_eq!(printed[1..], *left_out);
    let again = imports(&folder, target.url()).await;
    assert_eq!(again[0], format!("Imported 0 events; {events} were there already"));
    start_in(target, "").await
}

async fn channels_of_slack_are_imported_event_by_event(target: TestDatabase) {
    let left_out = [
        "1 channels without messages left out",
        "1 direct conversations left out",
        "1 files stay where they are; messages have links to them",
        "1 messages of an unknown kind, kept as messages (huddle_thread)",
        "1 notices of the kind channel_join left out",
        "1 private channels left out",
        "1 reactions left out: Chorus has no such emoji",
        "1 topics have another name than their channel; it is their title",
    ];
    let server = imported("slack", SLACK_EVENTS, &left_out, target).await;
    let see = format!("See [this](https://tea.example/?a=1&b=2) in #{LONG_NAME}");
    assert_eq!(
        events_of(&server, "general").await,
        [
            "1 1700000000000 Slack: about \"\" \"All of us & tea\"",
            "2 1700000001000 Ann: Hello **all**, @Bob :tada: <b>",
            "3 1700000001000 Ann: 👍 2",
            "4 1700000001000 Bob: 👍 2",
            &format!("5 1700000002000 Bob: re 2: {see}"),
            &format!("6 1700000100000 Bob: edit 5: {see}"),
            "7 1700000003000 USLACKBOT: deleted",
            "8 1700000003000 USLACKBOT: delete 7",
            "9 1700090000000 deploys: > [Build 7](https://ci.example/7)\n> **ok**",
            "10 1700090001000 Ann: [Plan](https://tea.slack.example/files/F1)",
            "11 1700090002000 Ann: A huddle",
        ]
    );
    let name = LONG_NAME.strip_suffix("-river").unwrap();
    assert_eq!(
        events_of(&server, name).await,
        [
            format!("1 1700000000000 Slack: about {LONG_NAME:?} \"\""),
            "2 1700000001000 Cid: `x < 1`".to_owned()
        ]
    );
    the_html_and_the_search_index_follow(&server).await;
}

/// Expects what the import leaves to the server: the HTML of messages, their reactions, and the index of a search.
async fn the_html_and_the_search_index_follow(server: &TestServer) {
    let mut ann = server.connects("Ann").await;
    let shown = ann.subscribes("general").await.events;
    let EventKind::Message { html, mentions, reactions, .. } = &shown[0].kind else { panic!("{shown:?}") };
    assert!(html.as_ref().unwrap().contains("class=\"mention\"") && mentions.len() == 1, "{html:?}");
    assert_eq!(reactions[0].people.len(), 2);
    let found = async {
        while !server.browser().gets("/api/v1/search?q=huddle").await.text.contains("A huddle") {
            tokio::task::yield_now().await;
        }
    };
    soon("the search index", found).await;
    let all = server.browser().gets("/api/v1/search?q=secret").await.text;
    assert!(!all.contains("a secret"), "{all}");
}

async fn channels_of_zulip_are_imported_event_by_event(target: TestDatabase) {
    let left_out = [
        "1 direct messages left out",
        "1 files stay where they are; messages have links to them",
        "1 messages of private channels left out",
        "1 private channels left out",
        "1 reactions left out: Chorus has no such emoji",
        "1 topics have another name than their channel; it is their title",
    ];
    let server = imported("zulip", ZULIP_EVENTS, &left_out, target).await;
    let plan = "**ok** [plan](/user_uploads/2/ab/plan.pdf)";
    assert_eq!(
        events_of(&server, "general-green-tea").await,
        [
            "1 1700000001250 Zulip: about \"general > Green tea\" \"All of us\"",
            "2 1700000001250 Ann Lee: hi @Bob",
            "3 1700000001250 Bob: 👍 2",
            &format!("4 1700000002000 Bob: {plan}"),
            &format!("5 1700000100000 Bob: edit 4: {plan}"),
        ]
    );
    assert_eq!(
        events_of(&server, "general").await,
        ["1 1700000005000 Zulip: about \"\" \"All of us\"", "2 1700000005000 welcome-bot: Welcome",]
    );
}

/// Writes an export of one channel of Slack with a file for each day.
fn slack_export(days: &[(&str, Vec<serde_json::Value>)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("channels.json"), r#"[{"id":"C1","name":"general","created":1}]"#).unwrap();
    fs::create_dir(folder.path().join("general")).unwrap();
    for (day, messages) in days {
        fs::write(folder.path().join(format!("general/{day}.json")), json!(messages).to_string()).unwrap();
    }
    folder
}

fn message(second: u64, body: &str) -> serde_json::Value {
    json!({ "type": "message", "user": "U1", "text": body, "ts": format!("{second}.000100") })
}

#[tokio::test]
async fn a_time_in_the_future_is_that_of_the_import() {
    let target = testing::sqlite();
    let url = target.url().to_owned();
    let last_of_9999 = 253_402_300_799;
    let folder = slack_export(&[("2023-11-14", vec![message(last_of_9999, "late")])]);
    let printed = imports(folder.path(), &url).await;
    assert_eq!(printed[1], "1 times in the future became that of the import");
    let server = start_in(target, "").await;
    let line = events_of(&server, "general").await.remove(1);
    let at: u64 = line.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(at < last_of_9999 * 1_000, "{line}");
    drop(server.stops().await);
}

#[tokio::test]
async fn a_damaged_export_gives_an_error_with_its_place() {
    let target = testing::sqlite();
    let url = target.url().to_owned();
    let folder = slack_export(&[("2023-11-14", vec![message(10, "one")])]);
    let day = folder.path().join("general/2023-11-15.json");
    fs::write(&day, "[\n{\"ts\": 5}]").unwrap();
    fails(folder.path(), &url, "general/2023-11-15.json: ").await;
    fails(folder.path(), &url, "at line 2 column").await;
    fs::write(&day, r#"[{"ts": "never"}]"#).unwrap();
    fails(folder.path(), &url, "general/2023-11-15.json: a message has the time \"never\"").await;
    fs::write(folder.path().join("channels.json"), r#"[{"id":"C1","name":"../general"}]"#).unwrap();
    fails(folder.path(), &url, "channels.json: the name \"../general\" is no folder's").await;
    fs::remove_file(folder.path().join("channels.json")).unwrap();
    fails(folder.path(), &url, "is no unpacked export").await;
    let zip = folder.path().join("export.zip");
    fs::write(&zip, b"PK\x03\x04").unwrap();
    fails(&zip, &url, "export.zip is compressed; unpack it").await;
}
