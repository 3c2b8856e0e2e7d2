import { randomBytes } from 'node:crypto'
import type { AMT } from '@device-management-toolkit/wsman-messages'
import { Agent } from 'undici'
import { oneLine } from '../base/printable.ts'
import type { AmtWay, PowerState } from '../boot/power.ts'
import { bmcAddress, bmcAgent } from './bmc-tls.ts'
import { type DigestChallenge, digestAuthorization, digestChallenge } from './digest.ts'
import { askByHttp, type HttpAnswer } from './http-request.ts'
import { type Power, PowerError, type PowerTarget, type WayDeps } from './power.ts'
import { readSecret } from './secret.ts'
import { leavesIn, textIn } from './wsman-answer.ts'

/** Seconds for one request, to the end of its answer. */
const patience = 20
const path = '/wsman'

/** What AMT can be told to become: CIM_PowerManagementService.RequestPowerStateChange (DMTF DSP1027). */
const changes = { on: 2, off: 8, reset: 10, shutDown: 12 } as const

/** CIM_AssociatedPowerManagementService.PowerState; asleep is no state in which a machine netboots, and not off. */
const states: Readonly<Record<string, PowerState>> = {
  2: 'on',
  3: 'on',
  4: 'on',
  6: 'off',
  7: 'off',
  8: 'off',
  12: 'off',
  13: 'off',
}

/** The ReturnValue of a method that did not do it. */
const refusals: Readonly<Record<string, string>> = {
  1: 'it does not know that',
  3: 'it could not do that in time',
  5: 'a parameter is wrong',
  6: 'it is in use',
  4097: 'not in the state that it is in',
  4099: 'it is busy',
}

/** What the methods are called in its refusals. */
type AmtDeed =
  | 'the power'
  | 'a reset'
  | 'on'
  | 'off'
  | 'a shutdown'
  | 'the next boot from the network'

/** Power by Intel AMT: WS-Management (DMTF DSP0226) over HTTP, with Digest. */
export function amtPower(way: AmtWay, { address: at = '' }: PowerTarget, deps: WayDeps): Power {
  const address = bmcAddress(at, way.port)
  const { ask, close } = connectAmt(way, address, deps)
  const wsman = lazily(loadMessages)

  const invoke = async (xml: string, what: AmtDeed): Promise<PowerError | undefined> => {
    const returned = textIn(await ask(xml, what), 'ReturnValue')
    // 4096: it has begun.
    if (returned === '0' || returned === '4096') return undefined
    const error = (returned && refusals[returned]) ?? `its return value is ${returned ?? 'none'}`
    return new PowerError({
      code: 'bmc-refused',
      address,
      what,
      error: oneLine(error).slice(0, 100),
    })
  }
  const must = async (xml: string, what: AmtDeed) => {
    const refused = await invoke(xml, what)
    if (refused) throw refused
  }
  const status = async (): Promise<PowerState> => {
    const list = (await wsman()).cim.ServiceAvailableToElement
    const context = textIn(await ask(list.Enumerate(), 'the power'), 'EnumerationContext')
    if (context === undefined) throw notWsman(address)
    const state = textIn(await ask(list.Pull(context), 'the power'), 'PowerState')
    return (state && states[state]) || 'unknown'
  }
  const change = async (to: keyof typeof changes, what: AmtDeed, done?: PowerState) => {
    const service = (await wsman()).cim.PowerManagementService
    const refused = await invoke(service.RequestPowerStateChange(changes[to]), what)
    // "It is so already" is an error, and no refusal.
    if (refused && (done === undefined || (await status()) !== done)) throw refused
  }
  return {
    ...{ status, close },
    on: () => change('on', 'on', 'on'),
    off: () => change('off', 'off', 'off'),
    async cycle() {
      await change('reset', 'a reset')
      return true
    },
    shutDown: () => change('shutDown', 'a shutdown', 'off'),
    /** In the order of Intel's own console: else a setting of before is booted, or nothing. */
    async netboot() {
      const what = 'the next boot from the network'
      const { amt, cim } = await wsman()
      const { BootConfigSetting: order, BootService: service } = cim
      const settings = leavesIn(await ask(amt.BootSettingData.Get(), what), 'AMT_BootSettingData')
      await must(order.ChangeBootOrder(), what)
      await ask(amt.BootSettingData.Put(plainBoot(settings)), what)
      const onlyNext = 1
      await must(service.SetBootConfigRole('Intel(r) AMT: Boot Configuration 0', onlyNext), what)
      await must(order.ChangeBootOrder('Intel(r) AMT: Force PXE Boot'), what)
      return undefined
    },
  }
}

