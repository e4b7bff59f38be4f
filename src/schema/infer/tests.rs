use super::names::name_words;
use super::*;
use crate::record::Cell;
use crate::schema::FieldCounter;

fn judge<T: AsRef<str>>(name: &str, texts: impl IntoIterator<Item = T>) -> Inference {
    let mut counter = FieldCounter::new(name);
    for (at, text) in texts.into_iter().enumerate() {
        counter.add(Cell::text(text.as_ref()), at as u64 + 1);
    }
    counter.stats().inference
}

fn type_of<T: AsRef<str>>(name: &str, texts: impl IntoIterator<Item = T>) -> FieldType {
    judge(name, texts).field_type
}

/// A hundred texts made of their number.
fn hundred(make: impl Fn(u32) -> String) -> Vec<String> {
    (1..=100).map(make).collect()
}

#[test]
fn dates_with_their_form_and_the_first_that_is_none() {
    let mut texts = hundred(|n| format!("{:02}.{:02}.2026", n % 28 + 1, n % 12 + 1));
    texts[16] = "n/a".into();
    let inference = judge("created", &texts);
    assert_eq!(inference.field_type, FieldType::Date);
    assert_eq!(inference.format.as_deref(), Some("DD.MM.YYYY"));
    assert_eq!(inference.evidence[0], "date: 99 of 100 look like DD.MM.YYYY; 1 does not, first `n/a` in record 17");
}

#[test]
fn day_or_month_first_is_decided_by_the_whole_column() {
    let us = judge("d", ["03/04/2026", "05/06/2026", "12/25/2026"]);
    assert_eq!(us.format.as_deref(), Some("MM/DD/YYYY"));
    assert_eq!(us.evidence[1], "MM/DD/YYYY: month first: 1 decide, 2 could be either");
    let open = judge("d", ["03/04/2026", "05/06/2026"]);
    assert_eq!(open.format.as_deref(), Some("DD/MM/YYYY or MM/DD/YYYY"));
    assert_eq!(open.evidence[1], "day first or month first? 0 of 2 decide");
    let mixed = judge("d", ["25/12/2026", "12/25/2026", "01/02/2026"]);
    assert!(mixed.evidence[1].starts_with("mixed order"), "{:?}", mixed.evidence);
}

#[test]
fn each_separator_decides_for_itself() {
    let inference = judge("d", ["01.02.2026", "25.12.2026", "12/25/2026", "03/04/2026", "25.11.2026"]);
    assert!(inference.evidence[0].contains("2 forms: DD.MM.YYYY 3, MM/DD/YYYY 2"), "{:?}", inference.evidence);
    assert_eq!(judge("d", ["01.02.2026"]).format.as_deref(), Some("DD.MM.YYYY"));
}

#[test]
fn a_key_with_repeated_values_is_still_a_key_and_says_so() {
    let mut texts = hundred(|n| format!("D-{n:05}"));
    texts[7] = "D-00001".into();
    let inference = judge("id", &texts);
    assert_eq!(inference.field_type, FieldType::Id);
    assert!(inference.evidence.contains(&"not unique: `D-00001` is there 2 times".to_owned()), "{inference:?}");
    let inference = judge("Nr", hundred(|n| format!("{:07}", n.min(99))));
    assert_eq!(inference.field_type, FieldType::Id);
    assert_eq!(type_of("title", &texts), FieldType::Text);
}

#[test]
fn mixed_date_forms_are_listed() {
    let inference = judge("d", ["2026-11-21", "2026-11-22", "21.11.2026"]);
    assert_eq!(inference.field_type, FieldType::Date);
    assert!(inference.evidence[0].contains("2 forms: YYYY-MM-DD 2, DD.MM.YYYY 1"), "{:?}", inference.evidence);
    assert_eq!(type_of("d", ["2026-11-21T10:00:00Z", "2026-11-22"]), FieldType::DateTime);
    assert_eq!(type_of("t", ["10:00", "23:59:59"]), FieldType::Time);
    assert_eq!(type_of("d", ["20261121", "20260101"]), FieldType::Date);
    assert_eq!(type_of("d", ["20261121", "20269901", "20260101"]), FieldType::Integer);
}

#[test]
fn leading_zeros_and_long_digits_stay_text() {
    let mut texts = hundred(|n| format!("{}", 10_000 + n % 50));
    texts[3] = "01067".into();
    texts[9] = "04109".into();
    let inference = judge("zip", &texts);
    assert_eq!(inference.field_type, FieldType::Text);
    assert_eq!(inference.evidence[0], "integer-looking, but 2 values have leading zeros: kept as text");
    let long = judge("account", hundred(|n| format!("12345678901234{n:04}")));
    assert_eq!(long.field_type, FieldType::Id);
    assert!(long.evidence[0].contains("more than 15 digits"));
}

