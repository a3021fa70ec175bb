-- Published definitions of services, each under the hash of its content, for ever: cases pin one.
-- body is the text of the definition's files, by name.
CREATE TABLE catalog_versions (
    slug      TEXT   NOT NULL,
    hash      TEXT   NOT NULL,
    body      TEXT   NOT NULL,
    published BIGINT NOT NULL,
    PRIMARY KEY (slug, hash)
);
