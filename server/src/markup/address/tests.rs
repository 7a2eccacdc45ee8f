//! The beginnings and ends of addresses.

use std::time::Duration;

use super::find;
use crate::markup::processor_time::processor_time;

fn found(text: &str) -> Vec<&str> {
    find(text).into_iter().map(|address| text.get(address.range).unwrap()).collect()
}

#[test]
fn a_host_ends_where_another_script_begins() {
    for (text, address) in [
        ("https://a.example谢谢", "https://a.example"),
        ("https://a.example.谢谢", "https://a.example"),
        ("https://a.exampleпривет/x", "https://a.example"),
        ("https://a.comпривет.Как дела", "https://a.com"),
        ("https://例子.中国谢谢", "https://例子.中国"),
        ("https://例え.テスト/道", "https://例え.テスト/道"),
        ("https://www.例子.中国/", "https://www.例子.中国/"),
        ("https://www.例子.中国谢谢", "https://www.例子.中国"),
        ("https://blog.日本語.jpです", "https://blog.日本語.jp"),
        ("https://東京2020.jp/x", "https://東京2020.jp/x"),
        ("www.ไทย.com", "www.ไทย.com"),
        ("a@www.例子.中国", "a@www.例子.中国"),
        ("https://a.example.谢谢.再见", "https://a.example"),
        ("https://test.рф/x", "https://test.рф/x"),
        ("https://кто.рф", "https://кто.рф"),
        ("https://test.中国 ok", "https://test.中国"),
        ("www.a.example谢谢", "www.a.example"),
        ("谢谢a@b.example谢谢", "a@b.example"),
        ("https://a.example谢谢@evil.example", "https://a.example"),
        ("https://a.example\\@evil.example", "https://a.example"),
    ] {
        assert_eq!(found(text)[0], address, "{text}");
    }
}

#[test]
fn a_label_of_mixed_scripts_is_no_address() {
    for text in [
        "https://аpple.example/",
        "https://www.gооgle.example/x",
        "https://www.inтel.com/",
        "http://nasпривет",
        "a@gооgle.example",
    ] {
        assert_eq!(found(text), Vec::<&str>::new(), "{text}");
    }
    for address in ["https://2хост.рф", "https://360.example/x", "https://a.б.example/"] {
        assert_eq!(found(address), [address]);
    }
}

#[test]
fn an_address_ends_with_the_sentence() {
    for (text, address) in [
        ("(https://a.example/x), b", "https://a.example/x"),
        ("https://a.example/x?!", "https://a.example/x"),
        ("**https://a.example/x**", "https://a.example/x"),
        ("_https://a.example/x_", "https://a.example/x"),
        ("~~https://a.example/x~~", "https://a.example/x"),
        ("https://a.example/x_", "https://a.example/x_"),
        ("https://a.example/*x*", "https://a.example/*x*"),
        ("*see\nhttps://a.example/x*", "https://a.example/x"),
        ("**https://a.example/x**です", "https://a.example/x"),
        ("~~https://a.example/x~~了", "https://a.example/x"),
        ("https://a.example/?f=A|B", "https://a.example/?f=A|B"),
        ("https://a.example/x|", "https://a.example/x"),
        ("a|https://a.example/x|b", "https://a.example/x"),
        ("https://a.example./x", "https://a.example./x"),
        ("https://a.example.:80", "https://a.example.:80"),
        ("https://a.example.: yes", "https://a.example"),
        ("https://a.example/x”", "https://a.example/x"),
        ("״https://a.example/x״", "https://a.example/x"),
        ("https://a.example/צה״ל", "https://a.example/צה״ל"),
        ("https://a.example/x。次", "https://a.example/x"),
        ("https://a.example/x\u{a0}y", "https://a.example/x"),
        ("https://a.example/x।", "https://a.example/x"),
        ("https://a.example:8080/x", "https://a.example:8080/x"),
        ("https://a.example: yes", "https://a.example"),
        ("https://a.example.", "https://a.example"),
        ("https://u:p@[::1]:80/x", "https://u:p@[::1]:80/x"),
    ] {
        assert_eq!(found(text), [address], "{text}");
    }
}

#[test]
fn addresses_without_a_space_between_them_are_two() {
    assert_eq!(found("https://a.examplehttps://b.example"), ["https://a.example", "https://b.example"]);
    assert_eq!(found("http://http://a.example"), ["http://a.example"]);
    assert_eq!(found("www.a.examplehttps://b.example"), ["www.a.example", "https://b.example"]);
    assert_eq!(found("www.a.exampleHTTP://b.example/x"), ["www.a.example", "HTTP://b.example/x"]);
    assert_eq!(found("a@b.examplehttps://b.example"), ["a@b.example", "https://b.example"]);
}

#[test]
fn a_pipe_before_another_address_or_words_ends_an_address() {
    for (text, addresses) in [
        ("https://a.example/x|https://b.example/y", vec!["https://a.example/x", "https://b.example/y"]),
        ("https://a.example/x|WWW.b.example/y", vec!["https://a.example/x", "WWW.b.example/y"]),
        ("<https://a.example/x|words>", vec!["https://a.example/x"]),
        ("<https://a.example|words>", vec!["https://a.example"]),
        ("< https://a.example/?x=a|http", vec!["https://a.example/?x=a|http"]),
        ("a|b\nhttps://a.example/a|b", vec!["https://a.example/a|b"]),
    ] {
        assert_eq!(found(text), addresses, "{text}");
    }
}

#[test]
fn incomplete_addresses_are_text() {
    for text in [
        "http://",
        "http://http://",
        "xhttp://a.example",
        "https:// a",
        "www.x",
        "a@b",
        "a@b.1",
        "@a.b",
        "a@@b.example",
        "ftp://a.example",
    ] {
        assert!(found(text).is_empty(), "{text}: {:?}", found(text));
    }
    assert!(found(&format!("https://a.example/{}", "x".repeat(3_000))).is_empty());
}

/// Texts of which the first half is read for signs that the addresses of the second half may close.
const MIXED: [(&str, &str, &str); 9] = [
    ("words ", "https://a/", "|"),
    ("words ", "https://a/", "*谢"),
    ("words ", "https://a/", "~~谢"),
    ("* words ", "https://a/", ".*"),
    ("_ words ", "https://a/", "._"),
    ("words ", "", "https://a/|*谢_ "),
    ("~ words ", "", "www.a.b/~~谢 "),
    ("words ", "", "http://999.999.999.999/|"),
    ("words ", "https://a/", "(|["),
];

/// The processor time of an eighth of the text, multiplied by 8, is that of linear work; quadratic work takes 8 times as much. The
/// cheapest of several runs has lost no time to cold caches.
#[test]
fn addresses_are_found_in_linear_time() {
    for mixed in MIXED {
        let eighth = cheapest(mixed, 4 * 1024);
        let whole = cheapest(mixed, 32 * 1024);
        assert!(whole < 8 * 3 * eighth, "{mixed:?}: {eighth:?} for an eighth, {whole:?} for all");
    }
}

fn cheapest((words, begin, piece): (&str, &str, &str), bytes: usize) -> Duration {
    let half = |piece: &str| piece.repeat(bytes / 2 / piece.len());
    let text = half(words) + begin + &half(piece);
    let run = |_| {
        let begun = processor_time();
        std::hint::black_box(find(std::hint::black_box(&text)));
        processor_time() - begun
    };
    (0..25).map(run).min().unwrap_or_default()
}
