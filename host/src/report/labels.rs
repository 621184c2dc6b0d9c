//! Places the names of curves beside the curves without overlap.

/// A text box in pixels, with y pointing down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub left: i32,
    pub width: i32,
    /// Middle of the line of text.
    pub y: i32,
}

impl Place {
    fn covers(&self, other: &Self, height: i32) -> bool {
        self.left < other.left + other.width
            && other.left < self.left + self.width
            && (self.y - other.y).abs() < height
    }
}

/// Moves overlapping lines of this height apart, half up and half down, between 0 and `bottom`.
pub fn spread(places: &mut [Place], height: i32, bottom: i32) {
    let mut up = places.to_vec();
    push(&mut up, height, -1);
    push(places, height, 1);
    for (place, up) in places.iter_mut().zip(up) {
        place.y = i32::midpoint(place.y, up.y);
    }
    // Lines that were moved in only one of the two directions may overlap now.
    push(places, height, 1);
    places.iter_mut().for_each(|place| place.y = place.y.min(bottom - height / 2));
    push(places, height, -1);
    places.iter_mut().for_each(|place| place.y = place.y.max(height / 2));
    push(places, height, 1);
}

/// Moves each line in this direction past the lines before it.
fn push(places: &mut [Place], height: i32, direction: i32) {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|index| direction * places[*index].y);
    for (count, &index) in order.iter().enumerate() {
        let mut place = places[index];
        while let Some(&other) = order[..count].iter().find(|o| place.covers(&places[**o], height))
        {
            place.y = places[other].y + direction * height;
        }
        places[index] = place;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_line_covers_another(
            lines in prop::collection::vec((0..400_i32, 20..120_i32, 0..300_i32), 0..14)
        ) {
            let place = |(left, width, y)| Place { left, width, y };
            let mut places: Vec<Place> = lines.into_iter().map(place).collect();
            spread(&mut places, 18, 320);
            for (index, place) in places.iter().enumerate() {
                prop_assert!((9..=320 - 9).contains(&place.y));
                for other in &places[..index] {
                    prop_assert!(!place.covers(other, 18), "{place:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_apart_stays() {
        let apart = [Place { left: 0, width: 50, y: 100 }, Place { left: 10, width: 50, y: 130 }];
        let mut places = apart;
        spread(&mut places, 18, 320);
        assert_eq!(places, apart);
    }
}
