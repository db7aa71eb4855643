-- Every noun of the kernel. Both engines have the same tables and columns (a test compares them); only types differ.
--
-- Ids are 64-bit integers from one counter for all tables. Dates are days since 1970-01-01, instants microseconds, money
-- fen, codes the numbers of their code table, flags 0 or 1, documents JSON as opaque text, secrets bytes.
-- `county` leads the key of every table that belongs to a tenant, and every foreign key, so that no row of one county can
-- ever point into another.

CREATE TABLE counter (
  name TEXT NOT NULL,
  next INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;
INSERT INTO counter (name, next) VALUES ('id', 1);

-- Shared by all counties ------------------------------------------------------------------------------------------------

CREATE TABLE division (
  code INTEGER NOT NULL,
  name TEXT NOT NULL,
  level TEXT NOT NULL,
  parent INTEGER,
  PRIMARY KEY (code),
  CONSTRAINT division_parent_known FOREIGN KEY (parent) REFERENCES division (code)
) STRICT;

CREATE TABLE calendar_day (
  day INTEGER NOT NULL,
  kind TEXT NOT NULL,
  occasion TEXT NOT NULL,
  PRIMARY KEY (day),
  CONSTRAINT calendar_day_kind CHECK (kind IN ('holiday', 'workday'))
) STRICT;

CREATE TABLE release (
  digest TEXT NOT NULL,
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  publisher TEXT NOT NULL,
  manifest TEXT NOT NULL,
  size INTEGER NOT NULL,
  installed_at INTEGER NOT NULL,
  installed_by INTEGER,
  component BLOB NOT NULL,
  PRIMARY KEY (digest),
  CONSTRAINT release_version_key UNIQUE (plugin, version)
) STRICT;

-- Who acts --------------------------------------------------------------------------------------------------------------

CREATE TABLE user_account (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  division INTEGER NOT NULL,
  active INTEGER NOT NULL,
  password_hash TEXT NOT NULL,
  failed_attempts INTEGER NOT NULL,
  locked_until INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT user_account_login_key UNIQUE (login)
) STRICT;

-- Only the hash of the token: a stolen copy of this table signs nobody in.
CREATE TABLE session (
  county INTEGER NOT NULL,
  token_hash BLOB NOT NULL,
  user_id INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  idle_until INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (token_hash),
  CONSTRAINT session_user_known FOREIGN KEY (county, user_id) REFERENCES user_account (county, id)
) STRICT;
CREATE INDEX session_by_user ON session (county, user_id);

-- The file --------------------------------------------------------------------------------------------------------------

CREATE TABLE household (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  number TEXT NOT NULL,
  division INTEGER NOT NULL,
  hukou_division INTEGER,
  address TEXT NOT NULL,
  head INTEGER,
  created_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT household_number_key UNIQUE (county, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX household_by_division ON household (county, division, id);

CREATE TABLE person (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  division INTEGER NOT NULL,
  name TEXT NOT NULL,
  id_number BLOB NOT NULL,
  id_number_index BLOB NOT NULL,
  sex INTEGER NOT NULL,
  birth_date INTEGER NOT NULL,
  ethnicity INTEGER NOT NULL,
  hukou_address TEXT NOT NULL,
  phone BLOB,
  death_date INTEGER,
  created_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT person_id_number_key UNIQUE (county, id_number_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE membership (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  household INTEGER NOT NULL,
  person INTEGER NOT NULL,
  relation INTEGER NOT NULL,
  co_resident INTEGER NOT NULL,
  uncounted_reason INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  PRIMARY KEY (county, id),
  CONSTRAINT membership_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
  CONSTRAINT membership_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT membership_person_known FOREIGN KEY (county, person) REFERENCES person (county, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_by_household ON membership (county, household, id);
CREATE INDEX membership_by_person ON membership (county, person, id);
CREATE UNIQUE INDEX membership_open_key ON membership (county, person) WHERE valid_to IS NULL;

CREATE TABLE fact (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  household INTEGER,
  person INTEGER,
  field TEXT NOT NULL,
  value_int INTEGER,
  value_text TEXT,
  value_sealed BLOB,
  qualifier INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  source INTEGER NOT NULL,
  note TEXT NOT NULL,
  batch TEXT,
  evidence INTEGER,
  recorded_at INTEGER NOT NULL,
  recorded_by INTEGER,
  superseded_by INTEGER,
  superseded_at INTEGER,
  PRIMARY KEY (county, id),
  CONSTRAINT fact_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
  CONSTRAINT fact_one_subject CHECK ((household IS NULL) <> (person IS NULL)),
  CONSTRAINT fact_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT fact_person_known FOREIGN KEY (county, person) REFERENCES person (county, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX fact_by_person ON fact (county, person, field, id);
CREATE INDEX fact_by_household ON fact (county, household, field, id);

-- What a household can be found by; tokens of sealed values are keyed hashes.
CREATE TABLE term (
  county INTEGER NOT NULL,
  kind TEXT NOT NULL,
  token TEXT NOT NULL,
  household INTEGER NOT NULL,
  person INTEGER NOT NULL,
  division INTEGER NOT NULL,
  PRIMARY KEY (county, kind, token, household, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX term_by_owner ON term (county, household, person);

-- Plugins' records ------------------------------------------------------------------------------------------------------

CREATE TABLE document (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  plugin TEXT NOT NULL,
  collection TEXT NOT NULL,
  key TEXT NOT NULL,
  title TEXT NOT NULL,
  household INTEGER,
  person INTEGER,
  division INTEGER NOT NULL,
  state TEXT NOT NULL,
  assignee_role TEXT,
  assignee INTEGER,
  since INTEGER NOT NULL,
  due INTEGER,
  final_state INTEGER NOT NULL,
  body TEXT NOT NULL,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT document_key_key UNIQUE (county, plugin, collection, key),
  CONSTRAINT document_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT document_person_known FOREIGN KEY (county, person) REFERENCES person (county, id)
) STRICT;
CREATE INDEX document_by_collection ON document (county, plugin, collection, id);
CREATE INDEX document_by_household ON document (county, household, id);
CREATE INDEX document_open ON document (county, assignee_role, due, id) WHERE final_state = 0;

CREATE TABLE document_index (
  county INTEGER NOT NULL,
  plugin TEXT NOT NULL,
  collection TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  document INTEGER NOT NULL,
  PRIMARY KEY (county, plugin, collection, name, value, document),
  CONSTRAINT document_index_document_known FOREIGN KEY (county, document) REFERENCES document (county, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_index_by_document ON document_index (county, document);

CREATE TABLE document_step (
  county INTEGER NOT NULL,
  document INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  action TEXT NOT NULL,
  from_state TEXT,
  to_state TEXT NOT NULL,
  due INTEGER,
  by_user INTEGER,
  by_name TEXT NOT NULL,
  at INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (county, document, revision),
  CONSTRAINT document_step_document_known FOREIGN KEY (county, document) REFERENCES document (county, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE invocation (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  digest TEXT NOT NULL,
  point TEXT NOT NULL,
  subject TEXT NOT NULL,
  household INTEGER,
  as_of INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by_user INTEGER,
  input_hash TEXT NOT NULL,
  output_hash TEXT NOT NULL,
  outcome TEXT NOT NULL,
  micros INTEGER NOT NULL,
  input BLOB NOT NULL,
  reads BLOB NOT NULL,
  output BLOB NOT NULL,
  PRIMARY KEY (county, id)
) STRICT;
CREATE INDEX invocation_by_plugin ON invocation (county, plugin, id);

CREATE TABLE decision (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  scheme TEXT NOT NULL,
  household INTEGER NOT NULL,
  person INTEGER,
  document INTEGER,
  division INTEGER NOT NULL,
  effect TEXT NOT NULL,
  outcome TEXT NOT NULL,
  outcome_zh TEXT NOT NULL,
  outcome_en TEXT NOT NULL,
  amount INTEGER NOT NULL,
  covered_persons INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  reasons TEXT NOT NULL,
  figures TEXT NOT NULL,
  supersedes INTEGER,
  as_of INTEGER NOT NULL,
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  digest TEXT NOT NULL,
  parameters TEXT NOT NULL,
  input_hash TEXT NOT NULL,
  invocation INTEGER NOT NULL,
  decided_at INTEGER NOT NULL,
  decided_by INTEGER,
  decided_by_name TEXT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT decision_superseded_once UNIQUE (county, supersedes),
  CONSTRAINT decision_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
  CONSTRAINT decision_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT decision_person_known FOREIGN KEY (county, person) REFERENCES person (county, id),
  CONSTRAINT decision_document_known FOREIGN KEY (county, document) REFERENCES document (county, id),
  CONSTRAINT decision_invocation_known FOREIGN KEY (county, invocation) REFERENCES invocation (county, id)
) STRICT;
CREATE INDEX decision_by_household ON decision (county, household, scheme, id);

CREATE TABLE notice (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  number TEXT,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  household INTEGER,
  document INTEGER,
  decision INTEGER,
  division INTEGER NOT NULL,
  issued_on INTEGER NOT NULL,
  issued_at INTEGER NOT NULL,
  issued_by INTEGER,
  issued_by_name TEXT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT notice_number_key UNIQUE (county, number),
  CONSTRAINT notice_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT notice_document_known FOREIGN KEY (county, document) REFERENCES document (county, id),
  CONSTRAINT notice_decision_known FOREIGN KEY (county, decision) REFERENCES decision (county, id)
) STRICT;
CREATE INDEX notice_by_household ON notice (county, household, id);
CREATE INDEX notice_by_document ON notice (county, document, id);

CREATE TABLE attachment_content (
  county INTEGER NOT NULL,
  digest TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (county, digest)
) STRICT;

CREATE TABLE attachment (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  digest TEXT NOT NULL,
  household INTEGER,
  document INTEGER,
  division INTEGER NOT NULL,
  added_at INTEGER NOT NULL,
  added_by INTEGER,
  added_by_name TEXT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT attachment_content_known FOREIGN KEY (county, digest) REFERENCES attachment_content (county, digest),
  CONSTRAINT attachment_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT attachment_document_known FOREIGN KEY (county, document) REFERENCES document (county, id)
) STRICT;
CREATE INDEX attachment_by_household ON attachment (county, household, id);
CREATE INDEX attachment_by_document ON attachment (county, document, id);

-- Policy and configuration ----------------------------------------------------------------------------------------------

CREATE TABLE parameter (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  code TEXT NOT NULL,
  value INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  source TEXT NOT NULL,
  verified INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  recorded_by INTEGER,
  replaced_by INTEGER,
  replaced_at INTEGER,
  PRIMARY KEY (county, id)
) STRICT;
CREATE UNIQUE INDEX parameter_date_key ON parameter (county, code, valid_from) WHERE replaced_by IS NULL;

-- valid_to is exclusive; a pin that was replaced before it began has valid_to = valid_from.
CREATE TABLE enablement (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  plugin TEXT NOT NULL,
  digest TEXT NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  settings TEXT NOT NULL,
  grants TEXT NOT NULL,
  enabled_at INTEGER NOT NULL,
  enabled_by INTEGER,
  PRIMARY KEY (county, id),
  CONSTRAINT enablement_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
  CONSTRAINT enablement_release_known FOREIGN KEY (digest) REFERENCES release (digest)
) STRICT;
CREATE UNIQUE INDEX enablement_open_key ON enablement (county, plugin) WHERE valid_to IS NULL;

-- Due work --------------------------------------------------------------------------------------------------------------

CREATE TABLE event (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  topic TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (county, id)
) STRICT;

CREATE TABLE job (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  run_at INTEGER NOT NULL,
  lease_until INTEGER,
  attempts INTEGER NOT NULL,
  last_error TEXT,
  dead INTEGER NOT NULL,
  done_at INTEGER,
  PRIMARY KEY (county, id),
  CONSTRAINT job_dedupe_key UNIQUE (county, dedupe_key)
) STRICT;
CREATE INDEX job_due ON job (run_at, id) WHERE done_at IS NULL AND dead = 0;

CREATE TABLE import_batch (
  county INTEGER NOT NULL,
  code TEXT NOT NULL,
  file_name TEXT NOT NULL,
  file_digest TEXT NOT NULL,
  rows INTEGER NOT NULL,
  households_new INTEGER NOT NULL,
  households_unchanged INTEGER NOT NULL,
  rows_failed INTEGER NOT NULL,
  division INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by_user INTEGER,
  by_name TEXT NOT NULL,
  PRIMARY KEY (county, code)
) STRICT;

-- Promises --------------------------------------------------------------------------------------------------------------

CREATE TABLE revision (
  county INTEGER NOT NULL,
  key TEXT NOT NULL,
  rev INTEGER NOT NULL,
  PRIMARY KEY (county, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
  county INTEGER NOT NULL,
  key TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (county, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  county INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by_user INTEGER,
  by_name TEXT NOT NULL,
  role TEXT NOT NULL,
  what TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (county, seq)
) STRICT;
CREATE INDEX audit_by_subject ON audit (county, subject, seq);

-- What is written once stays as it was written.
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'doudi: audit rows are never changed'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'doudi: audit rows are never changed'); END;
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'doudi: decision rows are never changed'); END;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'doudi: decision rows are never changed'); END;
CREATE TRIGGER document_step_no_update BEFORE UPDATE ON document_step BEGIN SELECT RAISE(ABORT, 'doudi: document_step rows are never changed'); END;
CREATE TRIGGER document_step_no_delete BEFORE DELETE ON document_step BEGIN SELECT RAISE(ABORT, 'doudi: document_step rows are never changed'); END;

-- What the planner must know about a county's size: fixed statistics (rows, then rows per distinct prefix of the index's
-- columns) instead of ANALYZE. Without any, it believes that a county holds ten rows of everything, and walks the county's
-- three million facts where an index knows the person's ten. PostgreSQL keeps its own statistics.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('household', 'household_by_division', '100000 10000 40 1'),
  ('household', 'sqlite_autoindex_household_2', '100000 10000 1'),
  ('household', 'household', '100000 10000 1'),
  ('person', 'sqlite_autoindex_person_2', '300000 30000 1'),
  ('person', 'person', '300000 30000 1'),
  ('membership', 'membership_open_key', '15000 15000 1'),
  ('membership', 'membership_by_person', '300000 30000 1 1'),
  ('membership', 'membership_by_household', '300000 30000 4 1'),
  ('membership', 'membership', '300000 30000 1'),
  ('fact', 'fact_by_household', '3000000 300000 6 1 1'),
  ('fact', 'fact_by_person', '3000000 300000 10 1 1'),
  ('fact', 'fact', '3000000 300000 1'),
  ('term', 'term_by_owner', '3000000 300000 30 15'),
  ('term', 'term', '3000000 300000 50000 20 20 1'),
  ('document', 'document_open', '10000 10000 400 5 1'),
  ('document', 'document_by_household', '200000 20000 3 1'),
  ('document', 'document_by_collection', '200000 20000 2000 1000 1'),
  ('document', 'sqlite_autoindex_document_2', '200000 20000 2000 1000 1'),
  ('document', 'sqlite_autoindex_document_1', '200000 20000 1'),
  ('document_index', 'document_index_by_document', '400000 40000 2'),
  ('document_index', 'document_index', '400000 40000 4000 2000 1000 20 1'),
  ('document_step', 'document_step', '800000 80000 6 1'),
  ('decision', 'decision_by_household', '200000 20000 3 2 1'),
  ('decision', 'sqlite_autoindex_decision_2', '200000 20000 1'),
  ('decision', 'sqlite_autoindex_decision_1', '200000 20000 1'),
  ('notice', 'notice_by_document', '200000 20000 2 1'),
  ('notice', 'notice_by_household', '200000 20000 3 1'),
  ('notice', 'sqlite_autoindex_notice_2', '200000 20000 1'),
  ('notice', 'sqlite_autoindex_notice_1', '200000 20000 1'),
  ('attachment', 'attachment_by_document', '200000 20000 3 1'),
  ('attachment', 'attachment_by_household', '200000 20000 4 1'),
  ('attachment', 'sqlite_autoindex_attachment_1', '200000 20000 1'),
  ('attachment_content', 'sqlite_autoindex_attachment_content_1', '200000 20000 1'),
  ('event', 'sqlite_autoindex_event_1', '1000000 100000 1'),
  ('job', 'job_due', '50000 2 1'),
  ('job', 'sqlite_autoindex_job_2', '1000000 100000 1'),
  ('job', 'sqlite_autoindex_job_1', '1000000 100000 1'),
  ('audit', 'audit_by_subject', '3000000 300000 10 5'),
  ('audit', 'sqlite_autoindex_audit_1', '3000000 300000 1'),
  ('invocation', 'invocation_by_plugin', '500000 50000 5000 1'),
  ('invocation', 'sqlite_autoindex_invocation_1', '500000 50000 1'),
  ('parameter', 'parameter_date_key', '100 100 5 1'),
  ('parameter', 'sqlite_autoindex_parameter_1', '2000 200 1'),
  ('enablement', 'enablement_open_key', '20 20 1'),
  ('enablement', 'sqlite_autoindex_enablement_1', '400 40 1'),
  ('revision', 'revision', '500000 50000 1'),
  ('idempotency', 'idempotency', '500000 50000 1'),
  ('session', 'session_by_user', '1000 100 2'),
  ('session', 'sqlite_autoindex_session_1', '1000 1'),
  ('user_account', 'sqlite_autoindex_user_account_2', '3000 1'),
  ('user_account', 'sqlite_autoindex_user_account_1', '3000 300 1'),
  ('import_batch', 'sqlite_autoindex_import_batch_1', '1000 100 1');
ANALYZE sqlite_schema;
