mod kinds;

use kinds::Kind;

pub struct Placed(Kind);
