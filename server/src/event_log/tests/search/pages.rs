//! Pages of hits: order, size and continuation.

use super::*;

testing::for_each_database!(
    a_page_of_hits_continues_where_the_previous_one_ended,
    a_long_page_of_hits_is_cut_by_bytes_and_continued,
    a_hit_is_the_current_message_with_a_snippet,
    messages_of_one_millisecond_keep_their_order,
    two_servers_write_one_index,
);

async fn a_page_of_hits_continues_where_the_previous_one_ended(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    for n in 0..25 {
        publish(log, &[&format!("hello {n}")]).await;
    }
    let mut seqs = Vec::new();
    let mut after = None::<String>;
    loop {
        let search = Search::parse("hello", None, after.as_deref(), 10).unwrap();
        let page = log.search(&everything(), &search).await.unwrap();
        seqs.extend(page.hits.iter().map(|hit| hit.event.seq));
        publish(log, &["hello meanwhile"]).await;
        match page.more {
            Some(more) => after = Some(more.to_string()),
            None => break,
        }
    }
    assert_eq!(seqs, (1..=25).rev().collect::<Vec<_>>());
    assert_eq!(
        log.search(&everything(), &Search::parse("hello", None, None, 0).unwrap()).await.unwrap().hits.len(),
        1
    );
}

async fn a_long_page_of_hits_is_cut_by_bytes_and_continued(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let long = format!("hello {}", "x ".repeat(8_000));
    for _ in 0..40 {
        publish(log, &[&long]).await;
    }
    let first = log.search(&everything(), &Search::parse("hello", None, None, 100).unwrap()).await.unwrap();
    assert!((20..40).contains(&first.hits.len()), "{}", first.hits.len());
    let more = first.more.unwrap().to_string();
    let rest =
        log.search(&everything(), &Search::parse("hello", None, Some(&more), 100).unwrap()).await.unwrap();
    assert_eq!(first.hits.len() + rest.hits.len(), 40);
    assert_eq!(rest.more, None);
}

async fn a_hit_is_the_current_message_with_a_snippet(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let body = format!("{}the néedle is here {}", "hay ".repeat(200), "hay ".repeat(200));
    publish(log, &[&body]).await;
    let thumb = Emoji::try_from("👍".to_owned()).unwrap();
    log.append(change(1, |message| Action::React { message, emoji: thumb.clone(), on: true })).await.unwrap();
    let hits = hits(log, "needle").await;
    let log_has = log.history(&readable("lobby"), HistoryRange::After(0), 1).await.unwrap();
    assert_eq!(hits[0].event, log_has.events[0]);
    let marked: Vec<_> =
        hits[0].snippet.iter().filter(|piece| piece.hit).map(|piece| piece.text.as_str()).collect();
    assert_eq!(marked, ["néedle"]);
    assert!(hits[0].snippet.iter().map(|piece| piece.text.chars().count()).sum::<usize>() < 220);
}

async fn messages_of_one_millisecond_keep_their_order(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let mut receipts = Vec::new();
    for n in 0..600 {
        receipts.push(log.submit(message_by(1, n, "hello")).await.unwrap());
    }
    for receipt in receipts {
        receipt.await.unwrap();
    }
    let search = Search::parse("hello", None, None, 100).unwrap();
    let seqs: Vec<_> =
        log.search(&everything(), &search).await.unwrap().hits.iter().map(|hit| hit.event.seq).collect();
    assert_eq!(seqs, (501..=600).rev().collect::<Vec<_>>());
}

async fn two_servers_write_one_index(test_database: TestDatabase) {
    let first = fixture(test_database).await;
    if !first.log.store.is_shared() {
        return;
    }
    let (second, ..) = open_log(&first.test_database, "").await;
    let mut receipts = Vec::new();
    for n in 0..200 {
        let other = NewMessage { topic: topic("other"), ..message_by(2, n, "hello") };
        receipts.push(first.log.submit(message_by(1, n, "hello")).await.unwrap());
        receipts.push(second.submit(other).await.unwrap());
    }
    for receipt in receipts {
        receipt.await.unwrap();
    }
    let all = Search::parse("hello", None, None, 100).unwrap();
    let mut found = 0;
    let mut after = None;
    loop {
        let page = second.search(&everything(), &Search { after, ..all.clone() }).await.unwrap();
        found += page.hits.len();
        after = page.more;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, 400);
}