/** Only who has such a machine loads it. */
async function loadMessages() {
  const { AMT, CIM } = await import('@device-management-toolkit/wsman-messages')
  return { amt: new AMT.Messages(), cim: new CIM.Messages() }
}

function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}

function notWsman(address: string): PowerError {
  const error = 'what it answers is no WS-Management'
  return new PowerError({ code: 'bmc-refused', address, what: 'the power', error })
}

type AmtBootSettings = Parameters<AMT.Messages['BootSettingData']['Put']>[0]

/** What AMT_BootSettingData says itself, and cannot be told. */
const readOnly = [
  'BIOSLastStatus',
  'BootguardStatus',
  'OptionsCleared',
  'SecureBootControlEnabled',
  'UEFIHTTPSBootEnabled',
  'UEFILocalPBABootEnabled',
  'WinREBootEnabled',
]

/** What would lead the next boot elsewhere than to the network. */
const elsewhere = [
  ...['BIOSPause', 'BIOSSetup', 'ConfigurationDataReset', 'PlatformErase', 'ReflashBIOS'],
  ...['SecureErase', 'UseIDER', 'UseSOL', 'UseSafeMode'],
]

/** The boot settings as they are, with all that would lead elsewhere switched off. */
function plainBoot(settings: ReadonlyMap<string, string>): AmtBootSettings {
  const kept = [...settings].filter(([key, value]) => !readOnly.includes(key) && value !== '')
  const plain = kept.map(([key, value]) => {
    if (elsewhere.includes(key)) return [key, 'false']
    return key === 'BootMediaIndex' || key === 'IDERBootDevice' ? [key, '0'] : [key, value]
  })
  return Object.fromEntries(plain)
}

interface AmtClient {
  /** The XML of a good answer. Throws PowerError. */
  ask(xml: string, what: AmtDeed): Promise<string>
  /** Never throws. */
  close(): Promise<void>
}

/** Each request is signed; the first is asked in vain, since only the machine says by what. */
function connectAmt(way: AmtWay, address: string, { signal, pins }: WayDeps): AmtClient {
  const { user, passwordFile, trust } = way
  const url = new URL(`${trust ? 'https' : 'http'}://${address}${path}`)
  const dispatcher = trust ? bmcAgent(trust, address, pins) : new Agent({ connections: 1 })
  let challenge: DigestChallenge | undefined
  let count = 0
  const send = async (body: string) => {
    const password = await readSecret(passwordFile)
    const cnonce = randomBytes(12).toString('hex')
    count += 1
    const request = { user, password, method: 'POST', path, count, cnonce }
    const headers = {
      'Content-Type': 'application/soap+xml;charset=UTF-8',
      ...(challenge && { Authorization: digestAuthorization(challenge, request) }),
    }
    return askByHttp(url, { method: 'POST', headers, body, dispatcher }, patience, signal)
  }
  return {
    async ask(xml, what) {
      let answer = await send(xml)
      // Twice: nonces grow old.
      for (let tries = 0; answer.status === 401 && tries < 2; tries++) {
        const next = digestChallenge(answer.headers['www-authenticate'])
        if (!next || (challenge && !isStale(answer))) break
        challenge = next
        count = 0
        answer = await send(xml)
      }
      const { status, text } = answer
      if (status === 200) return text
      if (status === 401) throw new PowerError({ code: 'bmc-login', address, user })
      const said = oneLine(textIn(text, 'Text') ?? '').slice(0, 200)
      const error = said || `status ${status}`
      throw new PowerError({ code: 'bmc-refused', address, what, error })
    },
    close: () => dispatcher.destroy().catch(() => {}),
  }
}

/** Its nonce was too old, and the password is right. */
function isStale({ headers }: HttpAnswer): boolean {
  return /\bstale\s*=\s*"?true/i.test(String(headers['www-authenticate']))
}
