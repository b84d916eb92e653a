//! What the configuration of Azure Functions means.

pub mod apps;
pub mod extensions;
pub mod pythons;
