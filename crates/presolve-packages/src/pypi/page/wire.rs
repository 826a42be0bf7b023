//! Numbers and texts as bytes: numbers in LEB128, and texts after their length. So the bytes do
//! not depend on the byte order and the word size of a machine.

/// Appends values to bytes.
#[derive(Default)]
pub(super) struct Writer(pub Vec<u8>);

impl Writer {
    pub(super) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.0.push(value.to_le_bytes()[0]);
    }

    pub(super) fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn optional(&mut self, text: Option<&str>) {
        self.number(u64::from(text.is_some()));
        if let Some(text) = text {
            self.text(text);
        }
    }

    /// Writes a text with half a byte for each digit if it consists of lower-case hexadecimal
    /// digits only.
    pub(super) fn hex(&mut self, text: &str) {
        let is_hex = text.len().is_multiple_of(2) && text.bytes().all(is_digit);
        self.number(u64::from(is_hex));
        if !is_hex {
            return self.text(text);
        }
        self.count(text.len() / 2);
        let digit = |byte: u8| byte - if byte <= b'9' { b'0' } else { b'a' - 10 };
        let pairs = text.as_bytes().chunks_exact(2);
        let pairs = pairs.map(|pair| digit(pair[0]) << 4 | digit(pair[1]));
        self.0.extend(pairs);
    }
}

/// Whether a byte is a lower-case hexadecimal digit.
pub(super) fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// Takes values from the start of bytes. Each method returns `None` if the bytes have no such
/// value.
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            let bits = u64::from(byte & 0x7f);
            value |= bits << shift;
            if byte < 0x80 {
                return (value >> shift == bits).then_some(value);
            }
        }
        None
    }

    /// A number of items that follow, each of which has at least one byte. So memory for them is
    /// never larger than the bytes allow.
    pub(super) fn count(&mut self) -> Option<usize> {
        let count = self.index()?;
        (count <= self.0.len()).then_some(count)
    }

    pub(super) fn index(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = self.count()?;
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    pub(super) fn is_set(&mut self) -> Option<bool> {
        match self.number()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(super) fn optional(&mut self) -> Option<Option<&'a str>> {
        Some(match self.is_set()? {
            true => Some(self.text()?),
            false => None,
        })
    }

    /// Reads a text that [`Writer::hex`] wrote.
    pub(super) fn hex(&mut self) -> Option<String> {
        if !self.is_set()? {
            return self.text().map(str::to_owned);
        }
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
        let bytes = self.bytes()?.iter();
        let digits = bytes.flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
        Some(digits.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back() {
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let texts = ["", "a", "é", "00ff", "00f", "00FF", &"ab".repeat(300)];
        let mut writer = Writer::default();
        numbers.iter().for_each(|number| writer.number(*number));
        for text in texts {
            writer.text(text);
            writer.hex(text);
            writer.optional(Some(text));
            writer.optional(None);
        }
        let mut reader = Reader(&writer.0);
        for number in numbers {
            assert_eq!(reader.number(), Some(number));
        }
        for text in texts {
            assert_eq!(reader.text(), Some(text));
            assert_eq!(reader.hex().as_deref(), Some(text));
            assert_eq!(reader.optional(), Some(Some(text)));
            assert_eq!(reader.optional(), Some(None));
        }
        assert!(reader.0.is_empty());
        assert_eq!(reader.number(), None);
    }

    #[test]
    fn hexadecimal_digits_have_half_their_size() {
        let mut writer = Writer::default();
        writer.hex(&"0f".repeat(32));
        assert_eq!(writer.0.len(), 34);
    }

    #[test]
    fn hostile_bytes_are_no_values() {
        // Longer than 64 bits, in bytes and in value.
        assert_eq!(Reader(&[0xff; 11]).number(), None);
        let mut large = [0xff; 10];
        large[9] = 2;
        assert_eq!(Reader(&large).number(), None);
        // More items than bytes, and a text that is not UTF-8.
        assert_eq!(Reader(&[3, 1, 1]).count(), None);
        assert_eq!(Reader(&[5, b'a']).text(), None);
        assert_eq!(Reader(&[1, 0xff]).text(), None);
        assert_eq!(Reader(&[2, 0]).hex(), None);
        assert_eq!(Reader(&[2]).is_set(), None);
    }
}
