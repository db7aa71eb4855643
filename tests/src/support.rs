//! What the tests stand on: guests as bytes, a made-up snapshot for calls without a database, a server in this process, the
//! cast, a family, questions to a page, the programs as processes, and measures with a fault in them.

pub mod cluster;
pub mod family;
pub mod guests;
pub mod measures;
pub mod page;
pub mod people;
pub mod program;
pub mod reads;
pub mod server;
pub mod wrong;

pub use page::Page;
pub use server::TestServer;
