//! Encodings: their names in Python, decoding, and encoding back.

use std::fmt;

use encoding_rs as rs;

/// How the bytes of a file spell its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, the default of everything.
    Utf8,
    /// Seven bits only, as a PEP 263 cookie may say.
    Ascii,
    /// ISO 8859-1: every byte is the character of that number.
    Latin1,
    /// With a byte order mark.
    Utf16 {
        /// The high byte comes first.
        big: bool,
    },
    /// With a byte order mark.
    Utf32 {
        /// The high byte comes first.
        big: bool,
    },
    /// Any other that a PEP 263 cookie names.
    Other(&'static rs::Encoding),
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Ascii => "ASCII",
            Self::Latin1 => "ISO 8859-1",
            Self::Utf16 { .. } => "UTF-16",
            Self::Utf32 { .. } => "UTF-32",
            Self::Other(encoding) => encoding.name(),
        })
    }
}

/// What newskin can do with an encoding that a cookie names.
#[derive(Debug, PartialEq, Eq)]
pub enum Codec {
    /// Decode and encode it.
    Known(Encoding),
    /// Decode it as long as every byte is ASCII.
    LikeAscii,
    /// Nothing, although Python can.
    Foreign,
    /// Python has no text encoding of this name, or refuses it in source code.
    Unknown,
}

/// Whether the tokenizer of CPython takes the name for UTF-8 without asking its
/// codecs; only such a name may follow a byte order mark.
pub fn is_utf8(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    name == "utf-8" || name.starts_with("utf-8-")
}

