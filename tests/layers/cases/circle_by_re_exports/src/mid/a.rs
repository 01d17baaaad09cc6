use super::Second;

pub struct First(Second);
