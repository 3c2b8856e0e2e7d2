import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { probeMac } from '../../src/system/probe-mac.ts'
import { makeFolder } from '../folder.ts'

t.test('made once, locally administered', async t => {
  const file = join(makeFolder(t), 'probe-mac')
  const mac = probeMac(file)
  t.match(mac, /^.[26ae](:[0-9a-f]{2}){5}$/)
  t.equal(probeMac(file), mac)
  t.equal(readFileSync(file, 'utf8'), `${mac}\n`)
})
