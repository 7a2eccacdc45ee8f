//! What one can do with a message.

use super::texts;

texts! {
    /// What a message's menu says.
    Actions, actions {
        menu: &'static str = "React or change", "Reagieren oder ändern", "تفاعل أو تعديل";
        react_with: &'static str = "React with {}", "Mit {} reagieren", "تفاعل بـ {}";
        more_emoji: &'static str = "More emoji", "Mehr Emoji", "مزيد من الإيموجي";
        find_emoji: &'static str = "Find an emoji", "Emoji suchen", "ابحث عن إيموجي";
        reactions: &'static str = "Reactions", "Reaktionen", "التفاعلات";
        answer: &'static str = "Answer", "Antworten", "رد";
        copy_link: &'static str = "Copy link", "Link kopieren", "نسخ الرابط";
        copied: &'static str = "Copied", "Kopiert", "نُسخ";
        copy_by_hand: &'static str = "The link, to copy it yourself", "Der Link, zum Kopieren von Hand", "الرابط، لتنسخه بنفسك";
        edit: &'static str = "Edit", "Bearbeiten", "تعديل";
        delete: &'static str = "Delete", "Löschen", "حذف";
        really_delete: &'static str = "Really delete?", "Wirklich löschen?", "هل تحذفها حقًّا؟";
    }
}
