-- +goose Up

CREATE TABLE rbac_assignments (
    name_key    TEXT   PRIMARY KEY, -- lower-case name
    name        TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    assignee_id TEXT   NOT NULL,    -- of the directory
    assignee    TEXT   NOT NULL,    -- its name when it was assigned
    created     BIGINT NOT NULL,
    UNIQUE (role, assignee_id)
);
CREATE INDEX rbac_assignments_assignee ON rbac_assignments (assignee_id);
