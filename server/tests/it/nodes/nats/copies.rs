//! A copy of a database on the same broker, as for tests of an update.

use super::*;

/// The copy has the same epoch and the same events, so the next event of one would be taken for that of the other.
#[tokio::test]
async fn a_copy_of_a_database_has_subjects_of_its_own() {
    let Some(nats) = Nats::start() else { return };
    let (Some(original), Some(copy)) = (testing::postgres(), testing::postgres()) else { return };
    let server = start_in(original.shared(), ISOLATED).await;
    server.joins("Ann", "lobby").await.publishes("before").await;
    server.stops().await;
    copies(&original, &copy).await;
    let mut observer = Observer::connects(&nats).await;
    let settings = format!("{ONLY_HINTS} --hints {}", nats.url());
    let a = start_in(original, &settings).await;
    let b = start_in(copy, &settings).await;
    let subjects = observer.sees_nodes_connect(2).await;
    let names: HashSet<_> = subjects.iter().map(|subject| subject.rsplit_once('.').unwrap().0).collect();
    assert_eq!(names.len(), 2, "{subjects:?}");
    let (_ann, of_a) = a.joins_with_subscription("Ann", "lobby").await;
    let (_bob, of_b) = b.joins_with_subscription("Bob", "lobby").await;
    assert_eq!((of_a.epoch, of_a.draft), (of_b.epoch, of_b.draft));
}

/// Replaces a database by a copy of another one, to which nobody is connected.
async fn copies(original: &TestDatabase, copy: &TestDatabase) {
    let other = testing::postgres().unwrap();
    let connection = sea_orm::Database::connect(other.url()).await.unwrap();
    let name = |database: &TestDatabase| {
        let (_, path) = database.url().rsplit_once("localhost/").unwrap();
        path.split('?').next().unwrap().to_owned()
    };
    executes(&connection, &format!("DROP DATABASE {}", name(copy))).await;
    executes(&connection, &format!("CREATE DATABASE {} TEMPLATE {}", name(copy), name(original))).await;
}
