//! The encoding of a text file: the guess with its evidence, and the stream made UTF-8.

use std::io::Read;
use std::path::Path;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

mod charset;
mod encode;
mod score;
mod stream;
mod survey;
mod watch;

pub(in crate::connect) use charset::Charset;
pub(super) use stream::{Checked, SourceBytes, TextInput, Transcoder};
use survey::Survey;
pub(super) use watch::read_error;

use super::file::{self, Existing, PendingFile, Prefix};
use super::{ConnectError, ErrorKind, Location, Look};

/// An encoding and why it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextEncoding {
    pub encoding: Charset,
    /// Bytes of the byte-order mark at the start of the file.
    pub bom: usize,
    pub evidence: String,
    /// Where a file is UTF-8 but for some lines: the encoding of those, by their letters.
    pub other: Option<Charset>,
    /// Only parts of the file were looked at: the whole is watched while it is read.
    pub watched: bool,
}

impl TextEncoding {
    /// Whether the bytes can be read as they are.
    pub fn is_utf8(&self) -> bool {
        self.encoding.is_utf8()
    }

    /// What bytes are read as that are no UTF-8, where the rest of the file is. Windows-1252, which has a character for
    /// each byte, where nothing tells.
    pub fn of_broken_bytes(&self) -> Charset {
        self.other.unwrap_or(encoding_rs::WINDOWS_1252.into())
    }
}

