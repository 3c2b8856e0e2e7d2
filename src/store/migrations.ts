/** A change of the schema; what it says is never edited once it has landed. */
export interface Migration {
  /** `001-first`: they are applied in the order of their numbers. */
  readonly name: string
  /** The name that kysely kept it by, where it was another. */
  readonly before?: string
  readonly sql: string
}

/** Every change of the schema, oldest first; the next one is added at the end. */
export const migrations: readonly Migration[] = [
  {
    name: '001-first',
    sql: `
      create table hosts (
        name text primary key,
        state text not null,
        life text not null,
        install text,
        deadline integer,
        percent integer,
        message text,
        facts text,
        last_seen integer
      );
      create index hosts_deadline on hosts (deadline);

      create table macs (mac text primary key);

      create table installs (
        id text primary key,
        host text not null,
        profile text not null,
        spec text not null,
        asked_at integer not null,
        ended_at integer,
        outcome text,
        reason text
      );
      create index installs_host on installs (host);

      create table attempts (
        token text primary key,
        install text,
        host text not null,
        number integer not null,
        mac text not null,
        address integer not null,
        opened_at integer not null,
        void integer not null,
        content text not null
      );
      create index attempts_host on attempts (host, number);

      create table leases (
        address integer primary key,
        network text not null,
        mac text not null,
        client_id text,
        hostname text,
        start integer not null,
        "end" integer not null,
        state text not null
      );
      create index leases_mac on leases (mac, network);

      create table events (
        id integer primary key autoincrement,
        at integer not null,
        last_at integer not null,
        count integer not null,
        host text,
        kind text not null,
        text text not null,
        data text
      );
      create index events_host on events (host, id);
      create index events_at on events (last_at);

      create table deliveries (
        id integer primary key autoincrement,
        key text not null unique,
        host text not null,
        install text not null,
        attempt integer not null,
        callback text not null,
        event text not null,
        role text not null,
        target text not null,
        body text not null,
        state text not null,
        tries integer not null,
        created_at integer not null,
        next_at integer not null,
        error text,
        pgid integer,
        process_start integer
      );
      create index deliveries_due on deliveries (next_at) where state in ('due', 'running');
      create index deliveries_host on deliveries (host);`,
  },
  {
    // Leases are looked up in memory: the index only cost a page with every lease.
    name: '002-leases-in-memory',
    sql: 'drop index leases_mac',
  },
  {
    name: '003-nic-vendors',
    before: '002-nic-vendors',
    sql: `
      create table nic_vendors (
        vendor text primary key,
        loader text not null,
        at integer not null
      )`,
  },
  {
    // What an attempt's installer proved over SSH.
    name: '004-ssh',
    before: '002-ssh',
    sql: 'alter table attempts add column proof text',
  },
  {
    // Names of the answer files of an attempt that were downloaded and burn by that, a JSON list.
    name: '005-burnt-files',
    before: '002-burnt-files',
    sql: "alter table attempts add column burnt text not null default '[]'",
  },
  {
    name: '006-admin-log',
    before: '003-admin-log',
    sql: `
      create table admin_log (
        id integer primary key autoincrement,
        at integer not null,
        who text not null,
        address text not null,
        action text not null,
        text text not null,
        hosts text not null,
        key text,
        request text,
        answer text
      );
      create index admin_log_key on admin_log (who, key);`,
  },
  {
    // Lines from before have their text alone; those with a code have none, it is made from their data.
    name: '007-event-codes',
    before: '004-event-codes',
    sql: 'alter table events add column code text',
  },
  {
    // The first UUID that was heard of a host.
    name: '008-host-uuid',
    before: '005-host-uuid',
    sql: 'alter table hosts add column uuid text',
  },
  {
    name: '009-sessions',
    before: '006-sessions',
    sql: `
      create table sessions (
        id text primary key,
        token text not null,
        proof text not null,
        ends_at integer not null,
        opened_at integer not null
      )`,
  },
  {
    // When an installer last said how far it is; unknown of installs that run while this is added.
    name: '010-progress-at',
    before: '007-progress-at',
    sql: 'alter table hosts add column progress_at integer',
  },
  {
    // An attempt that was sent and does not count yet; those from before all count.
    name: '011-prepared-attempts',
    before: '008-prepared-attempts',
    sql: 'alter table attempts add column prepared integer not null default 0',
  },
  {
    // Answer files and their templates may be megabytes, and every packet looks at attempts and installs.
    name: '012-files-apart',
    sql: `
      create table attempt_files (
        token text not null references attempts (token) on delete cascade,
        name text not null,
        text text not null,
        primary key (token, name)
      );
      insert into attempt_files (token, name, text)
        select token, file.key, file.value
        from attempts, json_each(content, '$.files') as file order by attempts.rowid, file.id;
      update attempts set content = json_remove(content, '$.files');

      create table install_templates (
        install text not null references installs (id) on delete cascade,
        name text not null,
        text text not null,
        primary key (install, name)
      );
      insert into install_templates (install, name, text)
        select installs.id, template.key, template.value
        from installs, json_each(spec, '$.templates') as template
        order by installs.rowid, template.id;
      update installs set spec = json_remove(spec, '$.templates');`,
  },
  {
    // Who has an address, where several clients share a MAC (boot/lease.ts).
    name: '013-lease-holder',
    sql: 'alter table leases add column holder text',
  },
  {
    name: '014-leases6',
    sql: `
      create table leases6 (
        address text primary key,
        network text not null,
        mac text,
        duid text not null,
        iaid integer not null,
        start integer not null,
        "end" integer not null,
        state text not null
      )`,
  },
  {
    // Cards of machines that are found by something else than their MAC (boot/found-by.ts).
    name: '015-host-cards',
    sql: `
      create table host_cards (
        mac text primary key,
        host text not null,
        at integer not null
      )`,
  },
  {
    name: '016-erasures',
    sql: `
      create table erasures (
        install text primary key,
        host text not null,
        ended_at integer not null,
        record text not null
      );
      create index erasures_host on erasures (host, install)`,
  },
]
