pub fn f0() {}
pub fn f1() {}
pub fn f2() {}
pub fn f3() {}
pub fn f4() {}
pub fn f5() {}
pub fn f6() {}
pub fn f7() {}
pub fn f8() {}
pub fn f9() {}
pub fn f10() {}
pub fn f11() {}
pub fn f12() {}
pub fn f13() {}
pub fn f14() {}
pub fn f15() {}
pub fn f16() {}
pub fn f17() {}
pub fn f18() {}
pub fn f19() {}
pub fn f20() {}
pub fn f21() {}
pub fn f22() {}
pub fn f23() {}
pub fn f24() {}
pub fn f25() {}
pub fn f26() {}
pub fn f27() {}
pub fn f28() {}
pub fn f29() {}
pub fn f30() {}
pub fn f31() {}
pub fn f32() {}
pub fn f33() {}
pub fn f34() {}
pub fn f35() {}
pub fn f36() {}
pub fn f37() {}
pub fn f38() {}
pub fn f39() {}
pub fn f40() {}
pub fn f41() {}
pub fn f42() {}
pub fn f43() {}
pub fn f44() {}
pub fn f45() {}
pub fn f46() {}
impl Own {
    #[cfg(test)]
    fn of_tests() {
    }

}
