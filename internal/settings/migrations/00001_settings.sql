-- +goose Up
CREATE TABLE settings (
    kind       TEXT   NOT NULL,
    name_key   TEXT   NOT NULL, -- the name in ASCII lower case
    name       TEXT   NOT NULL, -- as it was spelled when it was made
    version    BIGINT NOT NULL,
    document   TEXT   NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT   NOT NULL,
    PRIMARY KEY (kind, name_key)
);
CREATE TABLE settings_changes (
    id         AUTOID,
    kind       TEXT   NOT NULL,
    name_key   TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    version    BIGINT NOT NULL, -- the version that the change made; 0 when it removed the document
    changed_at BIGINT NOT NULL,
    changed_by TEXT   NOT NULL,
    before_doc TEXT,            -- null when the change made the document
    after_doc  TEXT             -- null when the change removed it
);
CREATE INDEX settings_changes_by_name ON settings_changes (kind, name_key, id);

-- +goose Down
DROP TABLE settings_changes;
DROP TABLE settings;
