-- Every noun of the kernel. Both engines have the same tables and columns (a test compares them); only types differ.
--
-- Ids are 64-bit integers from one counter for all tables. Dates are days since 1970-01-01, instants microseconds, money
-- fen, codes the numbers of their code table, flags 0 or 1, documents JSON as opaque text, secrets bytes.
-- `county` leads the key of every table that belongs to a tenant, and every foreign key, so that no row of one county can
-- ever point into another.

-- Ids come from here; the other engine, which has no sequences, keeps a table `counter`.
CREATE SEQUENCE id_sequence AS BIGINT START 1;

-- Shared by all counties ------------------------------------------------------------------------------------------------

CREATE TABLE division (
  code BIGINT NOT NULL,
  name TEXT NOT NULL,
  level TEXT NOT NULL,
  parent BIGINT,
  PRIMARY KEY (code),
  CONSTRAINT division_parent_known FOREIGN KEY (parent) REFERENCES division (code)
);

CREATE TABLE calendar_day (
  day BIGINT NOT NULL,
  kind TEXT NOT NULL,
  occasion TEXT NOT NULL,
  PRIMARY KEY (day),
  CONSTRAINT calendar_day_kind CHECK (kind IN ('holiday', 'workday'))
);

CREATE TABLE release (
  digest TEXT NOT NULL,
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  publisher TEXT NOT NULL,
  manifest TEXT NOT NULL,
  size BIGINT NOT NULL,
  installed_at BIGINT NOT NULL,
  installed_by BIGINT,
  component BYTEA NOT NULL,
  PRIMARY KEY (digest),
  CONSTRAINT release_version_key UNIQUE (plugin, version)
);

-- Who acts --------------------------------------------------------------------------------------------------------------

CREATE TABLE user_account (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  division BIGINT NOT NULL,
  active BIGINT NOT NULL,
  password_hash TEXT NOT NULL,
  failed_attempts BIGINT NOT NULL,
  locked_until BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT user_account_login_key UNIQUE (login)
);

-- Only the hash of the token: a stolen copy of this table signs nobody in.
CREATE TABLE session (
  county BIGINT NOT NULL,
  token_hash BYTEA NOT NULL,
  user_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  idle_until BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (token_hash),
  CONSTRAINT session_user_known FOREIGN KEY (county, user_id) REFERENCES user_account (county, id)
);
CREATE INDEX session_by_user ON session (county, user_id);

-- The file --------------------------------------------------------------------------------------------------------------

CREATE TABLE household (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  number TEXT NOT NULL,
  division BIGINT NOT NULL,
  hukou_division BIGINT,
  address TEXT NOT NULL,
  head BIGINT,
  created_at BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT household_number_key UNIQUE (county, number)
);
CREATE INDEX household_by_division ON household (county, division, id);

CREATE TABLE person (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  division BIGINT NOT NULL,
  name TEXT NOT NULL,
  id_number BYTEA NOT NULL,
  id_number_index BYTEA NOT NULL,
  sex BIGINT NOT NULL,
  birth_date BIGINT NOT NULL,
  ethnicity BIGINT NOT NULL,
  hukou_address TEXT NOT NULL,
  phone BYTEA,
  death_date BIGINT,
  created_at BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT person_id_number_key UNIQUE (county, id_number_index)
);

CREATE TABLE membership (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  household BIGINT NOT NULL,
  person BIGINT NOT NULL,
  relation BIGINT NOT NULL,
  co_resident BIGINT NOT NULL,
  uncounted_reason BIGINT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to BIGINT,
  PRIMARY KEY (county, id),
  CONSTRAINT membership_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
  CONSTRAINT membership_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT membership_person_known FOREIGN KEY (county, person) REFERENCES person (county, id)
);
CREATE INDEX membership_by_household ON membership (county, household, id);
CREATE INDEX membership_by_person ON membership (county, person, id);
CREATE UNIQUE INDEX membership_open_key ON membership (county, person) WHERE valid_to IS NULL;

CREATE TABLE fact (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  household BIGINT,
  person BIGINT,
  field TEXT NOT NULL,
  value_int BIGINT,
  value_text TEXT,
  value_sealed BYTEA,
  qualifier BIGINT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to BIGINT,
  source BIGINT NOT NULL,
  note TEXT NOT NULL,
  batch TEXT,
  evidence BIGINT,
  recorded_at BIGINT NOT NULL,
  recorded_by BIGINT,
  superseded_by BIGINT,
  superseded_at BIGINT,
  PRIMARY KEY (county, id),
  CONSTRAINT fact_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
  CONSTRAINT fact_one_subject CHECK ((household IS NULL) <> (person IS NULL)),
  CONSTRAINT fact_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT fact_person_known FOREIGN KEY (county, person) REFERENCES person (county, id)
);
CREATE INDEX fact_by_person ON fact (county, person, field, id);
CREATE INDEX fact_by_household ON fact (county, household, field, id);