/// Writes text that is UTF-8 in part; the rest is read in another encoding. False where it is no text there, either.
pub(super) fn mended(bytes: &[u8], other: Charset, out: &mut Vec<u8>) -> bool {
    let mut other = other;
    if let Charset::Standard(encoding) = other
        && !encoding.is_single_byte()
    {
        if bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) {
            // UTF-8 with damage, and no text of the other encoding.
            other = encoding_rs::WINDOWS_1252.into();
        } else {
            let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
            out.extend_from_slice(text.as_deref().unwrap_or_default().as_bytes());
            return text.is_some();
        }
    }
    for chunk in bytes.utf8_chunks() {
        out.extend_from_slice(chunk.valid().as_bytes());
        for byte in chunk.invalid() {
            let Some(letter) = other.character(*byte) else { return false };
            out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    true
}

/// The encoding that a location pins.
pub(super) fn pinned(location: &Location) -> Result<Option<Charset>, ConnectError> {
    let Some(label) = &location.encoding else { return Ok(None) };
    let known = Charset::for_label(label);
    known.map(Some).ok_or_else(|| {
        ConnectError::new(
            ErrorKind::Unsupported,
            &location.address,
            format!("the encoding `{label}` is not known"),
            "Use a label of the WHATWG Encoding Standard, such as utf-8, utf-16le, windows-1252 or shift_jis.",
        )
    })
}

/// Whether a label names an encoding that can be read.
pub fn knows_encoding(label: &str) -> bool {
    Charset::for_label(label).is_some()
}

/// Guesses the encoding from the start of a file and pieces from further on (each may begin and end within a character).
/// `whole` says that the start is all there is.
pub(super) fn guess(start: &[u8], pieces: &[Vec<u8>], whole: bool) -> TextEncoding {
    if let Some(certain) = by_form(start) {
        return certain;
    }
    if let Some(found) = utf8_by_parts(start, pieces, whole) {
        return found;
    }
    // Reading from memory does not fail.
    if let Some(found) = Survey::of(start).ok().and_then(|survey| partly_utf8(&survey)) {
        return found;
    }
    let mut sample = start.to_vec();
    pieces.iter().for_each(|piece| sample.extend_from_slice(piece));
    by_letters(&sample, "not valid UTF-8")
}

/// UTF-8 where all that was seen is.
fn utf8_by_parts(start: &[u8], pieces: &[Vec<u8>], whole: bool) -> Option<TextEncoding> {
    let valid = valid_utf8(start, false, !whole) && pieces.iter().all(|piece| valid_utf8(piece, true, true));
    let ascii = start.is_ascii() && pieces.iter().all(|piece| piece.is_ascii());
    valid.then(|| utf8(if ascii { "only ASCII was seen" } else { "every byte sequence seen is valid" }))
}

/// Guesses the encoding of a file that is not all UTF-8 from the whole of it; its start is given.
fn guess_whole(start: &[u8], survey: &Survey) -> TextEncoding {
    if let Some(found) = partly_utf8(survey) {
        return found;
    }
    let mut sample = start.to_vec();
    sample.extend_from_slice(&survey.sample);
    let first = survey.first_broken.map(|spot| format!(" from {spot} on")).unwrap_or_default();
    let mut found = by_letters(&sample, &format!("not valid UTF-8{first}"));
    if survey.good > 0 {
        let lines = if survey.good == 1 { "line" } else { "lines" };
        found.evidence.push_str(&format!("; {} {lines} could be UTF-8 all the same", survey.good));
    }
    found
}

fn utf8(why: &str) -> TextEncoding {
    TextEncoding {
        encoding: UTF_8.into(),
        bom: 0,
        evidence: format!("encoding UTF-8: {why}"),
        other: None,
        watched: false,
    }
}

/// An encoding that its form gives away: a mark, or zeros in the right places.
fn by_form(start: &[u8]) -> Option<TextEncoding> {
    if let Some(encoding) = utf32(start) {
        let evidence = format!("encoding {}: every four bytes are a character", encoding.name());
        return Some(TextEncoding { encoding, bom: 0, evidence, other: None, watched: false });
    }
    if let Some((encoding, bom)) = Encoding::for_bom(start) {
        let evidence = format!("encoding {}: the file starts with its byte-order mark", encoding.name());
        return Some(TextEncoding { encoding: encoding.into(), bom, evidence, other: None, watched: false });
    }
    let (encoding, share) = utf16_without_mark(start)?;
    let evidence = format!("encoding {}: {share}% of every second byte is zero", encoding.name());
    Some(TextEncoding { encoding: encoding.into(), bom: 0, evidence, other: None, watched: false })
}

/// UTF-8 where not all of the text is: several encodings put together, or a few damaged characters. Told with its place.
fn partly_utf8(survey: &Survey) -> Option<TextEncoding> {
    let first = survey.first_broken?;
    if survey.is_mixed() {
        let other = by_letters(&survey.sample, "").encoding;
        let Survey { good, broken, .. } = survey;
        let lines = if *good == 1 { "line is" } else { "lines are" };
        let others = if *broken == 1 { "is" } else { "are" };
        let why = format!(
            "{good} {lines}, but {broken} {others} in another encoding ({} by the letters), the first of them at {first}; the file was put together from several",
            other.name()
        );
        return Some(TextEncoding { other: Some(other), ..utf8(&why) });
    }
    if survey.is_damaged_utf8() {
        let Survey { characters, sequences, .. } = survey;
        return Some(utf8(&format!(
            "{characters} valid sequences beyond ASCII, and only {sequences} broken ones, the first at {first}"
        )));
    }
    None
}

/// The encoding by what its letters would be; `why` says why it is looked for.
fn by_letters(sample: &[u8], why: &str) -> TextEncoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(sample, true);
    let (encoding, letters) = second_opinion(sample, detector.guess(None, Utf8Detection::Allow));
    let evidence = format!("encoding {}: {why}; {letters}", encoding.name());
    TextEncoding { encoding, bom: 0, evidence, other: None, watched: false }
}

/// Holds the library's guess against the letters of the languages written in single-byte encodings.
fn second_opinion(bytes: &[u8], guessed: &'static Encoding) -> (Charset, String) {
    /// So much better must another encoding fit.
    const BETTER: f64 = 0.3;
    const MUCH_BETTER: f64 = 2.5;
    /// As well as this fits only what is right.
    const GOOD: f64 = -3.6;
    let usual = || (guessed.into(), "the most likely by its letters".to_owned());
    let (best, own) = score::opinions(bytes, guessed.into());
    let Some(best) = best else { return usual() };
    let replaces = match own {
        Some(own) => {
            let gain = best.score - own.score;
            // Two encodings of one language differ in a few letters only: many small hints count.
            let same = own.language == best.language && gain * best.count as f64 > 8.0;
            (gain > BETTER && best.count >= 4) || gain > MUCH_BETTER || same
        }
        None => best.score > GOOD && best.count >= 40 && best.charset.character(0xe0).is_some(),
    };
    if !replaces || best.charset == guessed.into() {
        return usual();
    }
    (best.charset, format!("its {} characters beyond ASCII are those of {}", best.count, best.language))
}

