//! The `chorus` executable: parses the command line and runs a subcommand.

mod program;

use std::process::ExitCode;

use clap::error::ErrorKind;
use server::config::{Invocation, InvocationError, check_environment};

use program::{output::print_error, run_command};

#[tokio::main]
async fn main() -> ExitCode {
    let invocation = match Invocation::of_process() {
        Ok(invocation) => invocation,
        Err(error) => return report_usage(&error),
    };
    if !invocation.command.allows_unknown_variables()
        && let Err(unknown) = check_environment(std::env::vars_os())
    {
        print_error(&unknown.to_string());
        return ExitCode::from(2);
    }
    match run_command(invocation).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Prints help or version, which clap returns as errors, or reports a usage error in one line with exit code 2.
fn report_usage(error: &InvocationError) -> ExitCode {
    if let InvocationError::Usage(help) = error
        && matches!(help.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion)
    {
        let _ = help.print();
        return ExitCode::SUCCESS;
    }
    print_error(&format!("{error}; see chorus --help"));
    ExitCode::from(2)
}
