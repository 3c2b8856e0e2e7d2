import { execFile } from 'node:child_process'
import type { RouterAdvert } from '../boot/router-advert.ts'
import { parseIpv6, parseSubnet6 } from '../wire/ipv6.ts'

/** Milliseconds that routers may take to answer (RFC 4861: half a second at most, and the link's time). */
const patience = 1000

/**
 * What the IPv6 routers of a link say when they are asked, by `rdisc6` (ndisc6), as Node has no ICMPv6; undefined
 * where that is missing or may not ask. Takes a second.
 */
export function routersOn(device: string): Promise<readonly RouterAdvert[] | undefined> {
  const args = ['-n', '-m', '-r', '1', '-w', `${patience}`, device]
  const settings = {
    timeout: 3 * patience,
    maxBuffer: 1 << 20,
    env: { ...process.env, LC_ALL: 'C' },
  }
  return new Promise(resolve => {
    execFile('rdisc6', args, settings, (error, stdout, stderr) => {
      if (!error) return resolve(parseAdverts(stdout))
      resolve(/^No response/m.test(`${stdout}${stderr}`) ? [] : undefined)
    })
  })
}

/** What `rdisc6 -n` writes: a paragraph for each router, which ends with its address. */
export function parseAdverts(text: string): RouterAdvert[] {
  return text.split(/^ from /m).flatMap((_, n, parts) => {
    const [said = '', after = ''] = [parts[n] ?? '', parts[n + 1] ?? '']
    const router = parseIpv6(after.split('\n', 1)[0]?.trim() ?? '')
    if (router === undefined) return []
    const prefixes = said.split(/^ Prefix +: /m).slice(1)
    return [
      {
        router,
        isManaged: /^Stateful address conf\. +: +Yes$/m.test(said),
        prefixes: prefixes.flatMap(part => {
          const subnet = parseSubnet6(part.split('\n', 1)[0]?.trim() ?? '')
          return subnet ? [{ subnet, isOnLink: /^ {2}On-link +: +Yes$/m.test(part) }] : []
        }),
      },
    ]
  })
}