/// UTF-32, with or without a mark: hardly any other four bytes are the number of a character.
pub(super) fn utf32(start: &[u8]) -> Option<Charset> {
    let units = start.len() / 4;
    if units < 4 {
        return None;
    }
    let (mut big, mut little) = (0, 0);
    for unit in start.as_chunks::<4>().0 {
        // Zero is a character, too, but tells nothing.
        let is = |code: u32| {
            let text = char::from_u32(code).is_some_and(|letter| !letter.is_control() || letter.is_ascii_whitespace());
            usize::from(code != 0 && text)
        };
        big += is(u32::from_be_bytes(*unit));
        little += is(u32::from_le_bytes(*unit));
    }
    [(big, true), (little, false)]
        .into_iter()
        .find(|(count, _)| count * 20 >= units * 19)
        .map(|(_, big)| Charset::Utf32 { big })
}

/// UTF-16 without a mark: text in Latin script has a zero in every second byte, and never one in the others.
fn utf16_without_mark(start: &[u8]) -> Option<(&'static Encoding, usize)> {
    let pairs = start.len() / 2;
    if pairs < 4 {
        return None;
    }
    let (mut even, mut odd) = (0, 0);
    for pair in start.chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    let (encoding, zeros, others) = if odd > even { (UTF_16LE, odd, even) } else { (UTF_16BE, even, odd) };
    let share = zeros * 100 / pairs;
    (share >= 40 && others * 100 / pairs < 2).then_some((encoding, share))
}

/// Whether bytes are UTF-8, given that they may begin or end within a character.
fn valid_utf8(bytes: &[u8], cut_before: bool, cut_after: bool) -> bool {
    let lead =
        if cut_before { bytes.iter().take(3).take_while(|byte| (0x80..0xc0).contains(*byte)).count() } else { 0 };
    match std::str::from_utf8(&bytes[lead..]) {
        Ok(_) => true,
        Err(error) => cut_after && error.error_len().is_none(),
    }
}

/// A file of up to so many bytes is looked at as a whole each time; that takes no longer than a blink.
const SMALL: u64 = 128 << 20;

/// The encoding of a file whose start is known: pinned by the location, or guessed.
pub(super) fn of_file(location: &Location, prefix: &Prefix) -> Result<TextEncoding, ConnectError> {
    let Some(pinned) = pinned(location)? else {
        let certain = by_form(&prefix.bytes);
        if certain.is_none() && !prefix.is_whole() && (location.look != Look::Parts || prefix.size <= SMALL) {
            return of_whole(&location.path());
        }
        return Ok(certain.unwrap_or_else(|| guess(&prefix.bytes, &prefix.pieces, prefix.is_whole())));
    };
    let bom = match Encoding::for_bom(&prefix.bytes) {
        Some((found, len)) if pinned == found.into() => len,
        _ => 0,
    };
    let evidence = format!("encoding {}: pinned", pinned.name());
    Ok(TextEncoding { encoding: pinned, bom, evidence, other: None, watched: false })
}

/// As [`of_file`], for a reader that can watch a large file while it reads it, so that it is read only once.
pub(super) fn of_watched_file(location: &Location, prefix: &Prefix) -> Result<TextEncoding, ConnectError> {
    let sees_later = location.look == Look::Reading && location.encoding.is_none() && !location.repair;
    if sees_later
        && prefix.size > SMALL
        && by_form(&prefix.bytes).is_none()
        && let Some(found) = utf8_by_parts(&prefix.bytes, &prefix.pieces, false)
    {
        return Ok(TextEncoding { watched: true, ..found });
    }
    of_file(location, prefix)
}

/// The encoding by the whole of a file that no mark and no zeros give away.
fn of_whole(path: &Path) -> Result<TextEncoding, ConnectError> {
    let failed = |error| ConnectError::io(path, "read", error);
    // Most files are what they seem: only of the others every line is looked at.
    Ok(match survey::valid_utf8(file::open(path)?).map_err(failed)? {
        Some(true) => utf8("the whole file is ASCII"),
        Some(false) => utf8("every byte sequence of the whole file is valid"),
        None => surveyed(path)?.0,
    })
}

