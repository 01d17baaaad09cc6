mod both;

pub fn own() {}
