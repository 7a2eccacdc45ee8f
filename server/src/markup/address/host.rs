//! Finds the end of an address's host. Text of another script directly after the host is not part of it: the address would lead
//! to another host, which somebody else could own.

use unicode_normalization::char::is_combining_mark;

use crate::unicode_script::is_spaceless;

/// The longest host name.
const MAX_BYTES: usize = 253;
/// Top-level domains in scripts without spaces. The host ends after one of them, since no space separates the next word.
const SPACELESS_TLDS: &[&str] = &[
    "中国",
    "中國",
    "中文网",
    "公司",
    "公益",
    "政务",
    "网络",
    "網路",
    "网址",
    "网站",
    "网店",
    "商城",
    "商店",
    "商标",
    "在线",
    "集团",
    "移动",
    "香港",
    "台湾",
    "台灣",
    "新加坡",
    "澳門",
    "澳门",
    "我爱你",
    "企业",
    "信息",
    "娱乐",
    "游戏",
    "手机",
    "广东",
    "佛山",
    "慈善",
    "招聘",
    "时尚",
    "机构",
    "组织机构",
    "食品",
    "餐厅",
    "健康",
    "八卦",
    "联通",
    "みんな",
    "グーグル",
    "コム",
    "ストア",
    "セール",
    "ファッション",
    "ポイント",
    "クラウド",
    "テスト",
    "닷컴",
    "닷넷",
    "한국",
    "삼성",
    "ไทย",
    "คอม",
];

/// The end of a host, including a user before it and a port after it.
pub(super) fn with_port(text: &str, at: usize) -> Option<usize> {
    let begin = user(text, at).unwrap_or(at);
    let end = in_brackets(text, begin).or_else(|| name(text, begin));
    end.map(|end| port(text, end)).or_else(|| Some(port(text, name(text, at)?)))
}

/// The end of `user:password@`.
fn user(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let in_user = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'*+,;=:%".contains(byte);
    let length = rest.as_bytes().iter().take(MAX_BYTES).take_while(|byte| in_user(byte)).count();
    let begin = at + length + 1;
    let has_host = || in_brackets(text, begin).or_else(|| name(text, begin)).is_some();
    (length > 0 && rest.as_bytes().get(length) == Some(&b'@') && has_host()).then_some(begin)
}

/// The end of an IPv6 address in brackets: `[::1]`.
fn in_brackets(text: &str, at: usize) -> Option<usize> {
    let inner = text.get(at..)?.strip_prefix('[')?;
    let length = inner.find(|c: char| !(c.is_ascii_hexdigit() || matches!(c, ':' | '.')))?;
    (length > 1 && inner.get(length..)?.starts_with(']')).then_some(at + length + 2)
}

/// The end of a port like `:80`, or `at` if there is none.
pub(super) fn port(text: &str, at: usize) -> usize {
    let digits = text.get(at..).and_then(|rest| rest.strip_prefix(':'));
    let length = digits.map_or(0, |digits| digits.bytes().take(5).take_while(u8::is_ascii_digit).count());
    if length > 0 { at + 1 + length } else { at }
}

/// The end of a host name: labels separated by dots.
pub(super) fn name(text: &str, at: usize) -> Option<usize> {
    let begins_spaceless = text.get(at..)?.starts_with(is_spaceless);
    let mut end = None;
    let mut from = at;
    while let Some(length) = label(text.get(from..)?, begins_spaceless) {
        end = Some(from + length);
        from += length + 1;
        let has_next = text.as_bytes().get(from - 1) == Some(&b'.');
        if !has_next || from - at > MAX_BYTES {
            break;
        }
    }
    end
}

/// The length of the label at the beginning of `text`.
fn label(text: &str, begins_spaceless: bool) -> Option<usize> {
    let first = text.chars().next()?;
    if is_spaceless(first) {
        let known = SPACELESS_TLDS.iter().filter(|end| text.starts_with(**end)).map(|end| end.len()).max();
        let length = text.find(|c: char| !is_spaceless(c) && c != 'ー').unwrap_or(text.len());
        let ends = !text.get(length..).is_some_and(|rest| rest.starts_with('.') || rest.starts_with('-'));
        return if ends && known.is_some() { known } else { begins_spaceless.then_some(length) };
    }
    if !(first.is_alphanumeric() || first == '_') {
        return None;
    }
    let is_latin = in_latin(first);
    let mut length = 0;
    for c in text.chars() {
        let is_neutral = c.is_ascii_digit() || matches!(c, '-' | '_') || is_combining_mark(c);
        let is_same_script =
            c.is_alphanumeric() && !is_spaceless(c) && (in_latin(c) == is_latin || is_number(text, length));
        if !(is_neutral || is_same_script) {
            break;
        }
        length += c.len_utf8();
    }
    let label = text.get(..length)?.trim_end_matches(['-', '_']);
    (!label.is_empty()).then_some(label.len())
}

/// Whether the label consists of digits so far, so that letters of any script may follow.
fn is_number(text: &str, length: usize) -> bool {
    text.get(..length).is_some_and(|before| before.bytes().all(|byte| byte.is_ascii_digit()))
}

fn in_latin(c: char) -> bool {
    matches!(c, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}
