//! Patterns made fast: whole-value matching by a dense automaton, replacing by byte classes and literal search where
//! the pattern allows, and a cheap look whether a pattern can match at all.

use memchr::memmem::Finder;
use regex::Regex;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::pairs::Pairs;

/// An automaton larger than this is not worth its cache misses.
const AUTOMATON_BYTES: usize = 1 << 20;
const PATTERN_BYTES: usize = 1 << 22;

/// What is wrong with a pattern, in a few words.
pub fn pattern_error(pattern: &str) -> Option<String> {
    compile(pattern).err()
}

fn compile(pattern: &str) -> Result<Regex, String> {
    regex::RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build().map_err(|error| {
        let text = error.to_string();
        let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        last.trim().trim_start_matches("error: ").to_owned()
    })
}

/// A pattern that a whole value must match.
#[derive(Debug)]
pub struct WholePattern {
    form: WholeForm,
}

#[derive(Debug)]
enum WholeForm {
    Pairs(Pairs),
    Automaton(Box<dense::DFA<Vec<u32>>>, StateID),
    /// The pattern is too large for an automaton, or uses what it cannot do (Unicode word boundaries).
    Regex(Regex),
}

impl WholePattern {
    /// Errors: what is wrong with the pattern, in a few words.
    pub fn new(pattern: &str) -> Result<WholePattern, String> {
        // Compiled alone first: `a)(b` must not become right by being wrapped.
        compile(pattern)?;
        // In the verbose mode a comment at the end would swallow the closing parenthesis.
        let line_end = if verbose(pattern) { "\n" } else { "" };
        let whole = format!(r"\A(?:{pattern}{line_end})\z");
        let regex = compile(&whole)?;
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::All)
            .dfa_size_limit(Some(AUTOMATON_BYTES))
            .determinize_size_limit(Some(AUTOMATON_BYTES * 4));
        let automaton = dense::Builder::new().configure(config).build(&whole).ok().and_then(|automaton| {
            let start = automaton.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
            let pairs = Pairs::of(&automaton, start).map(WholeForm::Pairs);
            Some(pairs.unwrap_or_else(|| WholeForm::Automaton(Box::new(automaton), start)))
        });
        Ok(WholePattern { form: automaton.unwrap_or(WholeForm::Regex(regex)) })
    }

    /// Whether the whole text matches. Bytes that are no UTF-8 never match.
    pub fn matches(&self, text: &[u8]) -> bool {
        match &self.form {
            WholeForm::Pairs(pairs) => pairs.matches(text),
            WholeForm::Automaton(automaton, start) => {
                let mut state = *start;
                // A dead state stays dead: it is asked for now and then, so that a long text is given up early.
                for part in text.chunks(32) {
                    for &byte in part {
                        state = automaton.next_state(state, byte);
                    }
                    if automaton.is_dead_state(state) {
                        return false;
                    }
                }
                automaton.is_match_state(automaton.next_eoi_state(state))
            }
            WholeForm::Regex(regex) => std::str::from_utf8(text).is_ok_and(|text| regex.is_match(text)),
        }
    }
}

/// Whether a pattern starts with the flag `x`.
fn verbose(pattern: &str) -> bool {
    let flags = pattern.strip_prefix("(?").and_then(|rest| rest.split([')', ':']).next());
    flags.is_some_and(|flags| flags.contains('x'))
}

/// Bytes, as a table.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ByteSet([bool; 256]);

impl std::fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ByteSet({} bytes)", self.len())
    }
}

impl ByteSet {
    fn empty() -> ByteSet {
        ByteSet([false; 256])
    }

