//! Carries out the planned faults: those of one target one after the other, those of different targets at the same time.

use std::{collections::HashMap, sync::Arc, time::Duration};

use sea_orm::sqlx::{self, ConnectOptions, Connection, postgres::PgConnectOptions};
use testing::{Hints, Nats, Postgres};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{
    fault::{Fault, Kind, Target},
    node::{Links, Node},
    wrong_hints,
};
use crate::{Violation, shared::Shared};

/// Wrong hints are sent within this time, or not at all.
const WRONG_HINTS_TIMEOUT: Duration = Duration::from_secs(2);

/// The parts of the cluster that faults break. Each part is lent to the task that breaks it.
pub(crate) struct Parts {
    pub(crate) nodes: Vec<Node>,
    pub(crate) links: Vec<Links>,
    pub(crate) postgres: Arc<Postgres>,
    /// The URL of the database without any link.
    pub(crate) database: String,
    pub(crate) broker: Option<Nats>,
}

/// A part that comes back when its faults are over.
enum Returned {
    Node(Node),
    Broker(Nats),
    Other,
}

/// Tasks that carry out faults.
pub(crate) struct Nemesis {
    tasks: JoinSet<Result<Returned, Violation>>,
    nodes: Vec<Node>,
    broker: Option<Nats>,
}

#[derive(Clone)]
struct Context {
    began: Instant,
    shared: Arc<Shared>,
}

impl Nemesis {
    /// Starts to carry out faults.
    pub(crate) fn start(parts: &mut Parts, plan: Vec<Fault>, shared: &Arc<Shared>) -> Self {
        let mut by_target: HashMap<Target, Vec<Fault>> = HashMap::new();
        plan.into_iter().for_each(|fault| by_target.entry(fault.target).or_default().push(fault));
        let context = Context { began: Instant::now(), shared: Arc::clone(shared) };
        let mut tasks = JoinSet::new();
        let mut idle = Vec::new();
        for node in parts.nodes.drain(..) {
            match by_target.remove(&Target::Process(node.number)) {
                Some(faults) => drop(tasks.spawn(break_node(context.clone(), node, faults))),
                None => idle.push(node),
            }
        }
        let mut broker = parts.broker.take();
        for (target, faults) in by_target {
            let context = context.clone();
            match target {
                Target::Link(node, _) => {
                    tasks.spawn(break_link(context, parts.links[node].clone(), node, faults));
                }
                Target::Postgres => {
                    let postgres = Arc::clone(&parts.postgres);
                    tasks.spawn(break_postgres(context, postgres, parts.database.clone(), faults));
                }
                Target::Broker => {
                    if let Some(broker) = broker.take() {
                        tasks.spawn(break_broker(context, broker, faults));
                    }
                }
                Target::Process(_) => {}
            }
        }
        Self { tasks, nodes: idle, broker }
    }

    /// Waits for the next part whose faults are over. Returns `false` when all are. Cancel safe.
    pub(crate) async fn next(&mut self) -> Result<bool, Violation> {
        match self.tasks.join_next().await {
            None => return Ok(false),
            Some(returned) => match returned.map_err(|error| error.to_string())?? {
                Returned::Node(node) => self.nodes.push(node),
                Returned::Broker(broker) => self.broker = Some(broker),
                Returned::Other => {}
            },
        }
        Ok(true)
    }

    /// Gives the parts back.
    pub(crate) fn finish(mut self, parts: &mut Parts) {
        self.nodes.sort_by_key(|node| node.number);
        parts.nodes = std::mem::take(&mut self.nodes);
        parts.broker = self.broker.take();
    }
}

impl Context {
    /// Waits until a fault is due, and prints it.
    async fn wait_for(&self, fault: &Fault) {
        sleep_until(self.began + fault.at).await;
        println!("{:7.1}s  {fault}", self.began.elapsed().as_secs_f64());
    }

    fn count_wrong_hints(&self, were_sent: bool) {
        if were_sent {
            self.shared.observer.wrong_hints.increment();
        }
    }
}

