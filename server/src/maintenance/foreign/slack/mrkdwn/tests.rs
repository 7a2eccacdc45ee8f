use super::*;

#[test]
fn texts_become_markdown() {
    let workspace = Workspace::example();
    for (text, markdown) in [
        ("*bold* _it_ ~gone~", "**bold** _it_ ~~gone~~"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2, &amp;lt;", "1 < 2 && 3 > 2, &lt;"),
        ("<@U1> <@U1|ann> <@U9> <@U9|bob>", "@Ann Lee @Ann Lee @U9 @bob"),
        ("<#C1> <#C1|tea> <#C9|>", "#tea #tea #C9"),
        ("<!here> <!subteam^S1|@makers> <!date^1^{date}|May 1>", "@here @makers May 1"),
        ("<https://a.example/?a=1&amp;b=2>", "https://a.example/?a=1&b=2"),
        ("<https://a.example|tea &amp; cake>", "[tea & cake](https://a.example)"),
        ("<http://a.example|a.example>", "http://a.example"),
        ("<https://a.example/(b)|tea>", "tea: https://a.example/(b)"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("*<https://a.example|tea>*", "**[tea](https://a.example)**"),
        ("`*a* &lt;` *b*", "`*a* <` **b**"),
        ("```*a*\n<https://a.example|x>```", "```*a*\nhttps://a.example```"),
        ("a ` b *c*", "a ` b **c**"),
        ("2 < 3 <> *é*", "2 < 3 <> **é**"),
    ] {
        assert_eq!(MrkdwnConverter::new(&workspace).markdown(text), markdown, "{text}");
    }
    let mut converter = MrkdwnConverter::new(&workspace);
    converter.markdown("<@U1> and <@U9>");
    assert_eq!(converter.mentions, [workspace.known_person("U1").unwrap().clone()]);
    assert_eq!(plain(&workspace, "*a* <https://a.example|b>"), "*a* https://a.example");
}
