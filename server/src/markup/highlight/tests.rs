use super::*;

fn highlighted(language: &str, code: &str) -> String {
    let language = super::language(language).expect("a known language");
    highlight(language, code).expect("short enough")
}

#[test]
fn kinds_of_words_are_distinguished() {
    assert_eq!(
        highlighted("rust", "let x: Vec<'a> = f(\"a\\\"b\", 1); // <c>"),
        "<span class=\"k\">let</span> x: <span class=\"t\">Vec</span>&lt;'a&gt; = <span class=\"f\">f</span>(\
         <span class=\"s\">\"a\\\"b\"</span>, <span class=\"n\">1</span>); <span class=\"c\">// &lt;c&gt;</span>"
    );
    assert_eq!(
        highlighted("json", "{\"a\": \"b\"}"),
        "{<span class=\"t\">\"a\"</span>: <span class=\"s\">\"b\"</span>}"
    );
    assert_eq!(highlighted("SQL", "SELECT"), "<span class=\"k\">SELECT</span>");
    assert_eq!(highlighted("sh", "a#b"), "a#b");
    assert_eq!(highlighted("html", "<a-b>"), "<span class=\"k\">&lt;a-b</span>&gt;");
}

#[test]
fn an_unclosed_comment_or_string_extends_to_the_end() {
    assert_eq!(highlighted("c", "/* a\nb"), "<span class=\"c\">/* a\nb</span>");
    assert_eq!(highlighted("python", "\"\"\"a\n"), "<span class=\"s\">\"\"\"a\n</span>");
    assert_eq!(highlighted("c", "'a\nb"), "<span class=\"s\">'a</span>\nb");
}

#[test]
fn inserted_and_deleted_lines_are_distinguished() {
    let html = highlighted("diff", "@@ 1 @@\n-a\n+b\n c");
    let expected =
        "<span class=\"m\">@@ 1 @@\n</span><span class=\"d\">-a\n</span><span class=\"i\">+b\n</span> c";
    assert_eq!(html, expected);
}

#[test]
fn only_a_language_alone_after_the_fence_is_known() {
    for name in ["rust", "RS", "C++", "sh"] {
        assert!(language(name).is_some() && is_known(name), "{name}");
    }
    assert!(language("text").is_none() && is_known("Text"));
    for name in ["klingon", "rust,ignore", "make run", ""] {
        assert!(!is_known(name), "{name}");
    }
}

#[test]
fn no_two_languages_share_a_name() {
    let mut names: Vec<_> = languages::ALL.iter().flat_map(|language| language.names).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn highlighting_keeps_every_byte() {
    let piece =
        ["'", "\"", "/*", "*/", "#", "\\", "é", "a", "1", "\n", "<", "@", "`", "--", "{-", "\u{1f600}", "="];
    let mut random = 1_u64;
    for language in languages::ALL {
        for _ in 0..200 {
            let code: String = (0..30).map(|_| piece[next(&mut random) % piece.len()]).collect();
            let Some(html) = highlight(language, &code) else { continue };
            let text = html.split('<').flat_map(|part| part.rsplit('>').next()).collect::<String>();
            let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            assert_eq!(text, code, "{:?}", language.names);
        }
    }
}

fn next(random: &mut u64) -> usize {
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*random >> 33) as usize
}
