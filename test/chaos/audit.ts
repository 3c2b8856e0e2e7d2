import { tables } from '../../src/store/postgres/tables.ts'
import type { TestDatabase } from '../store/postgres-server.ts'

/** The role by which the database knows a daemon. */
export const roleOf = (n: number): string => `daemon${n}`

/** The database's own view of who writes: triggers note every claim and batch, and whoever writes without a claim. */
export function auditWrites({ psql }: TestDatabase): void {
  psql(noting)
  for (const { name } of tables) {
    psql(`create trigger audit after insert or update or delete on ${name}
      for each statement execute function audit.wrote()`)
  }
}

const noting = `
  create schema audit;
  create table audit.claims (epoch bigint, who text);
  create table audit.batches (epoch bigint, number bigint, who text, sum text);
  create table audit.wrong (what text);

  create function audit.claimed() returns trigger language plpgsql as $$
  begin
    if tg_op = 'INSERT' or new.epoch > old.epoch then
      insert into audit.claims values (new.epoch, session_user);
    elsif new.epoch < old.epoch then
      insert into audit.wrong values (format('%s put the epoch back to %s', session_user, new.epoch));
    elsif not exists (select 1 from audit.claims where epoch = new.epoch and who = session_user) then
      insert into audit.wrong values (format('%s renewed the claim of another', session_user));
    end if;
    return null;
  end $$;
  create trigger audit after insert or update on owners
    for each row execute function audit.claimed();

  create function audit.batch() returns trigger language plpgsql as $$
  begin
    insert into audit.batches values (new.epoch, new.number, session_user, md5(new.changes));
    return null;
  end $$;
  create trigger audit after insert on batches for each row execute function audit.batch();

  create function audit.wrote() returns trigger language plpgsql as $$
  declare owner text;
  begin
    select who into owner from owners join audit.claims using (epoch) where network = '*';
    if owner is distinct from session_user then
      insert into audit.wrong
        values (format('%s wrote %s, and %s has the database', session_user, tg_table_name, owner));
    end if;
    return null;
  end $$;`

/** What the triggers have seen that must not be. */
export function wrongWrites({ psql }: TestDatabase): string[] {
  const said = psql(`
    select distinct what from audit.wrong
    union all select format('epoch %s was claimed %s times', epoch, count(*)) from audit.claims
      group by epoch having count(*) > 1
    union all select format('epoch %s was written by %s', epoch, string_agg(distinct who, ' and '))
      from audit.batches group by epoch having count(distinct who) > 1
    union all select format('batch %s of epoch %s was written twice, and not the same', number, epoch)
      from audit.batches group by epoch, number having count(distinct sum) > 1
    union all select format('epoch %s was written by %s and claimed by another', batches.epoch, batches.who)
      from audit.batches where not exists (select 1 from audit.claims
        where claims.epoch = batches.epoch and claims.who = batches.who)`)
  return said === '' ? [] : said.split('\n')
}
