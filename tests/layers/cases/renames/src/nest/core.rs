pub fn below() {}
