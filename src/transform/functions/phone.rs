//! Phone numbers, by the metadata of libphonenumber.

use std::borrow::Cow;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};

use super::Family::Phone as FAMILY;
use super::{Function, Make, Param, TEXT};
use crate::record::Cell;
use crate::transform::countries;
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out, filled_text, wrong, wrong_at};

const COUNTRY: Param = Param::new("country", Type::Text).optional();

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "phone",
        FAMILY,
        &[TEXT, COUNTRY],
        Type::Text,
        "A phone number in the form +49301234567 (E.164), with `;ext=12` for an extension. National numbers need the \
         country, as a code or a name in many languages; a number that cannot exist is a finding `phone`.",
        &[
            ("phone('030 901820', 'DE')", "+4930901820"),
            ("phone('(0)30/90 18 20', 'Deutschland')", "+4930901820"),
            ("phone('+1 (650) 253-0000 x12')", "+16502530000;ext=12"),
            ("phone('12', 'DE')", "! phone"),
        ],
        Make::Plain(phone),
    ),
    Function::new(
        "phone_country",
        FAMILY,
        &[TEXT, COUNTRY],
        Type::Text,
        "The country of a phone number as ISO code.",
        &[("phone_country('+41 44 668 18 00')", "CH")],
        Make::Plain(phone_country),
    ),
    Function::new(
        "phone_national",
        FAMILY,
        &[TEXT, COUNTRY],
        Type::Text,
        "A phone number as it is written in its own country.",
        &[("phone_national('+1 650 253 0000')", "(650) 253-0000")],
        Make::Plain(phone_national),
    ),
    Function::new(
        "is_phone",
        FAMILY,
        &[TEXT, COUNTRY],
        Type::Boolean,
        "Whether it is a phone number that can exist; false for a missing one.",
        &[("is_phone('+49 30 901820')", "true"), ("is_phone('12345', 'US')", "false")],
        Make::Plain(is_phone),
    )
    .takes_missing(),
    Function::new(
        "calling_code",
        FAMILY,
        &[Param::new("country", Type::Text)],
        Type::Text,
        "The calling code of a country, without the plus sign; missing for an unknown country.",
        &[("calling_code('GB')", "44"), ("calling_code('Brasil')", "55"), ("calling_code('')", "")],
        Make::Plain(calling_code),
    )
    .keeps_plain(),
];

/// The region of a country's code or name.
fn region(country: &str) -> Option<Region> {
    let country = country.trim();
    let direct = |code: &str| Region::from_code(code).ok();
    if country.len() == 2 {
        let upper = country.to_ascii_uppercase();
        // What people write for the United Kingdom is no ISO code.
        return direct(if upper == "UK" { "GB" } else { &upper });
    }
    countries::find(country).and_then(|country| direct(country.code))
}

/// Full-width digits and signs become ASCII, spaces of all kinds one kind; what cannot be seen is dropped, and so is a
/// trunk zero in parentheses behind a calling code.
fn cleaned(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.contains("(0)") {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' => {}
            '\u{ff01}'..='\u{ff5e}' => clean.extend(char::from_u32(u32::from(letter) - 0xfee0)),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => clean.push('-'),
            letter if letter.is_whitespace() => clean.push(' '),
            letter => clean.push(letter),
        }
    }
    let international = clean.trim_start().starts_with('+') || clean.trim_start().starts_with("00");
    match clean.find("(0)") {
        Some(place) if international => clean.replace_range(place..place + 3, " "),
        Some(place) => clean.replace_range(place..place + 3, "0"),
        None => {}
    }
    Cow::Owned(clean)
}

const NO_NUMBER: &str = "is no phone number that can exist";

/// Reads and validates; `None` where the value is missing.
fn read(cells: &[Cell<'_>]) -> Result<Option<PhoneNumber>, Answer> {
    let Some(text) = filled_text(cells, 0)? else { return Ok(None) };
    let country = filled_text(cells, 1)?;
    let region = country.and_then(region);
    let clean = cleaned(text.trim());
    if clean.is_empty() {
        return Ok(None);
    }
    let numbers = || clean.trim_start().starts_with('+') || clean.contains(":+");
    if let (Some(_), None, false) = (country, region, numbers()) {
        return Err(wrong_at!(1, "phone", "is no country whose calling code is known"));
    }
    match PHONE_NUMBER_UTIL.parse(&*clean, region) {
        Ok(number) if PHONE_NUMBER_UTIL.is_valid_number(&number) => Ok(Some(number)),
        Ok(_) => Err(wrong!("phone", NO_NUMBER)),
        Err(_) if country.is_none() && !numbers() => {
            Err(wrong!("phone", "is no international number, and no country was given"))
        }
        Err(_) => Err(wrong!("phone", NO_NUMBER)),
    }
}

fn answered(cells: &[Cell<'_>], answer: impl FnOnce(&PhoneNumber) -> Answer) -> Answer {
    match read(cells) {
        Err(wrong) => wrong,
        Ok(None) => Answer::Missing,
        Ok(Some(number)) => answer(&number),
    }
}

fn phone(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    answered(cells, |number| {
        out.text(&PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164));
        let extension = number.extension();
        if !extension.is_empty() {
            out.text(";ext=");
            out.text(extension);
        }
        Answer::Wrote
    })
}

fn phone_country(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    answered(cells, |number| match PHONE_NUMBER_UTIL.get_region_for_number(number) {
        Some(region) => out.text(region.as_region_str().as_str()),
        None => Answer::Missing,
    })
}

fn phone_national(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    answered(cells, |number| out.text(&PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::National)))
}

fn is_phone(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    Answer::Boolean(matches!(read(cells), Ok(Some(_))))
}

fn calling_code(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    // The commonest countries need no table.
    let known: &[u8] = match cells[0].bytes {
        b"US" | b"CA" => b"1",
        b"GB" => b"44",
        b"DE" => b"49",
        b"FR" => b"33",
        b"ES" => b"34",
        b"IT" => b"39",
        b"IN" => b"91",
        b"BR" => b"55",
        b"JP" => b"81",
        b"CN" => b"86",
        _ => b"",
    };
    if !known.is_empty() {
        out.bytes.extend_from_slice(known);
        return Answer::Wrote;
    }
    let country = match filled_text(cells, 0) {
        Err(wrong) => return wrong,
        Ok(country) => country.and_then(region),
    };
    match country.and_then(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(region)) {
        Some(code) => out.print(code),
        None => Answer::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cleaned_before_they_are_read() {
        assert_eq!(cleaned("\u{200e}+49\u{a0}30\u{2011}12"), "+49 30-12");
        assert_eq!(cleaned("０３０ー１２"), "030ー12");
        assert_eq!(cleaned("+49 (0)30"), "+49  30");
        assert_eq!(cleaned("(0)30"), "030");
    }

    #[test]
    fn countries_are_codes_or_names() {
        for name in ["DE", "de", "Germany", "Allemagne", "DEU"] {
            assert_eq!(region(name), Region::from_code("DE").ok(), "{name}");
        }
        assert_eq!(region("UK"), Region::from_code("GB").ok());
        assert_eq!(region("Atlantis"), None);
    }
}
