-- Whose signature counts: the publishers' keys the city knows, the signatures stored with a release, and what each county asks of
-- a package from which day on.

-- Only a revocation changes a key, once; a name is never used again.
CREATE TABLE publisher_key (
  name TEXT NOT NULL,
  publisher TEXT NOT NULL,
  public_key TEXT NOT NULL,
  key_id TEXT NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  added_at INTEGER NOT NULL,
  added_by INTEGER,
  revoked_at INTEGER,
  revoked_by INTEGER,
  revoked_reason TEXT,
  PRIMARY KEY (name),
  CONSTRAINT publisher_key_key UNIQUE (public_key),
  CONSTRAINT publisher_key_period CHECK (valid_to IS NULL OR valid_to > valid_from)
) STRICT;

-- Several for one release, and more may come later.
CREATE TABLE release_signature (
  digest TEXT NOT NULL,
  signature TEXT NOT NULL,
  key_id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  received_by INTEGER,
  PRIMARY KEY (digest, signature),
  CONSTRAINT release_signature_release_known FOREIGN KEY (digest) REFERENCES release (digest)
) STRICT;

CREATE TABLE trust_policy (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  rule TEXT NOT NULL,
  needed INTEGER NOT NULL,
  keys TEXT NOT NULL,
  reason TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  set_by INTEGER,
  PRIMARY KEY (county, id)
) STRICT;
CREATE INDEX trust_policy_by_date ON trust_policy (county, valid_from, id);

CREATE TRIGGER trust_policy_no_update BEFORE UPDATE ON trust_policy BEGIN SELECT RAISE(ABORT, 'doudi: trust_policy rows are never changed'); END;
CREATE TRIGGER trust_policy_no_delete BEFORE DELETE ON trust_policy BEGIN SELECT RAISE(ABORT, 'doudi: trust_policy rows are never deleted'); END;
CREATE TRIGGER publisher_key_no_delete BEFORE DELETE ON publisher_key BEGIN SELECT RAISE(ABORT, 'doudi: publisher_key rows are never deleted'); END;
CREATE TRIGGER publisher_key_no_update BEFORE UPDATE OF name, publisher, public_key, key_id, valid_from, valid_to ON publisher_key
BEGIN SELECT RAISE(ABORT, 'doudi: publisher_key rows are never changed but revoked'); END;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('publisher_key', 'sqlite_autoindex_publisher_key_1', '50 1'),
  ('publisher_key', 'sqlite_autoindex_publisher_key_2', '50 1'),
  ('release_signature', 'sqlite_autoindex_release_signature_1', '500 2 1'),
  ('trust_policy', 'sqlite_autoindex_trust_policy_1', '100 10 1'),
  ('trust_policy', 'trust_policy_by_date', '100 10 1 1');
ANALYZE sqlite_schema;
