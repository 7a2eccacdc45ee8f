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
fn half_of_the_backslashes_before_markup_are_shown() {
    for (body, expected) in [
        (r"\\\\*a*", r"\\<em>a</em>"),
        (r"\\\*a\*", r"\*a*"),
        (r"**a\\\\**", r"<strong>a\\</strong>"),
        (r"\\\\\:tada:", r"\\:tada:"),
        (r"\\\\:tada:", r"\\🎉"),
    ] {
        assert_eq!(line(body), expected, "{body}");
    }
    for body in [r"\\\* a", r"\\\\a", r"\\srv\\[a]"] {
        assert_eq!(render(body, &[]), None, "{body}");
    }
}

#[test]
fn stars_of_programs_and_products_are_text() {
    for body in [
        ".*foo.*",
        "^a.*b.*$",
        "a.*?b.*?",
        "[a-z]*x[0-9]*",
        "(a)*b*(c)",
        "(*a)*(*b)",
        "x = (a+b)*c*(d)",
        "/* a */ b /* c */",
        "a /*b*/ c",
        "src/**/*.rs and tests/**/*.rs",
        "**/node_modules/**",
        "**/*.rs and src/**",
        "*.rs tests/*",
        "\"*\" and \"*\", '_' or '_'",
        "(*´▽`*) *＼(^^)／*",
        r"¯\_(ツ)_/¯",
        r"\_share_\x",
    ] {
        assert_eq!(render(body, &[]), None, "{body}");
    }
    for (body, expected) in [
        ("(*a*) and [**b**]", "(<em>a</em>) and [<strong>b</strong>]"),
        ("*(a)* *b.*", "<em>(a)</em> <em>b.</em>"),
        ("1.**a**", "1.<strong>a</strong>"),
        ("**/help** *\"a\"*", "<strong>/help</strong> <em>\"a\"</em>"),
        ("*🎉* **☎** *५*", "<em>🎉</em> <strong>☎</strong> <em>५</em>"),
    ] {
        assert_eq!(line(body), expected, "{body}");
    }
}

#[test]
fn names_of_programs_between_underscores_are_text() {
    for body in ["__init__", "call __init__ or (__del__), not __get_state__.", "__init__方法", r"\__init__"]
    {
        assert_eq!(render(body, &[]), None, "{body}");
    }
    for (body, expected) in [
        ("__see__init__", "__see__init__"),
        ("__Tea__", "<strong>Tea</strong>"),
        ("__tea time__", "<strong>tea time</strong>"),
        ("__call __init__ now__", "<strong>call __init__ now</strong>"),
        ("___tea___", "<strong><em>tea</em></strong>"),
        ("_tea_ and **__init__**", "<em>tea</em> and <strong>__init__</strong>"),
    ] {
        assert_eq!(render(body, &[]).map_or(body.to_owned(), |_| line(body)), expected, "{body}");
    }
}

#[test]
fn an_emoji_or_a_currency_alone_is_emphasised() {
    for sign in "⭐ ⏰ ⌛ ▶️ ‼️ © ® ™ ⬆️ ❓ ☆ € £ ¥ → ㊗️ 🇩🇪 1️⃣ 👨‍👩‍👧 ◀ ⭕ 〰️ ♡".split(' ')
    {
        assert_eq!(line(&format!("**{sign}** x")), format!("<strong>{sign}</strong> x"), "{sign}");
        assert_eq!(line(&format!("*{sign}*")), format!("<em>{sign}</em>"), "{sign}");
    }
    for emoji in include_str!("../emoji_list.txt").lines() {
        assert_eq!(line(&format!("~~{emoji}~~")), format!("<del>{emoji}</del>"), "{emoji}");
    }
    for emoticon in ["(*≧▽≦*)", "(*⌒▽⌒*)", "*…*", "**——**", "_。_"] {
        assert_eq!(render(emoticon, &[]), None, "{emoticon}");
    }
}

#[test]
fn emphasis_ends_after_an_address_or_a_path_with_a_slash() {
    let address = link("https://a.example/", "https://a.example/");
    for (body, expected) in [
        ("**https://a.example/**", format!("<strong>{address}</strong>")),
        ("*https://a.example/*", format!("<em>{address}</em>")),
        ("~~https://a.example/~~", format!("<del>{address}</del>")),
        ("**see https://a.example/**, ok", format!("<strong>see {address}</strong>, ok")),
        ("**/x: https://a.example/**", format!("<strong>/x: {address}</strong>")),
        ("**/x** https://a.example/ **y**", format!("<strong>/x</strong> {address} <strong>y</strong>")),
        ("~~remove src/~~", "<del>remove src/</del>".to_owned()),
        ("~~/a/~~.b", "<del>/a/</del>.b".to_owned()),
        ("**and/or/** x", "<strong>and/or/</strong> x".to_owned()),
    ] {
        assert_eq!(line(body), expected, "{body}");
    }
}

#[test]
fn emphasis_ends_after_punctuation_of_scripts_without_spaces() {
    for (body, expected) in [
        ("**注意。**API", "<strong>注意。</strong>API"),
        ("API**「重要」**です", "API<strong>「重要」</strong>です"),
        ("(a)*重要*です", "(a)<em>重要</em>です"),
        ("*（注）*x", "<em>（注）</em>x"),
    ] {
        assert_eq!(line(body), expected, "{body}");
    }
    assert_eq!(render("**ВАЖНО:**текст", &[]), None);
}

#[test]
fn an_address_that_looks_like_another_shows_its_host() {
    let host = " <span class=\"host\">(evil.example)</span>";
    for words in [
        "bank.example",
        "192.168.0.1",
        "http://localhost/",
        "https://[::1]/",
        "bank․example",
        "see bank．example",
        "ann@bank.example",
    ] {
        let body = format!("[{words}](https://evil.example)");
        assert_eq!(line(&body), link("https://evil.example", words) + host, "{body}");
    }
    for bare in ["https://bank.example@evil.example/", "https://bank.example:x@evil.example/login"] {
        assert_eq!(line(bare), link(bare, bare) + host, "{bare}");
    }
    for body in [
        "https://user:pw@a.example/x",
        "https://a.example/b.example@c",
        "[https://10.0.0.1/](https://10.0.0.1/x)",
        "[http://nas](http://nas/x)",
        "[v1.2.3](https://a.example)",
        "[ann@a.example](mailto:Ann@a.example)",
    ] {
        assert!(!html(body).contains("host"), "{body}");
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

#[test]
fn emoticons_are_no_emphasis_however_often_they_occur() {
    for body in [
        "¯\\_(ツ)_/¯ and ¯\\_(ツ)_/¯",
        "\\_(ツ)_/ \\_(ツ)_/",
        "(>_<) and (>_<)",
        "(-_-) zzz (-_-)",
        "^_^ and ^_^",
        "d(^_^d) (b^_^)b",
        ":_( and :_(",
        "*_* wow *_*",
        "*-* ok *-*",
        "*:・゚✧*:・゚✧",
        "☆*: .｡. o(≧▽≦)o .｡.:*☆",
    ] {
        assert_eq!(render(body, &[]), None, "{body}");
    }
    assert_eq!(line("_a_/_b_ (_c_) *:tada: d*"), "<em>a</em>/<em>b</em> (<em>c</em>) <em>🎉 d</em>");
}
