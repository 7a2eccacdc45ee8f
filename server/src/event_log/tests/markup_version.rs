//! HTML of an earlier markup version is rendered again when it is read.

use app::protocol::RenderedText;

use super::*;

testing::for_each_database!(html_of_an_earlier_markup_version_is_rendered_again);

/// The HTML of the lobby's messages and edits.
async fn html(log: &Log) -> Vec<Option<String>> {
    let html = |event: Event| match event.kind {
        EventKind::Message { html, .. } | EventKind::Edit { html, .. } => html,
        _ => None,
    };
    log.since(&readable("lobby"), 0, 10).await.unwrap().events.into_iter().map(html).collect()
}

fn with_html(event: NewEvent, html: &str) -> NewEvent {
    NewEvent { rendered: RenderedText { html: Some(html.to_owned()), mentions: Vec::new() }, ..event }
}

async fn html_of_an_earlier_markup_version_is_rendered_again(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let edit = Action::Edit { message: 1, revision: 1, body: "7*6*5, **b**".to_owned() };
    log.append(with_html(message_by(1, 1, "first").into(), "<p>first</p>")).await.unwrap();
    log.append(with_html(NewEvent { action: edit, ..message_by(1, 2, "").into() }, "<p>7<em>6</em>5</p>"))
        .await
        .unwrap();
    log.append(with_html(message_by(1, 3, "+ 1").into(), "<ul><li>1</li></ul>")).await.unwrap();
    let stored = html(log).await;
    assert_eq!(stored[2].as_deref(), Some("<ul><li>1</li></ul>"), "HTML of the current version is kept");

    // Restores the state of a server without versions.
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    while database.migrations().await.unwrap().iter().any(|(name, taken)| *taken && name.starts_with("m0012"))
    {
        database.migrate_down().await.unwrap();
    }
    database.migrate().await.unwrap();
    let rerendered = Some("<p dir=\"auto\">7*6*5, <strong>b</strong></p>".to_owned());
    let (log, _, _) = open_log_on(database, "").await;
    assert_eq!(html(&log).await, [rerendered.clone(), rerendered, None]);
    log.append(with_html(message_by(1, 4, "c").into(), "<p>d</p>")).await.unwrap();
    assert_eq!(html(&log).await[3].as_deref(), Some("<p>d</p>"));
}