-- What a household can be found by; tokens of sealed values are keyed hashes.
CREATE TABLE term (
  county BIGINT NOT NULL,
  kind TEXT NOT NULL,
  token TEXT COLLATE "C" NOT NULL,
  household BIGINT NOT NULL,
  person BIGINT NOT NULL,
  division BIGINT NOT NULL,
  PRIMARY KEY (county, kind, token, household, person)
);
CREATE INDEX term_by_owner ON term (county, household, person);

-- Plugins' records ------------------------------------------------------------------------------------------------------

CREATE TABLE document (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  plugin TEXT NOT NULL,
  collection TEXT NOT NULL,
  key TEXT NOT NULL,
  title TEXT NOT NULL,
  household BIGINT,
  person BIGINT,
  division BIGINT NOT NULL,
  state TEXT NOT NULL,
  assignee_role TEXT,
  assignee BIGINT,
  since BIGINT NOT NULL,
  due BIGINT,
  final_state BIGINT NOT NULL,
  body TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT document_key_key UNIQUE (county, plugin, collection, key),
  CONSTRAINT document_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT document_person_known FOREIGN KEY (county, person) REFERENCES person (county, id)
);
CREATE INDEX document_by_collection ON document (county, plugin, collection, id);
CREATE INDEX document_by_household ON document (county, household, id);
CREATE INDEX document_open ON document (county, assignee_role, due, id) WHERE final_state = 0;

CREATE TABLE document_index (
  county BIGINT NOT NULL,
  plugin TEXT NOT NULL,
  collection TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  document BIGINT NOT NULL,
  PRIMARY KEY (county, plugin, collection, name, value, document),
  CONSTRAINT document_index_document_known FOREIGN KEY (county, document) REFERENCES document (county, id)
);
CREATE INDEX document_index_by_document ON document_index (county, document);

CREATE TABLE document_step (
  county BIGINT NOT NULL,
  document BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  action TEXT NOT NULL,
  from_state TEXT,
  to_state TEXT NOT NULL,
  due BIGINT,
  by_user BIGINT,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (county, document, revision),
  CONSTRAINT document_step_document_known FOREIGN KEY (county, document) REFERENCES document (county, id)
);

