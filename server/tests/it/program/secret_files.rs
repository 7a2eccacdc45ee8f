//! Secrets in files of their own.

use std::{fs, process::Stdio};

use tempfile::TempDir;

use crate::support::{
    Browser,
    program::{Started, chorus, is_ready, signal, text, wait_for_exit},
};

#[tokio::test]
async fn secrets_are_read_from_files_and_credentials() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name);
    fs::create_dir(path("credentials")).unwrap();
    fs::write(path("secret"), "open-sesame\n").unwrap();
    fs::write(path("credentials/access-secret"), "open-sesame").unwrap();
    fs::write(path("credentials/database-url"), "sqlite://credential.db\n").unwrap();
    for (name, value) in [("CHORUS_ACCESS_SECRET_FILE", "secret"), ("CREDENTIALS_DIRECTORY", "credentials")] {
        let mut command = chorus(&directory, "--listen 127.0.0.1:0");
        let Started { child, address, .. } = is_ready(command.env(name, value));
        let browser = Browser::new(address);
        assert_eq!(browser.gets("/api/v1/topics").await.status, 401);
        let with_secret = [("authorization", "Bearer open-sesame")];
        assert_eq!(browser.gets_with("/api/v1/topics", &with_secret).await.status, 200);
        signal(child.id(), "TERM");
        let log = text(&wait_for_exit(child).stderr);
        assert!(!log.contains("sesame"), "{log}");
    }
    assert!(path("credential.db").exists(), "the credential names the database");
}

#[test]
fn a_secret_that_is_given_twice_prevents_the_start() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("secret"), "open-sesame\n").unwrap();
    let mut command = chorus(&directory, "--listen 127.0.0.1:0 --access-secret close-sesame");
    command.env("CHORUS_ACCESS_SECRET_FILE", "secret").stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = wait_for_exit(command.spawn().unwrap());
    let error = text(&output.stderr);
    assert_eq!((output.status.code(), error.lines().count()), (Some(2), 1), "{error}");
    let says = "chorus: --access-secret and CHORUS_ACCESS_SECRET_FILE are both given";
    assert!(error.starts_with(says) && !error.contains("sesame"), "{error}");
}
