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

/// The most common top-level domains in Latin letters. A host ends after one of them, even if the next sentence follows without a space.
const LATIN_TLDS: &[&str] = &[
    "app", "at", "biz", "by", "ch", "cn", "com", "de", "dev", "edu", "eu", "fr", "gov", "gr", "il", "in",
    "info", "io", "jp", "kr", "kz", "net", "org", "ru", "su", "ua", "uk", "us",
];

/// The end of a host, including a user before it and a port after it.
pub(super) fn with_port(text: &str, at: usize) -> Option<usize> {
    let begin = user(text, at).unwrap_or(at);
    let end = in_brackets(text, begin).or_else(|| name(text, begin));
    let end = end.or_else(|| name(text, at))?;
    Some(port(text, root(text, end)))
}

/// The end of a host after the dot of the root, which only counts if the address goes on: `https://a.example./x`.
fn root(text: &str, end: usize) -> usize {
    let rest = text.get(end..).and_then(|rest| rest.strip_prefix('.'));
    let goes_on = rest.is_some_and(|rest| rest.starts_with('/') || port(rest, 0) > 0);
    if goes_on { end + 1 } else { end }
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
    for index in 0.. {
        let rest = text.get(from..).unwrap_or_default();
        let is_subdomain = || index == 1 && leads_to_tld(rest);
        let length = match rest.starts_with(is_spaceless) {
            true => spaceless_label(rest, begins_spaceless || is_subdomain()),
            false => label(rest),
        };
        let Some(length) = length else { break };
        if is_mixed(rest, length, index == 0) {
            return None;
        }
        end = Some(from + length);
        from += length + 1;
        let has_next = text.as_bytes().get(from - 1) == Some(&b'.');
        if !has_next || from - at > MAX_BYTES {
            break;
        }
    }
    end
}

/// The length of a label that begins with a script without spaces. `is_free`: it may be more than a top-level domain.
fn spaceless_label(text: &str, is_free: bool) -> Option<usize> {
    let run = text.find(|c: char| !is_spaceless(c) && c != 'ー').unwrap_or(text.len());
    let mixed = mixed_label(text);
    if is_free && text.get(mixed..).is_some_and(|rest| rest.starts_with('.')) {
        return Some(mixed);
    }
    let known = SPACELESS_TLDS.iter().filter(|end| text.starts_with(**end)).map(|end| end.len()).max();
    let ends = !text.get(run..).is_some_and(|rest| rest.starts_with('.') || rest.starts_with('-'));
    if ends && known.is_some() { known } else { is_free.then_some(run) }
}

/// The length of a label in which scripts are mixed: `東京2020`.
fn mixed_label(text: &str) -> usize {
    let in_label = |c: char| c.is_alphanumeric() || c == '-' || is_combining_mark(c);
    text.find(|c| !in_label(c)).unwrap_or(text.len())
}

/// Whether the label after this one is a top-level domain. Text after a subdomain such as `www` is then part of the host.
fn leads_to_tld(text: &str) -> bool {
    let after = text.get(mixed_label(text)..).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
    let is_latin = after.bytes().take_while(u8::is_ascii_alphabetic).count() > 1;
    is_latin || SPACELESS_TLDS.iter().any(|end| after.starts_with(end))
}

/// The length of a label that begins with a script with spaces.
fn label(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if !(first.is_alphanumeric() || first == '_') {
        return None;
    }
    // Letters of any script may follow digits.
    let is_latin = in_latin(text.chars().find(|c| !c.is_ascii_digit()).unwrap_or(first));
    let mut length = 0;
    for c in text.chars() {
        let is_neutral = c.is_ascii_digit() || matches!(c, '-' | '_') || is_combining_mark(c);
        let is_same_script = c.is_alphanumeric() && !is_spaceless(c) && in_latin(c) == is_latin;
        if !(is_neutral || is_same_script) {
            break;
        }
        length += c.len_utf8();
    }
    let label = text.get(..length)?.trim_end_matches(['-', '_']);
    (!label.is_empty()).then_some(label.len())
}

/// Whether a label goes on in another script that has spaces (`gооgle`, partly Cyrillic). It looks like another host, so it is no
/// address, and neither is its beginning. After a top-level domain, other letters are the next word, and what follows the dot behind them
/// may be the next sentence.
fn is_mixed(text: &str, length: usize, is_first: bool) -> bool {
    let after = text.get(length..).unwrap_or_default();
    if !after.starts_with(|c: char| c.is_alphanumeric() && !is_spaceless(c)) {
        return false;
    }
    let next = after.get(mixed_label(after)..).and_then(|rest| rest.strip_prefix('.'));
    let is_tld = || text.get(..length).is_some_and(is_latin_tld);
    is_first
        || next.is_some_and(|label| {
            label.starts_with(char::is_alphanumeric) && (label.starts_with(in_latin) || !is_tld())
        })
}

fn is_latin_tld(label: &str) -> bool {
    LATIN_TLDS.iter().any(|tld| label.eq_ignore_ascii_case(tld))
}

fn in_latin(c: char) -> bool {
    matches!(c, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}