CREATE TABLE invocation (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  digest TEXT NOT NULL,
  point TEXT NOT NULL,
  subject TEXT NOT NULL,
  household BIGINT,
  as_of BIGINT NOT NULL,
  at BIGINT NOT NULL,
  by_user BIGINT,
  input_hash TEXT NOT NULL,
  output_hash TEXT NOT NULL,
  outcome TEXT NOT NULL,
  micros BIGINT NOT NULL,
  input BYTEA NOT NULL,
  reads BYTEA NOT NULL,
  output BYTEA NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX invocation_by_plugin ON invocation (county, plugin, id);

CREATE TABLE decision (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  scheme TEXT NOT NULL,
  household BIGINT NOT NULL,
  person BIGINT,
  document BIGINT,
  division BIGINT NOT NULL,
  effect TEXT NOT NULL,
  outcome TEXT NOT NULL,
  outcome_zh TEXT NOT NULL,
  outcome_en TEXT NOT NULL,
  amount BIGINT NOT NULL,
  covered_persons BIGINT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to BIGINT,
  reasons TEXT NOT NULL,
  figures TEXT NOT NULL,
  supersedes BIGINT,
  as_of BIGINT NOT NULL,
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  digest TEXT NOT NULL,
  parameters TEXT NOT NULL,
  input_hash TEXT NOT NULL,
  invocation BIGINT NOT NULL,
  decided_at BIGINT NOT NULL,
  decided_by BIGINT,
  decided_by_name TEXT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT decision_superseded_once UNIQUE (county, supersedes),
  CONSTRAINT decision_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
  CONSTRAINT decision_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT decision_person_known FOREIGN KEY (county, person) REFERENCES person (county, id),
  CONSTRAINT decision_document_known FOREIGN KEY (county, document) REFERENCES document (county, id),
  CONSTRAINT decision_invocation_known FOREIGN KEY (county, invocation) REFERENCES invocation (county, id)
);
CREATE INDEX decision_by_household ON decision (county, household, scheme, id);

CREATE TABLE notice (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  number TEXT,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  household BIGINT,
  document BIGINT,
  decision BIGINT,
  division BIGINT NOT NULL,
  issued_on BIGINT NOT NULL,
  issued_at BIGINT NOT NULL,
  issued_by BIGINT,
  issued_by_name TEXT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT notice_number_key UNIQUE (county, number),
  CONSTRAINT notice_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT notice_document_known FOREIGN KEY (county, document) REFERENCES document (county, id),
  CONSTRAINT notice_decision_known FOREIGN KEY (county, decision) REFERENCES decision (county, id)
);
CREATE INDEX notice_by_household ON notice (county, household, id);
CREATE INDEX notice_by_document ON notice (county, document, id);

CREATE TABLE attachment_content (
  county BIGINT NOT NULL,
  digest TEXT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (county, digest)
);

CREATE TABLE attachment (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  digest TEXT NOT NULL,
  household BIGINT,
  document BIGINT,
  division BIGINT NOT NULL,
  added_at BIGINT NOT NULL,
  added_by BIGINT,
  added_by_name TEXT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT attachment_content_known FOREIGN KEY (county, digest) REFERENCES attachment_content (county, digest),
  CONSTRAINT attachment_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT attachment_document_known FOREIGN KEY (county, document) REFERENCES document (county, id)
);
CREATE INDEX attachment_by_household ON attachment (county, household, id);
CREATE INDEX attachment_by_document ON attachment (county, document, id);

-- Policy and configuration ----------------------------------------------------------------------------------------------

CREATE TABLE parameter (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  code TEXT NOT NULL,
  value BIGINT NOT NULL,
  valid_from BIGINT NOT NULL,
  source TEXT NOT NULL,
  verified BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  recorded_by BIGINT,
  replaced_by BIGINT,
  replaced_at BIGINT,
  PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX parameter_date_key ON parameter (county, code, valid_from) WHERE replaced_by IS NULL;

-- valid_to is exclusive; a pin that was replaced before it began has valid_to = valid_from.
CREATE TABLE enablement (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  plugin TEXT NOT NULL,
  digest TEXT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to BIGINT,
  settings TEXT NOT NULL,
  grants TEXT NOT NULL,
  enabled_at BIGINT NOT NULL,
  enabled_by BIGINT,
  PRIMARY KEY (county, id),
  CONSTRAINT enablement_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
  CONSTRAINT enablement_release_known FOREIGN KEY (digest) REFERENCES release (digest)
);
CREATE UNIQUE INDEX enablement_open_key ON enablement (county, plugin) WHERE valid_to IS NULL;

-- Due work --------------------------------------------------------------------------------------------------------------

CREATE TABLE event (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  topic TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, id)
);

CREATE TABLE job (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  lease_until BIGINT,
  attempts BIGINT NOT NULL,
  last_error TEXT,
  dead BIGINT NOT NULL,
  done_at BIGINT,
  PRIMARY KEY (county, id),
  CONSTRAINT job_dedupe_key UNIQUE (county, dedupe_key)
);
CREATE INDEX job_due ON job (run_at, id) WHERE done_at IS NULL AND dead = 0;

CREATE TABLE import_batch (
  county BIGINT NOT NULL,
  code TEXT NOT NULL,
  file_name TEXT NOT NULL,
  file_digest TEXT NOT NULL,
  rows BIGINT NOT NULL,
  households_new BIGINT NOT NULL,
  households_unchanged BIGINT NOT NULL,
  rows_failed BIGINT NOT NULL,
  division BIGINT NOT NULL,
  at BIGINT NOT NULL,
  by_user BIGINT,
  by_name TEXT NOT NULL,
  PRIMARY KEY (county, code)
);

-- Promises --------------------------------------------------------------------------------------------------------------

CREATE TABLE revision (
  county BIGINT NOT NULL,
  key TEXT NOT NULL,
  rev BIGINT NOT NULL,
  PRIMARY KEY (county, key)
);

CREATE TABLE idempotency (
  county BIGINT NOT NULL,
  key TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, key)
);

CREATE TABLE audit (
  county BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  by_user BIGINT,
  by_name TEXT NOT NULL,
  role TEXT NOT NULL,
  what TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (county, seq)
);
CREATE INDEX audit_by_subject ON audit (county, subject, seq);

-- What is written once stays as it was written.
CREATE FUNCTION written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'doudi: % rows are never changed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION written_once();
CREATE TRIGGER decision_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON decision FOR EACH STATEMENT EXECUTE FUNCTION written_once();
CREATE TRIGGER document_step_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON document_step FOR EACH STATEMENT EXECUTE FUNCTION written_once();
