//! The log: messages, their states, and what stands between them.

use super::{Counted, texts};

texts! {
    /// What the log says.
    Log, log {
        messages: &'static str = "Messages", "Nachrichten", "الرسائل";
        oldest_first: &'static str = "Messages, oldest first", "Nachrichten, älteste zuerst", "الرسائل، الأقدم أولًا";
        on_their_way: &'static str = "On their way", "Unterwegs", "في الطريق";
        empty: &'static str = "Nothing has been said here yet.", "Hier wurde noch nichts gesagt.", "لم يُقل شيء هنا بعد.";
        be_first: &'static str = "Be the first: write something below.", "Mach den Anfang: schreib unten etwas.", "كن الأول: اكتب شيئًا في الأسفل.";
        new_messages: &'static str = "New messages", "Neue Nachrichten", "رسائل جديدة";
        to_newest: &'static str = "Jump to newest", "Zu den neuesten", "إلى الأحدث";
        new_since: &'static str = "New since you were last here", "Neu, seit du zuletzt hier warst", "جديد منذ زيارتك الأخيرة";
        unread_above: &'static str = "Unread messages above", "Ungelesene Nachrichten weiter oben", "رسائل غير مقروءة في الأعلى";
        jump_to_first: &'static str = "Jump to first", "Zur ersten", "إلى الأولى";
        mark_as_read: &'static str = "Mark as read", "Als gelesen markieren", "تعليم كمقروءة";
        older: &'static str = "Older messages", "Ältere Nachrichten", "رسائل أقدم";
        more: &'static str = "More messages", "Weitere Nachrichten", "مزيد من الرسائل";
        edited: &'static str = "edited", "bearbeitet", "معدَّلة";
        deleted: &'static str = "This message was deleted.", "Diese Nachricht wurde gelöscht.", "حُذفت هذه الرسالة.";
        unverified: &'static str = "unverified", "ungeprüft", "غير موثَّق";
        unverified_why: &'static str = "This name stands in the message itself; nobody vouches for it",
            "Dieser Name steht in der Nachricht selbst; niemand bürgt für ihn",
            "هذا الاسم مكتوب في الرسالة نفسها ولا يضمنه أحد";
        in_answer_to: &'static str = "In answer to {}", "Antwort auf {}", "ردًّا على {}";
        answered_earlier: &'static str = "In answer to an earlier message", "Antwort auf eine frühere Nachricht", "ردًّا على رسالة سابقة";
        show_all: &'static str = "Show all of it", "Ganz zeigen", "عرض الكل";
        show_less: &'static str = "Show less", "Weniger zeigen", "عرض أقل";
        today: &'static str = "Today", "Heute", "اليوم";
        yesterday: &'static str = "Yesterday", "Gestern", "أمس";
        joined: &'static str = "{} joined", "{} kam dazu", "انضم {}";
        left: &'static str = "{} left", "{} ging", "غادر {}";
        and: &'static str = "and", "und", "و";
        named: &'static str = "{} named the topic “{}”", "{} nannte das Thema „{}“", "سمّى {} الموضوع «{}»";
        untitled: &'static str = "{} removed the topic’s title", "{} hat den Titel des Themas entfernt", "أزال {} عنوان الموضوع";
        more_people: Counted = Counted::two_forms("1 more", "{} more"),
            Counted::two_forms("1 weitere", "{} weitere"),
            Counted { zero: "آخرون", one: "شخص آخر", two: "شخصان آخران", few: "{} آخرون", many: "{} آخرون", other: "{} آخرون" };
        missed: Counted = Counted::two_forms("1 message came while you were away", "{} messages came while you were away"),
            Counted::two_forms("1 Nachricht kam, während du weg warst", "{} Nachrichten kamen, während du weg warst"),
            Counted {
                zero: "لم تصل رسائل أثناء غيابك",
                one: "وصلت رسالة واحدة أثناء غيابك",
                two: "وصلت رسالتان أثناء غيابك",
                few: "وصلت {} رسائل أثناء غيابك",
                many: "وصلت {} رسالة أثناء غيابك",
                other: "وصلت {} رسالة أثناء غيابك",
            };
    }
}
