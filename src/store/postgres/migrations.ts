import type { Migration } from '../migrations.ts'
import { laterMigrations } from './later-migrations.ts'

/** Every change of the schema in PostgreSQL, oldest first; one that has landed is never edited. */
export const postgresMigrations: readonly Pick<Migration, 'name' | 'sql'>[] = [
  {
    name: '001-first',
    sql: `
      -- Who may write: every batch of a daemon carries the epoch of its claim.
      create table owners (
        network text primary key,
        daemon text not null,
        epoch bigint not null,
        since timestamptz not null,
        renewed timestamptz not null
      );
      create function hold_epoch(held bigint) returns void language plpgsql as $$
      begin
        perform 1 from owners where network = '*' and epoch = held for share;
        if not found then
          raise exception 'another daemon owns this database' using errcode = 'BW001';
        end if;
      end $$;

      create table learnt (name text primary key);

      create table hosts (
        name text primary key,
        state text not null check (state in
          ('idle', 'pending', 'booting', 'installing', 'verifying', 'installed', 'failed')),
        life json not null,
        install text,
        deadline timestamptz,
        percent double precision,
        message text,
        facts json,
        last_seen timestamptz,
        uuid text,
        progress_at timestamptz
      );
      create table macs (mac text primary key);

      create table installs (
        id text primary key,
        host text not null,
        profile text not null,
        spec json not null,
        asked_at timestamptz not null,
        ended_at timestamptz,
        outcome text,
        reason text
      );
      create index installs_host on installs (host, id);
      -- A host has one install at a time.
      create unique index installs_running on installs (host) where ended_at is null;

      create table install_templates (
        install text not null references installs (id) on delete cascade
          deferrable initially deferred,
        name text not null,
        text text not null,
        primary key (install, name)
      );

      create table attempts (
        token text primary key,
        install text,
        host text not null,
        number bigint not null,
        mac text not null,
        address inet not null,
        opened_at timestamptz not null,
        void boolean not null,
        content json not null,
        proof json,
        burnt json not null,
        prepared boolean not null
      );
      create index attempts_host on attempts (host, number);
      create unique index attempts_prepared on attempts (host) where prepared;

      create table attempt_files (
        token text not null references attempts (token) on delete cascade
          deferrable initially deferred,
        name text not null,
        text text not null,
        primary key (token, name)
      );

      -- An address has one lease.
      create table leases (
        address inet primary key,
        network text not null,
        mac text not null,
        client_id text,
        hostname text,
        start timestamptz not null,
        "end" timestamptz not null,
        state text not null check (state in ('active', 'released', 'declined')),
        holder text check (holder in ('renewing', 'apart'))
      );

      create table leases6 (
        address text primary key,
        network text not null,
        mac text,
        duid text not null,
        iaid bigint not null,
        start timestamptz not null,
        "end" timestamptz not null,
        state text not null
      );

      create table events (
        id bigint primary key,
        at timestamptz not null,
        last_at timestamptz not null,
        count bigint not null,
        host text,
        kind text not null,
        text text not null,
        data json,
        code text
      );
      create index events_host on events (host, id);
      create index events_dhcp on events (host, id) where kind = 'dhcp';
      create index events_at on events (last_at);

      create table deliveries (
        id bigint primary key,
        -- The idempotency key.
        key text not null unique,
        host text not null,
        install text not null,
        attempt bigint not null,
        callback text not null,
        event text not null,
        role text not null check (role in ('report', 'deploy')),
        target json not null,
        body text not null,
        state text not null check (state in
          ('due', 'running', 'delivered', 'undelivered', 'ended')),
        tries bigint not null,
        created_at timestamptz not null,
        next_at timestamptz not null,
        error text,
        pgid bigint,
        process_start bigint
      );
      create index deliveries_host on deliveries (host);

      create table nic_vendors (
        vendor text primary key,
        loader text not null,
        at timestamptz not null
      );

      create table admin_log (
        id bigint primary key,
        at timestamptz not null,
        who text not null,
        address text not null,
        action text not null,
        text text not null,
        hosts json not null,
        key text,
        request text,
        answer json
      );

      create table sessions (
        id text primary key,
        token text not null,
        proof text not null,
        ends_at timestamptz not null,
        opened_at timestamptz not null
      );`,
  },
  {
    name: '002-host-cards',
    sql: `
      create table host_cards (
        mac text primary key,
        host text not null,
        at timestamptz not null
      )`,
  },
  ...laterMigrations,
]
