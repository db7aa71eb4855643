-- What concerns one person of a collection of tens of thousands: assessments, agreements and visits of a supported person, a nightly
-- job asks for each of them.
CREATE INDEX document_by_person ON document (county, person, id) WHERE person IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('document', 'document_by_person', '200000 20000 3 1');
ANALYZE sqlite_schema;
