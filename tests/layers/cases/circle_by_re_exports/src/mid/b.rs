pub struct Second(crate::mid::Third);
