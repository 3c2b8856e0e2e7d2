import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { certificate, makePasswords, type Owner } from './redfish-service.ts'

/** How an AMT differs from the usual. */
export interface AmtWays {
  readonly tls?: boolean
  /** Each nonce is good for so many requests. */
  readonly noncesFor?: number
  /** Answers any request before it is looked at; true when it did. */
  answer?(request: IncomingMessage, response: ServerResponse): boolean
}

export interface Amt {
  readonly port: number
  /** With the files `password`, which is right, and `wrong`. */
  readonly folder: string
  /** Actions that change something, by the end of their URI. */
  readonly changes: string[]
  readonly machine: {
    /** As CIM_AssociatedPowerManagementService has it: 2 on, 8 off. */
    power: number
    /** What the machine booted last. */
    booted?: string
    /** Its AMT_BootSettingData. */
    readonly settings: Record<string, string>
  }
}

interface AmtState extends Omit<Amt, 'port'> {
  readonly ways: AmtWays
  source?: string | undefined
  isNext: boolean
  nonce: string
  used: number
}

/** The smallest honest Intel AMT: Digest, and what is asked of it by WS-Management to switch and netboot a machine. */
export async function startAmt(t: Owner, ways: AmtWays = {}): Promise<Amt> {
  const folder = makePasswords(t)
  const state: AmtState = {
    ...{ ways, folder, changes: [], isNext: false, nonce: newNonce(), used: 0 },
    machine: {
      power: 8,
      settings: {
        ...{ BIOSPause: 'false', BIOSSetup: 'true', BootMediaIndex: '3' },
        ElementName: 'Intel(r) AMT Boot Configuration Settings',
        InstanceID: 'Intel(r) AMT:BootSettingData 0',
        ...{ UseIDER: 'true', WinREBootEnabled: 'false' },
      },
    },
  }
  const take = (request: IncomingMessage, response: ServerResponse) => {
    if (ways.answer?.(request, response)) return
    void answer(request, response, state)
  }
  const server = ways.tls ? createTlsServer(certificate(folder, 'bmc'), take) : createServer(take)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { changes, machine } = state
  return { port: (server.address() as AddressInfo).port, folder, changes, machine }
}

async function answer(request: IncomingMessage, response: ServerResponse, state: AmtState) {
  let xml = ''
  for await (const piece of request) xml += piece
  if (request.url !== '/wsman' || request.method !== 'POST') return response.writeHead(404).end()
  const why = whyNotIn(request, state)
  if (why) {
    state.nonce = newNonce()
    state.used = 0
    const fields = [
      'realm="Digest:B1960000000000000000000000000000"',
      `nonce="${state.nonce}"`,
      `stale="${why === 'old'}"`,
      'qop="auth"',
    ]
    response.writeHead(401, { 'WWW-Authenticate': `Digest ${fields.join(', ')}` })
    return response.end()
  }
  const action = /<a:Action>[^<]*\/(\w+)<\/a:Action>/.exec(xml)?.[1] ?? ''
  const of = /<w:ResourceURI>[^<]*\/(\w+)<\/w:ResourceURI>/.exec(xml)?.[1] ?? ''
  const body = bodyFor(`${of} ${action}`, xml, state)
  response.writeHead(body === undefined ? 400 : 200, {
    'Content-Type': 'application/soap+xml; charset=UTF-8',
  })
  response.end(envelope(body ?? fault(`no ${action} of ${of}`)))
}

function newNonce() {
  return randomBytes(16).toString('base64')
}

/** RFC 7616 section 3.4, with MD5. */
function whyNotIn(request: IncomingMessage, state: AmtState): 'old' | 'wrong' | undefined {
  const header = request.headers.authorization ?? ''
  const field = (name: string) => new RegExp(`\\b${name}="?([^",]*)`).exec(header)?.[1] ?? ''
  const hash = (text: string) => createHash('md5').update(text).digest('hex')
  const one = hash(`admin:${field('realm')}:secret`)
  const two = hash(`POST:${field('uri')}`)
  const parts = [field('nonce'), field('nc'), field('cnonce'), 'auth', two]
  if (field('username') !== 'admin' || field('response') !== hash([one, ...parts].join(':')))
    return 'wrong'
  const isCounted = Number.parseInt(field('nc'), 16) === state.used + 1
  if (field('nonce') !== state.nonce || !isCounted) return 'old'
  if (state.used >= (state.ways.noncesFor ?? Number.POSITIVE_INFINITY)) return 'old'
  state.used += 1
  return undefined
}