    #[inline]
    pub fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    pub fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte)] = true;
    }

    fn len(&self) -> usize {
        self.0.iter().filter(|held| **held).count()
    }

    fn union(&self, other: &ByteSet) -> ByteSet {
        let mut both = self.clone();
        for (held, more) in both.0.iter_mut().zip(&other.0) {
            *held |= more;
        }
        both
    }

    /// The first bytes that characters of a class can have.
    fn first_bytes(class: &Class) -> ByteSet {
        let mut set = ByteSet::empty();
        match class {
            Class::Bytes(class) => {
                for range in class.ranges() {
                    (range.start()..=range.end()).for_each(|byte| set.insert(byte));
                }
            }
            Class::Unicode(class) => {
                let mut buffer = [0; 4];
                for range in class.ranges() {
                    let first = range.start().encode_utf8(&mut buffer).as_bytes()[0];
                    let last = range.end().encode_utf8(&mut buffer).as_bytes()[0];
                    (first..=last).for_each(|byte| set.insert(byte));
                }
            }
        }
        set
    }

    /// The class as bytes, where removing its bytes is the same as removing its characters: of the characters beyond
    /// ASCII it holds all or none.
    fn of_class(class: &Class) -> Option<ByteSet> {
        let Class::Unicode(class) = class else { return None };
        let mut set = ByteSet::empty();
        let (mut none, mut all) = (true, false);
        for range in class.ranges() {
            for code in u32::from(range.start())..=u32::from(range.end()).min(127) {
                set.insert(code as u8);
            }
            none &= range.end().is_ascii();
            all |= range.start() <= '\u{80}' && range.end() == char::MAX;
        }
        if all {
            (128..=255).for_each(|byte| set.insert(byte));
        }
        (none || all).then_some(set)
    }
}

/// Sets of bytes of which every match holds at least one each; empty where nothing is sure.
fn required(hir: &Hir) -> Vec<ByteSet> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Vec::new(),
        HirKind::Literal(literal) => literal
            .0
            .iter()
            .map(|byte| {
                let mut set = ByteSet::empty();
                set.insert(*byte);
                set
            })
            .collect(),
        HirKind::Class(class) => vec![ByteSet::first_bytes(class)],
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Repetition(_) => Vec::new(),
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Concat(parts) => parts.iter().flat_map(required).collect(),
        HirKind::Alternation(branches) => {
            let branches: Vec<Vec<ByteSet>> = branches.iter().map(required).collect();
            let Some((first, rest)) = branches.split_first() else { return Vec::new() };
            if rest.iter().any(Vec::is_empty) {
                return Vec::new();
            }
            let widen = |set: &ByteSet| {
                rest.iter().fold(set.clone(), |joined, branch| {
                    let unions = branch.iter().map(|other| joined.union(other));
                    unions.min_by_key(ByteSet::len).unwrap_or(joined)
                })
            };
            first.iter().map(widen).collect()
        }
    }
}

/// A look whether a pattern can match at all: some byte of a small set must be there.
#[derive(Debug)]
pub(super) struct Prefilter(ByteSet);

impl Prefilter {
    fn new(hir: &Hir) -> Option<Prefilter> {
        // Digits and spaces are everywhere; a set without them rejects most.
        let common = |set: &ByteSet| (b'0'..=b'9').filter(|byte| set.contains(*byte)).count() + set.len();
        required(hir).into_iter().min_by_key(common).filter(|set| set.len() <= 64).map(Prefilter)
    }

    #[inline]
    pub fn may_match(&self, text: &[u8]) -> bool {
        text.iter().any(|byte| self.0.contains(*byte))
    }
}

/// A search for a pattern anywhere in a text.
#[derive(Debug)]
pub(super) struct SearchPattern {
    pub regex: Regex,
    prefilter: Option<Prefilter>,
}

impl SearchPattern {
    pub fn new(pattern: &str) -> Result<SearchPattern, String> {
        let regex = compile(pattern)?;
        let prefilter = regex_syntax::parse(pattern).ok().as_ref().and_then(Prefilter::new);
        Ok(SearchPattern { regex, prefilter })
    }

    #[inline]
    pub fn may_match(&self, text: &[u8]) -> bool {
        self.prefilter.as_ref().is_none_or(|prefilter| prefilter.may_match(text))
    }
}

/// Replaces every match of a pattern.
#[derive(Debug)]
pub(super) enum Replacer {
    /// A single class without replacement: its bytes are left out.
    Without(ByteSet),
    Literal(LiteralReplacer),
    Pattern {
        search: SearchPattern,
        with: String,
        expands: bool,
    },
}

