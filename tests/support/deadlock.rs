//! A workload that deadlocks.

use std::path::Path;

/// Two tasks that take two locks in opposite order, each while the other has its first: a file in `folder`.
pub fn deadlock(folder: &Path) -> String {
    let both = |first, second| {
        format!(
            "{{ lock = {{ name = '{first}', steps = [{{ sleep = '30ms' }}, {{ lock = {{ name = '{second}', steps = ['yield'] }} }}] }} }}"
        )
    };
    let text = format!(
        "format = 1\nname = 'opposite'\ngroup = 'Tests'\ntitle = 'Two locks'\nabout = 'Two locks in opposite order.'\n\
         show = ['threads']\n[[tasks]]\nname = 'left'\nsteps = [{}]\n[[tasks]]\nname = 'right'\nsteps = [{}]\n",
        both("a", "b"),
        both("b", "a")
    );
    let file = folder.join("deadlock.toml");
    std::fs::write(&file, text).expect("the file is written");
    file.display().to_string()
}
