//! Forms and addresses that no browser makes, with the right response: the tables in `app/tests/cases`.

use app::protocol::DraftId;
use serde_json::Value;

use crate::support::{Browser, start};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn rows(table: &str) -> impl Iterator<Item = (&str, &str)> {
    table.lines().skip(1).filter_map(|line| line.split_once('\t'))
}

/// Returns the newest message, or JSON null.
async fn newest(browser: &Browser) -> Value {
    let found = browser.gets("/api/v1/topics/lobby/messages?limit=1").await;
    if found.status == 404 { Value::Null } else { found.json()["events"][0].clone() }
}

/// Posts a form and returns what became of it, as the table says it.
async fn posts(browser: &Browser, path: &str, body: &str) -> String {
    let body = body.replace("DRAFT", &DraftId::fresh().to_string());
    let before = newest(browser).await;
    let answer = browser.calls("POST", path, &[FORM], &body).await;
    let after = newest(browser).await;
    let became = match answer.header("location") {
        _ if answer.text.contains("</textarea>") => "returned".to_owned(),
        "" => "refused".to_owned(),
        "/t/lobby" if before == after => "nothing stored".to_owned(),
        "/t/lobby" => format!("{} by {}", after["body"], after["author"]["name"]),
        location => location.to_owned(),
    };
    format!("{} {became}", answer.status)
}

#[tokio::test]
async fn each_form_is_stored_returned_or_refused() {
    let server = start("").await;
    let browser = server.browser();
    let spaces = "+".repeat(10_000);
    for (input, right) in rows(include_str!("../../../../app/tests/cases/forms.tsv")) {
        let (path, body) = input.split_once(' ').unwrap();
        assert_eq!(posts(&browser, path, &body.replace("SPACES", &spaces)).await, right, "{input}");
    }
    for (kind, status) in [
        ("application/x-www-form-urlencoded; charset=iso-8859-1", 303),
        ("application/json", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain", 415),
        ("", 415),
    ] {
        let body = format!("draft={}&message=tea", DraftId::fresh());
        let answer = browser.calls("POST", "/t/lobby", &[("content-type", kind)], &body).await;
        assert_eq!(answer.status, status, "{kind}");
    }
}

#[tokio::test]
async fn each_address_has_its_status() {
    let server = start("").await;
    let browser = server.browser();
    assert_eq!(
        posts(&browser, "/t/lobby", "draft=DRAFT&message=tea").await,
        "303 \"tea\" by \"(I'm John Doe)\""
    );
    let mut wrong = Vec::new();
    for (path, right) in rows(include_str!("../../../../app/tests/cases/requests.tsv")) {
        let answer = browser.gets(path).await;
        let found = match answer.header("location") {
            "" => answer.status.to_string(),
            location => format!("{} {location}", answer.status),
        };
        if found != right {
            wrong.push(format!("{path}: {found}, not {right}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
