//! The table of languages.

pub(in crate::markup) struct Language {
    /// Names after a fence.
    pub(super) names: &'static [&'static str],
    /// Signs that begin a comment to the end of the line.
    pub(super) lines: &'static [&'static str],
    /// The beginnings and ends of other comments.
    pub(super) blocks: &'static [(&'static str, &'static str)],
    /// The quotes around strings.
    pub(super) quotes: &'static str,
    /// Whether three quotes delimit a multi-line string.
    pub(super) triple: bool,
    /// Signs that begin an attribute or a directive.
    pub(super) marks: &'static str,
    /// The sign after a key.
    pub(super) keys: Option<char>,
    /// Whether words that begin with a capital are types.
    pub(super) types: bool,
    /// Whether `'a` is a lifetime.
    pub(super) lifetimes: bool,
    /// Whether `<name` begins a tag.
    pub(super) tags: bool,
    /// Whether keywords are case-insensitive.
    pub(super) any_case: bool,
    /// Whether whole lines are highlighted by their beginning.
    pub(super) by_line: bool,
    pub(super) keywords: &'static str,
}

/// The base of most entries.
const LIKE_C: Language = Language {
    names: &[],
    lines: &["//"],
    blocks: &[("/*", "*/")],
    quotes: "\"'",
    triple: false,
    marks: "",
    keys: None,
    types: true,
    lifetimes: false,
    tags: false,
    any_case: false,
    by_line: false,
    keywords: "",
};
const LIKE_SHELL: Language = Language { lines: &["#"], blocks: &[], types: false, ..LIKE_C };