fn is_latin1(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    ["latin-1", "iso-8859-1", "iso-latin-1"]
        .iter()
        .any(|known| name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
}

impl Codec {
    /// Looks a name up as CPython 3.13 does.
    pub fn of_python(name: &str) -> Self {
        if is_utf8(name) {
            return Self::Known(Encoding::Utf8);
        }
        if is_latin1(name) {
            return Self::Known(Encoding::Latin1);
        }
        let words: Vec<&str> = name
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
            .filter(|word| !word.is_empty())
            .collect();
        let name = words.join("_").to_ascii_lowercase();
        match of_alias(&name) {
            Self::Unknown => of_alias(&name.replace('.', "_")),
            codec => codec,
        }
    }
}

/// The names of `encodings.aliases` and of the codec modules themselves.
fn of_alias(name: &str) -> Codec {
    let encoding =
        match name {
            "utf_8" | "utf_8_sig" | "utf8" | "u8" | "utf" | "cp65001" | "utf8_ucs2" | "utf8_ucs4" => {
                return Codec::Known(Encoding::Utf8);
            }
            "ascii" | "646" | "ansi_x3.4_1968" | "ansi_x3_4_1968" | "ansi_x3.4_1986" | "cp367"
            | "csascii" | "ibm367" | "iso646_us" | "iso_646.irv_1991" | "iso_ir_6" | "us" | "us_ascii" => {
                return Codec::Known(Encoding::Ascii);
            }
            "latin_1" | "iso8859_1" | "8859" | "cp819" | "csisolatin1" | "ibm819" | "iso8859"
            | "iso_8859_1" | "iso_8859_1_1987" | "iso_ir_100" | "l1" | "latin" | "latin1" => {
                return Codec::Known(Encoding::Latin1);
            }
            "cp1250" | "1250" | "windows_1250" => rs::WINDOWS_1250,
            "cp1251" | "1251" | "windows_1251" => rs::WINDOWS_1251,
            "cp1252" | "1252" | "windows_1252" => rs::WINDOWS_1252,
            "cp1253" | "1253" | "windows_1253" => rs::WINDOWS_1253,
            // ISO 8859-9 differs in control characters only.
            "cp1254" | "1254" | "windows_1254" | "iso8859_9" | "csisolatin5" | "iso_8859_9"
            | "iso_8859_9_1989" | "iso_ir_148" | "l5" | "latin5" => rs::WINDOWS_1254,
            "cp1255" | "1255" | "windows_1255" => rs::WINDOWS_1255,
            "cp1256" | "1256" | "windows_1256" => rs::WINDOWS_1256,
            "cp1257" | "1257" | "windows_1257" => rs::WINDOWS_1257,
            "cp1258" | "1258" | "windows_1258" => rs::WINDOWS_1258,
            "cp866" | "866" | "csibm866" | "ibm866" => rs::IBM866,
            "iso8859_2" | "csisolatin2" | "iso_8859_2" | "iso_8859_2_1987" | "iso_ir_101" | "l2"
            | "latin2" => rs::ISO_8859_2,
            "iso8859_3" | "csisolatin3" | "iso_8859_3" | "iso_8859_3_1988" | "iso_ir_109" | "l3"
            | "latin3" => rs::ISO_8859_3,
            "iso8859_4" | "csisolatin4" | "iso_8859_4" | "iso_8859_4_1988" | "iso_ir_110" | "l4"
            | "latin4" => rs::ISO_8859_4,
            "iso8859_5" | "csisolatincyrillic" | "cyrillic" | "iso_8859_5" | "iso_8859_5_1988"
            | "iso_ir_144" => rs::ISO_8859_5,
            "iso8859_6" | "arabic" | "asmo_708" | "csisolatinarabic" | "ecma_114" | "iso_8859_6"
            | "iso_8859_6_1987" | "iso_ir_127" => rs::ISO_8859_6,
            "iso8859_8" | "csisolatinhebrew" | "hebrew" | "iso_8859_8" | "iso_8859_8_1988" | "iso_ir_138" => {
                rs::ISO_8859_8
            }
            "iso8859_7" | "csisolatingreek" | "ecma_118" | "elot_928" | "greek" | "greek8" | "iso_8859_7"
            | "iso_8859_7_1987" | "iso_ir_126" => rs::ISO_8859_7,
            "iso8859_10" | "csisolatin6" | "iso_8859_10" | "iso_8859_10_1992" | "iso_ir_157" | "l6"
            | "latin6" => rs::ISO_8859_10,
            "iso8859_13" | "iso_8859_13" | "l7" | "latin7" => rs::ISO_8859_13,
            "iso8859_14" | "iso_8859_14" | "iso_8859_14_1998" | "iso_celtic" | "iso_ir_199" | "l8"
            | "latin8" => rs::ISO_8859_14,
            "iso8859_15" | "iso_8859_15" | "l9" | "latin9" => rs::ISO_8859_15,
            "iso8859_16" | "iso_8859_16" | "iso_8859_16_2001" | "iso_ir_226" | "l10" | "latin10" => {
                rs::ISO_8859_16
            }
            "koi8_r" | "cskoi8r" => rs::KOI8_R,
            "mac_roman" | "macintosh" | "macroman" => rs::MACINTOSH,
            "gbk" | "936" | "cp936" | "ms936" | "gb2312" | "chinese" | "csiso58gb231280" | "euc_cn"
            | "euccn" | "eucgb2312_cn" | "gb2312_1980" | "gb2312_80" | "iso_ir_58" | "x_mac_simp_chinese" => {
                rs::GBK
            }
            "gb18030" | "gb18030_2000" => rs::GB18030,
            "big5" | "big5_tw" | "csbig5" | "x_mac_trad_chinese" | "cp950" | "950" | "ms950"
            | "big5hkscs" | "big5_hkscs" | "hkscs" => rs::BIG5,
            "shift_jis" | "csshiftjis" | "s_jis" | "shiftjis" | "sjis" | "x_mac_japanese" | "cp932"
            | "932" | "ms932" | "ms_kanji" | "mskanji" | "windows_31j" => rs::SHIFT_JIS,
            "euc_jp" | "eucjp" | "u_jis" | "ujis" => rs::EUC_JP,
            "euc_kr" | "euckr" | "korean" | "ks_c_5601" | "ks_c_5601_1987" | "ks_x_1001" | "ksc5601"
            | "ksx1001" | "x_mac_korean" | "cp949" | "949" | "ms949" | "uhc" => rs::EUC_KR,
            _ => return of_rare_alias(name),
        };
    Codec::Known(Encoding::Other(encoding))
}

/// Codecs of Python that no crate here decodes.
fn of_rare_alias(name: &str) -> Codec {
    let digits = ["csibm", "ibm", "cp"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    if let Ok(page) = digits.parse::<u16>() {
        return match page {
            437
            | 720
            | 737
            | 775
            | 850
            | 852
            | 855..=858
            | 860..=865
            | 869
            | 874
            | 1006
            | 1051
            | 1125
            | 1361 => Codec::LikeAscii,
            37 | 39 | 273 | 424 | 500 | 875 | 1026 | 1140 => Codec::Foreign,
            _ => Codec::Unknown,
        };
    }
    match name {
        "cyrillic_asian" | "euc_jis_2004" | "euc_jisx0213" | "hp_roman8" | "iso8859_11" | "iso_8859_11"
        | "iso_ir_166" | "johab" | "koi8_t" | "koi8_u" | "kz1048" | "kz_1048" | "mac_arabic"
        | "mac_centeuro" | "mac_croatian" | "mac_cyrillic" | "mac_farsi" | "mac_greek" | "mac_iceland"
        | "mac_latin2" | "mac_romanian" | "mac_turkish" | "maccentraleurope" | "maccyrillic" | "macgreek"
        | "maciceland" | "maclatin2" | "macturkish" | "palmos" | "ptcp154" | "roman8" | "shift_jis_2004"
        | "shift_jisx0213" | "shiftjis2004" | "thai" | "tis620" | "tis_620" => Codec::LikeAscii,
        // The last four exist on Windows.
        "charmap" | "ebcdic_cp_us" | "hz" | "hz_gb" | "hz_gb_2312" | "idna" | "iso2022_jp"
        | "iso2022_jp_1" | "iso2022_jp_2" | "iso2022_jp_2004" | "iso2022_jp_3" | "iso2022_jp_ext"
        | "iso2022_kr" | "iso2022jp" | "iso_2022_jp" | "iso_2022_kr" | "raw_unicode_escape"
        | "unicode_escape" | "utf7" | "utf_7" | "mbcs" | "ansi" | "dbcs" | "oem" => Codec::Foreign,
        _ => Codec::Unknown,
    }
}

/// Bytes without a byte order mark to text, or back with the place of the
/// first byte that is refused. UTF-8 is not copied.
pub fn decode(encoding: Encoding, bytes: Vec<u8>) -> Result<String, (Vec<u8>, usize)> {
    match encoding {
        Encoding::Utf8 => String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            (error.into_bytes(), at)
        }),
        Encoding::Ascii => match bytes.iter().position(|byte| !byte.is_ascii()) {
            Some(at) => Err((bytes, at)),
            None => decode(Encoding::Utf8, bytes),
        },
        Encoding::Latin1 => Ok(rs::mem::decode_latin1(&bytes).into_owned()),
        Encoding::Utf16 { big } => wide::<2>(bytes, big),
        Encoding::Utf32 { big } => wide::<4>(bytes, big),
        Encoding::Other(encoding) => legacy(encoding, bytes),
    }
}

