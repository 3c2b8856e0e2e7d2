import { printable } from '../../base/printable.ts'
import { adoptedFile, isAdopted, removeAdopted, writeAdopted } from '../../config/adopt-file.ts'
import type { AdoptDeps, NotAdopted } from '../../http/api/adopt-routes.ts'
import { parseMac } from '../../wire/address.ts'
import type { HttpParts } from '../parts.ts'
import { did } from './deeds.ts'

/** Making machines hosts, and forgetting them. */
export function adoptDeps(parts: HttpParts): AdoptDeps {
  return {
    adopt: hosts => adopt(hosts, parts),
    forget: name => forget(name, parts),
    did: (actor, act) => did(actor, act, parts),
    committed: parts.memory.committed,
  }
}

type NewHosts = Parameters<AdoptDeps['adopt']>[0]

async function adopt(hosts: NewHosts, { world, reload }: HttpParts) {
  const { dataDir } = world.config()
  const wrong = whyNot(hosts, { world })
  if (wrong) return wrong
  const files: string[] = []
  const takeBack = async () => {
    for (const file of files) removeAdopted(file)
    await reload.run()
  }
  try {
    for (const { name, ...keys } of hosts) {
      const file = adoptedFile(dataDir, name) ?? ''
      const mac = parseMac(keys.mac) ?? keys.mac
      files.push(file)
      writeAdopted(file, name, { ...keys, mac }, dataDir)
    }
  } catch (error) {
    await takeBack()
    const { message } = error as Error
    return refuse(409, `it cannot be written into ${dataDir}: ${message}; nothing was changed`)
  }
  const answer = await reload.run()
  if (!('wrong' in answer)) return answer
  await takeBack()
  const lines = answer.wrong.map(line => `\n  ${line}`).join('')
  return refuse(409, `the config would be wrong, and nothing was changed:${lines}`)
}

/** The first thing that is wrong with what is to become hosts; undefined where nothing is. */
function whyNot(hosts: NewHosts, { world }: Pick<HttpParts, 'world'>): NotAdopted | undefined {
  const { dataDir, hosts: known } = world.config()
  const names = new Set<string>()
  const macs = new Set<string>()
  for (const [n, { name, mac: text }] of hosts.entries()) {
    const at = (key: string) => `body.hosts[${n}].${key}`
    const mac = parseMac(text)
    if (mac === undefined) return refuse(400, `"${printable(text)}" is no MAC`, at('mac'))
    if (adoptedFile(dataDir, name) === undefined) {
      return refuse(400, `"${printable(name)}" is no host name`, at('name'))
    }
    if (known.has(name) || names.has(name) || isAdopted(dataDir, name)) {
      return refuse(409, `there is a host ${name} already: take another name`, at('name'))
    }
    const owner = world.hostOf(mac)
    if (owner || macs.has(mac)) {
      return refuse(409, `${mac} is ${owner?.name ?? 'named twice'} already`, at('mac'))
    }
    names.add(name)
    macs.add(mac)
  }
  return undefined
}

async function forget(name: string, { world, reload }: HttpParts) {
  const { dataDir, hosts, file: configFile } = world.config()
  const file = adoptedFile(dataDir, name)
  if (file === undefined || !isAdopted(dataDir, name)) {
    return hosts.has(name)
      ? refuse(409, `${name} stands in ${configFile}: remove it there`, 'params.name')
      : refuse(404, `there is no adopted host "${printable(name)}"`, 'params.name')
  }
  removeAdopted(file)
  const answer = await reload.run()
  if (!('wrong' in answer)) return answer
  const lines = answer.wrong.map(line => `\n  ${line}`).join('')
  return refuse(409, `${name} is forgotten, but the config is not reloaded:${lines}`)
}

function refuse(status: NotAdopted['status'], refused: string, property?: string): NotAdopted {
  return { status, refused, ...(property !== undefined && { property }) }
}
