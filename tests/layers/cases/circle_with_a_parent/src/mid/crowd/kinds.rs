use super::super::track::Sums;

pub struct Kind(Sums);
