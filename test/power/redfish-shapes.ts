/* What real BMCs answer, as far as power and the next boot need it: written anew from what their makers and users published. */

type Json = Readonly<Record<string, unknown>>

/** A board, and how its BMC differs from the others. */
export interface Shape {
  readonly of: string
  /** Where such answers were published. */
  readonly from: string
  /** The path of its machine, as its collection has it. */
  readonly system: string
  readonly boot: Json
  readonly reset: Json
  /** Resources that are only read, by their path. */
  readonly more?: Readonly<Record<string, Json>>
  /** The settings resource that the system names: its path, and its Boot. */
  readonly settings?: { readonly path: string; readonly boot: Json }
  /** The header ETag, by a number that goes up with each change. */
  tag?(n: number): string
  /** It refuses a change without the right If-Match so. */
  readonly unmatched?: readonly [status: number, error: Json]
  /** A path without its last slash is redirected. */
  readonly slash?: true
  /** The header Location of a new session; without it the body tells. */
  location?(path: string): string
  /** Why it does not take this at a path; a status and an error. */
  refuses?(path: string, boot: Json): readonly [status: number, error: Json] | undefined
  /** A change is a Task, whose states these are, one for each time it is asked for. */
  readonly task?: readonly string[]
  /** Where the override must end, and with what. */
  readonly taken: { readonly path: string; readonly boot: Json }
  /** The ResetType of a shut-down; undefined where it knows none. */
  readonly shutDown?: string
}

const once = { BootSourceOverrideEnabled: 'Once', BootSourceOverrideTarget: 'Pxe' }
const inUefi = { ...once, BootSourceOverrideMode: 'UEFI' }

function off(mode: string, targets?: readonly string[]): Json {
  return {
    BootSourceOverrideEnabled: 'Disabled',
    BootSourceOverrideMode: mode,
    BootSourceOverrideTarget: 'None',
    ...(targets && { 'BootSourceOverrideTarget@Redfish.AllowableValues': targets }),
  }
}

function action(system: string, types: readonly string[]): Json {
  return {
    target: `${system.replace(/\/$/, '')}/Actions/ComputerSystem.Reset${system.endsWith('/') ? '/' : ''}`,
    'ResetType@Redfish.AllowableValues': types,
  }
}

/** An error with one message. */
export function errorOf(info: unknown, code = 'Base.1.8.GeneralError'): Json {
  return { error: { code, message: 'See ExtendedInfo', '@Message.ExtendedInfo': info } }
}

/** HPE says which message it is, and not the message. */
function iloError(id: string, ...args: string[]): Json {
  return errorOf([{ MessageId: id, MessageArgs: args }], 'iLO.0.10.ExtendedInfo')
}

const ilo = '/redfish/v1/Systems/1/'
const self = '/redfish/v1/Systems/Self'
const embedded = '/redfish/v1/Systems/System.Embedded.1'
const first = '/redfish/v1/Systems/1'
const openBmc = '/redfish/v1/Systems/system'

const missing = {
  MessageId: 'Ami.1.0.PreconditionHeaderMissing',
  Message:
    'The request did not provide the required precondition, such as an If-Match or If-None-Match header.',
}

const moved = {
  MessageId: 'Ami.1.0.OperationSupportedInFutureStateURI',
  Message: `Support of this Operation for Boot Properties is moved to FutureState URI(${self}/SD)`,
  MessageArgs: ['Boot', `${self}/SD`],
}

