//! E-mail addresses, by RFC 5321 (what can be delivered) rather than RFC 5322 (what can be written in a header).

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use email_address::{EmailAddress, Options};

use super::Family::Email as FAMILY;
use super::{Function, Make, TEXT};
use crate::record::Cell;
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out, filled_text, text, wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "email",
        FAMILY,
        &[TEXT],
        Type::Text,
        "An e-mail address in lower case, without spaces around it or a leading `mailto:`; a finding `email` where no \
         mail could be delivered to it.",
        &[
            ("' Ada.Lovelace@Example.ORG ' | email", "ada.lovelace@example.org"),
            ("email('ada@')", "! email"),
            ("email('ada@example..org')", "! email"),
        ],
        Make::Plain(email),
    ),
    Function::new(
        "email_domain",
        FAMILY,
        &[TEXT],
        Type::Text,
        "The part of an e-mail address after the @, in lower case; missing where there is none.",
        &[("email_domain('Ada@Example.org')", "example.org")],
        Make::Plain(email_domain),
    ),
    Function::new(
        "email_user",
        FAMILY,
        &[TEXT],
        Type::Text,
        "The part of an e-mail address before the @.",
        &[("email_user('ada+crm@example.org')", "ada+crm")],
        Make::Plain(email_user),
    ),
    Function::new(
        "is_email",
        FAMILY,
        &[TEXT],
        Type::Boolean,
        "Whether it is an e-mail address that mail could be delivered to, as it stands; false for a missing one.",
        &[("is_email('ada@example.org')", "true"), ("is_email('ada at example')", "false")],
        Make::Plain(is_email),
    )
    .takes_missing(),
];

/// Whether mail could be delivered to an address, by its form.
pub(crate) fn is_deliverable(address: &str) -> bool {
    match plain_address(address.as_bytes()) {
        Some(valid) => valid,
        None => is_unusual_address(address),
    }
}

/// The verdict on addresses of letters, digits and the usual signs, which is nearly all; `None` on all others.
#[inline]
fn plain_address(bytes: &[u8]) -> Option<bool> {
    let at = memchr::memchr(b'@', bytes)?;
    let (local, domain) = (&bytes[..at], &bytes[at + 1..]);
    let usual = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
    if !local.iter().all(usual) || !domain.iter().all(|byte| usual(byte) && !matches!(byte, b'_' | b'+')) {
        return None;
    }
    let dots =
        |part: &[u8]| part.first() != Some(&b'.') && part.last() != Some(&b'.') && !part.windows(2).any(|p| p == b"..");
    let labels = domain.split(|byte| *byte == b'.');
    let label_right =
        |label: &[u8]| !label.is_empty() && label.len() <= 63 && label[0] != b'-' && label[label.len() - 1] != b'-';
    Some(
        !local.is_empty()
            && local.len() <= 64
            && bytes.len() <= 254
            && domain.len() <= 253
            && dots(local)
            && labels.into_iter().all(label_right),
    )
}

/// Quoted local parts, address literals, characters beyond ASCII.
fn is_unusual_address(address: &str) -> bool {
    if address.len() > 254 || address.chars().any(char::is_control) {
        return false;
    }
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let local_right = if local.starts_with('"') {
        local.len() <= 64 && quoted_local(local)
    } else {
        EmailAddress::is_valid_local_part(local)
    };
    if !local_right {
        return false;
    }
    if let Some(literal) = domain.strip_prefix('[') {
        let Some(literal) = literal.strip_suffix(']') else { return false };
        return is_address_literal(literal);
    }
    // A plain local part in its place lets the library judge the domain alone.
    let options = Options { allow_domain_literal: false, allow_display_text: false, ..Options::default() };
    EmailAddress::parse_with_options(&format!("a@{domain}"), options.with_no_minimum_sub_domains()).is_ok()
        && !domain.starts_with(['.', '-'])
        && !domain.ends_with(['.', '-'])
        && !domain.contains("..")
        && !domain.contains(".-")
        && !domain.contains("-.")
}

/// Printable characters between quotes; a backslash escapes one of ASCII (RFC 5321, `Quoted-string`).
fn quoted_local(local: &str) -> bool {
    let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return false };
    let mut bytes = inner.bytes();
    while let Some(byte) = bytes.next() {
        let right = match byte {
            b'\\' => bytes.next().is_some_and(|escaped| (b' '..=b'~').contains(&escaped)),
            b'"' => false,
            byte => (b' '..=b'~').contains(&byte) || byte >= 0x80,
        };
        if !right {
            return false;
        }
    }
    true
}

