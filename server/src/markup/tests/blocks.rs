//! Blocks.

use super::*;

#[test]
fn blocks_are_rendered_and_the_outermost_has_an_automatic_direction() {
    for (body, expected) in [
        ("- a\n- b", "<ul dir=\"auto\"><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", "<ol start=\"3\" dir=\"auto\"><li>a</li><li>b</li></ol>"),
        (
            "- [x] a\n- [ ] b",
            "<ul dir=\"auto\"><li><span class=\"task\">☑</span> a</li><li><span class=\"task\">☐</span> b</li></ul>",
        ),
        ("- a\n  b\n\n- c", "<ul dir=\"auto\"><li>a<br>b</li><li>c</li></ul>"),
        ("1. a\n  - b\n2. c", "<ol dir=\"auto\"><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("> a\n> b\n\nc", "<blockquote dir=\"auto\"><p>a<br>b</p></blockquote><p dir=\"auto\">c</p>"),
        ("# a\n## b\n###### c", "<h3 dir=\"auto\">a</h3><h4 dir=\"auto\">b</h4><h5 dir=\"auto\">c</h5>"),
        ("a\n\n---\n\nb", "<p dir=\"auto\">a</p><hr><p dir=\"auto\">b</p>"),
        ("a\n\n\n\n*b*", "<p dir=\"auto\">a</p><p dir=\"auto\"><br><br><em>b</em></p>"),
        ("```\n<a>\n\n*b*\n```", "<pre dir=\"ltr\" tabindex=\"0\"><code>&lt;a&gt;\n\n*b*</code></pre>"),
        ("```rs\nfn\n```", "<pre dir=\"ltr\" tabindex=\"0\"><code><span class=\"k\">fn</span></code></pre>"),
        (
            "|a|b|\n|-|:-:|\n|*c*|`|`\\||",
            "<div class=\"table\" dir=\"auto\" tabindex=\"0\"><table><thead><tr><th>a</th><th class=\"center\">b</th></tr>\
             </thead><tbody><tr><td><em>c</em></td><td class=\"center\"><code>|</code>|</td></tr></tbody></table></div>",
        ),
        (
            "- a\n  > b\n  1. c\n- d",
            "<ul dir=\"auto\"><li>a<blockquote><p>b</p></blockquote><ol><li>c</li></ol></li><li>d</li></ul>",
        ),
    ] {
        assert_eq!(html(body), expected, "{body}");
    }
}

#[test]
fn a_fence_can_close_after_code_and_open_again_on_the_same_line() {
    let code = |code: &str| format!("<pre dir=\"ltr\" tabindex=\"0\"><code>{code}</code></pre>");
    let middle = "<p dir=\"auto\"> c </p>";
    assert_eq!(html("```a\nb``` c ```d\ne```"), code("a\nb") + middle + &code("d\ne"));
    assert_eq!(html("```\n/// ```\n/// b\n/// ```\nc\n```"), code("/// ```\n/// b\n/// ```\nc"));
    for body in
        ["```", "```\n```", "``````", "```\n\n```", "``` a", "```rust", "a ```", "> >", "- -\n- +", "# #\n+"]
    {
        assert_eq!(render(body, &[]), None, "{body}");
    }
}

#[test]
fn a_line_below_text_does_not_make_it_a_heading() {
    assert_eq!(html("*a*\n="), "<p dir=\"auto\"><em>a</em><br>=</p>");
    assert_eq!(html("*a*\n-"), "<p dir=\"auto\"><em>a</em><br>-</p>");
}

#[test]
fn html_is_shown_as_it_was_typed() {
    assert_eq!(
        html("<script>alert(1)</script>\n\n*a* <img src=x onerror=y>"),
        "<p dir=\"auto\">&lt;script&gt;alert(1)&lt;/script&gt;</p><p dir=\"auto\"><em>a</em> &lt;img src=x onerror=y&gt;</p>"
    );
}

#[test]
fn markup_that_is_too_deep_or_too_long_stays_text() {
    let deep = html(&("> ".repeat(30) + "a"));
    assert_eq!(deep.matches("<blockquote").count(), 10);
    assert!(deep.contains(&("&gt; ".repeat(20) + "a")));
    let table = format!("{}|\n{}|\n{}", "|a".repeat(1_000), "|-".repeat(1_000), "|b|\n".repeat(1_000));
    assert_eq!(render(&table, &[]), None);
    let code = format!("```js\n{}\n```", "1,".repeat(4_000));
    assert!(render(&code, &[]).is_some_and(|html| !html.contains("class")));
}

#[test]
fn long_code_is_not_highlighted() {
    let code = |bytes: usize| format!("```rust\n{}\n```", "fn a ".repeat(bytes / 5));
    assert!(html(&code(8_000)).contains("class"));
    assert!(!html(&code(9_000)).contains("class"));
}
