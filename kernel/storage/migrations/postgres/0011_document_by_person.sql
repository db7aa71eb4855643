-- What concerns one person of a collection of tens of thousands: assessments, agreements and visits of a supported person, a nightly
-- job asks for each of them.
CREATE INDEX document_by_person ON document (county, person, id) WHERE person IS NOT NULL;