impl Replacer {
    pub fn new(pattern: &str, with: &str) -> Result<Replacer, String> {
        let search = SearchPattern::new(pattern)?;
        let with = group_references(with);
        let expands = with.contains('$');
        if let Ok(hir) = regex_syntax::parse(pattern) {
            let class = match hir.kind() {
                HirKind::Class(class) => Some(class),
                HirKind::Repetition(repetition) if repetition.min == 1 => match repetition.sub.kind() {
                    HirKind::Class(class) => Some(class),
                    _ => None,
                },
                _ => None,
            };
            if let (Some(set), true) = (class.and_then(ByteSet::of_class), with.is_empty()) {
                return Ok(Replacer::Without(set));
            }
            if let (HirKind::Literal(literal), false) = (hir.kind(), expands) {
                return Ok(Replacer::Literal(LiteralReplacer::new(&literal.0, with.as_bytes())));
            }
        }
        Ok(Replacer::Pattern { search, with, expands })
    }

    /// False where a look at the bytes shows that nothing can match.
    #[inline]
    pub fn may_match(&self, text: &[u8]) -> bool {
        match self {
            Replacer::Pattern { search, .. } => search.may_match(text),
            _ => true,
        }
    }

    /// Writes the result and answers true, or answers false when nothing matches (nothing is written then).
    pub fn replace(&self, text: &str, out: &mut Vec<u8>) -> bool {
        match self {
            Replacer::Without(set) => leave_out(text.as_bytes(), |byte| set.contains(byte), out),
            Replacer::Literal(literal) => literal.replace(text.as_bytes(), out),
            Replacer::Pattern { search, with, expands } => {
                let mut last = 0;
                let mut found = false;
                if *expands {
                    let mut expanded = String::new();
                    for captures in search.regex.captures_iter(text) {
                        let Some(whole) = captures.get(0) else { continue };
                        out.extend_from_slice(&text.as_bytes()[last..whole.start()]);
                        expanded.clear();
                        captures.expand(with, &mut expanded);
                        out.extend_from_slice(expanded.as_bytes());
                        last = whole.end();
                        found = true;
                    }
                } else {
                    for whole in search.regex.find_iter(text) {
                        out.extend_from_slice(&text.as_bytes()[last..whole.start()]);
                        out.extend_from_slice(with.as_bytes());
                        last = whole.end();
                        found = true;
                    }
                }
                if found {
                    out.extend_from_slice(&text.as_bytes()[last..]);
                }
                found
            }
        }
    }
}

/// `$1a` means group 1 and then `a`, as people expect: the library would look for a group named `1a`.
fn group_references(with: &str) -> String {
    let mut text = String::new();
    let mut letters = with.chars().peekable();
    while let Some(letter) = letters.next() {
        text.push(letter);
        if letter == '$' && letters.peek().is_some_and(char::is_ascii_digit) {
            text.push('{');
            while let Some(digit) = letters.next_if(char::is_ascii_digit) {
                text.push(digit);
            }
            text.push('}');
        }
    }
    text
}

/// Bytes that are moved together aside, where no place needs to be looked for.
const ASIDE: usize = 64;

/// Writes the bytes that are not to be left out; false (and nothing written) when all stay.
#[inline]
pub(super) fn leave_out(text: &[u8], drops: impl Fn(u8) -> bool, out: &mut Vec<u8>) -> bool {
    // Moved together without a branch a byte: which of them go nobody can foresee.
    if text.len() <= ASIDE {
        let mut kept = [0; ASIDE];
        let mut length = 0;
        for &byte in text {
            kept[length % ASIDE] = byte;
            length += usize::from(!drops(byte));
        }
        if length < text.len() {
            let end = out.len() + length;
            out.extend_from_slice(&kept);
            out.truncate(end);
        }
        return length < text.len();
    }
    let Some(first) = text.iter().position(|byte| drops(*byte)) else { return false };
    let mut length = out.len() + first;
    out.extend_from_slice(text);
    for &byte in &text[first..] {
        if let Some(place) = out.get_mut(length) {
            *place = byte;
        }
        length += usize::from(!drops(byte));
    }
    out.truncate(length);
    true
}

/// So many bytes are looked at one by one.
const SHORT: usize = 64;

/// Replaces every occurrence of a text.
#[derive(Debug)]
pub(super) struct LiteralReplacer {
    finder: Finder<'static>,
    with: Box<[u8]>,
}

