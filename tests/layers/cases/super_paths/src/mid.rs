mod deep;

use self::super::high::Thing;

pub fn f(_: Thing) {}
