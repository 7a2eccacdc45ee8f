//! A strict checker that accepts only the allowed elements, spelled exactly as the renderer writes them.

use crate::markup::{
    address::{REL, SCHEMES},
    sanitize::{ALLOWED, is_allowed_value},
};

pub(in crate::markup) fn check(html: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '>']) {
        let tag = rest.get(at..).and_then(|tag| tag.strip_prefix('<')).ok_or("a bare >")?;
        let (tag, after) = tag.split_once('>').ok_or("a tag without an end")?;
        match tag.strip_prefix('/') {
            Some(name) if open.pop() == Some(name) => {}
            Some(name) => return Err(format!("</{name}> closes nothing")),
            None => {
                let name = element(tag)?;
                if !matches!(name, "br" | "hr") {
                    open.push(name);
                }
            }
        }
        rest = after;
    }
    if open.is_empty() { Ok(()) } else { Err(format!("still open: {open:?}")) }
}

fn element(tag: &str) -> Result<&str, String> {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let (_, attributes, classes) = ALLOWED.iter().find(|known| known.0 == name).ok_or(format!("<{name}>"))?;
    while !rest.is_empty() {
        let (attribute, value) = rest.split_once("=\"").ok_or("no attribute")?;
        let (value, after) = value.split_once('"').ok_or("no end of a value")?;
        let is_allowed = match attribute {
            "class" => value.split(' ').all(|class| classes.contains(&class)),
            "rel" => value == REL,
            "href" => SCHEMES.iter().any(|scheme| {
                value.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme))
                    && value.get(scheme.len()..).is_some_and(|rest| rest.starts_with(':'))
            }),
            other => attributes.contains(&other) && is_allowed_value(other, value),
        };
        if !is_allowed {
            return Err(format!("<{name} {attribute}={value:?}>"));
        }
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    Ok(name)
}
