//! Measures how soon a ban that one node has answered ends what its person has open on all nodes, without other load.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{node::Node, promise::Judge};
use crate::{
    Violation,
    bans::{Aftermath, BAN_BOUND, Identity, Moderator, Suspect},
    random::Random,
};

/// Bans by each node.
const BANS_PER_NODE: usize = 1;
/// How long a ban is held after all connections have ended, so that a late frame is noticed.
const HELD_FOR: Duration = Duration::from_millis(300);

/// The times since the answers to bans, in order.
#[derive(Default)]
pub(crate) struct BanTimes {
    /// Until the last frame on each node.
    pub(crate) delivered: Vec<Duration>,
    /// Until the last draft was sent that another node stored.
    pub(crate) stored: Vec<Duration>,
}

/// Bans a person who writes on all nodes, again and again. In the end, one node is killed, and must know the ban when it is back.
pub(crate) async fn measure(
    nodes: &mut [Node],
    mut random: Random,
    judge: &mut Judge,
) -> Result<BanTimes, Violation> {
    let (first, _) = nodes.split_first().ok_or("no node")?;
    let mut moderator = Moderator::appoint(&first.program).await?;
    let others = Identity::open(first.program.address).await?;
    let identity = Identity::open(first.program.address).await?;
    // Somebody else writes what the banned person must not be sent.
    let _author = Suspect::start(&others, first.program.address, others.topic(), random.split());
    let mut suspects = Vec::new();
    for node in nodes.iter() {
        suspects.push(Suspect::start(&identity, node.program.address, others.topic(), random.split()));
    }
    let mut times = BanTimes::default();
    for _ in 0..BANS_PER_NODE {
        for (banning, node) in nodes.iter().enumerate() {
            moderator.move_to(node.program.address);
            ban(&moderator, &suspects, banning, judge, &mut times).await?;
        }
    }
    hold_over_a_restart(nodes, &moderator, &suspects, &mut random).await?;
    times.delivered.sort_unstable();
    times.stored.sort_unstable();
    Ok(times)
}

/// Bans by the node with the number `banning`, and lifts the ban.
async fn ban(
    moderator: &Moderator,
    suspects: &[Suspect],
    banning: usize,
    judge: &mut Judge,
    times: &mut BanTimes,
) -> Result<(), Violation> {
    for suspect in suspects {
        suspect.wait_until_writing().await?;
    }
    let user = suspects[banning].user();
    let banned_at = moderator.set_banned(user, true).await?;
    suspects.iter().for_each(|suspect| suspect.is_banned_from(banned_at));
    for suspect in suspects {
        suspect.wait_until_closed().await?;
    }
    sleep(HELD_FOR).await;
    for (node, suspect) in suspects.iter().enumerate() {
        let Aftermath { delivered, stored, .. } = suspect.ends_ban();
        if let Some(late) = stored.filter(|_| node == banning) {
            return Err(format!("node {node} stored what was sent {late:?} after its answer to a ban"));
        }
        let until = |time: Duration| -> (Instant, Instant) { (banned_at, banned_at + time) };
        judge.judge("a banned person is sent the last frame", BAN_BOUND, until(delivered))?;
        times.delivered.push(delivered);
        if let Some(stored) = stored {
            judge.judge("another node stores a banned person's draft", BAN_BOUND, until(stored))?;
            times.stored.push(stored);
        }
    }
    moderator.set_banned(user, false).await?;
    Ok(())
}

/// Kills the last node while somebody is banned. When it is back, it knows the ban from the database alone.
async fn hold_over_a_restart(
    nodes: &mut [Node],
    moderator: &Moderator,
    suspects: &[Suspect],
    random: &mut Random,
) -> Result<(), Violation> {
    let (Some(node), Some(suspect)) = (nodes.last_mut(), suspects.last()) else { return Ok(()) };
    let banned_at = moderator.set_banned(suspect.user(), true).await?;
    suspect.is_banned_from(banned_at);
    node.kill()?;
    node.restart();
    node.recover().await?;
    suspect.expect_refusal(random).await?;
    suspect.wait_until_closed().await?;
    suspect.ends_ban();
    moderator.set_banned(suspect.user(), false).await?;
    Ok(())
}
