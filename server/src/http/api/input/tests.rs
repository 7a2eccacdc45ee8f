use app::protocol::{Follow, Name};

use super::*;

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Sample {
    body: String,
    reply_to: Option<u64>,
    name: Option<Name>,
    follow: Option<Follow>,
    #[serde(default)]
    limit: Limit<30, 200>,
}

fn json(body: &str) -> Result<Sample, String> {
    parse_object(body.as_bytes()).and_then(deserialize).map_err(|problem| problem.message().to_owned())
}

#[test]
fn each_error_names_the_field_and_its_form() {
    let known = "this request takes `body`, `reply_to`, `name`, `follow`, `limit`";
    for (body, words) in [
        (r#"{"body":"x","reply_too":4}"#, format!("`reply_too` is not known: {known}")),
        (r#"{"body":"x","":null}"#, format!("`` is not known: {known}")),
        (r#"{"reply_to":4}"#, "`body` is missing".to_owned()),
        ("", "`body` is missing".to_owned()),
        (r#"{"body":"x","body":"y"}"#, "`body` is given twice".to_owned()),
        (r#"{"body":7}"#, "`body` must be a string".to_owned()),
        (r#"{"body":null}"#, "`body` must be a string".to_owned()),
        (r#"{"body":{"a":1}}"#, "`body` must be a string".to_owned()),
        (r#"{"body":"x","reply_to":"4"}"#, "`reply_to` must be a whole number".to_owned()),
        (r#"{"body":"x","reply_to":-4}"#, "`reply_to` must be a whole number".to_owned()),
        (r#"{"body":"x","reply_to":4.5}"#, "`reply_to` must be a whole number".to_owned()),
        (
            r#"{"body":"x","name":"a\nb"}"#,
            "`name`: the text contains U+000A, which is not allowed here; remove it".to_owned(),
        ),
        (
            r#"{"body":"x","follow":"loud"}"#,
            "`follow` must be one of `none`, `following`, `muted`".to_owned(),
        ),
        (r#"{"body":"x","follow":1}"#, "`follow` must be one of `none`, `following`, `muted`".to_owned()),
        (r#"{"body":"x","limit":"many"}"#, "`limit` must be a whole number from 1 to 200".to_owned()),
        ("[1]", "the body must be a JSON object".to_owned()),
        ("nul", "the body is not valid JSON: see line 1, column 3".to_owned()),
        (r#"{"body":"x""#, "the body is not valid JSON: see line 1, column 11".to_owned()),
        (r#"{"body":"x"} y"#, "the body is not valid JSON: see line 1, column 14".to_owned()),
    ] {
        assert_eq!(json(body).unwrap_err(), words, "{body}");
    }
}

#[test]
fn valid_fields_are_accepted() {
    let sample = json(r#"{"body":"x","reply_to":null,"follow":"muted","limit":5000000000}"#).unwrap();
    assert_eq!((sample.reply_to, sample.follow, sample.limit.get()), (None, Some(Follow::Muted), 200));
}

#[tokio::test]
async fn a_query_is_read_by_the_same_rules() {
    for (query, words) in [
        ("body=x&reply_to=four", Err("`reply_to` must be a whole number")),
        ("body=x&limit=", Err("`limit` must be a whole number from 1 to 200")),
        ("body=x&limit=-1", Err("`limit` must be a whole number from 1 to 200")),
        ("body=x&limit=1&limit=2", Err("`limit` is given twice")),
        ("reply_to=4", Err("`body` is missing")),
        ("body=x&reply_to=4&limit=0", Ok((Some(4), 1))),
        ("body=x", Ok((None, 30))),
        ("body=a%26b+c&limit=999", Ok((None, 200))),
    ] {
        let (mut parts, ()) = axum::http::Request::get(format!("/?{query}")).body(()).unwrap().into_parts();
        let read = ApiQuery::<Sample>::from_request_parts(&mut parts, &()).await;
        let read = read.map(|ApiQuery(sample)| (sample.reply_to, sample.limit.get()));
        assert_eq!(
            read.map_err(|problem| problem.message().to_owned()),
            words.map_err(str::to_owned),
            "{query}"
        );
    }
}
