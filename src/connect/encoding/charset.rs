//! Character sets: those of the WHATWG Encoding Standard, and some that old exports still come in and it leaves out.

use encoding_rs::{CoderResult, Decoder, EUC_JP, Encoding, UTF_8};

/// A character set.
#[derive(Debug, Clone, Copy)]
pub(in crate::connect) enum Charset {
    Standard(&'static Encoding),
    /// One byte a character, by a table of the upper half.
    Table(&'static Table),
    /// Four bytes a character.
    Utf32 {
        big: bool,
    },
}

/// A single-byte character set: ASCII, and 128 characters above it.
#[derive(Debug)]
pub(in crate::connect) struct Table {
    name: &'static str,
    labels: &'static [&'static str],
    upper: &'static str,
}

/// Code pages of DOS and early mainframes (published as IBM code pages 855, 437, 850 and 852).
static TABLES: &[Table] = &[
    Table {
        name: "IBM855",
        labels: &["ibm855", "cp855", "855", "csibm855"],
        upper: "ђЂѓЃёЁєЄѕЅіІїЇјЈљЉњЊћЋќЌўЎџЏюЮъЪаАбБцЦдДеЕфФгГ«»░▒▓│┤хХиИ╣║╗╝йЙ┐\
                └┴┬├─┼кК╚╔╩╦╠═╬¤лЛмМнНоОп┘┌█▄Пя▀ЯрРсСтТуУжЖвВьЬ№\u{ad}ыЫзЗшШэЭщЩчЧ§■\u{a0}",
    },
    Table {
        name: "IBM437",
        labels: &["ibm437", "cp437", "437", "dos"],
        upper: "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
                └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
    },
    Table {
        name: "IBM850",
        labels: &["ibm850", "cp850", "850"],
        upper: "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
                └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
    },
    Table {
        name: "IBM852",
        labels: &["ibm852", "cp852", "852"],
        upper: "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐\
                └┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}",
    },
];

impl PartialEq for Charset {
    fn eq(&self, other: &Charset) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Charset {}

impl From<&'static Encoding> for Charset {
    fn from(encoding: &'static Encoding) -> Charset {
        Charset::Standard(encoding)
    }
}

impl Charset {
    /// The character set that a label names.
    pub fn for_label(label: &str) -> Option<Charset> {
        if let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) {
            return Some(Charset::Standard(encoding));
        }
        let label = label.trim().to_ascii_lowercase();
        match label.as_str() {
            "utf-32" | "utf-32le" => Some(Charset::Utf32 { big: false }),
            "utf-32be" => Some(Charset::Utf32 { big: true }),
            label => TABLES.iter().find(|table| table.labels.contains(&label)).map(Charset::Table),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Charset::Standard(encoding) => encoding.name(),
            Charset::Table(table) => table.name,
            Charset::Utf32 { big: true } => "UTF-32BE",
            Charset::Utf32 { big: false } => "UTF-32LE",
        }
    }

    pub fn is_utf8(self) -> bool {
        matches!(self, Charset::Standard(encoding) if encoding == UTF_8)
    }

    /// The character of a byte beyond ASCII, for single-byte sets.
    pub fn character(self, byte: u8) -> Option<char> {
        match self {
            Charset::Standard(encoding) if encoding.is_single_byte() => {
                let bytes = [byte];
                let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes)?;
                text.chars().next()
            }
            Charset::Table(table) => table.upper.chars().nth(usize::from(byte.checked_sub(0x80)?)),
            _ => None,
        }
    }

    /// A decoder that drops a byte-order mark.
    pub fn decoder(self) -> CharsetDecoder {
        match self {
            Charset::Standard(encoding) => CharsetDecoder::Standard {
                decoder: encoding.new_decoder_with_bom_removal(),
                japanese: encoding == EUC_JP,
            },
            Charset::Table(table) => {
                let mut upper = ['\u{fffd}'; 128];
                for (place, letter) in upper.iter_mut().zip(table.upper.chars()) {
                    *place = letter;
                }
                CharsetDecoder::Table(Box::new(upper))
            }
            Charset::Utf32 { big } => CharsetDecoder::Utf32 { big, held: [0; 4], count: 0, first: true },
        }
    }
}

/// Decodes a stream piece by piece.
pub(in crate::connect) enum CharsetDecoder {
    Standard {
        decoder: Decoder,
        /// JIS X 0208 has a wave dash, a minus sign and a parallel sign where the WHATWG standard, after Windows, puts
        /// their full-width look-alikes.
        japanese: bool,
    },
    Table(Box<[char; 128]>),
    Utf32 {
        big: bool,
        held: [u8; 4],
        count: usize,
        first: bool,
    },
}

