//! The commands beside `serve`: migrations and new epochs.

use tempfile::TempDir;

use crate::support::{
    program::{runs, text},
    soon, start_in,
};

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
        let output = runs(&directory, &format!("migrate {action} --database {url}"));
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
async fn new_epoch_is_refused_while_a_server_uses_postgres() {
    let Some(database) = testing::postgres() else { return };
    let directory = TempDir::new().unwrap();
    let command = format!("new-epoch --database {}", database.url());
    let server = start_in(database, "").await;
    let refused = runs(&directory, &command);
    let output = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{output}");
    assert!(output.contains("is being served") && output.lines().count() == 1, "{output}");
    let _ended = server.stops().await;
    // PostgreSQL lists a connection for a moment after it was closed.
    let started = async {
        while !runs(&directory, &command).status.success() {
            tokio::task::yield_now().await;
        }
    };
    soon("a new epoch", started).await;
}
