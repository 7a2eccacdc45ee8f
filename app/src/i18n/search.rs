//! Looking for messages.

use super::texts;

texts! {
    /// What the search says.
    Search, search {
        title: &'static str = "Search", "Suche", "البحث";
        back: &'static str = "Back", "Zurück", "رجوع";
        find: &'static str = "Find messages", "Nachrichten suchen", "البحث في الرسائل";
        search: &'static str = "Search", "Suchen", "بحث";
        only_in: &'static str = "Only in {}", "Nur in {}", "في {} فقط";
        found: &'static str = "Messages found", "Gefundene Nachrichten", "الرسائل الموجودة";
        how: &'static str = "All words must be there. “A phrase” is found as it stands; from:name, before:2026-01-31 and after:2026-01-01 narrow it.",
            "Alle Wörter müssen vorkommen. „Eine Wendung“ wird genau so gefunden; from:Name, before:2026-01-31 und after:2026-01-01 grenzen ein.",
            "يجب أن ترد كل الكلمات. تُطابَق “العبارة” كما هي؛ ويضيّق البحث كل من from:الاسم وbefore:2026-01-31 وafter:2026-01-01.";
        looking: &'static str = "Searching…", "Suche läuft …", "جارٍ البحث…";
        nothing: &'static str = "Nothing found for “{}”.", "Nichts gefunden für „{}“.", "لا نتائج عن «{}».";
        nothing_help: &'static str = "Try fewer or other words.", "Versuch es mit weniger oder anderen Wörtern.",
            "جرّب كلمات أقل أو كلمات أخرى.";
        indexing: &'static str = "Still indexing: the newest messages may be missing.",
            "Der Suchindex ist noch nicht fertig: Die neuesten Nachrichten können fehlen.",
            "ما زالت الفهرسة جارية: قد تنقص أحدث الرسائل.";
        blank: &'static str = "There is no word in that. Type one, or from: and a name.",
            "Darin steht kein Wort. Gib eines ein, oder from: und einen Namen.",
            "لا كلمة في ذلك. اكتب كلمة، أو from: ثم اسمًا.";
        too_long: &'static str = "That is too much to look for at once. Use fewer words.",
            "Das ist zu viel auf einmal. Nimm weniger Wörter.",
            "هذا كثير للبحث عنه دفعة واحدة. استخدم كلمات أقل.";
        too_slow: &'static str = "That takes too long to find. Use fewer or rarer words, or search in one topic.",
            "Diese Suche dauert zu lange. Nimm weniger oder seltenere Wörter, oder such in einem Thema.",
            "يستغرق هذا البحث وقتًا طويلًا. استخدم كلمات أقل أو أندر، أو ابحث في موضوع واحد.";
        day: &'static str = "A day is written like 2026-01-31.", "Ein Tag wird so geschrieben: 2026-01-31.",
            "يُكتب اليوم هكذا: 2026-01-31.";
        topic: &'static str = "in: takes the name of a topic, as in its address.",
            "Nach in: steht der Name eines Themas wie in seiner Adresse.",
            "يأتي بعد in: اسم موضوع كما في رابطه.";
        address: &'static str = "This address is not complete. Search again.",
            "Diese Adresse ist nicht vollständig. Such noch einmal.",
            "هذا الرابط غير كامل. ابحث مرة أخرى.";
        unavailable: &'static str = "The server cannot look just now. Try again in a moment.",
            "Der Server kann gerade nicht suchen. Versuch es gleich noch einmal.",
            "لا يستطيع الخادم البحث الآن. حاول مرة أخرى بعد قليل.";
        older: &'static str = "Older messages", "Ältere Nachrichten", "رسائل أقدم";
        newest: &'static str = "Back to the newest", "Zurück zu den neuesten", "العودة إلى الأحدث";
        pages: &'static str = "Pages", "Seiten", "الصفحات";
    }
}
