import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { makeFolder } from '../folder.ts'

t.test('tokens and syslog, as written and as they are without', async t => {
  const folder = makeFolder(t, {
    'bare.yaml': 'networks: { lan: {} }\n',
    'full.yaml': `networks: { lan: {} }
dataDir: data
syslog: {}
admin:
  tokens:
    - { name: wall, tokenFile: wall-token }
    - { name: ci, tokenFile: /etc/ci-token, scope: admin }
`,
  })
  const bare = loadConfig(join(folder, 'bare.yaml')).config
  t.strictSame(bare?.admin.tokens, [])
  t.equal(bare?.syslog, undefined)
  const { config, problems } = loadConfig(join(folder, 'full.yaml'))
  t.strictSame(problems, [])
  t.strictSame(config?.admin, {
    tokenFile: join(folder, 'data/admin-token'),
    allow: ['127.0.0.0/8', '::1/128'],
    hosts: [],
    tokens: [
      { name: 'wall', tokenFile: join(folder, 'wall-token'), scope: 'read' },
      { name: 'ci', tokenFile: '/etc/ci-token', scope: 'admin' },
    ],
  })
  t.strictSame(config?.syslog, { port: 514 })
})
