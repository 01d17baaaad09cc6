//! Numbers as bytes and back.

/// Bytes from which one number after the other is taken; each method gives nothing where the bytes hold no such number.
pub(super) struct Packed<'a> {
    pub(super) bytes: &'a [u8],
}

impl Packed<'_> {
    #[inline]
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*byte)
    }

    #[inline]
    pub(super) fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        if first < 0x80 { Some(first.into()) } else { self.long(first) }
    }

    #[inline]
    fn long(&mut self, first: u8) -> Option<u64> {
        let mut n = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte()?;
            // Only one bit of the tenth byte fits into 64 bits.
            if shift == 63 && byte > 1 {
                return None;
            }
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(n);
            }
        }
        None
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        u16::try_from(self.number()?).ok()
    }

    pub(super) fn word(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    /// A number that is stored as its difference from `before`.
    #[inline]
    pub(super) fn near(&mut self, before: u32) -> Option<u32> {
        let difference = i32::try_from(signed(self.number()?)).ok()?;
        Some(before.wrapping_add_signed(difference))
    }

    /// A time that is stored as its difference from `before`, either way.
    #[inline]
    pub(super) fn after(&mut self, before: u64) -> Option<u64> {
        Some(before.wrapping_add_signed(signed(self.number()?)))
    }
}

/// The difference that is stored as `number`, with its sign in the lowest bit.
fn signed(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

/// `difference` with its sign in the lowest bit, so that small differences either way are small numbers.
pub(super) fn sign_low(difference: i64) -> u64 {
    ((difference << 1) ^ (difference >> 63)).cast_unsigned()
}

pub(super) fn number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Writes the difference between two words, with its sign in the lowest bit.
pub(super) fn difference(out: &mut Vec<u8>, from: u32, to: u32) {
    number(out, sign_low(to.wrapping_sub(from).cast_signed().into()));
}
