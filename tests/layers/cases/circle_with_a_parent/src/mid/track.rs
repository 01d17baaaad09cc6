pub struct Sums(Vec<super::crowd::Placed>);
