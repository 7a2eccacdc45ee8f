//! Names after an at.

use super::*;

#[test]
fn known_names_after_an_at_are_mentions() {
    let (ann, other) = (ANN, "019a2b1c-7d3f-7a11-8e5d-0c9b7a6f5e4e");
    assert_eq!(line("@Ann, hi"), mention(ann, "@Ann") + ", hi");
    assert_eq!(line("(@ann's)"), format!("({}'s)", mention(ann, "@ann")));
    assert_eq!(
        line("@Ann Lee and @小明你好"),
        mention(other, "@Ann Lee") + " and " + &mention(other, "@小明") + "你好"
    );
    assert_eq!(line("`@Ann` @Anna *@Bob*"), "<code>@Ann</code> @Anna <em>@Bob</em>");
    assert_eq!(line("[@Ann](https://a.example)"), link("https://a.example", "@Ann"));
    assert_eq!(html(&"@Ann ".repeat(30)).matches("data-user").count(), 20);
}

#[test]
fn the_names_that_may_be_meant_are_asked_for() {
    assert_eq!(names("hi"), [""; 0]);
    assert_eq!(names("@Ann"), ["Ann"]);
    assert_eq!(names("@Ann, hi"), ["Ann,", "Ann", "Ann, hi"]);
    assert_eq!(names("x@y.z a@ `@b` [@c](https://d.e) https://f/@g"), [""; 0]);
    assert_eq!(names("*@Ann Lee's*"), ["Ann", "Ann Lee's", "Ann Lee"]);
    assert_eq!(names("@a b c d e"), ["a", "a b", "a b c", "a b c d"]);
    assert_eq!(names("@小明你好吗"), ["小明你好吗", "小", "小明", "小明你", "小明你好"]);
    let many: String = (0..100).map(|n| format!("@n{n}\n")).collect();
    assert_eq!(names(&many).len(), 20);
}

#[test]
fn whom_rendering_finds_was_asked_for() {
    for (body, name) in
        [("@Ann's", "Ann"), ("@Ann Lee!", "Ann Lee"), ("**hi** @小明你好", "小明"), ("@A. B.", "A. B.")]
    {
        assert!(names(body).iter().any(|asked| asked == name), "{body}");
        let known = [person(ANN, name)];
        assert!(render(body, &known).is_some_and(|html| html.contains("data-user")), "{body}");
    }
}
