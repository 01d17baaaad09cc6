pub struct Deep(Option<Box<super::super::First>>);