pub(super) static ALL: &[Language] = &[
    Language {
        names: &["rust", "rs"],
        lifetimes: true,
        keywords: "as async await bool box break char const continue crate dyn else enum extern f32 f64 false fn for i128 i16 \
                   i32 i64 i8 if impl in isize let loop match mod move mut pub ref return self static str struct super trait \
                   true type u128 u16 u32 u64 u8 unsafe use usize where while yield",
        ..LIKE_C
    },
    Language {
        names: &["python", "py", "python3"],
        triple: true,
        marks: "@",
        types: true,
        keywords: "False None True and as assert async await break class continue def del elif else except finally for from \
                   global if import in is lambda match nonlocal not or pass raise return self try while with yield",
        ..LIKE_SHELL
    },
    Language {
        names: &["javascript", "js", "jsx", "mjs", "cjs", "typescript", "ts", "tsx"],
        quotes: "\"'`",
        marks: "@",
        keywords: "abstract any as async await boolean break case catch class const continue declare default delete do else \
                   enum export extends false finally for from function get if implements import in instanceof interface \
                   keyof let namespace never new null number of private protected public readonly return satisfies set \
                   static string super switch this throw true try type typeof undefined unknown var void while yield",
        ..LIKE_C
    },
    Language {
        names: &["json", "jsonc", "json5", "jsonl", "ndjson"],
        keys: Some(':'),
        types: false,
        keywords: "true false null",
        ..LIKE_C
    },
    Language {
        names: &["html", "xml", "svg", "vue", "svelte", "xhtml"],
        lines: &[],
        blocks: &[("<!--", "-->")],
        quotes: "\"",
        keys: Some('='),
        types: false,
        tags: true,
        ..LIKE_C
    },
    Language {
        names: &["css", "scss", "less"],
        lines: &[],
        marks: "@#",
        keys: Some(':'),
        types: false,
        keywords: "important inherit initial unset revert none auto",
        ..LIKE_C
    },
    Language {
        names: &["bash", "sh", "shell", "zsh", "fish", "console"],
        keywords: "case do done elif else esac exit export fi for function if in local return set then unset until while \
                   alias cd echo eval exec read shift source sudo test trap",
        ..LIKE_SHELL
    },
    Language {
        names: &["yaml", "yml"],
        keys: Some(':'),
        keywords: "true false null yes no on off",
        ..LIKE_SHELL
    },
    Language {
        names: &["toml", "ini", "conf", "properties", "env", "dotenv"],
        lines: &["#", ";"],
        triple: true,
        keys: Some('='),
        keywords: "true false",
        ..LIKE_SHELL
    },
    Language {
        names: &["go", "golang"],
        quotes: "\"'`",
        keywords: "any bool break byte case chan const continue default defer else error fallthrough false float32 float64 for \
                   func go goto if import int int32 int64 interface map nil package range return rune select string struct \
                   switch true type uint var",
        ..LIKE_C
    },
    Language {
        names: &["c", "h", "cpp", "c++", "cc", "cxx", "hpp", "arduino", "objc", "glsl"],
        marks: "#@",
        keywords: "alignas auto bool break case catch char class concept const consteval constexpr continue decltype default \
                   delete do double else enum explicit extern false final float for friend goto if inline int long \
                   mutable namespace new noexcept nullptr operator override private protected public requires return \
                   short signed sizeof static struct switch template this throw true try typedef typename union unsigned \
                   using virtual void volatile while",
        ..LIKE_C
    },
    Language {
        names: &["csharp", "cs", "c#"],
        marks: "#",
        keywords: "abstract as async await base bool break byte case catch char class const continue decimal default delegate \
                   do double else enum event false finally float for foreach get if in int interface internal is lock long \
                   namespace new null object out override params private protected public readonly record ref return sealed \
                   set static string struct switch this throw true try using var virtual void while yield",
        ..LIKE_C
    },
    Language {
        names: &["java", "groovy", "gradle"],
        triple: true,
        marks: "@",
        keywords: "abstract assert boolean break byte case catch char class const continue def default do double else enum \
                   extends false final finally float for if implements import instanceof int interface long native new null \
                   package private protected public record return sealed short static super switch synchronized this throw \
                   throws transient true try var void volatile while yield",
        ..LIKE_C
    },
    Language {
        names: &["kotlin", "kt", "kts", "scala", "swift", "dart"],
        triple: true,
        marks: "@",
        keywords: "abstract actor as async await break by case catch class companion const continue data def default defer do \
                   else enum extends extension extern false final finally for func fun given guard if implements import in \
                   init inline inout internal is lateinit lazy let match mixin mutating nil null object open operator \
                   override package private protocol public record required return sealed self some static struct super \
                   suspend switch this throw throws trait true try typealias val var void when where while with yield",
        ..LIKE_C
    },
    Language {
        names: &["ruby", "rb", "elixir", "ex", "exs", "crystal"],
        keywords: "BEGIN END alias and begin break case class cond def defined defmodule defp do else elsif end ensure false fn \
                   for if import in module next nil not or raise redo require rescue retry return self super then true undef \
                   unless until use when while with yield",
        types: true,
        ..LIKE_SHELL
    },
    Language {
        names: &["php"],
        lines: &["//", "#"],
        keywords: "abstract array as bool break case catch class const continue declare default do echo else elseif enum \
                   extends false final finally fn for foreach function global if implements include instanceof int \
                   interface match namespace new null object print private protected public readonly require return static \
                   string switch this throw trait true try use var void while yield",
        ..LIKE_C
    },
    Language {
        names: &["sql", "sqlite", "postgres", "postgresql", "mysql", "psql"],
        lines: &["--"],
        quotes: "'\"",
        types: false,
        any_case: true,
        keywords: "add all alter and any as asc begin between bigint boolean by cascade case check column commit constraint \
                   create cross default delete desc distinct drop else end except exists explain false foreign from full \
                   group having if in index inner insert int integer into is join key left like limit not null offset on or \
                   order outer over partition primary references returning right rollback select set table text then true \
                   union unique update using values view when where with",
        ..LIKE_C
    },
    Language {
        names: &["lua", "luau"],
        lines: &["--"],
        blocks: &[("--[[", "]]")],
        types: false,
        keywords: "and break do else elseif end false for function goto if in local nil not or repeat return self then true \
                   until while",
        ..LIKE_C
    },
    Language {
        names: &["haskell", "hs", "elm", "purescript"],
        lines: &["--"],
        blocks: &[("{-", "-}")],
        quotes: "\"",
        keywords: "case class data deriving do else exposing foreign hiding if import in infix infixl infixr instance let \
                   module newtype of port qualified then type where",
        ..LIKE_C
    },
    Language {
        names: &["zig"],
        marks: "@",
        keywords: "and anytype bool break catch comptime const continue defer else enum errdefer error export extern false fn \
                   for i32 i64 if inline null or orelse packed pub return struct switch test true try u32 u64 u8 undefined \
                   union unreachable usize var void while",
        ..LIKE_C
    },
    Language {
        names: &["r", "julia", "jl", "nix", "perl", "pl", "powershell", "ps1"],
        any_case: true,
        keywords: "and begin break catch do else elseif elsif end false finally for foreach function if import in inherit \
                   let library local module my mutable next not null or our package param print repeat require return rec \
                   struct sub then true try unless use using while with",
        ..LIKE_SHELL
    },
    Language {
        names: &["dockerfile", "docker", "makefile", "make", "mk", "cmake", "nginx", "caddyfile"],
        any_case: true,
        keywords: "add arg as cmd copy endif entrypoint env export expose from healthcheck if ifdef ifeq include label \
                   location onbuild project run server set shell stopsignal user volume workdir",
        ..LIKE_SHELL
    },
    Language { names: &["diff", "patch", "udiff"], by_line: true, ..LIKE_SHELL },
];
