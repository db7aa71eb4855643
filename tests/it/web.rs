//! The web from outside: who may go where, what another county can learn, what strangers and hostile requests get.

mod api;
mod edges;
mod permissions;
mod plugins;
