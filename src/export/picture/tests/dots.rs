//! Pictures in dots: their areas, their size, their letters.

use super::*;

/// The dots of a picture.
fn decode(bytes: &[u8]) -> (usize, Vec<[u8; 3]>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
    let mut dots = vec![0; reader.output_buffer_size().expect("a size")];
    let frame = reader.next_frame(&mut dots).expect("a frame");
    (frame.width as usize, dots[..frame.buffer_size()].as_chunks::<3>().0.to_vec())
}

#[test]
fn dots_have_the_areas_that_the_shapes_have() {
    let made = small();
    let picture = picture(&made, Subject::Tasks, &caption(), &Options::default());
    let green = [0x2f, 0xb4, 0x7f];
    for scale in [1.0, 2.0] {
        let bytes = picture.png(Theme::Dark, scale).expect("a PNG");
        assert_eq!(bytes, picture.png(Theme::Dark, scale).expect("a PNG"), "the same every time");
        let (width, dots) = decode(&bytes);
        assert_eq!((width, dots.len() / width), ((picture.size.0 * scale) as usize, (picture.size.1 * scale) as usize));
        let area: f64 = picture
            .moving
            .iter()
            .map(|element| {
                let Element::Lane(lane) = element else { return 0.0 };
                let work = lane
                    .stairs
                    .iter()
                    .filter(|s| s.fill == Fill::Solid(Ink::Role(crate::palette::Role::State(State::Running))));
                let units: u64 = work.flat_map(|s| &s.steps).map(|s| u64::from(s.columns) * u64::from(s.top)).sum();
                units as f64 * lane.scale.0 * lane.scale.1
            })
            .sum();
        let counted = dots.iter().filter(|dot| **dot == green).count() as f64 / scale / scale;
        // The legend has a little of it too; edges that a dot lies across have other colours.
        assert!((counted - area - 225.0).abs() < area * 0.03, "{counted} for {area}");
    }
}

#[test]
fn a_picture_too_large_is_refused_in_a_sentence() {
    let huge = Picture { size: (8_000.0, 8_000.0), ..Picture::default() };
    assert!(
        huge.png(Theme::Dark, 8.0).expect_err("too large").to_string().ends_with("choose a smaller width or scale")
    );
}

#[test]
fn every_character_of_the_interface_has_a_shape() {
    use ab_glyph::Font;
    let font = ab_glyph::FontRef::try_from_slice(include_bytes!("../../../../assets/fonts/JetBrainsMono-Bold.ttf"));
    let font = font.expect("the font");
    for c in "abcäöüßéñłğАяΩω0123456789×…→≈✓✗“”–·%µ".chars() {
        assert_ne!(font.glyph_id(c).0, 0, "{c}");
    }
}
