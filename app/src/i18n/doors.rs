//! The door of a server with an access secret, and addresses where nothing is.

use super::texts;

texts! {
    /// What is said where one cannot go on.
    Doors, doors {
        title: &'static str = "Access", "Zugang", "الدخول";
        heading: &'static str = "This chat has a door", "Dieser Chat hat eine Tür", "لهذه الدردشة باب";
        lead: &'static str = "Enter its access secret once; this browser remembers that you did.",
            "Gib einmal das Zugangswort ein; dieser Browser merkt es sich.",
            "أدخل كلمة الدخول مرة واحدة، وسيتذكر هذا المتصفح ذلك.";
        secret: &'static str = "Access secret", "Zugangswort", "كلمة الدخول";
        enter: &'static str = "Enter", "Eintreten", "دخول";
        wrong: &'static str = "That is not the access secret. Ask whoever runs this server for it.",
            "Das ist nicht das Zugangswort. Frag danach, wer diesen Server betreibt.",
            "هذه ليست كلمة الدخول. اطلبها ممن يدير هذا الخادم.";

        too_fast: &'static str = "Too fast", "Zu schnell", "طلبات كثيرة";
        wait: &'static str = "More pages were asked for from your address than this server gives in so short a time. Wait a moment, then try again.",
            "Von deiner Adresse wurden mehr Seiten abgerufen, als dieser Server in so kurzer Zeit hergibt. Warte kurz und versuch es dann noch einmal.",
            "طُلبت من عنوانك صفحات أكثر مما يقدّمه هذا الخادم في وقت قصير. انتظر لحظة ثم حاول مرة أخرى.";

        not_found: &'static str = "Not found", "Nicht gefunden", "غير موجود";
        nothing_here: &'static str = "Nothing is here", "Hier ist nichts", "لا شيء هنا";
        maybe: &'static str = "The address may be mistyped, or the message was never there.",
            "Vielleicht ist die Adresse vertippt, oder diese Nachricht gab es nie.",
            "ربما كُتب العنوان خطأً، أو أن هذه الرسالة لم توجد قط.";
        to_topics: &'static str = "To the topics", "Zu den Themen", "إلى المواضيع";
    }
}
