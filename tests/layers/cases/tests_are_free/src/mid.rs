#[cfg(test)]
use crate::high::MOST;

mod all;
#[cfg(all(test, unix))]
mod some;

pub enum Own {
    A,
    #[cfg(test)]
    B(crate::high::Thing),
}

pub fn f(own: Own) {
    match own {
        Own::A => {}
        #[cfg(test)]
        Own::B(_) => crate::high::call(),
    }
    #[cfg(test)]
    let _ = crate::high::MOST;
    #[cfg(test)]
    println!("{}", crate::high::MOST);
}

pub struct Some {
    #[cfg(test)]
    of_tests: crate::high::Thing,
}

trait Has {
    #[cfg(test)]
    fn of_tests() -> crate::high::Thing;
}

fn some() -> Some {
    Some {
        #[cfg(test)]
        of_tests: crate::high::call(),
    }
}

#[cfg(any(test, all(unix, test)))]
fn of_tests() {
    crate::high::call();
}
