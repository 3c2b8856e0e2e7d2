import type { Migration } from '../migrations.ts'

/** Those of the database in PostgreSQL from the day on which daemons stand by. A landed one is never edited. */
export const laterMigrations: readonly Pick<Migration, 'name' | 'sql'>[] = [
  {
    name: '003-daemons',
    sql: `
      -- What each batch of the owner has changed, for those that stand by. A crash empties it, and then they
      -- read everything again: no decision hangs on it.
      create unlogged table batches (
        epoch bigint not null,
        number bigint not null,
        at timestamptz not null default clock_timestamp(),
        changes bytea not null,
        primary key (epoch, number)
      );
      create index batches_at on batches (at);
      create function keep_batch(held bigint, nth bigint, what bytea) returns void
      language plpgsql as $$
      begin
        perform hold_epoch(held);
        insert into batches (epoch, number, changes) values (held, nth, what) on conflict do nothing;
      end $$;

      -- Every daemon that was heard lately, and what it has read.
      create table daemons (
        name text primary key,
        version text not null,
        started timestamptz not null,
        heard timestamptz not null,
        epoch bigint not null,
        number bigint not null
      );

      -- What people ask of a daemon that stands by, for the one that works.
      create table requests (
        id text primary key,
        at timestamptz not null default clock_timestamp(),
        asked json not null,
        taken timestamptz,
        answer json
      );`,
  },
  {
    name: '004-urls',
    sql: `
      -- Where machines reach it, by the name of their network.
      alter table daemons add column urls json not null default '{}';`,
  },
  {
    name: '005-erasures',
    sql: `
      create table erasures (
        install text primary key,
        host text not null,
        ended_at timestamptz not null,
        record text not null
      );`,
  },
  {
    name: '006-batches-once',
    sql: `
      -- A batch that is sent again, since nobody said what became of it, is done once: the first may come late, when
      -- a later one has changed the same rows.
      create or replace function keep_batch(held bigint, nth bigint, what bytea) returns void
      language plpgsql as $$
      begin
        perform hold_epoch(held);
        insert into batches (epoch, number, changes) select held, nth, what
          where not exists (select 1 from batches where epoch = held and number >= nth)
          on conflict do nothing;
        if not found then
          raise exception 'batch % of epoch % is kept', nth, held using errcode = 'BW002';
        end if;
      end $$;`,
  },
]
