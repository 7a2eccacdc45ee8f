//! The commands beside `serve`: migrations, new epochs and the removal of topics.

use std::process::Output;

use tempfile::TempDir;
use testing::TestDatabase;

use crate::support::{
    Browser, bodies_of,
    program::{Started, runs, starts, text},
    soon, start_in,
};

testing::for_each_database!(a_removed_topic_is_gone_with_its_messages);

#[test]
fn migrations_go_up_and_down_and_print_their_status() {
    check_migrations("sqlite://new/folder/x.db");
}

#[test]
fn migrations_go_up_and_down_in_postgres_as_well() {
    if let Some(database) = testing::postgres() {
        check_migrations(database.url());
    }
}

fn check_migrations(url: &str) {
    let directory = TempDir::new().unwrap();
    let migrate = |action: &str| {
        // PostgreSQL lists the connections of the command before for a moment.
        let is_alone = |output: &Output| !text(&output.stderr).contains("is being served");
        let mut outputs = (0..100).map(|_| runs(&directory, &format!("migrate {action} --database {url}")));
        let output = outputs.find(is_alone).expect("no server");
        assert_eq!(output.status.code(), Some(0), "{action}: {}", text(&output.stderr));
        let steps = text(&output.stdout);
        steps.lines().map(|line| line.starts_with("applied ")).collect::<Vec<_>>()
    };
    let before = migrate("status");
    assert!(before.len() >= 2 && before.iter().all(|applied| !applied), "{before:?}");
    assert!(migrate("up").iter().all(|applied| *applied));
    assert!(migrate("up").iter().all(|applied| *applied), "a second time is harmless");
    let after = migrate("down");
    assert_eq!(after.iter().filter(|applied| !**applied).count(), 1);
    assert_eq!(after.last(), Some(&false), "the newest migration was reverted");
    assert_eq!(migrate("status"), after);
    assert!(migrate("up").iter().all(|applied| *applied));
}

#[test]
fn each_new_epoch_is_different() {
    let directory = TempDir::new().unwrap();
    let database = testing::from_environment();
    let begin = || {
        let output = runs(&directory, &format!("new-epoch --database {}", database.url()));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let first = begin();
    assert!(first.starts_with("A new epoch has begun: "), "{first}");
    assert_ne!(begin(), first);
}

#[tokio::test]
async fn a_running_server_takes_the_code_that_owner_code_prints() {
    let directory = TempDir::new().unwrap();
    let Started { child, address, .. } = starts(&directory, "--listen 127.0.0.1:0");
    let output = runs(&directory, "owner-code --public-url https://site.example/chat");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    let (hint, code) = printed.trim_end().split_once('\n').unwrap();
    assert!(hint.ends_with("at https://site.example/chat/own:"), "{hint}");
    let browser = Browser::new(address);
    assert_eq!(browser.posts("/own", &[("code", code)]).await.status, 303);
    drop(child);
}

#[tokio::test]
async fn new_epoch_and_migrate_down_are_refused_while_a_server_uses_postgres() {
    let Some(database) = testing::postgres() else { return };
    let directory = TempDir::new().unwrap();
    let command = format!("new-epoch --database {}", database.url());
    let down = format!("migrate down --database {}", database.url());
    let server = start_in(database, "").await;
    for command in [&command, &down] {
        let refused = runs(&directory, command);
        let output = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{output}");
        assert!(output.contains("is being served") && output.lines().count() == 1, "{output}");
    }
    let _ended = server.stops().await;
    // PostgreSQL lists a connection for a moment after it was closed.
    let started = async {
        while !runs(&directory, &command).status.success() {
            tokio::task::yield_now().await;
        }
    };
    soon("a new epoch", started).await;
}

async fn a_removed_topic_is_gone_with_its_messages(database: TestDatabase) {
    let directory = TempDir::new().unwrap();
    let option = format!("--database {}", database.url());
    let remove = || runs(&directory, &format!("topic remove spam {option}"));
    let server = start_in(database, "").await;
    let mut ann = server.joins("Ann", "spam").await;
    ann.publishes("buy").await;
    ann.publishes("buy more").await;
    ann.subscribes("tea").await;
    ann.publishes("green").await;

    let refused = remove();
    let error = text(&refused.stderr);
    assert_eq!((refused.status.code(), error.lines().count()), (Some(1), 1), "{error}");
    assert!(error.contains("in use") || error.contains("is being served"), "{error}");

    let stopped = server.stops().await;
    // PostgreSQL lists a connection for a moment after it was closed.
    let removed = async {
        loop {
            let removed = remove();
            if removed.status.success() {
                return removed;
            }
            tokio::task::yield_now().await;
        }
    };
    assert_eq!(text(&soon("a removal", removed).await.stdout), "Removed: spam\n");
    let again = remove();
    let error = "chorus: there is no topic spam; `chorus topic list` lists all topics\n";
    assert_eq!((again.status.code(), text(&again.stderr).as_str()), (Some(1), error));
    assert_eq!(text(&again.stdout), "");
    let list = text(&runs(&directory, &format!("topic list {option}")).stdout);
    assert!(list.lines().count() == 1 && list.ends_with(": tea\n"), "{list}");

    let server = stopped.restarts().await;
    let mut bob = server.connects("Bob").await;
    let seen = bob.subscribes("spam").await;
    assert_eq!((seen.head, seen.events.len()), (0, 0));
    assert_eq!(bodies_of(&bob.subscribes("tea").await.events), ["green"]);
}
