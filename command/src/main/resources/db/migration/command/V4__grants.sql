-- Who reads and works which queue, and which organizations share their tickets. Repeats what events of queues, teams,
-- people and organizations say, in their transactions: a revocation holds when its command is acknowledged, on every
-- node, however far the read models are. Reads join it where they ask.

-- A queue that is not here is open: every agent reads and works it.
create table command.restricted_queue (
    queue text not null primary key
);

-- Whoever is here reads. Person or team, never both.
create table command.queue_grant (
    queue  text    not null,
    holder text    not null, -- person id or team key, as granted
    person uuid,
    team   text,
    works  boolean not null,
    primary key (queue, holder),
    check ((person is null) <> (team is null))
);
create index queue_grant_person on command.queue_grant (person) where person is not null;
create index queue_grant_team on command.queue_grant (team) where team is not null;

create table command.team_member (
    team   text not null,
    person uuid not null,
    primary key (team, person)
);
create index team_member_person on command.team_member (person);

-- One row for each way in which somebody came by a right.
create view command.queue_right as
    select queue, person, works from command.queue_grant where person is not null
    union all
    select g.queue, m.person, g.works from command.queue_grant g join command.team_member m on m.team = g.team;

create table command.organization_member (
    person       uuid not null primary key,
    organization uuid not null
);

-- Their requesters see each other's tickets.
create table command.sharing_organization (
    organization uuid not null primary key
);

grant select, insert, update, delete on command.restricted_queue, command.queue_grant, command.team_member,
    command.organization_member, command.sharing_organization to ${app_role};
grant select on command.queue_right to ${app_role};
