//! Features of a window of samples, computed as the samples stream by.
//!
//! [`WindowFeatures`] reads a multi-channel stream and, every `hop` samples, computes the features
//! of the last `length` samples of each channel: mean, standard deviation and mean absolute difference,
//! or another [`Set`] of the [`Feature`]s.
//!
//! Samples are not stored: overlapping windows are accumulated side by side, length/hop of them,
//! rounded up.
//!
//! ```
//! use situ::features::{Window, WindowFeatures};
//!
//! let window = Window { length: 4, hop: 2 };
//! let mut stream = WindowFeatures::<f32, 1, 2>::new(window, 1)?;
//! let mut features = [0.0; 3];
//! let mut windows = 0;
//! for sample in [1.0, 3.0, 1.0, 3.0, 5.0, 7.0] {
//!     if stream.push(&[sample], &mut features)? {
//!         windows += 1;
//!     }
//! }
//! assert_eq!(windows, 2);
//! assert_eq!(features, [4.0, 5.0_f32.sqrt(), 2.0]);
//! # Ok::<(), situ::features::Error>(())
//! ```

mod extra;
mod set;
mod window;

pub use set::{Feature, Set};
pub use window::{Window, WindowFeatures};

error_enum! {
    /// Why samples were refused. The stream is then unchanged.
    ///
    /// ```
    /// use situ::features::{Error, Window, WindowFeatures};
    ///
    /// let window = Window { length: 4, hop: 1 };
    /// // Four windows overlap, more than the two of the type.
    /// assert_eq!(WindowFeatures::<f32, 2, 2>::new(window, 2), Err(Error::Capacity));
    /// let mut stream = WindowFeatures::<f32, 2, 4>::new(window, 2)?;
    /// let refused = stream.push(&[1.0, f32::NAN], &mut [0.0; 6]);
    /// assert_eq!(refused, Err(Error::NotFinite { channel: 1 }));
    /// # Ok::<(), Error>(())
    /// ```
    #[derive(Eq)]
    pub enum Error {
        /// Length or hop is zero, or channels or overlapping windows exceed the type's capacity.
        Capacity => "the window does not fit the stream's type",
        /// The sample's number of channels, or the length of the output, is wrong.
        Length => "wrong number of channels or features",
        /// A channel is NaN, infinite, or too large to square.
        NotFinite {
            /// Index of the channel.
            channel: usize,
        } => "channel {channel} is NaN, infinite or too large to square",
    }
}
