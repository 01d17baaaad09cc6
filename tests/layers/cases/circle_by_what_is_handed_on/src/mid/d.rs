pub fn d() {
    super::b::g();
}

pub fn start() {}
