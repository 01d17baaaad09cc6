use std::collections::BTreeMap;

use super::*;

/// A machine of which every verdict is good.
fn fine() -> Facts {
    Facts {
        system: "linux".to_owned(),
        kernel: Some("6.18.1".to_owned()),
        cores: Cores { present: Some(4), physical: Some(4), allowed: vec![0, 1, 2, 3], quota: None },
        cpu: Cpu {
            name: Some("A Processor".to_owned()),
            is_virtual: Some(false),
            governor: Some("performance".to_owned()),
            turbo: Some(false),
        },
        load: Load { others: Some(0.02), stolen: Some(0.0) },
        speed: Speed {
            per_ms: BTreeMap::from([("count", 700_000)]),
            from_cache: true,
            cache: Some("/home/a/.cache/concviz/rates.json".into()),
            now: Some(0.99),
        },
        clock: Clock { source: Some("tsc".to_owned()), read_ns: 23.4 },
        perf_event_paranoid: Some(2),
        kernel_record: RecordFacts::default(),
        limits: Limits {
            files: Files { now: Limit::Most(1024), at_most: Limit::Most(4096) },
            user: Limit::Most(31_000),
            group: Limit::None,
            system: Limit::Most(62_000),
        },
        temporary: Temporary {
            folder: "/tmp".into(),
            file_system: Some("ext4".to_owned()),
            free: Some(9_000_000_000),
            refused: None,
        },
        loopback: Loopback { there_and_back_s: Some(25e-6), refused: None },
        memory: Memory { free: Some(3_000_000_000), all: Some(8_000_000_000) },
        terminal: Terminal {
            size: Some((120, 36)),
            least: (40, 12),
            term: Some("xterm-256color".to_owned()),
            colorterm: Some("truecolor".to_owned()),
            colours: 16_777_216,
            no_color: false,
            unicode: true,
        },
    }
}

fn check(facts: &Facts, topic: &str) -> Check {
    judge(facts).into_iter().find(|c| c.topic == topic).expect("a check of that name")
}

/// What the check `topic` says after `change`, which must limit it, and its advice.
fn limited(topic: &str, change: impl FnOnce(&mut Facts)) -> (String, String) {
    let mut facts = fine();
    change(&mut facts);
    let check = check(&facts, topic);
    assert_eq!(check.verdict, Verdict::Limits, "{}", check.says);
    (check.says, check.improve.expect("advice"))
}

#[test]
fn a_fine_machine_is_told_so() {
    for check in judge(&fine()) {
        assert_eq!((check.verdict, check.improve), (Verdict::Good, None), "{}: {}", check.topic, check.says);
    }
}

#[test]
fn a_machine_that_says_nothing_is_unknown_and_nothing_panics() {
    let checks = judge(&Facts::default());
    for topic in ["other load", "host", "processor", "speed", "system", "workers", "memory", "loopback", "terminal"] {
        let check = checks.iter().find(|c| c.topic == topic).expect("a check of that name");
        assert_eq!(check.verdict, Verdict::Unknown, "{topic}: {}", check.says);
    }
    assert!(text(&checks).lines().count() > checks.len());
}

#[test]
fn fewer_cores_come_with_their_reason() {
    let (says, improve) = limited("cores", |f| {
        f.cores.quota = Some(Group { cores: 0.5, folder: "/sys/fs/cgroup/x".into() });
    });
    assert_eq!(says, "4 cores of 4 allowed, 0.5 usable: the quota of /sys/fs/cgroup/x; nothing can run in parallel");
    assert!(improve.contains("quota"), "{improve}");
    let (says, improve) = limited("cores", |f| f.cores.allowed = vec![2]);
    assert_eq!(says, "1 core of 4 allowed: this process is kept on those by its affinity; nothing can run in parallel");
    assert!(improve.contains("taskset"), "{improve}");
    let mut facts = fine();
    facts.cores.allowed = vec![0, 1];
    let check = check(&facts, "cores");
    assert_eq!(check.verdict, Verdict::Good);
    assert_eq!(check.says, "2 cores of 4 allowed: this process is kept on those by its affinity");
}

