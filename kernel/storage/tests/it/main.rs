//! Storage as its callers see it: every test runs on SQLite and, where a server is named, on PostgreSQL.

mod answers;
mod audit;
mod bulk;
mod columns;
mod configuration;
mod crash;
mod decisions;
mod documents;
mod facts;
mod feeds;
mod fixture;
mod grant_uses;
mod households;
mod identity;
mod jobs;
mod payments;
mod schema;
mod scope;
mod search;
mod shadow;
mod tokens;
mod trust;
mod upgrades;
mod webhooks;
mod writers;
