use super::Language;

/// A text with a number, in the plural categories of Unicode CLDR. The number replaces `{}`.
pub struct Plural {
    pub(crate) zero: &'static str,
    pub(crate) one: &'static str,
    pub(crate) two: &'static str,
    pub(crate) few: &'static str,
    pub(crate) many: &'static str,
    pub(crate) other: &'static str,
}

impl Plural {
    /// A text of a language with two forms. The language's arm in [`format`](Self::format) decides which numbers take `one`: only
    /// 1 in English and German, 0 and 1 in French.
    pub(crate) const fn two_forms(one: &'static str, other: &'static str) -> Self {
        Self { zero: other, one, two: other, few: other, many: other, other }
    }

    /// Returns the text for `n`, in the form that the language needs.
    pub fn format(&self, language: Language, n: u64) -> String {
        let form = match language {
            Language::En | Language::De if n == 1 => self.one,
            Language::En | Language::De => self.other,
            Language::Ar => match (n, n % 100) {
                (0, _) => self.zero,
                (1, _) => self.one,
                (2, _) => self.two,
                (_, 3..=10) => self.few,
                (_, 11..=99) => self.many,
                _ => self.other,
            },
        };
        form.replacen("{}", &n.to_string(), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, Plural};

    #[test]
    fn each_number_has_its_plural_form() {
        let text = Plural { zero: "z", one: "1", two: "2", few: "f{}", many: "m{}", other: "o{}" };
        let arabic = [0, 1, 2, 3, 10, 11, 99, 100, 102, 103].map(|n| text.format(Language::Ar, n));
        assert_eq!(arabic, ["z", "1", "2", "f3", "f10", "m11", "m99", "o100", "o102", "f103"]);
        let text = Plural::two_forms("a message", "{} messages");
        assert_eq!(
            [0, 1, 2].map(|n| text.format(Language::De, n)),
            ["0 messages", "a message", "2 messages"]
        );
    }
}