export const shapes: readonly Shape[] = [
  {
    of: 'HPE, iLO 5',
    from: 'HPE’s iLO 5 REST API documents; ansible community.general 3509',
    system: ilo,
    boot: off('UEFI', ['None', 'Cd', 'Hdd', 'Usb', 'SDCard', 'Utilities', 'BiosSetup', 'Pxe']),
    reset: action(ilo, ['On', 'ForceOff', 'ForceRestart', 'Nmi', 'PushPowerButton']),
    tag: n => `W/"0E79655${n}"`,
    slash: true,
    location: path => `https://ilo-sn1.example${path}/`,
    refuses: (_, boot) =>
      'BootSourceOverrideMode' in boot
        ? [400, iloError('Base.1.4.PropertyNotWritable', 'BootSourceOverrideMode')]
        : undefined,
    taken: { path: ilo, boot: once },
    shutDown: 'PushPowerButton',
  },
  {
    of: 'Dell, iDRAC9: a change is a job',
    from: 'fixtures of bmclib; Dell’s Redfish scripts',
    system: embedded,
    boot: off('UEFI', ['None', 'Pxe', 'Cd', 'Hdd', 'BiosSetup', 'UefiTarget', 'UefiHttp']),
    reset: action(embedded, ['On', 'ForceOff', 'ForceRestart', 'GracefulShutdown', 'PowerCycle']),
    task: ['New', 'Running', 'Completed'],
    taken: { path: embedded, boot: inUefi },
    shutDown: 'GracefulShutdown',
  },
  {
    of: 'Dell, iDRAC10: no allowable values, and the override at a settings resource that does not show it',
    from: 'samples of sushy; libredfish 33; gofish 511; ansible community.general 11297',
    system: embedded,
    boot: off('UEFI'),
    reset: action(embedded, ['On', 'ForceOff', 'ForceRestart', 'GracefulShutdown', 'PowerCycle']),
    settings: {
      path: `${embedded}/Settings`,
      boot: { BootOrder: [], BootSourceOverrideMode: null, StopBootOnFault: null },
    },
    refuses(path) {
      const Message = 'The property Boot is a read-only property and cannot be assigned a value.'
      const info = [{ MessageId: 'Base.1.18.PropertyNotWritable', MessageArgs: ['Boot'], Message }]
      return path === embedded ? [400, errorOf(info)] : undefined
    },
    taken: { path: `${embedded}/Settings`, boot: inUefi },
    shutDown: 'GracefulShutdown',
  },
  {
    of: 'Dell, iDRAC10 of another age: the mode alone is changed at the settings resource',
    from: 'samples of sushy; libredfish 75',
    system: embedded,
    boot: off('UEFI'),
    reset: action(embedded, ['On', 'ForceOff', 'ForceRestart', 'GracefulShutdown', 'PowerCycle']),
    settings: { path: `${embedded}/Settings`, boot: { BootSourceOverrideMode: null } },
    refuses(path, boot) {
      const wrong = path === embedded ? 'BootSourceOverrideMode' : 'BootSourceOverrideTarget'
      const info = [{ MessageId: 'Base.1.18.PropertyNotWritable', MessageArgs: [wrong] }]
      return wrong in boot ? [400, errorOf(info)] : undefined
    },
    taken: { path: embedded, boot: once },
    shutDown: 'GracefulShutdown',
  },
  {
    of: 'Supermicro: two names of a reset that have grown together',
    from: 'fixtures of bmclib (SYS-510T)',
    system: first,
    boot: { ...off('UEFI', ['None', 'Pxe', 'Hdd', 'UsbCd', 'UefiHttp']), BootNext: null },
    reset: action(first, [
      ...['On', 'ForceOff', 'GracefulShutdownGracefulRestart', 'ForceRestart', 'Nmi', 'ForceOn'],
    ]),
    tag: n => `"27ffd39c216000b3013c84008394df${n}"`,
    taken: { path: first, boot: inUefi },
  },
  {
    of: 'Lenovo, XCC: a settings resource for the boot order alone, and If-Match',
    from: 'fixtures of bmclib (SR650); samples of sushy (SE450)',
    system: first,
    boot: off('UEFI', ['None', 'Pxe', 'Cd', 'Hdd', 'BiosSetup']),
    reset: action(first, ['On', 'ForceOff', 'GracefulShutdown', 'ForceRestart', 'ForceOn']),
    settings: { path: `${first}/Pending`, boot: { BootOrder: ['Boot0000', 'Boot0001'] } },
    tag: n => `"21a8f5383ebb2a1fb4${n}"`,
    unmatched: [428, errorOf([{ MessageId: 'Base.1.8.PreconditionRequired', Message: 'a tag' }])],
    refuses: path =>
      path.endsWith('/Pending')
        ? [400, errorOf([{ MessageId: 'Base.1.8.PropertyUnknown', Message: 'no such thing' }])]
        : undefined,
    taken: { path: first, boot: inUefi },
    shutDown: 'GracefulShutdown',
  },
  {
    of: 'AMI MegaRAC (Gigabyte, ASRock Rack, Nokia): its settings resource, and a 400 without If-Match',
    from: 'samples of sushy (Nokia); Redfish-Tacklebox 111; the messages of MegaRAC',
    system: self,
    boot: off('UEFI', ['None', 'Pxe', 'Cd', 'Usb', 'Hdd', 'BiosSetup']),
    reset: action(self, ['On', 'ForceOff', 'ForceRestart', 'GracefulShutdown']),
    settings: { path: `${self}/SD`, boot: off('UEFI', ['None', 'Pxe', 'UefiHttp']) },
    unmatched: [400, errorOf([missing])],
    refuses: path => (path === self ? [400, errorOf([moved])] : undefined),
    taken: { path: `${self}/SD`, boot: inUefi },
    shutDown: 'GracefulShutdown',
  },
  {
    of: 'AMI MegaRAC whose system names no settings resource, and whose error does',
    from: 'Redfish-Tacklebox 144 (WRX80); payloads of Gigabyte’s R272',
    system: self,
    boot: off('UEFI', ['None', 'Pxe', 'Hdd']),
    reset: action(self, ['On', 'ForceOff', 'ForceRestart', 'GracefulShutdown']),
    more: { [`${self}/SD`]: { Id: 'SD', Boot: off('UEFI') } },
    tag: n => `W/"156651465${n}"`,
    refuses: path => (path === self ? [400, errorOf([moved])] : undefined),
    taken: { path: `${self}/SD`, boot: inUefi },
    shutDown: 'GracefulShutdown',
  },
  {
    of: 'OpenBMC: the allowable values behind a link',
    from: 'bmcweb 266; OpenBMC’s list of August 2020',
    system: openBmc,
    boot: off('UEFI', ['None', 'Pxe', 'Hdd', 'Cd', 'Diags', 'BiosSetup', 'Usb']),
    reset: {
      target: `${openBmc}/Actions/ComputerSystem.Reset`,
      '@Redfish.ActionInfo': `${openBmc}/ResetActionInfo`,
    },
    more: {
      [`${openBmc}/ResetActionInfo`]: {
        Parameters: [
          {
            Name: 'ResetType',
            AllowableValues: ['On', 'ForceOff', 'ForceRestart', 'GracefulShutdown', 'PowerCycle'],
          },
        ],
      },
    },
    taken: { path: openBmc, boot: inUefi },
    shutDown: 'GracefulShutdown',
  },
]
