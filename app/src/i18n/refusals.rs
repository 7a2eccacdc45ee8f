//! Forms that the server did not take, on pages that need no script.

use super::texts;

texts! {
    /// Why nothing was done, and how to go on.
    Refusals, refusals {
        not_sent: &'static str = "Not sent", "Nicht gesendet", "لم تُرسَل";
        message_not_sent: &'static str = "Your message was not sent", "Deine Nachricht wurde nicht gesendet", "لم تُرسَل رسالتك";
        not_done: &'static str = "That did not work", "Das hat nicht geklappt", "لم ينجح ذلك";

        kept: &'static str = "You are in, and your message is still here. Send it now.",
            "Du bist drin, und deine Nachricht ist noch da. Sende sie jetzt.",
            "لقد دخلت، ورسالتك ما زالت هنا. أرسلها الآن.";
        other_text: &'static str = "Another text was sent with this form before. Send this one as a new message.",
            "Mit diesem Formular wurde schon ein anderer Text gesendet. Sende diesen als neue Nachricht.",
            "أُرسل نص آخر بهذا النموذج من قبل. أرسل هذا النص كرسالة جديدة.";
        no_draft: &'static str = "The form did not arrive whole. Send it once more.",
            "Das Formular kam nicht vollständig an. Sende es noch einmal.",
            "لم يصل النموذج كاملًا. أرسله مرة أخرى.";
        too_many_topics: &'static str = "This server has as many topics as it may. Write in one that exists.",
            "Dieser Server hat so viele Themen, wie er haben darf. Schreib in einem, das es schon gibt.",
            "بلغ هذا الخادم أقصى عدد من المواضيع. اكتب في موضوع موجود.";
        too_many_new_topics: &'static str = "Too many new topics come from your network just now. Try again later.",
            "Aus deinem Netz kommen gerade zu viele neue Themen. Versuch es später noch einmal.",
            "تأتي من شبكتك الآن مواضيع جديدة كثيرة. حاول لاحقًا.";
        too_fast: &'static str = "Too many messages come from your network. Wait a moment, then send it again.",
            "Aus deinem Netz kommen zu viele Nachrichten. Warte kurz und sende sie dann noch einmal.",
            "تأتي من شبكتك رسائل كثيرة. انتظر لحظة ثم أرسلها مرة أخرى.";
        disk_full: &'static str = "The server’s disk is almost full. Nothing can be written until there is room.",
            "Die Festplatte des Servers ist fast voll. Bis Platz ist, kann nichts geschrieben werden.",
            "قرص الخادم ممتلئ تقريبًا. لا يمكن الكتابة حتى تتوفر مساحة.";
        unavailable: &'static str = "The server cannot reach its database just now. Try again in a moment.",
            "Der Server erreicht seine Datenbank gerade nicht. Versuch es gleich noch einmal.",
            "لا يستطيع الخادم الوصول إلى قاعدة بياناته الآن. حاول مرة أخرى بعد قليل.";

        foreign: &'static str = "This form came from another site, so nothing was done. Open the chat itself and write there.",
            "Dieses Formular kam von einer anderen Website, daher ist nichts geschehen. Öffne den Chat selbst und schreib dort.",
            "جاء هذا النموذج من موقع آخر، فلم يحدث شيء. افتح الدردشة نفسها واكتب فيها.";
        unreadable: &'static str = "The form did not arrive whole, so nothing was done. Go back, reload the page and try again.",
            "Das Formular kam nicht vollständig an, daher ist nichts geschehen. Geh zurück, lade die Seite neu und versuch es noch einmal.",
            "لم يصل النموذج كاملًا، فلم يحدث شيء. ارجع وأعد تحميل الصفحة ثم حاول مرة أخرى.";
        too_long: &'static str = "The form is longer than this server takes, so nothing was done. Go back and shorten the text.",
            "Das Formular ist länger, als dieser Server annimmt, daher ist nichts geschehen. Geh zurück und kürze den Text.",
            "النموذج أطول مما يقبله هذا الخادم، فلم يحدث شيء. ارجع واختصر النص.";
    }
}