impl LiteralReplacer {
    pub fn new(what: &[u8], with: &[u8]) -> LiteralReplacer {
        LiteralReplacer { finder: Finder::new(what).into_owned(), with: with.into() }
    }

    /// As [`Replacer::replace`]. An empty text is found nowhere.
    pub fn replace(&self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let what = self.finder.needle();
        match *what {
            [] => return false,
            [byte] if self.with.is_empty() => return leave_out(text, |found| found == byte, out),
            // A search for a text has its price, and most short values do not hold its first byte.
            [first, ..] if text.len() <= SHORT && !text.contains(&first) => return false,
            _ => {}
        }
        let mut last = 0;
        while let Some(found) = self.finder.find(&text[last..]) {
            out.extend_from_slice(&text[last..last + found]);
            out.extend_from_slice(&self.with);
            last += found + what.len();
        }
        if last > 0 {
            out.extend_from_slice(&text[last..]);
        }
        last > 0
    }
}

/// A set of characters written as in a pattern's brackets: `0-9+`, `A-Za-z `, `äöüß`. A `-` at either end is itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CharSet {
    ascii: ByteSet,
    beyond: Vec<(char, char)>,
}

impl CharSet {
    pub fn new(text: &str) -> Result<CharSet, String> {
        let letters: Vec<char> = text.chars().collect();
        let mut set = CharSet { ascii: ByteSet::empty(), beyond: Vec::new() };
        let mut at = 0;
        while at < letters.len() {
            let first = letters[at];
            let ranged = at + 2 < letters.len() && letters[at + 1] == '-';
            let last = if ranged { letters[at + 2] } else { first };
            if last < first {
                return Err(format!("`{first}-{last}` runs backwards"));
            }
            set.add(first, last);
            at += if ranged { 3 } else { 1 };
        }
        Ok(set)
    }

    fn add(&mut self, first: char, last: char) {
        for code in u32::from(first)..=u32::from(last).min(127) {
            self.ascii.insert(code as u8);
        }
        if !last.is_ascii() {
            self.beyond.push((first.max('\u{80}'), last));
        }
    }

    fn contains(&self, letter: char) -> bool {
        if letter.is_ascii() {
            return self.ascii.contains(letter as u8);
        }
        self.beyond.iter().any(|(first, last)| (*first..=*last).contains(&letter))
    }

    /// Whether bytes can be judged alone: bytes of characters beyond ASCII are in no such set.
    pub fn is_ascii(&self) -> bool {
        self.beyond.is_empty()
    }

    /// [`CharSet::keep`] for sets of ASCII alone.
    #[inline]
    pub fn keep_bytes(&self, text: &[u8], wanted: bool, out: &mut Vec<u8>) -> bool {
        leave_out(text, |byte| self.ascii.contains(byte) != wanted, out)
    }

