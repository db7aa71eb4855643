-- Files of feeds: how far each has been taken in, its bytes (sealed), and what was wrong with which row.
CREATE TABLE feed_run (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  plugin TEXT NOT NULL,
  feed TEXT NOT NULL,
  document INTEGER NOT NULL,
  file_name TEXT NOT NULL,
  digest TEXT NOT NULL,
  division INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  done INTEGER NOT NULL,
  taken INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  -- The next block, from 0.
  block INTEGER NOT NULL,
  problem TEXT,
  at INTEGER NOT NULL,
  by_user INTEGER,
  by_name TEXT NOT NULL,
  ended_at INTEGER,
  CONSTRAINT feed_run_key PRIMARY KEY (county, id),
  CONSTRAINT feed_run_document_known FOREIGN KEY (county, document) REFERENCES document (county, id),
  CONSTRAINT feed_run_totals CHECK (done = taken + failed AND done <= rows)
) STRICT;
CREATE INDEX feed_run_by_document ON feed_run (county, document, id);

-- Forgotten some time after the end.
CREATE TABLE feed_content (
  county INTEGER NOT NULL,
  run INTEGER NOT NULL,
  content BLOB NOT NULL,
  CONSTRAINT feed_content_key PRIMARY KEY (county, run),
  CONSTRAINT feed_content_run_known FOREIGN KEY (county, run) REFERENCES feed_run (county, id)
) STRICT;

CREATE TABLE feed_problem (
  county INTEGER NOT NULL,
  run INTEGER NOT NULL,
  line INTEGER NOT NULL,
  column_title TEXT NOT NULL,
  message TEXT NOT NULL,
  CONSTRAINT feed_problem_key PRIMARY KEY (county, run, line, column_title, message),
  CONSTRAINT feed_problem_run_known FOREIGN KEY (county, run) REFERENCES feed_run (county, id)
) STRICT;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('feed_run', 'sqlite_autoindex_feed_run_1', '1000 100 1'),
  ('feed_run', 'feed_run_by_document', '1000 100 2 1'),
  ('feed_content', 'sqlite_autoindex_feed_content_1', '100 10 1'),
  ('feed_problem', 'sqlite_autoindex_feed_problem_1', '100000 10000 100 2 1 1');
ANALYZE sqlite_schema;
