-- What other programs sign their requests with, and what they were answered.

-- Only the hash of the token: a stolen copy of this table opens nothing.
CREATE TABLE api_token (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  token_hash BLOB NOT NULL,
  user_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by INTEGER,
  expires_at INTEGER NOT NULL,
  seen_at INTEGER,
  revoked_at INTEGER,
  PRIMARY KEY (county, id),
  CONSTRAINT api_token_hash_key UNIQUE (token_hash),
  CONSTRAINT api_token_user_known FOREIGN KEY (county, user_id) REFERENCES user_account (county, id)
) STRICT;
CREATE INDEX api_token_by_user ON api_token (county, user_id, id);

-- The first answer to a request with an idempotency key, for its repeats. The key itself stays in `idempotency` when the
-- answer is gone: what was done once is never done again.
CREATE TABLE api_answer (
  county INTEGER NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  status INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (county, key)
) STRICT;
CREATE INDEX api_answer_by_time ON api_answer (at);