/// The encoding by every line of a file that is not UTF-8 throughout.
fn surveyed(path: &Path) -> Result<(TextEncoding, Survey), ConnectError> {
    let survey = Survey::of(file::open(path)?).map_err(|error| ConnectError::io(path, "read", error))?;
    Ok((guess_whole(&file::text_prefix(path)?.bytes, &survey), survey))
}

/// The start of a file as UTF-8, and how many bytes of it are a byte-order mark.
pub(super) fn sample(path: &Path, encoding: &TextEncoding, bytes: Vec<u8>) -> Result<(Vec<u8>, usize), ConnectError> {
    if encoding.is_utf8() {
        return Ok((bytes, encoding.bom));
    }
    let mut text = Vec::new();
    Transcoder::new(bytes.as_slice(), encoding.encoding)
        .read_to_end(&mut text)
        .map_err(|error| ConnectError::io(path, "read", error))?;
    Ok((text, 0))
}

/// What writing a text anew found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The evidence for the encoding.
    pub evidence: String,
    /// Byte sequences that are no characters in it: U+FFFD stands for each.
    pub lost: u64,
    /// The lines of the first few of them, from 1.
    pub lines: Vec<u64>,
}

/// Writes a text file anew in UTF-8, without a byte-order mark; for what cannot be read there is U+FFFD, and it is counted.
/// The new file must not exist.
pub fn decode_text(from: &Location, to: &Path) -> Result<Decoded, ConnectError> {
    const NAMED: usize = 10;
    let path = from.path();
    let prefix = file::text_prefix(&path)?;
    let encoding = of_file(from, &prefix)?;
    let start = if encoding.is_utf8() { encoding.bom as u64 } else { 0 };
    let mut input = TextInput::open(&path, &encoding, start)?;
    let mut output = PendingFile::start(to, "", Existing::Refuse, None)?;
    let mut decoded = Decoded { evidence: encoding.evidence.clone(), lost: 0, lines: Vec::new() };
    let mut line = 1;
    let mut copy = || -> Result<(), ConnectError> {
        let mut pending: Vec<u8> = Vec::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = input.read(&mut buffer).map_err(|error| ConnectError::io(&path, "read", error))?;
            pending.extend_from_slice(&buffer[..read]);
            // A character that the end of the buffer cuts in two waits for the rest.
            let cut = if read > 0 { cut_character(&pending) } else { pending.len() };
            let text = String::from_utf8_lossy(&pending[..cut]);
            if text.contains(char::REPLACEMENT_CHARACTER) {
                for (number, text) in (line..).zip(text.split('\n')) {
                    let lost = text.matches(char::REPLACEMENT_CHARACTER).count() as u64;
                    decoded.lost += lost;
                    if lost > 0 && decoded.lines.len() < NAMED && decoded.lines.last() != Some(&number) {
                        decoded.lines.push(number);
                    }
                }
            }
            line += memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64;
            output.write(text.as_bytes())?;
            pending.drain(..cut);
            if read == 0 {
                return Ok(());
            }
        }
    };
    match copy() {
        Ok(()) => output.finish().map(|_| decoded),
        Err(error) => {
            // The first error is the one to tell.
            let _ = output.abandon(false);
            Err(error)
        }
    }
}

