import type { Database } from './database.ts'

/** Texts by name. */
export type Texts = Readonly<Record<string, string>>

type TextTable =
  | { readonly table: 'attempt_files'; readonly owner: 'token' }
  | { readonly table: 'install_templates'; readonly owner: 'install' }

/**
 * Texts that belong to a row of another table, and go with it. They may be megabytes, and are read when
 * they are needed alone.
 */
export function createTexts(db: Database, { table, owner }: TextTable) {
  const add = db.statement(`insert into ${table} (${owner}, name, text) values (?, ?, ?)`)
  const replace = db.statement(`update ${table} set text = ? where ${owner} = ? and name = ?`)
  const all = db.statement<{ name: string; text: string }>(
    `select name, text from ${table} where ${owner} = ? order by rowid`,
  )
  const one = db.statement<{ text: string }>(
    `select text from ${table} where ${owner} = ? and name = ?`,
  )
  const has = db.statement(`select 1 from ${table} where ${owner} = ? and name = ?`)
  return {
    /** To be called within a write. */
    add(id: string, texts: Texts): void {
      for (const [name, text] of Object.entries(texts)) add.run(id, name, text)
    },
    /** Each of these names has another text from now on. To be called within a write. */
    replace(id: string, texts: Texts): void {
      for (const [name, text] of Object.entries(texts)) replace.run(text, id, name)
    },
    /** All of a row, in the order in which they were added; read when they are first asked for. */
    of(id: string): () => Texts {
      let read: Texts | undefined
      return () => {
        read ??= Object.fromEntries(all.all(id).map(({ name, text }) => [name, text]))
        return read
      }
    },
    one: (id: string, name: string): string | undefined => one.get(id, name)?.text,
    has: (id: string, name: string): boolean => has.get(id, name) !== undefined,
  }
}