impl CharsetDecoder {
    /// Decodes from `raw` into `buffer`; `ended`: nothing follows. Gives whether all input was taken, and how many bytes
    /// were read and written. What cannot be read becomes U+FFFD.
    pub fn decode(&mut self, raw: &[u8], buffer: &mut [u8], ended: bool) -> (CoderResult, usize, usize) {
        match self {
            CharsetDecoder::Standard { decoder, japanese } => {
                let (result, read, written, _) = decoder.decode_to_utf8(raw, buffer, ended);
                let written = if *japanese { by_jis(buffer, written) } else { written };
                (result, read, written)
            }
            CharsetDecoder::Table(upper) => {
                let (mut read, mut written) = (0, 0);
                for byte in raw {
                    let letter = match byte {
                        0..0x80 => char::from(*byte),
                        _ => upper[usize::from(byte & 0x7f)],
                    };
                    match put(letter, buffer, written) {
                        Some(after) => written = after,
                        None => return (CoderResult::OutputFull, read, written),
                    }
                    read += 1;
                }
                (CoderResult::InputEmpty, read, written)
            }
            CharsetDecoder::Utf32 { big, held, count, first } => {
                let (mut read, mut written) = (0, 0);
                for byte in raw {
                    if buffer.len() - written < 4 {
                        return (CoderResult::OutputFull, read, written);
                    }
                    read += 1;
                    held[*count] = *byte;
                    *count += 1;
                    if *count < 4 {
                        continue;
                    }
                    *count = 0;
                    let code = if *big { u32::from_be_bytes(*held) } else { u32::from_le_bytes(*held) };
                    let mark = std::mem::take(first) && code == 0xfeff;
                    if !mark {
                        let letter = char::from_u32(code).unwrap_or('\u{fffd}');
                        written = put(letter, buffer, written).unwrap_or(written);
                    }
                }
                if ended && *count > 0 {
                    match put('\u{fffd}', buffer, written) {
                        Some(after) => written = after,
                        None => return (CoderResult::OutputFull, read, written),
                    }
                    *count = 0;
                }
                (CoderResult::InputEmpty, read, written)
            }
        }
    }
}

/// Writes a character at a place; gives the place after it.
fn put(letter: char, buffer: &mut [u8], at: usize) -> Option<usize> {
    let room = buffer.get_mut(at..at + letter.len_utf8())?;
    Some(at + letter.encode_utf8(room).len())
}

/// Puts the characters of JIS X 0208 where their look-alikes stand; gives the new length.
fn by_jis(buffer: &mut [u8], len: usize) -> usize {
    const LEADS: [u8; 2] = [0xef, 0xe2];
    if memchr::memchr2(LEADS[0], LEADS[1], &buffer[..len]).is_none() {
        return len;
    }
    let (mut from, mut to) = (0, 0);
    while from < len {
        let replaced: Option<&[u8]> = match buffer.get(from..(from + 3).min(len)) {
            Some([0xef, 0xbd, 0x9e]) => Some("\u{301c}".as_bytes()),
            Some([0xef, 0xbc, 0x8d]) => Some("\u{2212}".as_bytes()),
            Some([0xe2, 0x88, 0xa5]) => Some("\u{2016}".as_bytes()),
            Some([0xef, 0xbf, 0xa0]) => Some("\u{a2}".as_bytes()),
            Some([0xef, 0xbf, 0xa1]) => Some("\u{a3}".as_bytes()),
            Some([0xef, 0xbf, 0xa2]) => Some("\u{ac}".as_bytes()),
            _ => None,
        };
        match replaced {
            Some(bytes) => {
                buffer[to..to + bytes.len()].copy_from_slice(bytes);
                (from, to) = (from + 3, to + bytes.len());
            }
            None => {
                buffer[to] = buffer[from];
                (from, to) = (from + 1, to + 1);
            }
        }
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(charset: Charset, bytes: &[u8]) -> String {
        let mut buffer = vec![0; 256];
        let (_, read, written) = charset.decoder().decode(bytes, &mut buffer, true);
        assert_eq!(read, bytes.len());
        String::from_utf8(buffer[..written].to_vec()).unwrap()
    }

    #[test]
    fn every_table_has_its_upper_half() {
        for table in TABLES {
            assert_eq!(table.upper.chars().count(), 128, "{}", table.name);
        }
    }

    #[test]
    fn what_the_standard_leaves_out_is_read() {
        assert_eq!(decoded(Charset::for_label("ibm855").unwrap(), b"\xdd\xe1\xb7\xeb\xa8\xe5"), "Привет");
        assert_eq!(decoded(Charset::for_label("cp437").unwrap(), b"\x81ber"), "über");
        let utf32: Vec<u8> = "\u{feff}aß😀".chars().flat_map(|letter| (letter as u32).to_le_bytes()).collect();
        assert_eq!(decoded(Charset::Utf32 { big: false }, &utf32), "aß😀");
    }

    #[test]
    fn japanese_keeps_its_own_dashes() {
        assert_eq!(decoded(Charset::Standard(EUC_JP), b"\xa1\xc1a\xa1\xdd"), "\u{301c}a\u{2212}");
    }
}