/// `[192.0.2.1]` or `[IPv6:2001:db8::1]` without the brackets.
fn is_address_literal(literal: &str) -> bool {
    match literal.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => Ipv6Addr::from_str(&literal[5..]).is_ok(),
        _ => Ipv4Addr::from_str(literal).is_ok(),
    }
}

const NO_ADDRESS: &str = "is no e-mail address";

/// Without spaces and tabs around it. Line ends stay and are wrong: they are how headers are smuggled in.
fn bare(text: &str) -> &str {
    let text = text.trim_matches([' ', '\t', '\u{a0}', '\u{200b}', '\u{feff}']);
    match text.get(..7) {
        Some(prefix) if prefix.eq_ignore_ascii_case("mailto:") => &text[7..],
        _ => text,
    }
}

fn email(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text,
        Err(wrong) => return wrong,
    };
    let address = bare(text);
    if address.is_empty() {
        return Answer::Missing;
    }
    if !is_deliverable(address) {
        return wrong!("email", NO_ADDRESS);
    }
    if !address.is_ascii() {
        return out.text(&address.to_lowercase());
    }
    if address.bytes().any(|byte| byte.is_ascii_uppercase()) {
        out.bytes.extend(address.bytes().map(|byte| byte.to_ascii_lowercase()));
        return Answer::Wrote;
    }
    let start = address.as_ptr() as usize - text.as_ptr() as usize;
    Answer::part(0, start, address.len())
}

/// Splits at the last @ that is not inside quotes.
fn parts(cells: &[Cell<'_>]) -> Result<Option<(usize, usize)>, Answer> {
    let text = text(cells, 0)?;
    let address = bare(text);
    let start = address.as_ptr() as usize - text.as_ptr() as usize;
    Ok(address.rfind('@').map(|at| (start, start + at)))
}

fn email_domain(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    match parts(cells) {
        Err(wrong) => wrong,
        Ok(None) => Answer::Missing,
        Ok(Some((_, at))) => match text(cells, 0) {
            Ok(text) => out.text(&bare(&text[at + 1..]).to_lowercase()),
            Err(wrong) => wrong,
        },
    }
}

fn email_user(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    match parts(cells) {
        Err(wrong) => wrong,
        Ok(None) => Answer::Missing,
        Ok(Some((start, at))) => Answer::part(0, start, at - start),
    }
}

fn is_email(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    match filled_text(cells, 0) {
        Err(_) => Answer::Boolean(false),
        Ok(address) => Answer::Boolean(address.is_some_and(is_deliverable)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        let long_label = "a".repeat(64);
        for (address, expected) in [
            ("ada@example.org", true),
            ("ada@localhost", true),
            ("a.b+c_d-e@sub.example.co.uk", true),
            ("o'brien@example.ie", true),
            ("\"john smith\"@example.org", true),
            ("\"a\\\"b\"@example.org", true),
            ("\"\"@example.org", true),
            ("\"a\\ b\"@example.org", true),
            ("\"a\\é\"@example.org", false),
            ("ada@exämple-.org", false),
            ("ada@[192.0.2.1]", true),
            ("ada@[IPv6:2001:db8::1]", true),
            ("użytkownik@przykład.pl", true),
            ("ada@[not-an-address]", false),
            ("ada@[192.0.2.1", false),
            ("ada@192.0.2.1]", false),
            (".ada@example.org", false),
            ("ada.@example.org", false),
            ("a..b@example.org", false),
            ("ada@example.org.", false),
            ("ada@-example.org", false),
            ("ada@example-.org", false),
            ("ada@example..org", false),
            ("ada", false),
            ("@example.org", false),
            ("ada@", false),
            ("a b@example.org", false),
            ("a@b@example.org", false),
            ("ada@example.org\n", false),
            ("\"ada@example.org", false),
            ("\"a\"b@example.org", false),
            ("Ada <ada@example.org>", false),
            (&format!("{long_label}b@example.org"), false),
            (&format!("ada@{long_label}.org"), false),
        ] {
            assert_eq!(is_deliverable(address), expected, "{address}");
        }
    }
}
