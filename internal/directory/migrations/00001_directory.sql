-- +goose Up

-- One row. Every change of the directory raises the generation, so that other
-- processes notice with one cheap query that what they remember is old.
CREATE TABLE directory_state (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    generation BIGINT  NOT NULL
);
INSERT INTO directory_state (one, generation) VALUES (1, 1);

-- Columns named _key hold the folded form by which names are compared.
CREATE TABLE directory_organisations (
    organisation_key TEXT   PRIMARY KEY,
    organisation     TEXT   NOT NULL,
    domain           TEXT   NOT NULL,
    domain_key       TEXT   NOT NULL,
    netbios_key      TEXT   NOT NULL UNIQUE,
    sid              TEXT   NOT NULL UNIQUE,
    next_rid         BIGINT NOT NULL
);

CREATE TABLE directory_users (
    id               TEXT    PRIMARY KEY,
    organisation_key TEXT    NOT NULL REFERENCES directory_organisations (organisation_key),
    name             TEXT    NOT NULL,
    name_key         TEXT    NOT NULL,
    common_name      TEXT    NOT NULL,
    common_key       TEXT    NOT NULL,
    container        TEXT    NOT NULL,
    container_key    TEXT    NOT NULL,
    display_name     TEXT    NOT NULL,
    display_key      TEXT    NOT NULL,
    upn              TEXT    NOT NULL,
    upn_key          TEXT    NOT NULL UNIQUE,
    smtp             TEXT    NOT NULL,
    smtp_key         TEXT    NOT NULL, -- not unique: addresses can clash
    sip              TEXT    NOT NULL,
    sip_key          TEXT    NOT NULL, -- not unique either
    sid              TEXT    NOT NULL UNIQUE,
    enabled          INTEGER NOT NULL,
    protected        INTEGER NOT NULL,
    service          INTEGER NOT NULL,
    linked           INTEGER NOT NULL,
    password         TEXT    NOT NULL, -- argon2id in PHC form, '' for none
    version          BIGINT  NOT NULL,
    created          BIGINT  NOT NULL,
    changed          BIGINT  NOT NULL,
    UNIQUE (organisation_key, name_key),
    UNIQUE (organisation_key, container_key, common_key)
);
CREATE INDEX directory_users_smtp ON directory_users (smtp_key);
CREATE INDEX directory_users_sip ON directory_users (sip_key);
CREATE INDEX directory_users_name ON directory_users (name_key);
CREATE INDEX directory_users_common ON directory_users (common_key);
CREATE INDEX directory_users_display ON directory_users (display_key);

CREATE TABLE directory_groups (
    id               TEXT    PRIMARY KEY,
    organisation_key TEXT    NOT NULL REFERENCES directory_organisations (organisation_key),
    name             TEXT    NOT NULL,
    name_key         TEXT    NOT NULL,
    sid              TEXT    NOT NULL,
    built_in         INTEGER NOT NULL,
    protects         INTEGER NOT NULL, -- its members are protected accounts
    UNIQUE (organisation_key, name_key)
);

-- A member is a user or a group.
CREATE TABLE directory_members (
    group_id  TEXT NOT NULL REFERENCES directory_groups (id),
    member_id TEXT NOT NULL,
    PRIMARY KEY (group_id, member_id)
);
CREATE INDEX directory_members_member ON directory_members (member_id);