function bodyFor(asked: string, xml: string, state: AmtState): string | undefined {
  const { machine, changes } = state
  const [of = '', action = ''] = asked.split(' ')
  const returns = (value: number) =>
    `<g:${action}_OUTPUT><g:ReturnValue>${value}</g:ReturnValue></g:${action}_OUTPUT>`
  const inside = (name: string) => new RegExp(`:${name}>([^<]*)<`).exec(xml)?.[1] ?? ''
  switch (asked) {
    case 'CIM_ServiceAvailableToElement Enumerate':
      return '<g:EnumerateResponse><g:EnumerationContext>5B0F</g:EnumerationContext></g:EnumerateResponse>'
    case 'CIM_ServiceAvailableToElement Pull':
      if (!xml.includes('>5B0F<')) return undefined
      return `<g:PullResponse><g:Items><h:CIM_AssociatedPowerManagementService><h:AvailableRequestedPowerStates>8</h:AvailableRequestedPowerStates><h:PowerState>${machine.power}</h:PowerState></h:CIM_AssociatedPowerManagementService></g:Items><g:EndOfSequence></g:EndOfSequence></g:PullResponse>`
    case 'AMT_BootSettingData Get':
      return settingsXml(state)
    case 'AMT_BootSettingData Put':
      changes.push(asked)
      for (const key of Object.keys(machine.settings))
        machine.settings[key] = inside(key) || machine.settings[key] || ''
      // It refuses what it cannot be told.
      return xml.includes('WinREBootEnabled') ? undefined : settingsXml(state)
    case 'CIM_BootConfigSetting ChangeBootOrder':
      state.source = /<Selector Name="InstanceID">([^<]*)</.exec(xml)?.[1]
      changes.push(`${of} ${action} ${state.source ?? '-'}`)
      return returns(0)
    case 'CIM_BootService SetBootConfigRole':
      state.isNext = inside('Role') === '1'
      changes.push(`${of} ${action} ${inside('Role')}`)
      return returns(xml.includes('Intel(r) AMT: Boot Configuration 0') ? 0 : 5)
    case 'CIM_PowerManagementService RequestPowerStateChange':
      changes.push(`${of} ${action} ${inside('PowerState')}`)
      return returns(switched(Number(inside('PowerState')), state))
    default:
      return undefined
  }
}

/** The ReturnValue: 4097 where it is not in a state for that. */
function switched(to: number, state: AmtState): number {
  const { machine } = state
  const isOn = machine.power === 2
  if (to === 12) return 1
  if (to === 8) {
    machine.power = 8
    return isOn ? 0 : 4097
  }
  if ((to === 2) === isOn) return 4097
  machine.power = 2
  // Settings are for one boot.
  machine.booted =
    machine.settings.BIOSSetup === 'true'
      ? 'its setup'
      : (state.isNext && state.source) || 'its disk'
  state.source = undefined
  state.isNext = false
  return 0
}

function settingsXml({ machine }: AmtState): string {
  const all = Object.entries(machine.settings)
  const inner = all.map(([key, value]) => `<g:${key}>${value}</g:${key}>`).join('')
  return `<g:AMT_BootSettingData>${inner}</g:AMT_BootSettingData>`
}

function fault(text: string): string {
  return `<a:Fault><a:Code><a:Value>a:Sender</a:Value></a:Code><a:Reason><a:Text xml:lang="en-US">${text}</a:Text></a:Reason></a:Fault>`
}

function envelope(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><a:Envelope xmlns:a="http://www.w3.org/2003/05/soap-envelope" xmlns:g="http://x" xmlns:h="http://y"><a:Header></a:Header><a:Body>${body}</a:Body></a:Envelope>`
}
