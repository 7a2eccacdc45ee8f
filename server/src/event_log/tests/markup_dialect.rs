//! HTML of an earlier dialect is made anew when it is read.

use super::*;

testing::for_each_database!(what_was_made_in_an_earlier_dialect_is_made_anew);

/// The HTML of the lobby's messages and edits.
async fn html(log: &Log) -> Vec<Option<String>> {
    let html = |event: Event| match event.kind {
        EventKind::Message { html, .. } | EventKind::Edit { html, .. } => html,
        _ => None,
    };
    log.since(&topic("lobby"), 0, 10).await.unwrap().events.into_iter().map(html).collect()
}

fn with_html(event: NewEvent, html: &str) -> NewEvent {
    NewEvent { rendered: RenderedText { html: Some(html.to_owned()), mentions: Vec::new() }, ..event }
}

async fn what_was_made_in_an_earlier_dialect_is_made_anew(place: TestDatabase) {
    let bench = bench(place).await;
    let log = &bench.log;
    let edit = Action::Edit { message: 1, revision: 1, body: "7*6*5, **b**".to_owned() };
    log.append(with_html(by(1, 1, "first").into(), "<p>first</p>")).await.unwrap();
    log.append(with_html(NewEvent { action: edit, ..by(1, 2, "").into() }, "<p>7<em>6</em>5</p>"))
        .await
        .unwrap();
    log.append(with_html(by(1, 3, "+ 1").into(), "<ul><li>1</li></ul>")).await.unwrap();
    let stored = html(log).await;
    assert_eq!(stored[2].as_deref(), Some("<ul><li>1</li></ul>"), "what is of this dialect is not looked at");

    // As a version left it that knew of no dialects.
    let database = Database::open(bench.place.url()).await.unwrap();
    while database.migrations().await.unwrap().iter().any(|(name, taken)| *taken && name.starts_with("m0012"))
    {
        database.migrate_down().await.unwrap();
    }
    database.migrate().await.unwrap();
    let anew = Some("<p dir=\"auto\">7*6*5, <strong>b</strong></p>".to_owned());
    let (log, _, _) = log_on(database, "").await;
    assert_eq!(html(&log).await, [anew.clone(), anew, None]);
    log.append(with_html(by(1, 4, "c").into(), "<p>d</p>")).await.unwrap();
    assert_eq!(html(&log).await[3].as_deref(), Some("<p>d</p>"));
}
