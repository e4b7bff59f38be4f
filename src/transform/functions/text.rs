//! Text: spaces, case, cutting, searching and replacing. Bytes of ASCII texts are worked on directly; a text that does
//! not change is answered as it is, without a copy.

mod case;
mod cut;
mod search;
mod spaces;

use super::Family::Text as FAMILY;
use super::{Function, Make, Param, TEXT};
use crate::transform::types::Type;
use case::{capitalize, lower, sentence, title, upper};
use cut::{drop_first, drop_last, left, length, pad_left, pad_right, repeat, reverse, right, substring, truncate};
use search::{
    after, before, between, contains, ends_with, keep, keep_digits, matches, remove, remove_characters, replace,
    replace_regex, starts_with,
};
use spaces::collapse;

pub(super) use case::push_cased;
pub(crate) use cut::characters;
pub(super) use cut::{character_start, count};
pub(super) use search::bad_pattern;
pub(super) use spaces::trimmed;

const COUNT: Param = Param::new("count", Type::Number);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "trim",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Removes spaces, tabs and line ends at both ends.",
        &[("'  Ada\t' | trim", "Ada"), ("trim('')", "")],
        Make::Cut(trimmed),
    ),
    Function::new(
        "collapse",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Trims, and makes one space of every run of spaces, tabs and line ends.",
        &[("' Ada \n  Lovelace ' | collapse", "Ada Lovelace")],
        Make::Plain(collapse),
    )
    .keeps_plain(),
    Function::new(
        "lower",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Lower case.",
        &[("'ÄDA@X.org' | lower", "äda@x.org")],
        Make::Plain(lower),
    )
    .keeps_plain(),
    Function::new(
        "upper",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Upper case.",
        &[("'straße' | upper", "STRASSE")],
        Make::Plain(upper),
    )
    .keeps_plain(),
    Function::new(
        "title",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Upper case for the first letter of every word, lower case for the rest; for names of people see `title_name`.",
        &[("'ada LOVELACE' | title", "Ada Lovelace"), ("'new-york city' | title", "New-York City")],
        Make::Plain(title),
    )
    .keeps_plain(),
    Function::new(
        "capitalize",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Upper case for the first letter; the rest stays.",
        &[("'éclair GmbH' | capitalize", "Éclair GmbH")],
        Make::Plain(capitalize),
    )
    .keeps_plain(),
    Function::new(
        "sentence",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Upper case for the first letter, lower case for the rest.",
        &[("'CALL BACK LATER' | sentence", "Call back later")],
        Make::Plain(sentence),
    )
    .keeps_plain(),
    Function::new(
        "length",
        FAMILY,
        &[TEXT],
        Type::Number,
        "How many characters a text has; 0 for a missing one.",
        &[("length('naïve')", "5"), ("length(null)", "0")],
        Make::Plain(length),
    )
    .takes_missing(),
    Function::new(
        "left",
        FAMILY,
        &[TEXT, COUNT],
        Type::Text,
        "The first characters.",
        &[("left('naïve', 3)", "naï"), ("left('ab', 9)", "ab")],
        Make::Plain(left),
    )
    .keeps_plain(),
    Function::new(
        "right",
        FAMILY,
        &[TEXT, COUNT],
        Type::Text,
        "The last characters.",
        &[("right('0049301234', 4)", "1234")],
        Make::Plain(right),
    )
    .keeps_plain(),
    Function::new(
        "substring",
        FAMILY,
        &[TEXT, Param::new("start", Type::Number), COUNT.optional()],
        Type::Text,
        "Characters from a position counted from 1, to the end or so many.",
        &[("substring('2024-05-17', 6, 2)", "05"), ("substring('abc', 2)", "bc")],
        Make::Plain(substring),
    ),
    Function::new(
        "drop",
        FAMILY,
        &[TEXT, COUNT],
        Type::Text,
        "All but the first characters.",
        &[("'0049301234' | drop(2)", "49301234")],
        Make::Plain(drop_first),
    )
    .keeps_plain(),
    Function::new(
        "drop_last",
        FAMILY,
        &[TEXT, COUNT],
        Type::Text,
        "All but the last characters.",
        &[("'12.50 EUR' | drop_last(4)", "12.50")],
        Make::Plain(drop_last),
    )
    .keeps_plain(),
    Function::new(
        "truncate",
        FAMILY,
        &[TEXT, COUNT],
        Type::Text,
        "At most so many characters; a longer text is cut at a word where one ends near, without a space at the end.",
        &[("truncate('a long company name', 12)", "a long"), ("truncate('Supercalifragilistic', 5)", "Super")],
        Make::Plain(truncate),
    )
    .keeps_plain(),
    Function::new(
        "pad_left",
        FAMILY,
        &[TEXT, COUNT, Param::new("with", Type::Text).optional()],
        Type::Text,
        "Fills up at the left to so many characters, with spaces or the text given.",
        &[("pad_left('1234', 8, '0')", "00001234")],
        Make::Plain(pad_left),
    ),
    Function::new(
        "pad_right",
        FAMILY,
        &[TEXT, COUNT, Param::new("with", Type::Text).optional()],
        Type::Text,
        "Fills up at the right to so many characters, with spaces or the text given.",
        &[("pad_right('AB', 4, '.')", "AB..")],
        Make::Plain(pad_right),
    ),
    Function::new(
        "repeat",
        FAMILY,
        &[TEXT, COUNT],
        Type::Text,
        "The text so many times, up to 10,000.",
        &[("repeat('ab', 3)", "ababab")],
        Make::Plain(repeat),
    ),
    Function::new(
        "reverse",
        FAMILY,
        &[TEXT],
        Type::Text,
        "The text from its last character to its first; accents stay with their letters.",
        &[("reverse('abc')", "cba")],
        Make::Plain(reverse),
    ),
    Function::new(
        "contains",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text)],
        Type::Boolean,
        "Whether a text stands anywhere in it, exactly as written; false for a missing one.",
        &[("contains('GmbH & Co', '&')", "true"), ("contains('', 'x')", "false")],
        Make::Plain(contains),
    )
    .takes_missing(),
    Function::new(
        "starts_with",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text)],
        Type::Boolean,
        "Whether it begins with any of the texts; false for a missing one.",
        &[("'+49 30' | starts_with('+')", "true"), ("starts_with('0049', '+', '00')", "true")],
        Make::Plain(starts_with),
    )
    .variadic()
    .takes_missing(),
    Function::new(
        "ends_with",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text)],
        Type::Boolean,
        "Whether it ends with any of the texts; false for a missing one.",
        &[("'Acme Ltd' | ends_with('Ltd', 'Inc')", "true")],
        Make::Plain(ends_with),
    )
    .variadic()
    .takes_missing(),
    Function::new(
        "matches",
        FAMILY,
        &[TEXT, Param::new("pattern", Type::Text).fixed()],
        Type::Boolean,
        "Whether the whole text matches a regular expression; false for a missing one.",
        &[("'AB-12' | matches('[A-Z]{2}-\\d+')", "true"), ("'xAB-12' | matches('[A-Z]{2}-\\d+')", "false")],
        Make::Prepared(matches),
    )
    .takes_missing(),
    Function::new(
        "replace",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text), Param::new("with", Type::Text)],
        Type::Text,
        "Replaces every occurrence of a text.",
        &[("'a.b.c' | replace('.', '-')", "a-b-c"), ("replace('aaa', 'aa', 'b')", "ba")],
        Make::Prepared(replace),
    ),
    Function::new(
        "replace_regex",
        FAMILY,
        &[TEXT, Param::new("pattern", Type::Text).fixed(), Param::new("with", Type::Text).fixed()],
        Type::Text,
        "Replaces every match of a regular expression; `$1` in the replacement is the first group.",
        &[
            ("'Lovelace, Ada' | replace_regex('(\\w+), (\\w+)', '$2 $1')", "Ada Lovelace"),
            ("'030 123 ext. 45' | replace_regex('(?i) *(x|ext\\.?) *[0-9]+$', '')", "030 123"),
        ],
        Make::Prepared(replace_regex),
    ),
    Function::new(
        "remove",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text)],
        Type::Text,
        "Removes every occurrence of the texts.",
        &[("'1,234,567' | remove(',')", "1234567"), ("remove('(0) 30-12', '(0)', '-')", " 3012")],
        Make::Prepared(remove),
    )
    .keeps_plain()
    .variadic(),
    Function::new(
        "keep",
        FAMILY,
        &[TEXT, Param::new("characters", Type::Text).fixed()],
        Type::Text,
        "Keeps only characters of a set, written as in a pattern's brackets.",
        &[("'+49 (30) 12' | keep('0-9+')", "+493012"), ("'Ångström' | keep('A-Za-z')", "ngstrm")],
        Make::Prepared(keep),
    )
    .keeps_plain(),
    Function::new(
        "remove_characters",
        FAMILY,
        &[TEXT, Param::new("characters", Type::Text).fixed()],
        Type::Text,
        "Removes all characters of a set, written as in a pattern's brackets.",
        &[("'(030) 12-34' | remove_characters('() -')", "0301234")],
        Make::Prepared(remove_characters),
    )
    .keeps_plain(),
    Function::new(
        "keep_digits",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Keeps only the digits 0 to 9.",
        &[("'VAT DE 123.456' | keep_digits", "123456")],
        Make::Plain(keep_digits),
    )
    .keeps_plain(),
    Function::new(
        "before",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text)],
        Type::Text,
        "What stands before the first occurrence of a text; everything where it does not occur.",
        &[("before('ada@x.org', '@')", "ada"), ("before('ada', '@')", "ada")],
        Make::Plain(before),
    ),
    Function::new(
        "after",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text)],
        Type::Text,
        "What stands after the first occurrence of a text; missing where it does not occur.",
        &[("after('ada@x.org', '@')", "x.org"), ("after('ada', '@')", "")],
        Make::Plain(after),
    ),
    Function::new(
        "between",
        FAMILY,
        &[TEXT, Param::new("open", Type::Text), Param::new("close", Type::Text)],
        Type::Text,
        "What stands between the first `open` and the next `close`; missing where either does not occur.",
        &[("between('Ada (Acme) x', '(', ')')", "Acme")],
        Make::Plain(between),
    ),
];
