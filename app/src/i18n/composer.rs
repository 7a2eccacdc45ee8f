//! Where people write.

use super::texts;

texts! {
    /// What the composer says.
    Composer, composer {
        name: &'static str = "Name", "Name", "الاسم";
        message: &'static str = "Message", "Nachricht", "الرسالة";
        placeholder: &'static str = "Write a message", "Schreib eine Nachricht", "اكتب رسالة";
        write: &'static str = "Write", "Senden", "إرسال";
        not_sent: &'static str = "Not sent.", "Nicht gesendet.", "لم تُرسَل.";
        not_saved: &'static str = "Not saved.", "Nicht gespeichert.", "لم تُحفَظ.";
        offers: &'static str = "Suggestions", "Vorschläge", "اقتراحات";
        answering: &'static str = "Answering {}", "Antwort an {}", "ردًّا على {}";
        stop_answering: &'static str = "Do not answer", "Nicht antworten", "إلغاء الرد";
        edit_message: &'static str = "Edit message", "Nachricht bearbeiten", "تعديل الرسالة";
        save: &'static str = "Save", "Speichern", "حفظ";
        cancel: &'static str = "Cancel", "Abbrechen", "إلغاء";
        changed_meanwhile: &'static str = "Changed elsewhere meanwhile: {}", "Inzwischen anderswo geändert: {}", "تغيّرت في مكان آخر: {}";
        deleted_meanwhile: &'static str = "Deleted elsewhere meanwhile.", "Inzwischen anderswo gelöscht.", "حُذفت في مكان آخر.";
        waiting: &'static str = "Waiting to be sent", "Wartet aufs Senden", "في انتظار الإرسال";
        waiting_here: &'static str = "Waiting to be sent, as long as this page is open", "Wartet aufs Senden, solange diese Seite offen ist", "في انتظار الإرسال ما دامت هذه الصفحة مفتوحة";
        left_over: &'static str = "Left from an earlier session", "Von einer früheren Sitzung übrig", "باقية من جلسة سابقة";
        sending: &'static str = "Sending…", "Wird gesendet …", "جارٍ الإرسال…";
        sent: &'static str = "Sent", "Gesendet", "أُرسِلت";
        not_sent_why: &'static str = "Not sent: ", "Nicht gesendet: ", "لم تُرسَل: ";
        try_again: &'static str = "Try again", "Noch einmal", "إعادة المحاولة";
        send_as: &'static str = "Send as {}", "Als {} senden", "إرسال باسم {}";
        edit: &'static str = "Edit", "Bearbeiten", "تعديل";
        discard: &'static str = "Discard", "Verwerfen", "تجاهل";
        stop_trying: &'static str = "Stop trying", "Aufgeben", "التوقف عن المحاولة";
        may_have_arrived: &'static str = "It may have arrived already", "Sie ist vielleicht schon angekommen", "ربما وصلت بالفعل";
        edits_earlier: &'static str = "edits an earlier message", "bearbeitet eine frühere Nachricht", "يعدّل رسالة سابقة";
        deletes_earlier: &'static str = "deletes an earlier message", "löscht eine frühere Nachricht", "يحذف رسالة سابقة";
        reacts_earlier: &'static str = "reacts to an earlier message", "reagiert auf eine frühere Nachricht", "يتفاعل مع رسالة سابقة";
        unreacts_earlier: &'static str = "takes back a reaction to an earlier message", "nimmt eine Reaktion auf eine frühere Nachricht zurück", "يسحب تفاعلًا مع رسالة سابقة";
        name_problem: &'static str = "Name: {}", "Name: {}", "الاسم: {}";
        message_problem: &'static str = "Message: {}", "Nachricht: {}", "الرسالة: {}";
        blank: &'static str = "the text is blank", "der Text ist leer", "النص فارغ";
        too_long_bytes: &'static str = "the text is too long: at most {} bytes", "der Text ist zu lang: höchstens {} Bytes", "النص طويل جدًّا: {} بايت على الأكثر";
        too_long_chars: &'static str = "the text is too long: at most {} characters", "der Text ist zu lang: höchstens {} Zeichen", "النص طويل جدًّا: {} حرفًا على الأكثر";
        bad_character: &'static str = "the text holds {}, which may not stand here; take it out", "der Text enthält {}, das hier nicht stehen darf; nimm es heraus", "يحتوي النص على {}، ولا يجوز هنا؛ احذفه";
    }
}
