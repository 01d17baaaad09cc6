//! What a picture says besides its lanes: as a document, on what is missing, in a frame.

use super::*;

#[test]
fn the_document_says_what_it_is_and_follows_the_viewer() {
    let picture = picture(&small(), Subject::Tasks, &caption(), &narrow());
    let svg = picture.svg(None);
    assert!(svg.contains("<title id=\"title\">three tasks &amp; a &lt;lock&gt;</title>"));
    assert!(svg.contains("<desc id=\"sentence\">Two at once, one waits.</desc>"));
    assert!(svg.contains("<metadata>concviz export run.concviz --view tasks</metadata>"));
    assert!(svg.contains("role=\"img\"") && svg.contains("prefers-color-scheme:light"));
    assert!(!picture.svg(Some(Theme::Light)).contains("prefers-color-scheme"));
    let moving = picture.animated(None, 4.0);
    assert!(moving.contains("prefers-reduced-motion:no-preference") && moving.contains("5s linear infinite"));
    let paths = |svg: &str| lanes(svg).iter().map(Seen::columns).collect::<Vec<_>>();
    assert_eq!(paths(&moving), paths(&svg));
}

#[test]
fn what_is_missing_is_said_and_hatched() {
    let mut made = small();
    made.kernel_record = KernelRecord::None("it is refused".to_owned());
    made.push(&Stamped {
        at: T0 + Ns::from_micros(1_700),
        worker: WorkerId(0),
        core: CoreId(0),
        event: Event::Lost { count: 7 },
    });
    made.suspend(T0 + Ns::from_micros(300), T0 + Ns::from_micros(600));
    let svg = picture(&made, Subject::Cores, &caption(), &Options::default()).svg(None);
    assert!(svg.contains(">MEASURED, no kernel record<"));
    assert!(svg.contains("no kernel record (it is refused)"));
    assert!(svg.contains(">7 events lost<") && svg.contains(">paused<"));
    assert!(svg.contains("fill=\"url(#lines-faint)\""));
}

#[test]
fn a_picture_in_a_frame_fills_it() {
    let post = picture(&small(), Subject::Tasks, &caption(), &Options::post());
    assert_eq!(post.size, (1_200.0, 675.0));
    let plain = picture(&small(), Subject::Tasks, &caption(), &Options::default());
    let lowest = |p: &Picture| {
        let y = |e: &Element| if let Element::Words(words) = e { words.at.1 } else { 0.0 };
        p.elements().map(y).fold(0.0, f64::max)
    };
    assert!(lowest(&post) > 620.0 && lowest(&plain) < 600.0, "{} {}", lowest(&post), lowest(&plain));
}
