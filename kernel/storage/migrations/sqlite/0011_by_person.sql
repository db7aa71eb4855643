-- What concerns one person among tens of thousands: a nightly job asks for the assessments, agreements and visits of each supported
-- person, and a roster whether each payee stands on another line.
CREATE INDEX document_by_person ON document (county, person, id) WHERE person IS NOT NULL;
CREATE INDEX payment_by_person ON payment (county, person, month) WHERE person IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('document', 'document_by_person', '200000 20000 3 1'),
  ('payment', 'payment_by_person', '500000 50000 30 1');
ANALYZE sqlite_schema;
