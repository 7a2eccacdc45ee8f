use super::*;

fn colours(language: &str, code: &str) -> String {
    let language = super::language(language).expect("a known language");
    highlight(language, code).expect("short enough")
}

#[test]
fn words_of_code_are_told_apart() {
    assert_eq!(
        colours("rust", "let x: Vec<'a> = f(\"a\\\"b\", 1); // <c>"),
        "<span class=\"k\">let</span> x: <span class=\"t\">Vec</span>&lt;'a&gt; = <span class=\"f\">f</span>(\
         <span class=\"s\">\"a\\\"b\"</span>, <span class=\"n\">1</span>); <span class=\"c\">// &lt;c&gt;</span>"
    );
    assert_eq!(
        colours("json", "{\"a\": \"b\"}"),
        "{<span class=\"t\">\"a\"</span>: <span class=\"s\">\"b\"</span>}"
    );
    assert_eq!(colours("SQL", "SELECT"), "<span class=\"k\">SELECT</span>");
    assert_eq!(colours("sh", "a#b"), "a#b");
    assert_eq!(colours("html", "<a-b>"), "<span class=\"k\">&lt;a-b</span>&gt;");
}

#[test]
fn a_comment_or_a_string_may_be_open_at_the_end() {
    assert_eq!(colours("c", "/* a\nb"), "<span class=\"c\">/* a\nb</span>");
    assert_eq!(colours("python", "\"\"\"a\n"), "<span class=\"s\">\"\"\"a\n</span>");
    assert_eq!(colours("c", "'a\nb"), "<span class=\"s\">'a</span>\nb");
}

#[test]
fn lines_that_came_and_went_are_told_apart() {
    let html = colours("diff", "@@ 1 @@\n-a\n+b\n c");
    let expected =
        "<span class=\"m\">@@ 1 @@\n</span><span class=\"d\">-a\n</span><span class=\"i\">+b\n</span> c";
    assert_eq!(html, expected);
}

#[test]
fn the_language_is_all_that_stands_behind_the_fence() {
    for name in ["rust", "RS", "C++", "sh"] {
        assert!(language(name).is_some() && is_known(name), "{name}");
    }
    assert!(language("text").is_none() && is_known("Text"));
    for name in ["klingon", "rust,ignore", "make run", ""] {
        assert!(!is_known(name), "{name}");
    }
}

#[test]
fn no_name_is_given_to_two_languages() {
    let mut names: Vec<_> = languages::ALL.iter().flat_map(|language| language.names).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn every_byte_of_any_code_is_there() {
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