/// Where the last character starts, if it may go on beyond the bytes; else their length.
fn cut_character(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    match bytes[tail..].iter().rposition(|byte| *byte >= 0xc0) {
        Some(lead) if bytes.get(tail + lead..).is_some_and(|rest| std::str::from_utf8(rest).is_err()) => tail + lead,
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::WINDOWS_1252;

    #[test]
    fn marks_zeros_and_letters_tell_the_encoding() {
        assert_eq!(guess(b"\xef\xbb\xbfid", &[], true).bom, 3);
        assert_eq!(
            guess("\u{feff}id".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>().as_slice(), &[], true)
                .encoding,
            UTF_16LE.into()
        );
        let bare: Vec<u8> = "id,name\n1,Ann\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(guess(&bare, &[], true).encoding, UTF_16BE.into());
        assert_eq!(guess("id,naïve".as_bytes(), &[], true).encoding, UTF_8.into());
        assert_eq!(guess(b"id,name\n1,Jos\xe9 Mu\xf1oz\n", &[], true).encoding, WINDOWS_1252.into());
    }

    #[test]
    fn a_late_piece_can_change_the_guess() {
        assert_eq!(guess(b"id,name\n", &[b"Jos\xe9 y Mar\xeda".to_vec()], false).encoding, WINDOWS_1252.into());
        // A piece that begins and ends within a character is no evidence against UTF-8.
        let piece = "éé".as_bytes();
        assert_eq!(guess(b"id,name\n", &[piece[1..3].to_vec()], false).encoding, UTF_8.into());
    }

    #[test]
    fn a_few_broken_bytes_leave_a_utf8_file_utf8() {
        let mut text = "Łódź Kraków Gdańsk Świnoujście ".repeat(20).into_bytes();
        text.push(0xff);
        assert_eq!(guess(&text, &[], true).encoding, UTF_8.into());
    }

    #[test]
    fn a_file_of_several_encodings_is_told_where_it_turns() {
        let found = guess(b"id,name\n1,Zo\xc3\xab\n2,Zo\xeb\n", &[], true);
        assert_eq!(found.encoding, UTF_8.into());
        assert!(found.evidence.contains("line 3, byte 19"), "{}", found.evidence);
    }

    /// A file that is ASCII at its start and wherever pieces of it would be looked at.
    #[test]
    fn the_whole_file_decides() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("late.csv");
        let line = b"id,some name or other\n";
        let at = |odd: &[&[u8]]| {
            let mut bytes = line.repeat(30_000);
            for odd in odd {
                bytes.extend_from_slice(odd);
                bytes.extend_from_slice(&line.repeat(1000));
            }
            bytes.extend_from_slice(&line.repeat(100_000));
            std::fs::write(&path, bytes).unwrap();
            let location = Location::from_argument(path.to_str().unwrap());
            of_file(&location, &file::text_prefix(&path).unwrap()).unwrap()
        };
        let found = at(&[b"1,Jos\xe9 Mu\xf1oz y Garc\xeda\n"]);
        assert_eq!(found.encoding, WINDOWS_1252.into());
        assert!(found.evidence.contains("line 30001, byte 660005"), "{}", found.evidence);
        let found = at(&["1,José\n".as_bytes()]);
        assert_eq!((found.encoding, found.evidence.contains("of the whole file")), (UTF_8.into(), true));
        let found = at(&["1,José\n".as_bytes(), b"2,Jos\xe9 Mu\xf1oz\n"]);
        assert_eq!(found.encoding, UTF_8.into());
        assert!(found.evidence.contains("line 31002") && found.evidence.contains("windows-1252"), "{}", found.evidence);
        assert!(at(&[]).evidence.contains("the whole file is ASCII"));
    }

    #[test]
    fn what_cannot_be_read_is_counted_with_its_lines() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from.txt"), folder.path().join("to.txt"));
        std::fs::write(&from, b"a\nZo\xc3\xab\nZo\xeb \xff\nb\n").unwrap();
        let decoded = decode_text(&Location::from_argument(from.to_str().unwrap()), &to).unwrap();
        assert_eq!((decoded.lost, decoded.lines.as_slice()), (2, [3].as_slice()));
        assert!(decoded.evidence.contains("line 3, byte 9"), "{}", decoded.evidence);
    }

    #[test]
    fn a_file_is_written_anew_in_utf8() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from.txt"), folder.path().join("to.txt"));
        let text = "Grüße aus Köln, ñandú, łódź €\n".repeat(9000);
        let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes().to_vec(), format!("\u{feff}{text}").into_bytes(), utf16] {
            std::fs::write(&from, bytes).unwrap();
            decode_text(&Location::from_argument(from.to_str().unwrap()), &to).unwrap();
            assert_eq!(std::fs::read_to_string(&to).unwrap(), text);
            std::fs::remove_file(&to).unwrap();
        }
    }
}
