//! The topic's page: its header, and the list of topics beside it.

use super::{Counted, texts};

texts! {
    /// What the topic's page says.
    Topic, topic {
        topics: &'static str = "Topics", "Themen", "المواضيع";
        all_topics: &'static str = "All topics", "Alle Themen", "كل المواضيع";
        your_topics: &'static str = "Your topics", "Deine Themen", "مواضيعك";
        close: &'static str = "Close", "Schließen", "إغلاق";
        search: &'static str = "Search", "Suchen", "بحث";
        follow: &'static str = "Follow", "Folgen", "متابعة";
        following: &'static str = "Following", "Gefolgt", "متابَع";
        muted: &'static str = "Muted", "Stumm", "مكتوم";
        how_to_follow: &'static str = "How you follow this topic", "Wie du diesem Thema folgst", "كيف تتابع هذا الموضوع";
        not_followed: &'static str = "Not followed", "Nicht gefolgt", "غير متابَع";
        connecting: &'static str = "Connecting…", "Verbinde …", "جارٍ الاتصال…";
        connected: &'static str = "Connected", "Verbunden", "متصل";
        offline: &'static str = "Offline. Coming back…", "Offline. Verbinde neu …", "غير متصل. تجري المحاولة من جديد…";
        people_here: Counted = Counted::two_forms("1 person here", "{} people here"),
            Counted::two_forms("1 Person hier", "{} Personen hier"),
            Counted {
                zero: "لا أحد هنا",
                one: "شخص واحد هنا",
                two: "شخصان هنا",
                few: "{} أشخاص هنا",
                many: "{} شخصًا هنا",
                other: "{} شخص هنا",
            };
        unread: Counted = Counted::two_forms("1 unread message", "{} unread messages"),
            Counted::two_forms("1 ungelesene Nachricht", "{} ungelesene Nachrichten"),
            Counted {
                zero: "لا رسائل غير مقروءة",
                one: "رسالة واحدة غير مقروءة",
                two: "رسالتان غير مقروءتين",
                few: "{} رسائل غير مقروءة",
                many: "{} رسالة غير مقروءة",
                other: "{} رسالة غير مقروءة",
            };
        mentions: Counted = Counted::two_forms("1 mention of you", "{} mentions of you"),
            Counted::two_forms("1 Erwähnung von dir", "{} Erwähnungen von dir"),
            Counted {
                zero: "لا إشارات إليك",
                one: "إشارة واحدة إليك",
                two: "إشارتان إليك",
                few: "{} إشارات إليك",
                many: "{} إشارة إليك",
                other: "{} إشارة إليك",
            };
        who_is_here: &'static str = "Who is here", "Wer hier ist", "من هنا";
        is_writing: &'static str = "{} is writing…", "{} schreibt …", "{} يكتب…";
        are_writing: &'static str = "{} are writing…", "{} schreiben …", "{} يكتبون…";
        describe: &'static str = "Title and description", "Titel und Beschreibung", "العنوان والوصف";
        title: &'static str = "Title", "Titel", "العنوان";
        description: &'static str = "Description", "Beschreibung", "الوصف";
        loading: &'static str = "Loading what was said…", "Lade, was gesagt wurde …", "جارٍ تحميل ما قيل…";
        cannot_be_heard: &'static str = "This topic cannot be shown now.", "Dieses Thema kann gerade nicht gezeigt werden.", "لا يمكن عرض هذا الموضوع الآن.";
    }
}
