use crate::low::high;

#[crate::high::able]
pub struct Own {
    #[serde(default, high, with = "crate::high")]
    pub high: u8,
    #[serde(rename = "high", default(crate::high::call))]
    pub other: u8,
}

#[derive(Debug, crate::high::Able)]
#[doc = crate::high::text!()]
pub enum Last {
    #[expect(clippy::high, reason = "crate::high::x")]
    One,
}
