-- Upgrades of a county from one version of a plugin to another, the documents rewritten for them, what a county accepts without
-- a second signature, and its acceptance cases.

CREATE TABLE upgrade (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  plugin TEXT NOT NULL,
  from_digest TEXT NOT NULL,
  to_digest TEXT NOT NULL,
  begins INTEGER NOT NULL,
  settings TEXT NOT NULL,
  grants TEXT NOT NULL,
  state TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  opened_by INTEGER,
  opened_by_name TEXT NOT NULL,
  signed_at INTEGER,
  signed_by INTEGER,
  signed_by_name TEXT,
  sign_reason TEXT,
  -- The difference that was signed, as a document.
  signed_difference TEXT,
  switched_at INTEGER,
  switched_by INTEGER,
  switched_by_name TEXT,
  pin INTEGER,
  documents INTEGER NOT NULL,
  grace_until INTEGER,
  ended_at INTEGER,
  ended_by INTEGER,
  ended_by_name TEXT,
  end_reason TEXT,
  PRIMARY KEY (county, id),
  CONSTRAINT upgrade_state CHECK (state IN ('open', 'switched', 'rolled-back', 'cancelled')),
  CONSTRAINT upgrade_two_people CHECK (signed_by IS NULL OR opened_by IS NULL OR signed_by <> opened_by),
  CONSTRAINT upgrade_signed_whole CHECK ((signed_at IS NULL) = (sign_reason IS NULL) AND (signed_at IS NULL) = (signed_difference IS NULL)),
  CONSTRAINT upgrade_ended_whole CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
  CONSTRAINT upgrade_from_known FOREIGN KEY (from_digest) REFERENCES release (digest),
  CONSTRAINT upgrade_to_known FOREIGN KEY (to_digest) REFERENCES release (digest),
  CONSTRAINT upgrade_pin_known FOREIGN KEY (county, pin) REFERENCES enablement (county, id)
) STRICT;
CREATE INDEX upgrade_by_plugin ON upgrade (county, plugin, id);
CREATE UNIQUE INDEX upgrade_open_key ON upgrade (county, plugin) WHERE state = 'open';

-- A document as it was when it was read, and as the other version wants it. Rewritten here, aside, while the old version still
-- works; taken over in the transaction of the switch; kept for the way back until the grace time is over.
CREATE TABLE upgrade_document (
  county INTEGER NOT NULL,
  upgrade INTEGER NOT NULL,
  document INTEGER NOT NULL,
  collection TEXT NOT NULL,
  -- Of the document that was read; the switch makes it one more.
  revision INTEGER NOT NULL,
  old_title TEXT NOT NULL,
  old_state TEXT NOT NULL,
  old_assignee_role TEXT,
  old_assignee INTEGER,
  old_since INTEGER NOT NULL,
  old_due INTEGER,
  old_final_state INTEGER NOT NULL,
  old_body TEXT NOT NULL,
  new_title TEXT NOT NULL,
  new_state TEXT NOT NULL,
  new_assignee_role TEXT,
  new_assignee INTEGER,
  new_since INTEGER NOT NULL,
  new_due INTEGER,
  new_final_state INTEGER NOT NULL,
  new_body TEXT NOT NULL,
  PRIMARY KEY (county, upgrade, document),
  CONSTRAINT upgrade_document_upgrade_known FOREIGN KEY (county, upgrade) REFERENCES upgrade (county, id),
  CONSTRAINT upgrade_document_document_known FOREIGN KEY (county, document) REFERENCES document (county, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE upgrade_index (
  county INTEGER NOT NULL,
  upgrade INTEGER NOT NULL,
  document INTEGER NOT NULL,
  side TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (county, upgrade, document, side, name, value),
  CONSTRAINT upgrade_index_side CHECK (side IN ('old', 'new')),
  CONSTRAINT upgrade_index_document_known FOREIGN KEY (county, upgrade, document)
    REFERENCES upgrade_document (county, upgrade, document)
) STRICT, WITHOUT ROWID;

-- Absent: the program's own.
CREATE TABLE upgrade_bounds (
  county INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  money INTEGER NOT NULL,
  grace_days INTEGER NOT NULL,
  report_days INTEGER NOT NULL,
  set_at INTEGER NOT NULL,
  set_by INTEGER,
  set_by_name TEXT NOT NULL,
  PRIMARY KEY (county)
) STRICT;

CREATE TABLE acceptance_case (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  plugin TEXT NOT NULL,
  name TEXT NOT NULL,
  date INTEGER NOT NULL,
  scenario TEXT NOT NULL,
  source TEXT NOT NULL,
  note TEXT NOT NULL,
  saved_at INTEGER NOT NULL,
  saved_by INTEGER,
  saved_by_name TEXT NOT NULL,
  withdrawn_at INTEGER,
  withdrawn_by INTEGER,
  withdrawn_by_name TEXT,
  PRIMARY KEY (county, id),
  CONSTRAINT acceptance_case_source CHECK (source IN ('household', 'form', 'file'))
) STRICT;
CREATE INDEX acceptance_case_by_plugin ON acceptance_case (county, plugin, id);
CREATE UNIQUE INDEX acceptance_case_name_key ON acceptance_case (county, plugin, name) WHERE withdrawn_at IS NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('upgrade', 'upgrade_by_plugin', '500 50 5 1'),
  ('upgrade', 'sqlite_autoindex_upgrade_1', '500 50 1'),
  ('upgrade_document', 'upgrade_document', '100000 50000 20000 1'),
  ('upgrade_index', 'upgrade_index', '400000 200000 80000 4 2 1 1'),
  ('acceptance_case', 'acceptance_case_by_plugin', '500 50 20 1'),
  ('acceptance_case', 'sqlite_autoindex_acceptance_case_1', '500 50 1');
ANALYZE sqlite_schema;
