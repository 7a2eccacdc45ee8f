//! The directory: which topics there are, and making one.

use super::{Counted, texts};

texts! {
    /// What the directory says.
    Directory, directory {
        title: &'static str = "Topics", "Themen", "المواضيع";
        lead: &'static str = "What people talk about here. Read along, or say something.",
            "Worüber hier gesprochen wird. Lies mit oder rede mit.",
            "ما يتحدث عنه الناس هنا. تابع أو شارك برأيك.";
        language: &'static str = "Language", "Sprache", "اللغة";

        find: &'static str = "Find topics", "Themen suchen", "البحث في المواضيع";
        search: &'static str = "Search", "Suchen", "بحث";
        found: &'static str = "Topics with “{}”", "Themen mit „{}“", "مواضيع فيها «{}»";
        all: &'static str = "All topics", "Alle Themen", "كل المواضيع";
        more: &'static str = "More topics", "Weitere Themen", "المزيد من المواضيع";
        start: &'static str = "Back to the first", "Zurück zum Anfang", "العودة إلى البداية";
        nothing_found: &'static str = "No topic has “{}” in it.", "In keinem Thema kommt „{}“ vor.",
            "لا يوجد موضوع فيه «{}».";
        nothing_found_help: &'static str = "Try fewer or other words, or create the topic yourself.",
            "Versuch es mit weniger oder anderen Wörtern, oder leg das Thema selbst an.",
            "جرّب كلمات أقل أو كلمات أخرى، أو أنشئ الموضوع بنفسك.";
        untouched: &'static str = "Nobody has said anything yet. Be the first, or create a topic of your own.",
            "Noch hat niemand etwas gesagt. Mach den Anfang, oder leg ein eigenes Thema an.",
            "لم يكتب أحد شيئًا بعد. كن أول من يكتب، أو أنشئ موضوعًا خاصًا بك.";
        begin_here: &'static str = "Start here", "Hier geht’s los", "ابدأ من هنا";
        silent: &'static str = "Nothing said yet", "Noch nichts gesagt", "لا شيء بعد";
        messages: Counted = Counted::two_forms("1 message", "{} messages"),
            Counted::two_forms("1 Nachricht", "{} Nachrichten"),
            Counted {
                zero: "لا رسائل", one: "رسالة واحدة", two: "رسالتان",
                few: "{} رسائل", many: "{} رسالة", other: "{} رسالة",
            };
        here: Counted = Counted::two_forms("1 person here", "{} people here"),
            Counted::two_forms("1 Person hier", "{} Personen hier"),
            Counted {
                zero: "لا أحد هنا", one: "شخص واحد هنا", two: "شخصان هنا",
                few: "{} أشخاص هنا", many: "{} شخصًا هنا", other: "{} شخص هنا",
            };

        new: &'static str = "New topic", "Neues Thema", "موضوع جديد";
        topic_title: &'static str = "Title", "Titel", "العنوان";
        name: &'static str = "Address (optional)", "Adresse (optional)", "الرابط (اختياري)";
        name_help: &'static str = "Letters a–z, digits, dots and dashes. Left empty, it is made from the title.",
            "Buchstaben a–z, Ziffern, Punkte und Striche. Bleibt sie leer, entsteht sie aus dem Titel.",
            "أحرف a–z وأرقام ونقاط وشرطات. إن تركته فارغًا أُنشئ من العنوان.";
        address: &'static str = "Its address: {}", "Die Adresse: {}", "رابط الموضوع: {}";
        description: &'static str = "What is it about? (optional)", "Worum geht es? (optional)", "عمّ يدور الموضوع؟ (اختياري)";
        create: &'static str = "Create topic", "Thema anlegen", "إنشاء الموضوع";

        untitled: &'static str = "Give the topic a title.", "Gib dem Thema einen Titel.", "اكتب عنوانًا للموضوع.";
        nameless: &'static str = "No address can be made from this title. Choose one of a–z and 0–9.",
            "Aus diesem Titel lässt sich keine Adresse bilden. Wähle eine aus a–z und 0–9.",
            "لا يمكن إنشاء رابط من هذا العنوان. اختر رابطًا من الأحرف a–z والأرقام 0–9.";
        bad_name: &'static str = "An address is at most 64 of a–z, 0–9, “.”, “_” and “-”, and begins with a letter or a digit.",
            "Eine Adresse besteht aus höchstens 64 Zeichen aus a–z, 0–9, „.“, „_“ und „-“ und beginnt mit einem Buchstaben oder einer Ziffer.",
            "يتكوّن الرابط من 64 رمزًا على الأكثر من a–z و0–9 و«.» و«_» و«-»، ويبدأ بحرف أو رقم.";
        exists: &'static str = "There is a topic at this address already.", "Unter dieser Adresse gibt es schon ein Thema.",
            "يوجد موضوع بهذا الرابط من قبل.";
        open: &'static str = "Open “{}”", "„{}“ öffnen", "افتح «{}»";
        too_long: &'static str = "Too long: at most {} characters.", "Zu lang: höchstens {} Zeichen.",
            "النص طويل: {} حرف على الأكثر.";
        holds: &'static str = "This holds a character that may not stand here ({}). Take it out.",
            "Darin steht ein Zeichen, das hier nicht stehen darf ({}). Nimm es heraus.",
            "يحتوي النص على رمز غير مسموح به هنا ({}). احذفه.";
        again: &'static str = "This form was sent before with other content. Send it again to create one more topic.",
            "Dieses Formular wurde schon mit anderem Inhalt abgeschickt. Schick es noch einmal ab, um ein weiteres Thema anzulegen.",
            "أُرسل هذا النموذج من قبل بمحتوى آخر. أرسله مرة أخرى لإنشاء موضوع إضافي.";
        too_many: &'static str = "This server has as many topics as it may. Write in one that exists.",
            "Dieser Server hat schon so viele Themen, wie er haben darf. Schreib in einem, das es gibt.",
            "بلغ هذا الخادم الحد الأقصى للمواضيع. اكتب في موضوع موجود.";
        unavailable: &'static str = "The server cannot store anything just now. Try again in a moment.",
            "Der Server kann gerade nichts speichern. Versuch es gleich noch einmal.",
            "لا يستطيع الخادم الحفظ الآن. حاول مرة أخرى بعد قليل.";
    }
}
