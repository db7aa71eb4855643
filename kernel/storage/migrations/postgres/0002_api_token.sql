-- What other programs sign their requests with, and what they were answered.

-- Only the hash of the token: a stolen copy of this table opens nothing.
CREATE TABLE api_token (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  token_hash BYTEA NOT NULL,
  user_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by BIGINT,
  expires_at BIGINT NOT NULL,
  seen_at BIGINT,
  revoked_at BIGINT,
  PRIMARY KEY (county, id),
  CONSTRAINT api_token_hash_key UNIQUE (token_hash),
  CONSTRAINT api_token_user_known FOREIGN KEY (county, user_id) REFERENCES user_account (county, id)
);
CREATE INDEX api_token_by_user ON api_token (county, user_id, id);

-- The first answer to a request with an idempotency key, for its repeats. The key itself stays in `idempotency` when the
-- answer is gone: what was done once is never done again.
CREATE TABLE api_answer (
  county BIGINT NOT NULL,
  key TEXT NOT NULL,
  fingerprint BYTEA NOT NULL,
  status BIGINT NOT NULL,
  headers TEXT NOT NULL,
  body BYTEA NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, key)
);
CREATE INDEX api_answer_by_time ON api_answer (at);
