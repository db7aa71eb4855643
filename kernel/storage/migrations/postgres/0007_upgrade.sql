-- Upgrades of a county from one version of a plugin to another, the documents rewritten for them, what a county accepts without
-- a second signature, and its acceptance cases.

CREATE TABLE upgrade (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  plugin TEXT NOT NULL,
  from_digest TEXT NOT NULL,
  to_digest TEXT NOT NULL,
  begins BIGINT NOT NULL,
  settings TEXT NOT NULL,
  grants TEXT NOT NULL,
  state TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  opened_by BIGINT,
  opened_by_name TEXT NOT NULL,
  signed_at BIGINT,
  signed_by BIGINT,
  signed_by_name TEXT,
  sign_reason TEXT,
  -- The difference that was signed, as a document.
  signed_difference TEXT,
  switched_at BIGINT,
  switched_by BIGINT,
  switched_by_name TEXT,
  pin BIGINT,
  documents BIGINT NOT NULL,
  grace_until BIGINT,
  ended_at BIGINT,
  ended_by BIGINT,
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
);
CREATE INDEX upgrade_by_plugin ON upgrade (county, plugin, id);
CREATE UNIQUE INDEX upgrade_open_key ON upgrade (county, plugin) WHERE state = 'open';

-- A document as it was when it was read, and as the other version wants it. Rewritten here, aside, while the old version still
-- works; taken over in the transaction of the switch; kept for the way back until the grace time is over.
CREATE TABLE upgrade_document (
  county BIGINT NOT NULL,
  upgrade BIGINT NOT NULL,
  document BIGINT NOT NULL,
  collection TEXT NOT NULL,
  -- Of the document that was read; the switch makes it one more.
  revision BIGINT NOT NULL,
  old_title TEXT NOT NULL,
  old_state TEXT NOT NULL,
  old_assignee_role TEXT,
  old_assignee BIGINT,
  old_since BIGINT NOT NULL,
  old_due BIGINT,
  old_final_state BIGINT NOT NULL,
  old_body TEXT NOT NULL,
  new_title TEXT NOT NULL,
  new_state TEXT NOT NULL,
  new_assignee_role TEXT,
  new_assignee BIGINT,
  new_since BIGINT NOT NULL,
  new_due BIGINT,
  new_final_state BIGINT NOT NULL,
  new_body TEXT NOT NULL,
  PRIMARY KEY (county, upgrade, document),
  CONSTRAINT upgrade_document_upgrade_known FOREIGN KEY (county, upgrade) REFERENCES upgrade (county, id),
  CONSTRAINT upgrade_document_document_known FOREIGN KEY (county, document) REFERENCES document (county, id)
);

CREATE TABLE upgrade_index (
  county BIGINT NOT NULL,
  upgrade BIGINT NOT NULL,
  document BIGINT NOT NULL,
  side TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (county, upgrade, document, side, name, value),
  CONSTRAINT upgrade_index_side CHECK (side IN ('old', 'new')),
  CONSTRAINT upgrade_index_document_known FOREIGN KEY (county, upgrade, document)
    REFERENCES upgrade_document (county, upgrade, document)
);

-- Absent: the program's own.
CREATE TABLE upgrade_bounds (
  county BIGINT NOT NULL,
  lost BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  money BIGINT NOT NULL,
  grace_days BIGINT NOT NULL,
  report_days BIGINT NOT NULL,
  set_at BIGINT NOT NULL,
  set_by BIGINT,
  set_by_name TEXT NOT NULL,
  PRIMARY KEY (county)
);

CREATE TABLE acceptance_case (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  plugin TEXT NOT NULL,
  name TEXT NOT NULL,
  date BIGINT NOT NULL,
  scenario TEXT NOT NULL,
  source TEXT NOT NULL,
  note TEXT NOT NULL,
  saved_at BIGINT NOT NULL,
  saved_by BIGINT,
  saved_by_name TEXT NOT NULL,
  withdrawn_at BIGINT,
  withdrawn_by BIGINT,
  withdrawn_by_name TEXT,
  PRIMARY KEY (county, id),
  CONSTRAINT acceptance_case_source CHECK (source IN ('household', 'form', 'file'))
);
CREATE INDEX acceptance_case_by_plugin ON acceptance_case (county, plugin, id);
CREATE UNIQUE INDEX acceptance_case_name_key ON acceptance_case (county, plugin, name) WHERE withdrawn_at IS NULL;
