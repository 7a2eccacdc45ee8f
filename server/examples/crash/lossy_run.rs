//! Power cuts with `--sync normal`: a cut may lose the newest acknowledged messages, but none in between.

use std::{collections::BTreeMap, time::Instant};

use app::protocol::{ClientFrame, DraftId, Event, PROTOCOL_VERSION, ServerFrame, TopicName};
use tokio::time::{sleep, timeout};

use crate::{
    Violation,
    connection::{Connection, RESPONSE_TIMEOUT, open_session},
    log_reader::LogReader,
    power::Power,
    random::Random,
    server_process::Program,
};

/// Messages that wait for their ack at the same time.
const IN_FLIGHT: usize = 8;

/// Cuts after which publishing continues in a new topic. The log of one topic is read back after every cut, which would take longer
/// and longer.
const CUTS_IN_TOPIC: u32 = 20;

/// The acknowledged messages of one topic by their `seq`.
struct Expected {
    topic: TopicName,
    acked: BTreeMap<u64, DraftId>,
    lost: usize,
    cuts_with_loss: u32,
}

/// Publishes, cuts the power and compares the log with the acks, `cuts` times.
pub(crate) async fn run(
    program: Program,
    mut power: Power,
    mut random: Random,
    cuts: u32,
) -> Result<(), Violation> {
    let started = Instant::now();
    let mut before: Vec<Expected> = Vec::new();
    let mut expected = Expected::new();
    for cut in 0..cuts {
        let mut server = program.start();
        server.wait_until_ready().await?;
        expected.compare(&program).await?;
        if cut > 0 && cut % CUTS_IN_TOPIC == 0 {
            before.push(std::mem::replace(&mut expected, Expected::new()));
        }
        // Long enough for some checkpoints: in this mode only checkpoints sync.
        let pause = sleep(random.millis(20..=2_000));
        tokio::select! {
            published = publish(&program, &mut expected, &mut random) => published?,
            () = pause => {}
        }
        server.kill()?;
        power.cut()?;
    }
    let mut server = program.start();
    server.wait_until_ready().await?;
    before.push(expected);
    compare_all(&mut before, &program).await?;
    print_log(&before);
    power.print();
    println!("took:         {:.1?}", started.elapsed());
    server.terminate();
    server.wait_for_exit().await
}

/// Compares the logs in the order in which they were written. Once one has lost messages, later ones must be empty.
async fn compare_all(logs: &mut [Expected], program: &Program) -> Result<(), Violation> {
    let mut cut = None;
    for log in logs {
        let lost = log.compare(program).await?;
        if let (Some(earlier), false) = (&cut, log.acked.is_empty()) {
            return Err(format!("{earlier} has lost messages that are older than those in {}", log.topic));
        }
        cut = cut.or((lost > 0).then(|| log.topic.clone()));
    }
    Ok(())
}

fn print_log(logs: &[Expected]) {
    let kept: usize = logs.iter().map(|log| log.acked.len()).sum();
    let lost: usize = logs.iter().map(|log| log.lost).sum();
    let cuts: u32 = logs.iter().map(|log| log.cuts_with_loss).sum();
    println!("log:          {kept} messages kept, {lost} of the newest lost in {cuts} cuts");
}

/// Publishes and records the acks until the connection or the server ends.
async fn publish(program: &Program, expected: &mut Expected, random: &mut Random) -> Result<(), Violation> {
    let cookie = open_session(program.address).await.ok_or("no session")?;
    let mut connection =
        Connection::open(program.address, &cookie, RESPONSE_TIMEOUT).await.ok_or("no connection")?;
    let hello = ClientFrame::Hello { version: PROTOCOL_VERSION, name: None };
    connection.send(&hello).await.ok_or("cut")?;
    for reference in 0..IN_FLIGHT as u64 {
        send(&mut connection, &expected.topic, reference, random).await;
    }
    while let Some(frame) = connection.receive(|_| false).await? {
        match frame {
            ServerFrame::Ack { draft, seq, reference, .. } => {
                expected.acked(seq, draft)?;
                send(&mut connection, &expected.topic, reference, random).await;
            }
            ServerFrame::Error { message, .. } => return Err(message),
            _ => {}
        }
    }
    Ok(())
}

async fn send(connection: &mut Connection, topic: &TopicName, reference: u64, random: &mut Random) {
    let body = format!("{:016x}", random.next()).repeat(random.below(40) as usize + 1);
    let topic = topic.clone();
    let draft = random.draft();
    let _ = connection.send(&ClientFrame::Publish { reference, topic, draft, body, reply_to: None }).await;
}

impl Expected {
    fn new() -> Self {
        let topic = format!("prefix-{}", Random::fresh_word()).parse().expect("a topic");
        Self { topic, acked: BTreeMap::new(), lost: 0, cuts_with_loss: 0 }
    }

    fn acked(&mut self, seq: u64, draft: DraftId) -> Result<(), Violation> {
        match self.acked.insert(seq, draft) {
            Some(other) => Err(format!("seq {seq} was acknowledged to {other}, and then to {draft}")),
            None => Ok(()),
        }
    }

    /// Checks that the log holds every acknowledged message up to its head, at its `seq`, without gaps. Messages after the head
    /// are removed from the expectation; returns their number.
    async fn compare(&mut self, program: &Program) -> Result<usize, Violation> {
        let mut reader = LogReader::connect(program, &self.topic).await?;
        let log =
            timeout(RESPONSE_TIMEOUT, reader.all()).await.map_err(|_| "reading the log timed out")??;
        for (event, seq) in log.iter().zip(1..) {
            self.check_event(seq, event)?;
        }
        let lost = self.acked.split_off(&(log.len() as u64 + 1)).len();
        self.lost += lost;
        self.cuts_with_loss += u32::from(lost > 0);
        Ok(lost)
    }

    /// Checks one event against the acks. An event that was stored and not acknowledged before the cut counts as acknowledged
    /// from now on, since clients have seen it.
    fn check_event(&mut self, seq: u64, event: &Event) -> Result<(), Violation> {
        if event.seq != seq {
            return Err(format!("in the log, {} follows {}", event.seq, seq - 1));
        }
        let draft = event.kind.draft().ok_or_else(|| format!("an event without a draft: {event:?}"))?;
        match self.acked.insert(seq, draft) {
            Some(other) if other != draft => Err(format!("{seq} was acknowledged to {other}: {event:?}")),
            _ => Ok(()),
        }
    }
}
