pub struct Other(crate::nest::Own);
