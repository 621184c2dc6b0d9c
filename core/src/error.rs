//! The macro behind every module's error, and one error for code that uses several modules.

/// A module's error: a small `Copy` enum, each variant with its display text, in which the fields of the
/// variant can be used.
macro_rules! error_enum {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $(
                $(#[$doc:meta])*
                $variant:ident
                $({ $($(#[$field_doc:meta])* $field:ident: $field_type:ty,)* })?
                $(($inner:ident: $inner_type:ty))?
                => $text:literal,
            )*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$doc])*
                $variant $({ $($(#[$field_doc])* $field: $field_type,)* })? $(($inner_type))?,
            )*
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self {
                    $(Self::$variant $({ $($field,)* })? $(($inner))? => {
                        write!(formatter, $text)
                    })*
                }
            }
        }

        impl core::error::Error for $name {}
    };
}

/// Any error of this crate: `?` converts every module's error into it.
///
/// Each module reports its own small error; this one is for functions that call more than one
/// module.
///
/// ```
/// use situ::{ftrl, matrix::Matrix, solve};
///
/// fn first_pivot_as_step() -> Result<ftrl::Constant<f32>, situ::Error> {
///     let mut inverse = Matrix::zeros();
///     solve::invert(&Matrix::from_rows([[4.0_f32, 1.0], [2.0, 3.0]]), &mut inverse)?;
///     Ok(ftrl::Constant::new(inverse.rows[0][0])?)
/// }
///
/// assert!(first_pivot_as_step().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Error {
    /// From [`archive`](crate::archive).
    Archive(crate::archive::Error),
    /// From [`attention`](crate::attention).
    Attention(crate::attention::Error),
    /// From [`construct::computer`](crate::construct::computer).
    Computer(crate::construct::computer::Error),
    /// From [`decoder`](crate::decoder).
    Decoder(crate::decoder::Error),
    /// From [`features`](crate::features).
    Features(crate::features::Error),
    /// From [`filter`](crate::filter).
    Filter(crate::filter::Error),
    /// From [`ftrl`](crate::ftrl).
    Ftrl(crate::ftrl::Error),
    /// From [`games`](crate::games).
    Games(crate::games::Error),
    /// From [`normtune`](crate::normtune).
    Normtune(crate::normtune::Error),
    /// From [`online`](crate::online).
    Online(crate::online::Error),
    /// From [`solve`](crate::solve).
    Solve(crate::solve::Error),
    /// From [`transformer`](crate::transformer) and the written transformers of
    /// [`construct`](crate::construct).
    Transformer(crate::transformer::Error),
    /// From [`variational`](crate::variational).
    Variational(crate::variational::Error),
}

/// Applies a macro to every variant with the path of its error.
macro_rules! convert {
    ($($variant:ident: $error:path;)*) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })*

        impl core::fmt::Display for Error {
            /// Displays the module's own error.
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self {
                    $(Self::$variant(error) => error.fmt(formatter),)*
                }
            }
        }
    };
}

convert! {
    Archive: crate::archive::Error;
    Attention: crate::attention::Error;
    Computer: crate::construct::computer::Error;
    Decoder: crate::decoder::Error;
    Features: crate::features::Error;
    Filter: crate::filter::Error;
    Ftrl: crate::ftrl::Error;
    Games: crate::games::Error;
    Normtune: crate::normtune::Error;
    Online: crate::online::Error;
    Solve: crate::solve::Error;
    Transformer: crate::transformer::Error;
    Variational: crate::variational::Error;
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::Error;
    use std::string::ToString;

    #[test]
    fn an_error_reads_as_that_of_its_module() {
        let inner = crate::features::Error::NotFinite { channel: 3 };
        assert_eq!(Error::from(inner).to_string(), inner.to_string());
        assert_eq!(Error::from(inner), Error::Features(inner));
        assert!(size_of::<Error>() <= 32, "{}", size_of::<Error>());
    }
    #[cfg(feature = "defmt")]
    #[test]
    fn errors_and_configurations_can_be_logged() {
        fn formatted<T: defmt::Format>() {}
        formatted::<Error>();
        formatted::<crate::online::Shape>();
        formatted::<crate::online::Target<f32>>();
        formatted::<crate::online::MemoryConfiguration<f32>>();
        formatted::<crate::ftrl::Ftrl<crate::ftrl::Entropic, crate::ftrl::Power<f32>>>();
        formatted::<crate::construct::computer::subleq::Machine>();
    }

    #[cfg(feature = "serde")]
    #[test]
    fn errors_and_configurations_can_be_serialized() {
        fn read<T: serde::Serialize + for<'a> serde::Deserialize<'a>>() {}
        fn written<T: serde::Serialize>() {}
        read::<Error>();
        read::<crate::online::Shape>();
        read::<crate::online::Target<f32>>();
        read::<crate::online::MemoryConfiguration<f32>>();
        written::<crate::ftrl::Ftrl<crate::ftrl::Entropic, crate::ftrl::Power<f32>>>();
        read::<crate::construct::computer::subleq::Machine>();
    }
}
