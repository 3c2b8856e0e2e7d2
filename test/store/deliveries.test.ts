import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { createDeliveries } from '../../src/store/deliveries.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createTransactions } from '../../src/store/transactions.ts'

t.test(
  'what is looked for every second is not looked for among all that was delivered',
  async t => {
    const connection = new DatabaseSync(':memory:')
    migrate(connection)
    const turns = createTransactions(connection, { sync: async () => {} }, error => error)
    const texts: string[] = []
    const statement: typeof turns.statement = text => {
      texts.push(text)
      return turns.statement(text)
    }
    createDeliveries({ ...turns, statement, isNew: true, settle() {}, close() {} })
    const asked = texts.filter(text => text.includes("state in ('due', 'running')"))
    t.ok(asked.length >= 6)
    for (const text of asked.filter(text => text.startsWith('select'))) {
      const values = text
        .split('?')
        .slice(1)
        .map(() => 1)
      const plan = connection.prepare(`explain query plan ${text}`).all(...values)
      const details = plan
        .map(({ detail }) => String(detail))
        .filter(detail => /deliveries/.test(detail))
      t.ok(details.length > 0 && details.every(detail => /deliveries_due/.test(detail)), text)
    }
    connection.close()
  },
)
