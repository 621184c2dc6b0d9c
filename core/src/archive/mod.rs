//! State as bytes: versioned, checksummed, and refused where it does not belong.
//!
//! Anything that implements [`Persist`] can be saved to flash and restored after a reset. Its fields
//! pass through an [`Archive`] one after another; the same walk counts, saves, checks and restores them,
//! so the two directions cannot disagree. Saving writes chunks and needs no second copy of the state
//! ([`save_to`]); restoring checks all bytes before it changes anything. With the feature
//! `embedded-storage`, `Slots` keeps a state in NOR flash through power cuts.
//!
//! ```
//! use situ::archive::{Archive, Error, Persist, restore, save};
//!
//! #[derive(Default)]
//! struct Average { sum: f32, count: u32 }
//!
//! impl Persist for Average {
//!     fn transfer(&mut self, archive: &mut Archive<'_>) {
//!         archive.expect(b"average");
//!         archive.number(&mut self.sum);
//!         archive.count(&mut self.count);
//!     }
//! }
//!
//! let (mut average, mut other) = (Average { sum: 5.0, count: 2 }, Average::default());
//! let mut page = [0xff; 64];
//! assert_eq!(restore(&mut other, &page), Err(Error::Blank));
//! save(&mut average, &mut page)?;
//! // The rest of the page is ignored.
//! restore(&mut other, &page)?;
//! assert_eq!((other.sum, other.count), (5.0, 2));
//!
//! page[20] ^= 1;
//! assert_eq!(restore(&mut other, &page), Err(Error::Damaged));
//! # Ok::<(), Error>(())
//! ```

mod checksum;
#[cfg(feature = "embedded-storage")]
mod slots;
mod state;
mod walk;

#[cfg(feature = "embedded-storage")]
pub use embedded_storage::nor_flash::NorFlash;
#[cfg(feature = "embedded-storage")]
pub use slots::{Slots, StoreError};
pub use state::{Error, restore, save, save_to, saved_bytes};
pub use walk::{Archive, Persist};
