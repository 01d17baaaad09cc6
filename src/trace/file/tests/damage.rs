//! Recordings that were cut off or changed.

use super::*;

#[test]
fn every_truncation_opens_up_to_the_cut_and_can_be_gone_on_with() {
    let (first, second) = (story(2), story(3));
    let bytes = file(&[&first, &second]);
    for cut in 0..bytes.len() {
        let contents = match read(&bytes[..cut]) {
            Ok(contents) => contents,
            Err(why) => {
                let expected = match cut {
                    0 => FileError::Empty,
                    1..HEAD => FileError::Head,
                    HEAD => FileError::NoRun { major: MAJOR },
                    _ => FileError::Damaged(Damage { at: HEAD as u64, fault: Fault::CutOff }),
                };
                assert_eq!(why, expected, "cut at {cut}");
                continue;
            }
        };
        assert!(contents.sound <= cut as u64);
        match &contents.damage {
            Some(damage) => {
                assert_eq!(damage.at, contents.sound, "cut at {cut}");
                assert!(contents.sound < cut as u64);
            }
            None => assert_eq!(contents.sound, cut as u64, "cut at {cut}"),
        }
        for (run, events) in contents.runs.iter().zip([&first, &second]) {
            assert!(events.starts_with(&run.events()), "cut at {cut}");
            ask(&open(run));
        }
        let sound = bytes[..contents.sound as usize].to_vec();
        let count = contents.runs.len();
        let mut writer = FileWriter::append(sound);
        write(&mut writer, &first);
        let longer = writer.into_inner().expect("a vector takes everything");
        let contents = read(&longer).expect("a recording");
        assert_eq!((contents.runs.len(), &contents.damage), (count + 1, &None), "cut at {cut}");
        assert_eq!(contents.runs[count].events(), first);
    }
}

#[test]
fn every_changed_bit_is_noticed() {
    let bytes = file(&[&story(2)]);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            match read(&changed) {
                Ok(contents) => {
                    let damage = contents.damage.expect("a damage");
                    assert!(damage.at <= at as u64, "byte {at}, bit {bit}: {damage}");
                }
                Err(why) => assert!(!why.to_string().is_empty()),
            }
        }
    }
}

#[test]
fn ten_thousand_random_changes_neither_panic_nor_pass() {
    let bytes = file(&[&story(4), &story(9)]);
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..10_000 {
        let mut changed = bytes.clone();
        for _ in 0..random.usize(1..5) {
            let at = random.usize(..changed.len());
            changed[at] = random.u8(..);
        }
        if changed == bytes {
            continue;
        }
        if let Ok(contents) = read(&changed) {
            assert!(contents.damage.is_some());
            contents.runs.iter().for_each(|run| ask(&open(run)));
        }
    }
}

#[test]
fn ten_thousand_changes_with_the_checksum_made_right_do_not_panic() {
    let bytes = file(&[&story(20)]);
    let places = payloads(&bytes);
    let mut random = fastrand::Rng::with_seed(6);
    let mut opened = 0;
    for _ in 0..10_000 {
        let mut changed = bytes.clone();
        for _ in 0..random.usize(1..4) {
            let payload = &places[random.usize(..places.len())];
            let at = random.usize(payload.clone());
            changed[at] = if random.bool() { random.u8(..) } else { changed[at] ^ 1 << random.u8(..8) };
            seal(&mut changed, payload);
        }
        if let Ok(contents) = read(&changed) {
            opened += usize::from(contents.damage.is_none());
            contents.runs.iter().for_each(|run| ask(&open(run)));
        }
    }
    assert!(opened > 1_000, "{opened} changes made sense: the others were not what is asked for here");
}
