//! A topic's pages, as one reads them without a script.

use super::texts;

texts! {
    /// What is said around a topic's messages.
    Reading, reading {
        message: &'static str = "Message {}", "Nachricht {}", "الرسالة {}";
        pages: &'static str = "Pages of this topic", "Seiten dieses Themas", "صفحات هذا الموضوع";
        older: &'static str = "Older", "Ältere", "الأقدم";
        newer: &'static str = "Newer", "Neuere", "الأحدث";
        newest: &'static str = "Newest", "Neueste", "آخر الرسائل";
        about: &'static str = "What people say about “{}”. Read along, or join in: nobody signs up.",
            "Was über „{}“ gesagt wird. Lies mit oder rede mit: ganz ohne Anmeldung.",
            "ما يقوله الناس عن «{}». اقرأ أو شارك دون تسجيل.";
    }
}
