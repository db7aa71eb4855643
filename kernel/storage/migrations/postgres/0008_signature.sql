-- Whose signature counts: the publishers' keys the city knows, the signatures stored with a release, and what each county asks of
-- a package from which day on.

-- Only a revocation changes a key, once; a name is never used again.
CREATE TABLE publisher_key (
  name TEXT NOT NULL,
  publisher TEXT NOT NULL,
  public_key TEXT NOT NULL,
  key_id TEXT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to BIGINT,
  added_at BIGINT NOT NULL,
  added_by BIGINT,
  revoked_at BIGINT,
  revoked_by BIGINT,
  revoked_reason TEXT,
  PRIMARY KEY (name),
  CONSTRAINT publisher_key_key UNIQUE (public_key),
  CONSTRAINT publisher_key_period CHECK (valid_to IS NULL OR valid_to > valid_from)
);

-- Several for one release, and more may come later.
CREATE TABLE release_signature (
  digest TEXT NOT NULL,
  signature TEXT NOT NULL,
  key_id TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  received_by BIGINT,
  PRIMARY KEY (digest, signature),
  CONSTRAINT release_signature_release_known FOREIGN KEY (digest) REFERENCES release (digest)
);

CREATE TABLE trust_policy (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  valid_from BIGINT NOT NULL,
  rule TEXT NOT NULL,
  needed BIGINT NOT NULL,
  keys TEXT NOT NULL,
  reason TEXT NOT NULL,
  set_at BIGINT NOT NULL,
  set_by BIGINT,
  PRIMARY KEY (county, id)
);
CREATE INDEX trust_policy_by_date ON trust_policy (county, valid_from, id);

CREATE TRIGGER trust_policy_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON trust_policy FOR EACH STATEMENT EXECUTE FUNCTION written_once();
CREATE TRIGGER publisher_key_never_deleted BEFORE DELETE OR TRUNCATE ON publisher_key FOR EACH STATEMENT EXECUTE FUNCTION written_once();
CREATE TRIGGER publisher_key_written_once BEFORE UPDATE OF name, publisher, public_key, key_id, valid_from, valid_to ON publisher_key
FOR EACH STATEMENT EXECUTE FUNCTION written_once();
