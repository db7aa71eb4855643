//! The web from outside: who may go where, what another county can learn, what strangers and hostile requests get; the kernel's
//! own pages about measures (scorecard, duties, the phone), which know none of them.

mod api;
mod duties;
mod edges;
mod fieldwork;
mod outing;
mod permissions;
mod plugins;
mod scorecard;