    /// Writes only the characters of the set (or only the others); false when nothing is left out.
    pub fn keep(&self, text: &str, wanted: bool, out: &mut Vec<u8>) -> bool {
        if text.is_ascii() {
            return self.keep_bytes(text.as_bytes(), wanted, out);
        }
        let start = out.len();
        let mut buffer = [0; 4];
        for letter in text.chars().filter(|letter| self.contains(*letter) == wanted) {
            out.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
        }
        if out.len() - start == text.len() {
            out.truncate(start);
            return false;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_must_match_the_whole_value() {
        let email = WholePattern::new(r"[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,24}").unwrap();
        assert!(matches!(email.form, WholeForm::Pairs(_)));
        let long = WholePattern::new("(?:ab?){300}").unwrap();
        assert!(matches!(long.form, WholeForm::Automaton(..)));
        assert!(long.matches(&b"ab".repeat(300)) && !long.matches(&b"ab".repeat(299)));
        assert!(email.matches(b"ada@x.org"));
        assert!(!email.matches(b"ada@x.org "));
        assert!(!email.matches(b"<ada@x.org"));
        assert!(WholePattern::new("a|ab").unwrap().matches(b"ab"));
        assert!(WholePattern::new("^a+$").unwrap().matches(b"aaa"));
        assert!(WholePattern::new("(?i)é+").unwrap().matches("éÉ".as_bytes()));
        assert!(!WholePattern::new(".*").unwrap().matches(b"\xff"));
        assert!(WholePattern::new(r"\bword\b").unwrap().matches(b"word"));
        assert!(WholePattern::new("(?x) a b # end").unwrap().matches(b"ab"));
        assert!(WholePattern::new("a)(b").is_err());
        assert!(WholePattern::new("(").unwrap_err().contains("unclosed"));
    }

    fn replaced(pattern: &str, with: &str, text: &str) -> String {
        let mut out = Vec::new();
        if Replacer::new(pattern, with).unwrap().replace(text, &mut out) {
            String::from_utf8(out).unwrap()
        } else {
            assert!(out.is_empty());
            text.to_owned()
        }
    }

    #[test]
    fn single_classes_and_literals_need_no_regex() {
        assert!(matches!(Replacer::new("[^0-9+]", ""), Ok(Replacer::Without(_))));
        assert!(matches!(Replacer::new("[^0-9+]+", ""), Ok(Replacer::Without(_))));
        assert!(matches!(Replacer::new(r"\(0\)", ""), Ok(Replacer::Literal(_))));
        assert!(matches!(Replacer::new(r"\d", ""), Ok(Replacer::Pattern { .. })));
        assert!(matches!(Replacer::new("[a-zä]", ""), Ok(Replacer::Pattern { .. })));
    }

    #[test]
    fn fast_forms_agree_with_the_regex() {
        for pattern in
            ["[^0-9+]", "[a-z]+", r"\(0\)", "a", "ä", "[^ä]", "[é-ü]", r"(?i) *(x|ext\.?) *[0-9]+$", "k", "(?i)k"]
        {
            for with in ["", "-", "[$0]"] {
                let regex = Regex::new(pattern).unwrap();
                for text in ["", "+49 (0) 30 x12", "aaa", "äöü é\u{212a}k", "030 EXT. 5", "x 1 ext 2", "Größe"] {
                    let expected = regex.replace_all(text, with);
                    assert_eq!(replaced(pattern, with, text), expected, "{pattern} {with} {text}");
                }
            }
        }
    }

    #[test]
    fn texts_of_any_length_lose_only_what_is_left_out() {
        for len in (0..10).chain(60..70) {
            for at in 0..=len {
                let text = "1".repeat(at) + "a" + &"2".repeat(len - at) + "b";
                let mut out = b"before".to_vec();
                assert!(leave_out(text.as_bytes(), |byte| !byte.is_ascii_digit(), &mut out));
                assert_eq!(out, ["before", &text.replace(['a', 'b'], "")].concat().as_bytes());
                assert!(!leave_out(text.as_bytes(), |byte| byte == b'x', &mut out));
                assert_eq!(out.len(), "before".len() + len);
            }
        }
    }

    #[test]
    fn group_numbers_end_where_digits_end() {
        assert_eq!(replaced("(a)(b)", "$2x$1", "ab"), "bxa");
    }

    #[test]
    fn a_required_byte_is_found() {
        let search = SearchPattern::new(r"(?i) *(x|ext\.?) *[0-9]+$").unwrap();
        let prefilter = search.prefilter.unwrap();
        assert!(prefilter.0.len() <= 2);
        assert!(!prefilter.may_match(b"+49 30 1234567"));
        assert!(prefilter.may_match(b"030 EXT 5"));
        assert!(SearchPattern::new("a*").unwrap().prefilter.is_none());
    }

    #[test]
    fn character_sets() {
        let kept = |set: &str, text: &str| {
            let mut out = Vec::new();
            let set = CharSet::new(set).unwrap();
            let changed = if set.is_ascii() {
                set.keep_bytes(text.as_bytes(), true, &mut out)
            } else {
                set.keep(text, true, &mut out)
            };
            if changed { String::from_utf8(out).unwrap() } else { text.to_owned() }
        };
        assert_eq!(kept("0-9+", "+49 (0) 30"), "+49030");
        assert_eq!(kept("0-9.,-", "-1.234,50 €"), "-1.234,50");
        assert_eq!(kept("a-zä-ü", "Größe x"), "röex");
        assert_eq!(kept("0-9", "12"), "12");
        assert!(CharSet::new("9-0").is_err());
    }
}
