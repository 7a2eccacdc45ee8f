use super::*;

#[test]
fn the_time_of_a_channel_is_one_that_pages_can_show() {
    let created_at = |created: i64| {
        let channel = format!(r#"{{"id":"C1","name":"tea","created":{created}}}"#);
        serde_json::from_str::<SlackChannel>(&channel).unwrap().created_at()
    };
    assert_eq!([-1, 5, i64::MAX].map(created_at), [0, 5_000, MAX_SECONDS * 1_000]);
}

#[test]
fn a_time_is_read_to_the_millisecond() {
    for (ts, at) in [
        ("1355517523.000005", Some(1_355_517_523_000)),
        ("1355517523.987654", Some(1_355_517_523_987)),
        ("5", Some(5_000)),
        ("5.5", Some(5_500)),
        ("", None),
        ("yesterday", None),
        ("-1.0", None),
        ("5.é", None),
        ("999999999999.0", None),
    ] {
        assert_eq!(milliseconds(ts), at, "{ts}");
    }
}