#[test]
fn what_disturbs_ratios_is_said() {
    assert_eq!(limited("other load", |f| f.load.others = Some(0.9)).0, "other programs keep 0.9 cores busy now");
    assert!(limited("host", |f| f.load.stolen = Some(0.8)).0.starts_with("the host keeps 0.8 cores"));
    assert!(limited("processor", |f| f.cores.physical = Some(2)).0.ends_with("the 4 cores are two threads each of 2"));
    assert!(limited("processor", |f| f.cpu.turbo = Some(true)).0.ends_with("(turbo)"));
    assert!(limited("speed", |f| f.speed.now = Some(0.7)).0.ends_with("now only 0.70 of that"));
    assert!(
        limited("clock", |f| f.clock = Clock { source: Some("hpet".to_owned()), read_ns: 900.0 }).1.contains("tsc")
    );
}

#[test]
fn limits_are_named_and_the_advice_can_be_typed() {
    let (says, improve) = limited("open files", |f| f.limits.files.now = Limit::Most(64));
    assert_eq!((says.as_str(), improve.as_str()), ("64 for each process: too few for many workers", "ulimit -n 1024"));
    let stuck = Files { now: Limit::Most(64), at_most: Limit::Most(64) };
    assert!(limited("open files", |f| f.limits.files = stuck).1.contains("superuser"));
    let (says, _) = limited("workers", |f| f.limits.group = Limit::Most(100));
    assert_eq!(says, "100 processes and threads for this control group (pids.max)");
    assert!(limited("temp folder", |f| f.temporary.file_system = Some("tmpfs".to_owned())).0.contains("in memory"));
    let (says, improve) = limited("temp folder", |f| f.temporary.refused = Some("Permission denied".to_owned()));
    assert_eq!(says, "/tmp: Permission denied");
    assert!(improve.contains("TMPDIR"), "{improve}");
    assert!(limited("loopback", |f| f.loopback.refused = Some("no route".to_owned())).0.ends_with("no route"));
    assert!(limited("memory", |f| f.memory.free = Some(1_000_000)).0.starts_with("1 MB free"));
    assert!(limited("terminal", |f| f.terminal.size = Some((30, 10))).1.contains("40 columns and 12 rows"));
    assert!(limited("colours", |f| f.terminal.unicode = false).1.contains("UTF-8"));
    assert!(limited("colours", |f| f.terminal.colours = 16).1.contains("COLORTERM"));
}

#[test]
fn a_system_without_measured_runs_is_told_so() {
    let (says, improve) = limited("system", |f| f.system = "windows".to_owned());
    assert_eq!(says, "Windows 6.18.1: no measured runs");
    assert!(improve.contains("Linux"), "{improve}");
    assert!(limited("system", |f| f.system = "macos".to_owned()).0.starts_with("macos 6.18.1: cores, load"));
}

#[test]
fn the_record_is_there_or_there_is_a_reason_and_what_would_allow_it() {
    assert_eq!(check(&fine(), "kernel record").says, "every switch of a run is recorded (perf_event_paranoid is 2)");
    let refused = |cure| {
        limited("kernel record", |f| f.kernel_record = RecordFacts { refused: Some("it is refused".to_owned()), cure })
    };
    assert_eq!(refused(Some("allow it")), ("it is refused".to_owned(), "allow it".to_owned()));
    assert!(refused(None).1.contains("their own clock"));
}

#[test]
fn the_text_keeps_to_eighty_columns_and_below_its_heads() {
    let mut facts = fine();
    facts.cores.quota = Some(Group { cores: 0.5, folder: "/sys/fs/cgroup/user.slice/some.service".into() });
    facts.cpu.name = Some("A Processor \u{1b}[31m with a long name, at some gigahertz, by its maker".to_owned());
    let text = text(&judge(&facts));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(!text.contains('\u{1b}'));
    assert!(text.contains("\nlimits   cores         4 cores of 4 allowed, 0.5 usable"), "{text}");
    assert!(text.ends_with("\n1 thing limits what can be shown here, 0 unknown\n"), "{text}");
}

#[test]
fn the_document_holds_checks_and_facts_and_null_is_unknown() {
    let facts = Facts { kernel: None, ..fine() };
    let document: serde_json::Value = serde_json::from_str(&json(&facts, &judge(&facts))).expect("JSON");
    assert_eq!(document["schema"], 2);
    assert_eq!(document["checks"][0]["verdict"], "good");
    assert!(document["facts"]["kernel"].is_null());
    assert_eq!(document["facts"]["limits"]["files"]["now"]["most"], 1024);
    assert_eq!(document["facts"]["limits"]["group"], "none");
}
