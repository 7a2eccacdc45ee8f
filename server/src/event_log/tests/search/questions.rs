//! Queries and their hits.

use super::*;

testing::for_each_database!(
    all_words_must_occur_and_the_newest_message_comes_first,
    accents_case_and_scripts_without_spaces_are_found,
    each_case_of_arabic_and_persian_is_found,
    a_phrase_is_found_in_its_order,
    symbols_and_emoji_are_found,
    topic_author_and_day_filter_the_hits,
    a_query_is_never_read_as_the_syntax_of_the_database,
);

async fn all_words_must_occur_and_the_newest_message_comes_first(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    publish(log, &["the red fox", "the blue fox", "a red car", "the red foxes"]).await;
    assert_eq!(found(log, "red").await, [4, 3, 1]);
    assert_eq!(found(log, "fox red").await, [1]);
    assert_eq!(found(log, "red fox").await, [4, 1], "the last word is a prefix");
    assert_eq!(found(log, "fo red").await, [0; 0], "only the last word");
    assert_eq!(found(log, "red \"fox\"").await, [1], "a quoted word is no prefix");
    assert_eq!(found(log, "green").await, [0; 0]);
}

async fn accents_case_and_scripts_without_spaces_are_found(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    publish(
        log,
        &["Une Crème Brûlée", "我喜欢你好世界", "サーバーを再起動", "안녕하세요 여러분", "Das Maß ist voll"],
    )
    .await;
    publish(log, &["السَّلَامُ عليكم", "ค้นหาข้อความ", "हिन्दी में", "İSTANBUL", "Ёжик"]).await;
    publish(log, &["ᠪᠠᠶᠢᠨ\u{180e}ᠠ 𞤢𞥑 a\u{3164}b GROẞ ﬁn"]).await;
    for (query, seq) in [
        ("creme brulee", 1),
        ("CRÈME", 1),
        ("你好", 2),
        ("世界", 2),
        ("再起動", 3),
        ("サーバ", 3),
        ("녕하", 4),
        ("여러", 4),
        ("mass", 5),
        ("السلام", 6),
        ("ข้อ", 7),
        ("हिन्दी", 8),
        ("istanbul", 9),
        ("ежик", 10),
        ("ᠪᠠᠶᠢᠨᠠ", 11),
        ("𞤢1", 11),
        ("\"a b\"", 11),
        ("gross", 11),
        ("»ＧＲＯＳＳ ﬁｎ«", 11),
    ] {
        assert_eq!(found(log, query).await, [seq], "{query}");
    }
    assert_eq!(found(log, "好你").await, [0; 0], "the order counts");
    assert_eq!(found(log, "你世").await, [0; 0], "the words must be adjacent");
}

async fn each_case_of_arabic_and_persian_is_found(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let cases: Vec<(&str, &str)> = include_str!("../../../../../app/tests/cases/search-arabic.tsv")
        .lines()
        .skip(1)
        .map(|line| line.strip_prefix("search ").unwrap().split_once('\t').unwrap())
        .collect();
    let texts: std::collections::BTreeSet<&str> = cases.iter().map(|(_, text)| *text).collect();
    let texts: Vec<&str> = texts.into_iter().collect();
    publish(log, &texts).await;
    for (word, text) in cases {
        let bodies = found(log, word).await;
        let seq = 1 + texts.iter().position(|other| *other == text).unwrap() as u64;
        assert_eq!(bodies, [seq], "{word} in {text}");
        assert!(hits(log, word).await[0].snippet.iter().any(|piece| piece.hit), "{word} is marked in {text}");
    }
}

async fn a_phrase_is_found_in_its_order(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    publish(log, &["to be or not to be", "be to", "I don't know", "see example.org/a-b"]).await;
    assert_eq!(found(log, "\"to be\"").await, [1]);
    assert_eq!(found(log, "\"be to\"").await, [2]);
    assert_eq!(found(log, "\"or, NOT\"").await, [1]);
    assert_eq!(found(log, "don't").await, [3]);
    assert_eq!(found(log, "example.org").await, [4]);
    assert_eq!(found(log, "\"know lobby\"").await, [0; 0]);
}