/// UTF-16 or UTF-32, by the number of bytes in a unit.
fn wide<const N: usize>(bytes: Vec<u8>, big: bool) -> Result<String, (Vec<u8>, usize)> {
    let unit = |chunk: &[u8]| {
        let fold = |unit, byte: &u8| unit << 8 | u32::from(*byte);
        if big { chunk.iter().fold(0, fold) } else { chunk.iter().rev().fold(0, fold) }
    };
    let mut text = String::with_capacity(bytes.len() / N);
    let mut units =
        bytes.chunks(N).map(|chunk| if chunk.len() == N { unit(chunk) } else { u32::MAX }).peekable();
    let mut at = 0;
    while let Some(first) = units.next() {
        let mut code = first;
        let mut length = N;
        let low = |next: &u32| (0xDC00..0xE000).contains(next);
        if N == 2
            && (0xD800..0xDC00).contains(&first)
            && let Some(second) = units.next_if(low)
        {
            code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            length = 2 * N;
        }
        match char::from_u32(code) {
            Some(character) => text.push(character),
            None => {
                drop(units);
                return Err((bytes, at));
            }
        }
        at += length;
    }
    Ok(text)
}

fn legacy(encoding: &'static rs::Encoding, bytes: Vec<u8>) -> Result<String, (Vec<u8>, usize)> {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(&bytes) {
        // The web gives control characters to bytes that Python leaves undefined.
        let is_control = |character: char| ('\u{80}'..='\u{9f}').contains(&character);
        if !encoding.name().starts_with("windows-") || !text.contains(is_control) {
            return Ok(text.into_owned());
        }
        let at = text.chars().position(is_control).unwrap_or_default();
        return Err((bytes, at));
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let length = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len());
    let mut text = String::with_capacity(length);
    let (result, read) = decoder.decode_to_string_without_replacement(&bytes, &mut text, true);
    let at = match result {
        rs::DecoderResult::Malformed(bad, after) => {
            read.saturating_sub(usize::from(bad) + usize::from(after))
        }
        rs::DecoderResult::InputEmpty | rs::DecoderResult::OutputFull => read,
    };
    Err((bytes, at))
}

/// A character that the encoding of a file does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{character}` does not exist in the file's encoding, {encoding}")]
pub struct Unencodable {
    /// The first such character.
    pub character: char,
    /// The encoding.
    pub encoding: Encoding,
}

/// Text to bytes, with the byte order mark if the file has one.
///
/// # Errors
/// The first character that does not fit; nothing is replaced.
pub fn encode(encoding: Encoding, bom: bool, text: &str) -> Result<Vec<u8>, Unencodable> {
    let refuse = |character| Unencodable { character, encoding };
    let bytes = match encoding {
        Encoding::Utf8 if bom => ["\u{feff}", text].concat().into_bytes(),
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Ascii => match text.chars().find(|character| !character.is_ascii()) {
            Some(character) => return Err(refuse(character)),
            None => text.as_bytes().to_vec(),
        },
        Encoding::Latin1 => match text.chars().find(|&character| character > '\u{ff}') {
            Some(character) => return Err(refuse(character)),
            None => rs::mem::encode_latin1_lossy(text).into_owned(),
        },
        Encoding::Utf16 { big } => {
            let mark = bom.then_some(0xFEFF_u16);
            let units = mark.into_iter().chain(text.encode_utf16());
            units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        }
        Encoding::Utf32 { big } => {
            let mark = bom.then_some('\u{feff}');
            let units = mark.into_iter().chain(text.chars()).map(u32::from);
            units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        }
        Encoding::Other(other) => match other.encode(text) {
            (bytes, _, false) => bytes.into_owned(),
            (_, _, true) => {
                let mut buffer = [0; 4];
                let missing = |&character: &char| other.encode(character.encode_utf8(&mut buffer)).2;
                return Err(refuse(text.chars().find(missing).unwrap_or(char::REPLACEMENT_CHARACTER)));
            }
        },
    };
    Ok(bytes)
}
