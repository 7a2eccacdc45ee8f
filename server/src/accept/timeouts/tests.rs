use super::{super::memory_budget::MemoryBudget, *};

const SECOND: Duration = Duration::from_secs(1);

fn timeouts(now: Instant) -> ConnectionTimeouts {
    let response =
        ProgressTimeout { grace: 30 * SECOND, bytes_per_second: 1_000, budget: MemoryBudget::new(1 << 20) };
    ConnectionTimeouts::new(Timeouts { head: 10 * SECOND, idle: 60 * SECOND, response }, now)
}

#[test]
fn a_connection_without_a_byte_times_out_when_its_head_would() {
    let now = Instant::now();
    let timeouts = timeouts(now);
    assert_eq!(timeouts.next_check(now), Some(now + 10 * SECOND));
    assert_eq!(timeouts.timed_out(now + 10 * SECOND), Some(TimedOut::Idle));
}

#[test]
fn more_bytes_of_a_head_do_not_extend_its_timeout() {
    let now = Instant::now();
    let timeouts = timeouts(now);
    timeouts.record_read(now + SECOND);
    timeouts.record_read(now + 9 * SECOND);
    assert_eq!(timeouts.timed_out(now + 10 * SECOND), None);
    assert_eq!(timeouts.timed_out(now + 11 * SECOND), Some(TimedOut::Head));
}

#[test]
fn a_request_in_flight_has_no_timeout_and_an_idle_connection_has_one() {
    let now = Instant::now();
    let timeouts = timeouts(now);
    timeouts.record_read(now);
    timeouts.start_request();
    timeouts.record_flush(now);
    assert!(!timeouts.is_idle(), "the response is not complete");
    assert_eq!(timeouts.next_check(now), None);
    timeouts.complete_response();
    timeouts.record_flush(now);
    assert!(timeouts.is_idle());
    assert_eq!(timeouts.timed_out(now + 59 * SECOND), None);
    assert_eq!(timeouts.timed_out(now + 60 * SECOND), Some(TimedOut::Idle));
}

#[test]
fn a_response_may_be_read_slowly_but_not_below_the_minimum_rate() {
    let now = Instant::now();
    let timeouts = timeouts(now);
    timeouts.start_request();
    timeouts.start_response(false, 1_000_000);
    timeouts.record_blocked_write(now);
    for second in 1..=60 {
        timeouts.record_write(500, now + second * SECOND);
        timeouts.record_blocked_write(now + second * SECOND);
        let expected = (second == 60).then_some(TimedOut::Response);
        assert_eq!(timeouts.timed_out(now + second * SECOND), expected, "{second}");
    }
}

#[test]
fn an_event_stream_times_out_when_its_client_reads_nothing() {
    let now = Instant::now();
    let timeouts = timeouts(now);
    timeouts.start_request();
    timeouts.start_response(true, 0);
    timeouts.record_blocked_write(now);
    timeouts.record_write(1, now);
    assert_eq!(timeouts.timed_out(now + 3_600 * SECOND), None);
    timeouts.record_blocked_write(now + SECOND);
    assert_eq!(timeouts.timed_out(now + 30 * SECOND), None);
    assert_eq!(timeouts.timed_out(now + 31 * SECOND), Some(TimedOut::Response));
}

#[test]
fn slow_clients_have_two_seconds_while_the_budget_is_exceeded() {
    let now = Instant::now();
    let timeouts = timeouts(now);
    timeouts.start_request();
    timeouts.start_response(false, 2 << 20);
    timeouts.record_blocked_write(now);
    assert_eq!(timeouts.next_check(now), Some(now + SECOND));
    assert_eq!(timeouts.timed_out(now + 2 * SECOND), Some(TimedOut::Response));
}

#[test]
fn an_event_stream_has_no_timeout_after_everything_was_sent() {
    let now = Instant::now();
    let timeouts = timeouts(now);
    timeouts.start_request();
    timeouts.start_response(true, 0);
    timeouts.record_blocked_write(now);
    assert_eq!(timeouts.timed_out(now + 30 * SECOND), Some(TimedOut::Response));
    timeouts.record_flush(now + SECOND);
    assert_eq!(timeouts.timed_out(now + 60 * SECOND), None);
}
