-- +goose Up

-- fields is the JSON of what the organiser may set.
CREATE TABLE meetings (
    id         TEXT   NOT NULL PRIMARY KEY,
    conference TEXT   NOT NULL UNIQUE,
    owner      TEXT   NOT NULL,
    organizer  TEXT   NOT NULL,
    fields     TEXT   NOT NULL,
    expires    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    created    BIGINT NOT NULL,
    changed    BIGINT NOT NULL
);
CREATE INDEX meetings_owner ON meetings (owner, created);

-- +goose Down
DROP TABLE meetings;
