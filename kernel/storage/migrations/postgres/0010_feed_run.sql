-- Files of feeds: how far each has been taken in, its bytes (sealed), and what was wrong with which row.
CREATE TABLE feed_run (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  plugin TEXT NOT NULL,
  feed TEXT NOT NULL,
  document BIGINT NOT NULL,
  file_name TEXT NOT NULL,
  digest TEXT NOT NULL,
  division BIGINT NOT NULL,
  rows BIGINT NOT NULL,
  done BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  -- The next block, from 0.
  block BIGINT NOT NULL,
  problem TEXT,
  at BIGINT NOT NULL,
  by_user BIGINT,
  by_name TEXT NOT NULL,
  ended_at BIGINT,
  CONSTRAINT feed_run_key PRIMARY KEY (county, id),
  CONSTRAINT feed_run_document_known FOREIGN KEY (county, document) REFERENCES document (county, id),
  CONSTRAINT feed_run_totals CHECK (done = taken + failed AND done <= rows)
);
CREATE INDEX feed_run_by_document ON feed_run (county, document, id);

-- Forgotten some time after the end.
CREATE TABLE feed_content (
  county BIGINT NOT NULL,
  run BIGINT NOT NULL,
  content BYTEA NOT NULL,
  CONSTRAINT feed_content_key PRIMARY KEY (county, run),
  CONSTRAINT feed_content_run_known FOREIGN KEY (county, run) REFERENCES feed_run (county, id)
);

CREATE TABLE feed_problem (
  county BIGINT NOT NULL,
  run BIGINT NOT NULL,
  line BIGINT NOT NULL,
  column_title TEXT NOT NULL,
  message TEXT NOT NULL,
  CONSTRAINT feed_problem_key PRIMARY KEY (county, run, line, column_title, message),
  CONSTRAINT feed_problem_run_known FOREIGN KEY (county, run) REFERENCES feed_run (county, id)
);
