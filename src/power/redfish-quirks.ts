/* What BMCs do otherwise than the standard says (DMTF DSP0266, DSP0268), as far as it must be known here. */

/** The properties of `Boot` that make a machine boot from its network or from a disc, once. */
export interface BootOverride {
  readonly BootSourceOverrideTarget: 'Pxe' | 'UefiHttp' | 'Cd' | 'UsbCd'
  readonly BootSourceOverrideEnabled?: 'Once'
  readonly BootSourceOverrideMode?: 'UEFI' | 'Legacy'
}

/** Which of them are sent: the next row when the one before is a 400. */
export const overrideKeys: readonly {
  readonly of: string
  readonly keys: readonly (keyof BootOverride)[]
}[] = [
  {
    of: 'the standard; AMI and ASRockRack want all three each time',
    keys: ['BootSourceOverrideTarget', 'BootSourceOverrideEnabled', 'BootSourceOverrideMode'],
  },
  {
    of: 'HPE, whose mode is read-only',
    keys: ['BootSourceOverrideTarget', 'BootSourceOverrideEnabled'],
  },
  { of: 'those that refuse what they have already', keys: ['BootSourceOverrideTarget'] },
]

/** Errors that mean "not now", by the end of their MessageId. */
export const notNow: Readonly<Record<string, string>> = {
  UnableToModifyDuringSystemPOST: 'HPE iLO',
  InvalidOperationForSystemState: 'HPE iLO',
  SYS518: 'Dell iDRAC, just after another operation',
  ServiceTemporarilyUnavailable: 'the standard, and OpenBMC while it starts',
}

/** What is said where If-Match is missing or wrong: statuses, and errors by the end of their MessageId. */
export const wantsMatch: { readonly statuses: readonly number[]; readonly ids: readonly string[] } =
  {
    statuses: [412, 428],
    // AMI says it with 400.
    ids: ['PreconditionHeaderMissing', 'PreconditionRequired', 'PreconditionFailed'],
  }

/**
 * States of a Task (DSP2046): it goes on, or came to nothing. What is Pending waits for the reset, as changes of
 * Dell's do.
 */
export const taskStates: {
  readonly running: readonly unknown[]
  readonly failed: readonly unknown[]
} = {
  running: ['New', 'Starting', 'Running', 'Stopping', 'Cancelling'],
  failed: ['Exception', 'Killed', 'Cancelled', 'Interrupted'],
}

/** An error that names where the change is to go instead (AMI: /Systems/Self/SD), by the end of its MessageId. */
export const goesElsewhere = 'OperationSupportedInFutureStateURI'

/**
 * The If-Match headers that are tried in turn, after a 412 or 428: the tag itself, its strong form where the
 * BMC gave a weak one, once more since Lenovo changes its tag between a GET and the PATCH after it, none, any.
 */
export const ifMatch: readonly ((tag: string | undefined) => string | undefined)[] = [
  tag => tag,
  tag => tag?.replace(/^W\//, ''),
  tag => tag?.replace(/^W\//, ''),
  () => undefined,
  () => '*',
]

/** What is asked of `#ComputerSystem.Reset`, the first that a BMC allows: ForceOn and PowerCycle are optional. */
export const resetTypes = {
  on: ['On', 'ForceOn', 'PushPowerButton'],
  off: ['ForceOff'],
  cycle: ['ForceRestart', 'PowerCycle'],
  // Lenovo refuses PushPowerButton.
  shutDown: ['GracefulShutdown', 'PushPowerButton'],
} as const

/** The types of media that are discs. */
export const discTypes: readonly string[] = ['CD', 'DVD']

/**
 * What is sent to put an image into a drive: the next when the one before is a 400. Supermicro refuses all
 * but the image, others want to be told the protocol.
 */
export function insertBodies(url: string): readonly Readonly<Record<string, unknown>>[] {
  return [
    { Image: url, Inserted: true, WriteProtected: true },
    { Image: url, Inserted: true },
    { Image: url },
    { Image: url, Inserted: true, WriteProtected: true, TransferProtocolType: 'HTTP' },
  ]
}

/** Supermicro keeps the name of an image that is out. */
export function isEmptied({ ConnectedVia }: { readonly ConnectedVia?: unknown }): boolean {
  return ConnectedVia === 'NotConnected'
}

/** How the drive of virtual media is called where the next boot is set: Supermicro's is on its USB. */
export function discTarget(
  manufacturer: unknown,
  allowed: readonly string[] | undefined,
): 'Cd' | 'UsbCd' {
  const isSupermicro = typeof manufacturer === 'string' && /supermicro/i.test(manufacturer)
  const only = allowed?.includes('UsbCd') && !allowed.includes('Cd')
  return only || (isSupermicro && allowed?.includes('UsbCd')) ? 'UsbCd' : 'Cd'
}
