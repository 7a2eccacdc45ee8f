//! Texts that were replaced or deleted leave the files of SQLite.

use crate::support::{Change, StoppedServer, bodies_of, start_in};

/// Whether this text is in any file of the stopped server.
fn is_on_the_disk(ended: &StoppedServer, text: &str) -> bool {
    let files = std::fs::read_dir(ended.folder()).unwrap();
    let bytes: Vec<_> = files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(bytes.iter().any(|bytes| bytes.len() > 4_096), "there is a database");
    bytes.iter().any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

#[tokio::test]
async fn a_text_that_was_replaced_or_deleted_is_gone_from_the_disk() {
    let server = start_in(testing::sqlite(), "").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let long = |secret: &str| format!("{secret} {}", "x".repeat(12_000));
    for (n, body) in [(0, "first secret".to_owned()), (1, long("second secret"))] {
        let seq = n * 5 + 1;
        assert_eq!(ann.publishes(&body).await.seq, seq);
        let third = "third secret";
        let fourth = long("fourth secret");
        let edits = [Change::Edit(seq, seq, third), Change::Edit(seq, seq + 1, &fourth)];
        ann.changes_many(&edits).await;
        ann.changes_many(&[Change::Delete(seq, seq + 2)]).await;
        assert_eq!(ann.publishes("public").await.seq, seq + 4);
    }
    drop(ann);
    let ended = server.stops().await;
    assert!(is_on_the_disk(&ended, "public"), "what stays is found, so what is gone would be");
    for secret in ["first secret", "second secret", "third secret", "fourth secret"] {
        assert!(!is_on_the_disk(&ended, secret), "{secret}");
    }
    let server = ended.restarts().await;
    let mut ann = server.connects("Ann").await;
    assert_eq!(bodies_of(&ann.subscribes("lobby").await.events), ["", "public", "", "public"]);
}
