//! Inline markup.

use super::*;

#[test]
fn emphasis_and_code_follow_the_habits_of_chats() {
    for (body, expected) in [
        (
            "*a* _b_ **c** ~~d~~ `<e>`",
            "<em>a</em> <em>b</em> <strong>c</strong> <del>d</del> <code>&lt;e&gt;</code>",
        ),
        ("**a *b* c**", "<strong>a <em>b</em> c</strong>"),
        ("a\n*b*\nc", "a<br><em>b</em><br>c"),
        ("\\*a\\* &amp; b", "*a* &amp;amp; b"),
        (
            "*a* &lt;b&gt; &amp;amp; &#x41;&copy; &#64;Ann",
            "<em>a</em> &amp;lt;b&amp;gt; &amp;amp;amp; &amp;#x41;&amp;copy; &amp;#64;Ann",
        ),
        ("*a* <b>b</b>", "<em>a</em> &lt;b&gt;b&lt;/b&gt;"),
        ("`a` 5~6 7~8", "<code>a</code> 5~6 7~8"),
    ] {
        assert_eq!(line(body), expected, "{body}");
    }
}

#[test]
fn shortcodes_become_emoji_except_in_code_and_links() {
    assert_eq!(line(":tada: :nobody: `:tada:`"), "🎉 :nobody: <code>:tada:</code>");
    assert_eq!(line(r"\:tada: \\:tada:"), r":tada: \🎉");
    assert_eq!(line("[:tada:](https://a.example)"), link("https://a.example", ":tada:"));
    assert_eq!(line(":+1::+1:"), "👍👍");
}

#[test]
fn addresses_become_links() {
    for (body, target, name, rest) in [
        (
            "https://a.example/x?y=1&z=2",
            "https://a.example/x?y=1&amp;z=2",
            "https://a.example/x?y=1&amp;z=2",
            "",
        ),
        ("https://a.example/b_(c).", "https://a.example/b_(c)", "https://a.example/b_(c)", "."),
        ("http://a.example，见", "http://a.example", "http://a.example", "，见"),
        ("www.a.example/b, c", "http://www.a.example/b", "www.a.example/b", ", c"),
        ("[b *c*](HTTPS://a.example)", "HTTPS://a.example", "b <em>c</em>", ""),
    ] {
        assert_eq!(line(body), link(target, name) + rest, "{body}");
    }
    let mail = "<a href=\"mailto:a@b.example\" rel=\"noopener noreferrer nofollow ugc\">a@b.example</a>!";
    assert_eq!(line("a@b.example!"), mail);
}

#[test]
fn unsafe_links_are_shown_as_they_were_typed() {
    for body in [
        "*a* [b](javascript:alert(1))",
        "*a* [b c](//evil.example)",
        "*a* [b](https://c.example 'd')",
        "*a* [b](/here)",
        "*a* ![b](data:image/png;base64,x)",
        "*a* [b](https:// e)",
        "*a* [b](https:x)",
    ] {
        let html = line(body);
        assert!(!html.contains("javascript:alert\"") && !html.contains("href=\"/"), "{html}");
        assert!(html.starts_with("<em>a</em> "), "{html}");
        if !html.contains("https://c") {
            assert_eq!(
                html,
                format!("<em>a</em>{}", body.replace("*a*", "").replace('<', "&lt;").replace('>', "&gt;"))
            );
        }
    }
}