#[test]
fn numbers() {
    assert_eq!(type_of("n", ["1", "2", "-3"]), FieldType::Integer);
    assert_eq!(type_of("n", ["1", "2.5"]), FieldType::Decimal);
    assert_eq!(type_of("amount", ["1.00", "2.50"]), FieldType::Money);
    assert_eq!(type_of("n", ["$1.00", "2.50"]), FieldType::Money);
    assert_eq!(type_of("n", ["1%", "2.5 %"]), FieldType::Percent);
    assert_eq!(type_of("customer_id", hundred(|n| n.to_string())), FieldType::Id);
    let comma = judge("n", ["1,5", "2,25", "1,234"]);
    assert_eq!(comma.evidence[1], "decimal comma in 2; 1 like `1,234` or `1.234` could be either");
    let open = judge("n", ["1.234", "2.345"]);
    assert!(open.evidence[1].starts_with("decimals or thousands?"), "{:?}", open.evidence);
    assert!(judge("n", ["1700000000", "1600000000"]).evidence[1].contains("seconds since 1970"));
}

#[test]
fn contact_data() {
    assert_eq!(type_of("x", ["ada@example.org", "b@x.co"]), FieldType::Email);
    assert_eq!(type_of("x", ["+49 30 123456", "(555) 123-4567"]), FieldType::Phone);
    assert_eq!(type_of("mobile_phone", ["0301234567", "0401234567"]), FieldType::Phone);
    assert_eq!(type_of("x", ["acme.com", "https://x.org/a"]), FieldType::Url);
    assert_eq!(type_of("x", ["Germany", "FR", "Spain"]), FieldType::Country);
    assert_eq!(type_of("language", ["de", "fr", "it"]), FieldType::Text);
    assert_eq!(type_of("Land", ["de", "D", "FR"]), FieldType::Country);
    assert_eq!(type_of("state", ["NY", "CA", "TX", "WA"]), FieldType::Text);
}

#[test]
fn words_of_a_list() {
    assert_eq!(type_of("x", ["yes", "no", "yes"]), FieldType::Boolean);
    assert_eq!(type_of("x", hundred(|n| (n % 2).to_string())), FieldType::Boolean);
    assert_eq!(type_of("x", ["1", "0"]), FieldType::Integer);
    assert_eq!(type_of("x", hundred(|n| ["Open", "Won", "Lost"][n as usize % 3].into())), FieldType::Picklist);
    let tags = hundred(|n| ["vip;news", "news", "vip", "news;old;vip"][n as usize % 4].into());
    assert_eq!(type_of("x", tags), FieldType::MultiPicklist);
}

#[test]
fn keys_and_texts() {
    assert_eq!(type_of("x", hundred(|n| format!("AC-{n:04}"))), FieldType::Id);
    assert_eq!(type_of("x", ["123e4567-e89b-12d3-a456-426614174000"]), FieldType::Id);
    assert_eq!(type_of("x", ["one\ntwo", "three"]), FieldType::LongText);
    assert_eq!(type_of("x", ["[1,2]", "[]"]), FieldType::List);
    assert_eq!(type_of("x", [r#"{"a":1}"#]), FieldType::Map);
    assert_eq!(type_of("x", ["", ""]), FieldType::Text);
    assert_eq!(type_of("x", ["n/a", "-"]), FieldType::Text);
    assert_eq!(type_of("name", ["Ada Lovelace", "Alan Turing"]), FieldType::Text);
}

#[test]
fn what_to_know_is_said() {
    let inference = judge("n", ["12 ", "n/a", "5", "6", "7", "8", "9", "10", "11", "13", "  "]);
    assert_eq!(inference.field_type, FieldType::Integer);
    assert!(inference.evidence.contains(&"1 value is a word for nothing (`n/a`, `-`)".to_owned()));
    assert!(inference.evidence.contains(&"1 value is only white space".to_owned()));
    assert!(inference.evidence.contains(&"1 value has white space at an end".to_owned()));
}

#[test]
fn a_source_with_types_is_believed() {
    let mut counter = FieldCounter::new("flag");
    for record in 1..=20 {
        let cell = Cell { source_type: crate::record::SourceType::Integer, ..Cell::text("1") };
        counter.add(cell, record);
    }
    let inference = counter.stats().inference;
    assert_eq!(inference.field_type, FieldType::Integer);
    assert_eq!(inference.evidence[0], "integer: the source gives this type to 20 of 20 values");
}

#[test]
fn names_fall_into_words() {
    assert_eq!(name_words("BillingStreet2_id"), ["billing", "street2", "id"]);
    assert_eq!(name_words("First Name"), ["first", "name"]);
    assert_eq!(name_words("AccountID"), ["account", "id"]);
}
