pub struct Own(crate::high::Thing);

pub fn bound<T: crate::high::Able>(_: T)
where
    T: crate::high::Able,
{
}

impl crate::high::Able for Own {}

pub fn result() -> Option<Vec<crate::high::Thing>> {
    let _ = |_: &dyn crate::high::Able| ();
    if let Some(crate::high::Thing) = None {}
    let made = crate::high::Thing {};
    let _ = <Own as crate::high::Able>::name;
    let _ = Vec::<crate::high::Thing>::new;
    let _ = <crate::high::Thing>::default;
    let _ = <crate::low::Plain>::high;
    match 1 {
        crate::high::MOST => None,
        _ if crate::high::MOST > 1 => None,
        _ => Some(vec![made]),
    }
}

type Alias = [u8; crate::high::MOST as usize];

static ONE: u8 = {
    const TWO: u8 = crate::high::MOST;
    TWO
};

trait Has {
    type Of: crate::high::Able;

    fn has(&self) -> impl crate::high::Able {
        async { crate::high::call() };
        unsafe { crate::high::call() }
    }
}

enum Last {
    One = crate::high::MOST as isize,
}
