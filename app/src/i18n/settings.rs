//! What one can set in this browser.

use super::texts;

texts! {
    /// What the settings say.
    Settings, settings {
        settings: &'static str = "Settings", "Einstellungen", "الإعدادات";
        of_this_browser: &'static str = "They hold for this browser.", "Sie gelten für diesen Browser.", "تسري على هذا المتصفح.";
        close: &'static str = "Close", "Schließen", "إغلاق";
        presence: &'static str = "Show who joins and leaves", "Zeigen, wer kommt und geht", "إظهار من ينضم ومن يغادر";
        sound: &'static str = "Sound", "Ton", "الصوت";
        sound_off: &'static str = "Off", "Aus", "بلا صوت";
        sound_mentions: &'static str = "When I am mentioned", "Wenn mich jemand erwähnt", "عند الإشارة إليّ";
        sound_all: &'static str = "For every message while I look elsewhere", "Bei jeder Nachricht, während ich woanders bin", "عند كل رسالة وأنا في مكان آخر";
        notifications: &'static str = "Notify me when I am mentioned and look elsewhere",
            "Mitteilen, wenn mich jemand erwähnt und ich woanders bin",
            "إشعاري عند الإشارة إليّ وأنا في مكان آخر";
        not_allowed: &'static str = "The browser does not allow it. Allow notifications for this site in its settings, then try again.",
            "Der Browser erlaubt es nicht. Erlaube in seinen Einstellungen Mitteilungen für diese Seite und versuche es noch einmal.",
            "المتصفح لا يسمح بذلك. اسمح بالإشعارات لهذا الموقع في إعداداته ثم أعد المحاولة.";
        not_possible: &'static str = "This browser cannot do that here. It needs HTTPS, and on some phones the installed app.",
            "Dieser Browser kann das hier nicht. Nötig ist HTTPS, auf manchen Telefonen auch die installierte App.",
            "لا يستطيع هذا المتصفح ذلك هنا. يلزم HTTPS، وعلى بعض الهواتف التطبيق المثبَّت.";
        single_keys: &'static str = "Shortcuts of a single key (? and /)", "Tastenkürzel mit nur einer Taste (? und /)", "اختصارات بمفتاح واحد (? و /)";
        language: &'static str = "Language", "Sprache", "اللغة";
        shortcuts: &'static str = "Keyboard shortcuts", "Tastenkürzel", "اختصارات لوحة المفاتيح";
        this_help: &'static str = "This list", "Diese Liste", "هذه القائمة";
        other_topic: &'static str = "The topic above or below in the list", "Das Thema darüber oder darunter in der Liste", "الموضوع السابق أو التالي في القائمة";
        topic_with_news: &'static str = "The next one above or below with something new", "Das nächste darüber oder darunter mit Neuem", "السابق أو التالي الذي فيه جديد";
        search: &'static str = "Search", "Suchen", "بحث";
        escape: &'static str = "Close what is open, stop answering or editing", "Offenes schließen, Antworten oder Bearbeiten beenden", "إغلاق المفتوح، أو ترك الرد أو التعديل";
        edit_last: &'static str = "Edit your last message, in an empty field", "Die eigene letzte Nachricht bearbeiten, im leeren Feld", "تعديل رسالتك الأخيرة، والحقل فارغ";
        send: &'static str = "Write the message", "Nachricht schreiben", "كتابة الرسالة";
        new_line: &'static str = "A new line", "Eine neue Zeile", "سطر جديد";
        or: &'static str = "or", "oder", "أو";
    }
}
