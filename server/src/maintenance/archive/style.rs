//! The style of an archive: the parts of the page's own style that it needs, and a layout of one column.

pub(super) const STYLE_FILE: &str = "style.css";

const BASE: [&str; 2] =
    [include_str!("../../../../style/tokens.css"), include_str!("../../../../style/base.css")];
const BLOCKS: [&str; 5] = [
    include_str!("../../../../style/blocks/message.css"),
    include_str!("../../../../style/blocks/quote.css"),
    include_str!("../../../../style/blocks/markup.css"),
    include_str!("../../../../style/blocks/reactions.css"),
    include_str!("../../../../style/archive.css"),
];

/// The parts are in layers, as in `style/main.css`: blocks win over the base whatever their selectors are.
pub(super) fn style_sheet() -> String {
    format!(
        "@layer base, blocks;\n@layer base {{\n{}}}\n@layer blocks {{\n{}}}\n",
        BASE.concat(),
        BLOCKS.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_is_whole_and_loads_nothing() {
        let style = style_sheet();
        assert_eq!(style.matches('{').count(), style.matches('}').count());
        assert!(style.contains("light-dark(") && style.contains(".archive {"));
        assert!(!style.contains("@import") && !style.contains("url("));
    }
}
