//! `chorus import` of exports of Slack and Zulip. Those in `server/tests/exports` were written for these tests.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use app::protocol::{Event, EventKind};
use serde_json::json;
use tempfile::TempDir;
use testing::TestDatabase;

use crate::support::{
    TestServer,
    program::{chorus, runs, signal, text, tries, wait_for_exit},
    soon, start_in,
};

testing::for_each_database!(
    channels_of_slack_are_imported_event_by_event,
    channels_of_zulip_are_imported_event_by_event,
    a_later_export_goes_on_behind_what_people_wrote,
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

async fn channels_of_slack_are_imported_event_by_event(target: TestDatabase) {
    let folder = export_of("slack");
    let url = target.url().to_owned();
    let printed = imports(&folder, &url).await;
    assert_eq!(
        printed,
        [
            format!("Imported {SLACK_EVENTS} events; 0 were there already").as_str(),
            "1 channels without messages left out",
            "1 direct conversations left out",
            "1 files stay where they are; messages have links to them",
            "1 messages of an unknown kind, kept as messages (huddle_thread)",
            "1 notices of the kind channel_join left out",
            "1 private channels left out",
            "1 reactions left out: Chorus has no such emoji",
            "1 topics have another name than their channel; it is their title",
        ]
    );
    let again = imports(&folder, &url).await;
    assert_eq!(again[0], format!("Imported 0 events; {SLACK_EVENTS} were there already"));

    let server = start_in(target, "").await;
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
    let folder = export_of("zulip");
    let url = target.url().to_owned();
    let printed = imports(&folder, &url).await;
    assert_eq!(
        printed,
        [
            format!("Imported {ZULIP_EVENTS} events; 0 were there already").as_str(),
            "1 direct messages left out",
            "1 files stay where they are; messages have links to them",
            "1 messages of private channels left out",
            "1 private channels left out",
            "1 reactions left out: Chorus has no such emoji",
            "1 topics have another name than their channel; it is their title",
        ]
    );
    let again = imports(&folder, &url).await;
    assert_eq!(again[0], format!("Imported 0 events; {ZULIP_EVENTS} were there already"));
    let server = start_in(target, "").await;
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

async fn a_later_export_goes_on_behind_what_people_wrote(target: TestDatabase) {
    let url = target.url().to_owned();
    let server = start_in(target, "").await;
    let mut ann = server.joins("Ann", "general").await;
    ann.publishes("first").await;
    ann.leaves().await;
    let stopped = server.stops().await;
    let first = slack_export(&[("2023-11-14", vec![message(10, "one"), message(11, "two")])]);
    let printed = imports(first.path(), &url).await;
    assert_eq!(printed[0], "Imported 3 events; 0 were there already");

    let server = stopped.restarts().await;
    assert_eq!(events_of(&server, "general").await.len(), 1, "a topic of the same name is another one");
    let mut ann = server.joins("Ann", "general-2").await;
    assert_eq!(ann.publishes("here").await.seq, 4);
    ann.leaves().await;
    let stopped = server.stops().await;
    let mut edited = message(10, "one, changed");
    edited["edited"] = json!({ "user": "U1", "ts": "20.000000" });
    edited["reactions"] = json!([{ "name": "tada", "users": ["U2"], "count": 3 }]);
    let mut answer = message(12, "three");
    answer["thread_ts"] = json!("10.000100");
    let mut lost = message(13, "four");
    lost["thread_ts"] = json!("5.000100");
    let later = slack_export(&[
        ("2023-11-14", vec![edited, message(11, "two")]),
        ("2023-11-15", vec![answer, lost, message(14, &"word ".repeat(4_000))]),
    ]);
    let printed = imports(later.path(), &url).await;
    assert_eq!(
        printed,
        [
            "Imported 5 events; 3 were there already",
            "1 changes of messages that an earlier import had stored left out",
            "1 messages were too long and became several",
            "2 reactions left out: the export does not say whose they are",
            "1 replies to messages that are not there, kept as messages",
        ]
    );
    let server = stopped.restarts().await;
    let lines = events_of(&server, "general-2").await;
    assert_eq!(
        lines[1..7],
        [
            "2 10000 U1: one",
            "3 11000 U1: two",
            &lines[3],
            "5 10000 U2: 🎉 2",
            "6 12000 U1: re 2: three",
            "7 13000 U1: four",
        ]
    );
    assert_eq!(lines.len(), 9, "a long message is two");
    drop(server.stops().await);
}

#[test]
fn an_import_that_is_interrupted_goes_on() {
    let directory = TempDir::new().unwrap();
    let days: Vec<(String, Vec<serde_json::Value>)> = (1..=30_u64)
        .map(|day| {
            (format!("2023-11-{day:02}"), (1..=100).map(|n| message(day * 1_000 + n, "text")).collect())
        })
        .collect();
    let days: Vec<_> = days.iter().map(|(day, messages)| (day.as_str(), messages.clone())).collect();
    let folder = slack_export(&days);
    let arguments = format!("import {} --database sqlite://x.db", folder.path().display());
    let mut command = chorus(&directory, &arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    signal(child.id(), "INT");
    wait_for_exit(child);
    for _ in 0..2 {
        let done = runs(&directory, &arguments);
        let printed = text(&done.stdout);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        let counts = printed.lines().next().unwrap().split(|c: char| !c.is_ascii_digit());
        let counts: Vec<u64> = counts.filter_map(|n| n.parse().ok()).collect();
        assert_eq!(counts.iter().sum::<u64>(), 3_001, "{printed}");
    }
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