async fn break_node(context: Context, mut node: Node, faults: Vec<Fault>) -> Result<Returned, Violation> {
    for fault in faults {
        context.wait_for(&fault).await;
        match fault.kind {
            Kind::Pause => {
                node.pause();
                sleep(fault.lasts).await;
                node.resume();
                continue;
            }
            Kind::Drain => node.drain().await?,
            _ => {
                node.kill()?;
                sleep(fault.lasts).await;
            }
        }
        node.set_clock(fault.clock_hours);
        node.restart();
    }
    Ok(Returned::Node(node))
}

async fn break_link(
    context: Context,
    links: Links,
    node: usize,
    faults: Vec<Fault>,
) -> Result<Returned, Violation> {
    for fault in faults {
        context.wait_for(&fault).await;
        let Target::Link(_, link) = fault.target else { continue };
        let proxy = links.of(link);
        let cuts_off = link == super::fault::Link::Queries && !matches!(fault.kind, Kind::Delay(_));
        match (fault.flow(), fault.hints()) {
            (Some(flow), _) => fault.directions.iter().for_each(|&direction| proxy.set_flow(direction, flow)),
            (None, Some(hints)) => proxy.set_hints(hints),
            (None, None) => proxy.cut(),
        }
        if cuts_off {
            context.shared.observer.cut_off(node);
        }
        sleep(fault.lasts).await;
        if cuts_off {
            context.shared.observer.reconnects(node);
        }
        if fault.hints().is_some() {
            proxy.set_hints(Hints::Delivered);
        } else {
            proxy.heal();
        }
    }
    Ok(Returned::Other)
}

async fn break_postgres(
    context: Context,
    postgres: Arc<Postgres>,
    database: String,
    faults: Vec<Fault>,
) -> Result<Returned, Violation> {
    for fault in faults {
        context.wait_for(&fault).await;
        // Both fail beside a stopped server.
        match fault.kind {
            Kind::EndBackends => drop(end_backends(&database, fault.odd).await),
            Kind::LieAboutHeads => {
                let sent = wrong_hints::notify(&database, &context.shared).await;
                context.count_wrong_hints(sent.is_ok());
            }
            _ => stop_postgres(&context.shared, &postgres, &fault).await?,
        }
    }
    Ok(Returned::Other)
}

async fn stop_postgres(shared: &Shared, postgres: &Arc<Postgres>, fault: &Fault) -> Result<(), Violation> {
    let crashes = fault.kind == Kind::CrashPostgres;
    blocking(postgres, move |postgres| if crashes { postgres.crash() } else { postgres.stop() }).await?;
    let nodes = || 0..shared.addresses.len();
    nodes().for_each(|node| shared.observer.cut_off(node));
    sleep(fault.lasts).await;
    nodes().for_each(|node| shared.observer.reconnects(node));
    blocking(postgres, Postgres::restart).await
}

async fn blocking(
    postgres: &Arc<Postgres>,
    command: impl FnOnce(&Postgres) + Send + 'static,
) -> Result<(), Violation> {
    let postgres = Arc::clone(postgres);
    tokio::task::spawn_blocking(move || command(&postgres)).await.map_err(|error| error.to_string())
}

/// Ends half of the nodes' connections.
async fn end_backends(database: &str, odd: bool) -> Result<(), sqlx::Error> {
    let mut connection = database.parse::<PgConnectOptions>()?.connect().await?;
    sqlx::query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid % 2 = $1",
    )
    .bind(i32::from(odd))
    .execute(&mut connection)
    .await?;
    connection.close().await
}

async fn break_broker(context: Context, broker: Nats, faults: Vec<Fault>) -> Result<Returned, Violation> {
    for fault in faults {
        context.wait_for(&fault).await;
        match fault.kind {
            Kind::LieAboutHeads => {
                let published = wrong_hints::publish(broker.address(), &context.shared);
                let sent = timeout(WRONG_HINTS_TIMEOUT, published).await;
                context.count_wrong_hints(matches!(sent, Ok(Ok(()))));
                continue;
            }
            Kind::LameDuck => {
                broker.begin_lame_duck();
                sleep(fault.lasts).await;
                broker.kill();
            }
            _ => {
                broker.kill();
                sleep(fault.lasts).await;
            }
        }
        broker.restart();
    }
    Ok(Returned::Broker(broker))
}
