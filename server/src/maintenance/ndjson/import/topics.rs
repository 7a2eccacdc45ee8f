//! The topics of an import, and the epoch of its chat.

use anyhow::ensure;
use app::protocol::About;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr,
};

use crate::{
    database::Database,
    event_log::{
        entity::{store, topic},
        instance,
    },
    maintenance::ndjson::line::{TopicLine, check_epoch},
};

/// Gives an empty database the epoch of the export. Errors: it holds topics of another chat.
pub(super) async fn adopt_epoch(database: &Database, epoch: &str) -> anyhow::Result<()> {
    if instance(database).await?.0 == epoch {
        return Ok(());
    }
    let topics = topic::Entity::find().count(database.read()).await?;
    ensure!(topics == 0, "{} holds another chat; give an empty database", database.name());
    store::Entity::update_many()
        .col_expr(store::Column::Epoch, Expr::value(epoch))
        .exec(database.write())
        .await?;
    Ok(())
}

pub(super) async fn create_topic(database: &Database, line: &TopicLine) -> anyhow::Result<()> {
    let transaction = database.begin().await?;
    if let Some(topic) = find_topic(&transaction, &line.topic).await? {
        ensure!(topic.epoch == line.epoch, "the topic {} has another history here", line.topic);
        return Ok(());
    }
    let name: app::protocol::TopicName = line.topic.parse()?;
    check_epoch(&line.epoch)?;
    ensure!(line.created_at >= 0, "the time of the topic {name} is before 1970");
    About::parse(&line.title, &line.description)?;
    let row = topic::ActiveModel {
        name: Set(name.to_string()),
        epoch: Set(line.epoch.clone()),
        head: Set(0),
        messages: Set(0),
        active_at: Set(line.created_at),
        title: Set(line.title.clone()),
        description: Set(line.description.clone()),
        // The server fills it in when it starts.
        folded: Set(String::new()),
        created_at: Set(line.created_at),
        ..Default::default()
    };
    topic::Entity::insert(row).exec_without_returning(&transaction).await?;
    Ok(transaction.commit().await?)
}

pub(super) async fn find_topic(
    connection: &impl ConnectionTrait,
    name: &str,
) -> Result<Option<topic::Model>, sea_orm::DbErr> {
    topic::Entity::find().filter(topic::Column::Name.eq(name)).one(connection).await
}
