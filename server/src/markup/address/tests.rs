//! The beginnings and ends of addresses.

use super::find;

fn found(text: &str) -> Vec<&str> {
    find(text).into_iter().map(|address| text.get(address.range).unwrap()).collect()
}

#[test]
fn a_host_ends_where_another_script_begins() {
    for (text, address) in [
        ("https://a.example谢谢", "https://a.example"),
        ("https://a.example.谢谢", "https://a.example"),
        ("https://a.exampleпривет/x", "https://a.example"),
        ("https://例子.中国谢谢", "https://例子.中国"),
        ("https://例え.テスト/道", "https://例え.テスト/道"),
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
fn an_address_ends_with_the_sentence() {
    for (text, address) in [
        ("(https://a.example/x), b", "https://a.example/x"),
        ("https://a.example/x?!", "https://a.example/x"),
        ("**https://a.example/x**", "https://a.example/x"),
        ("_https://a.example/x_", "https://a.example/x"),
        ("~~https://a.example/x~~", "https://a.example/x"),
        ("https://a.example/x_", "https://a.example/x_"),
        ("https://a.example/x”", "https://a.example/x"),
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
fn incomplete_addresses_are_text() {
    for text in [
        "http://",
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
