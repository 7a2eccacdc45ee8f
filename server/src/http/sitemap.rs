//! What search engines ask for first.

use std::io;

use app::protocol::Summary;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use quick_xml::{Writer, events::BytesText};
use tracing::error;

use super::{api::Reader, base::Base, problem::unavailable};
use crate::{config::Settings, log::Log};

/// A sitemap has no more (sitemaps.org); the most recently used topics are in it.
const MOST: u64 = 50_000;

/// `GET /robots.txt`. Behind a door there is nothing to find.
pub(crate) async fn robots(State(settings): State<Settings>, Base(base): Base) -> String {
    match settings.access_secret {
        Some(_) => "User-agent: *\nDisallow: /\n".to_owned(),
        None => format!(
            "User-agent: *\nAllow: /\nDisallow: /api/\nDisallow: /search\n\nSitemap: {base}/sitemap.xml\n"
        ),
    }
}

/// `GET /sitemap.xml`
pub(crate) async fn sitemap(_: Reader, State(log): State<Log>, Base(base): Base) -> Response {
    let topics = match log.topics("", 0, MOST - 1).await {
        Ok((topics, _)) => topics,
        Err(error) => {
            error!(%error, "sitemap.unavailable");
            return unavailable().into_response();
        }
    };
    match write(&base, &topics) {
        Ok(text) => ([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], text).into_response(),
        Err(error) => {
            error!(%error, "sitemap.unwritten");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn write(base: &str, topics: &[Summary]) -> io::Result<Vec<u8>> {
    let mut xml = Writer::new(b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_vec());
    let set = xml.create_element("urlset");
    set.with_attribute(("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9")).write_inner_content(
        |xml| {
            write_url(xml, &format!("{base}/"), None)?;
            topics.iter().try_for_each(|topic| {
                write_url(xml, &format!("{base}/t/{}", topic.topic), Some(&topic.at.to_rfc3339()))
            })
        },
    )?;
    Ok(xml.into_inner())
}

fn write_url(xml: &mut Writer<Vec<u8>>, address: &str, changed: Option<&str>) -> io::Result<()> {
    xml.create_element("url").write_inner_content(|xml| {
        xml.create_element("loc").write_text_content(BytesText::new(address))?;
        if let Some(changed) = changed {
            xml.create_element("lastmod").write_text_content(BytesText::new(changed))?;
        }
        Ok(())
    })?;
    Ok(())
}
