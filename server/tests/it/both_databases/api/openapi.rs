//! The commands in the API's documentation.

use super::*;

/// The shell blocks of the documentation that call the API, in order.
fn documented() -> Vec<&'static str> {
    let document = include_str!("../../../../../docs/PROTOCOL.md");
    document.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[tokio::test]
async fn the_documented_commands_work() {
    if std::process::Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let server = start("").await;
    let folder = tempfile::tempdir().unwrap();
    let blocks = documented();
    assert!(blocks.len() >= 8, "{blocks:?}");
    for block in blocks {
        let typed = block.replace("http://127.0.0.1:3000", &format!("http://{}", server.address));
        // A stream is endless: it is read for a second, after which curl exits with 28.
        let stream = block.contains("-N");
        let seconds = if stream { 1 } else { 10 };
        let script =
            format!("set -e; curl() {{ command curl -sS --fail-with-body -m {seconds} \"$@\"; }}\n{typed}");
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).current_dir(folder.path());
        let output = tokio::task::spawn_blocking(move || shell.output()).await.unwrap().unwrap();
        let out = String::from_utf8_lossy(&output.stdout);
        let err = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        assert!(code == Some(0) || stream && code == Some(28), "{block}{out}{err}");
        assert!(out.contains(if stream { "id: " } else { "{\"" }), "{block}{out}{err}");
    }
}