async fn symbols_and_emoji_are_found(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    publish(
        log,
        &["I like C++ more", "C is older", "plan C# now", "use .NET 9", "the net is down", "we did it 🎉👍🏽"],
    )
    .await;
    publish(log, &["🎉", "❤\u{fe0f} from us", "5 € each", "C++17!", "🇩🇪 🇫🇷", "i love 👩🏽\u{200d}💻"]).await;
    publish(log, &["it is done :tada:"]).await;
    for (query, seqs) in [
        ("C++", vec![10, 1]),
        ("c++ \"like more\"", vec![]),
        ("c++ more", vec![1]),
        ("\"c++ more\"", vec![1]),
        ("C#", vec![3]),
        (".net", vec![4]),
        ("net", vec![5, 4]),
        ("c ", vec![10, 3, 2, 1]),
        ("🎉", vec![13, 7, 6]),
        (":tada:", vec![13, 7, 6]),
        ("tada", vec![13]),
        ("🎉 did", vec![6]),
        ("👍", vec![6]),
        ("👍🏿", vec![6]),
        ("❤", vec![8]),
        ("❤\u{fe0f}", vec![8]),
        ("€", vec![9]),
        ("🇫🇷", vec![11]),
        ("🇫🇷 🇩🇪", vec![11]),
        ("👩\u{200d}💻", vec![12]),
        ("🚀", vec![]),
        ("\"did it we\"", vec![]),
        ("\"did it\"", vec![6]),
    ] {
        assert_eq!(found(log, query).await, seqs, "{query}");
    }
    assert!(hits(log, "🎉").await[1].snippet.iter().any(|piece| piece.hit && piece.text == "🎉"));
}

async fn topic_author_and_day_filter_the_hits(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let name = |name: &str| Author { name: Name::parse(name).unwrap(), ..message_by(1, 1, "").author };
    for (n, topic_name, author) in [(1, "lobby", "Ann Lee"), (2, "other", "Ann"), (3, "lobby", "Bób")] {
        let message =
            NewMessage { topic: topic(topic_name), author: name(author), ..message_by(1, n, "hello") };
        log.append(message).await.unwrap();
    }
    let names = async |query: &str| -> Vec<String> {
        let hits = hits(log, query).await;
        let mut names: Vec<_> = hits.iter().map(|hit| hit.event.author.name.to_string()).collect();
        // Messages of several topics within one millisecond have no order.
        names.sort();
        names
    };
    assert_eq!(names("hello").await, ["Ann", "Ann Lee", "Bób"]);
    assert_eq!(names("hello in:lobby").await, ["Ann Lee", "Bób"]);
    assert_eq!(names("hello in:nowhere").await, [""; 0]);
    assert_eq!(names("hello from:bob").await, ["Bób"]);
    assert_eq!(names("from:ann").await, ["Ann", "Ann Lee"]);
    assert_eq!(names("from:\"lee ann\" hello").await, ["Ann Lee"]);
    assert_eq!(names("ann").await, [""; 0], "an author's name is not part of the text");
    let day = |days: i64| (OffsetDateTime::now_utc() + Duration::days(days)).date().to_string();
    assert_eq!(names(&format!("hello after:{}", day(-1))).await.len(), 3);
    assert_eq!(names(&format!("hello before:{}", day(2))).await.len(), 3);
    assert_eq!(names(&format!("hello after:{}", day(2))).await.len(), 0);
    assert_eq!(names(&format!("hello before:{}", day(-1))).await.len(), 0);
    let elsewhere = Search::parse("hello", Some(topic("other")), None, 30).unwrap();
    assert_eq!(log.search(&everything(), &elsewhere).await.unwrap().hits.len(), 1);
}

async fn a_query_is_never_read_as_the_syntax_of_the_database(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    publish(log, &["a b or not near words"]).await;
    for query in [
        "a\" OR \"zzz",
        "a' | 'zzz",
        "words:*",
        "a NOT b",
        "a -b",
        "NEAR(a b, 5)",
        "{words}: a",
        "^a",
        "a & b",
        "a <-> b",
        "a\\",
        "a:A",
        "a\u{0}b",
        "');DROP TABLE event;--",
        "search MATCH ?",
        "$1",
        "§1",
        "§§ann",
    ] {
        if let Ok(search) = Search::parse(query, None, None, 30) {
            assert!(log.search(&everything(), &search).await.is_ok(), "{query}");
        }
    }
    assert_eq!(found(log, "a OR zzz").await, [0; 0], "an operator is an ordinary word");
    assert_eq!(found(log, "a NOT b").await, [1], "an operator is an ordinary word");
    assert_eq!(found(log, "§§ann").await, [0; 0]);
}
