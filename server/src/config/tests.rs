//! Parsing of the command line.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use clap::Parser;

use super::*;

fn parse(line: &str) -> Result<Command, clap::Error> {
    Cli::try_parse_from(line.split_whitespace()).map(Cli::into_command)
}

#[test]
fn chorus_alone_serves_with_the_same_defaults_as_chorus_serve() {
    let (Command::Serve(alone), Command::Serve(serve)) =
        (parse("chorus").unwrap(), parse("chorus serve").unwrap())
    else {
        panic!("both serve")
    };
    assert_eq!(format!("{alone:?}"), format!("{serve:?}"));
    assert_eq!(alone.addresses.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(alone.database, "sqlite://data/chorus.db");
}

#[test]
fn settings_work_with_and_without_the_serve_subcommand() {
    for line in ["chorus --listen 0.0.0.0:80", "chorus serve --listen 0.0.0.0:80"] {
        let Command::Serve(settings) = parse(line).unwrap() else { panic!("{line} serves") };
        assert_eq!(settings.addresses.listen.to_string(), "0.0.0.0:80");
    }
}

/// The one proxy that is trusted by default may pass on what the client of a forwarder on this machine has made up.
#[test]
fn by_default_an_address_of_this_machine_in_a_proxys_list_is_the_client() {
    let client = |line: &str| {
        let Command::Serve(settings) = parse(line).unwrap() else { panic!("{line} serves") };
        let headers = [("x-forwarded-for", "6.6.6.6, 127.0.0.1")]
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let client = settings.trusted_proxy.client("::1".parse().ok(), &HeaderMap::from_iter(headers));
        client.address.unwrap().to_string()
    };
    assert_eq!(client("chorus"), "127.0.0.1");
    assert_eq!(client("chorus --trusted-proxy 127.0.0.0/8,::1,10.0.0.7"), "6.6.6.6", "named");
    assert_eq!(client("chorus --trusted-proxy none"), "::1");
}

#[test]
fn migrate_takes_the_database_before_or_after_the_action() {
    for line in ["chorus migrate --database sqlite://x status", "chorus migrate status --database sqlite://x"]
    {
        let Command::Migrate(migrate) = parse(line).unwrap() else { panic!("{line} migrates") };
        assert_eq!(migrate.database.database, "sqlite://x");
    }
}

#[test]
fn unknown_options_and_invalid_values_are_refused() {
    for line in [
        "chorus --nonsense",
        "chorus --public-url https://a.example/chat?a",
        "chorus --listen nowhere",
        "chorus --access-secret short",
        "chorus dance",
    ] {
        assert!(parse(line).is_err(), "{line}");
    }
}

#[test]
fn a_value_out_of_range_is_refused_with_its_name_and_the_range() {
    for (line, name, range) in [
        ("chorus --in-flight 0", "--in-flight", "must be at least 1\n"),
        ("chorus --commit-queue 0", "--commit-queue", "must be at least 1\n"),
        ("chorus --head-bytes 8191", "--head-bytes", "must be at least 8192\n"),
        ("chorus --rate-strikes 4294967296", "--rate-strikes", "the number is too large\n"),
        ("chorus --in-flight=-1", "--in-flight", "invalid digit"),
        ("chorus --ping-seconds 86401", "--ping-seconds", "must be at most 86400\n"),
        ("chorus --shutdown-seconds 0", "--shutdown-seconds", "must be from 1 to 86400\n"),
        (
            "chorus serve --shutdown-seconds 18446744073709551615",
            "--shutdown-seconds",
            "must be from 1 to 86400\n",
        ),
    ] {
        let message = parse(line).unwrap_err().to_string();
        assert!(message.contains(name) && message.contains(range), "{line}: {message}");
    }
    for line in ["chorus --ping-seconds 0", "chorus --head-bytes 8192", "chorus --shutdown-seconds 86400"] {
        assert!(parse(line).is_ok(), "{line}");
    }
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let check = |line: &str| match parse(line).unwrap() {
        Command::Serve(settings) => settings.check(),
        other => panic!("{line} serves, not {other:?}"),
    };
    assert_eq!(check("chorus"), Ok(()));
    assert_eq!(check("chorus --body-bytes 60000"), Err(SettingError::FrameTooSmall(121_024)));
    let direct = "--database-direct-url postgres://db/chat";
    assert_eq!(check(&format!("chorus {direct}")), Err(SettingError::DirectUrlWithoutPostgres));
    assert_eq!(check(&format!("chorus --database postgresql://pooler/chat {direct}")), Ok(()));
    let nats = "--hints nats://broker:4222";
    assert_eq!(check(&format!("chorus {nats}")), Err(SettingError::NatsWithoutPostgres));
    assert_eq!(check(&format!("chorus --database postgres://db/chat {nats}")), Ok(()));
    for half in ["--tls-cert a.pem", "--tls-key a.key", "--tls-key a.key --listen unix:x.sock"] {
        assert_eq!(check(&format!("chorus {half}")), Err(SettingError::TlsWithoutPair), "{half}");
    }
    let pair = "--tls-cert a.pem --tls-key a.key";
    assert_eq!(check(&format!("chorus {pair}")), Ok(()));
    assert_eq!(check(&format!("chorus {pair} --listen unix:x.sock")), Err(SettingError::TlsAtUnixSocket));
}

#[test]
fn a_wrong_broker_is_refused_in_one_line_without_its_password() {
    for line in
        ["chorus --hints nats://ann:sesame@broker:port", "chorus serve --hints kafka://ann:sesame@broker"]
    {
        let message = parse(line).unwrap_err().to_string();
        let first = message.lines().next().unwrap();
        assert!(first.contains("'--hints'") && first.contains("nats://127.0.0.1:4222"), "{message}");
        assert!(!message.contains("sesame"), "{message}");
    }
}

#[test]
fn a_command_uses_the_url_without_a_pooler() {
    let url = |line: &str| match parse(line).unwrap() {
        Command::NewEpoch(database) => database.url().map(str::to_owned),
        other => panic!("{line} begins an epoch, not {other:?}"),
    };
    let direct = "--database-direct-url postgres://db/chat";
    assert_eq!(url("chorus new-epoch").unwrap(), "sqlite://data/chorus.db");
    assert_eq!(
        url(&format!("chorus new-epoch {direct} --database postgres://pooler/chat")).unwrap(),
        "postgres://db/chat"
    );
    assert_eq!(url(&format!("chorus new-epoch {direct}")), Err(SettingError::DirectUrlWithoutPostgres));
}
