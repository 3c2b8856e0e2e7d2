/** How the virtual media of a BMC differ from the standard. */
export interface DriveWays {
  /** Its drives are those of the system (Dell since iDRAC 6.00.02), not of its manager. */
  readonly ofSystem?: boolean
  /** Its drives have no actions: they are changed (Lenovo SD530). */
  readonly changed?: boolean
  /** Takes nothing but the image (Supermicro). */
  readonly imageOnly?: boolean
  /** Keeps the name of an image that is out (Supermicro). */
  readonly keepsName?: boolean
  /** Takes an eject without a body only. */
  readonly bareEject?: boolean
  /** It has none: that costs a licence. */
  readonly none?: boolean
}

/** What is in the drive for discs. */
export interface Disc {
  image: string | null
  inserted: boolean
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>> | undefined
}

type Send = (status: number, json?: object) => void

const manager = '/redfish/v1/Managers/1'
const refusal = (message: string) => ({ error: { message } })

/** Where the drives are. */
export function drivesOf(system: string, { ofSystem }: DriveWays): string {
  return `${ofSystem ? system : manager}/VirtualMedia`
}

/** What a resource links to it with. */
export function linkOf(owner: string, system: string, ways: DriveWays): object {
  const drives = drivesOf(system, ways)
  if (ways.none || drives !== `${owner}/VirtualMedia`) return {}
  return { VirtualMedia: { '@odata.id': drives } }
}

/** Answers what is asked of the manager and of drives; false where it is something else. */
export function answerDrives(
  { method, path, body }: Asked,
  at: { readonly system: string; readonly disc: Disc; readonly ways: DriveWays },
  send: Send,
): boolean {
  const { system, disc, ways } = at
  const drives = drivesOf(system, ways)
  const cd = `${drives}/Cd`
  const members = [`${drives}/Floppy`, cd].map(path => ({ '@odata.id': path }))
  const insert = (said: Readonly<Record<string, unknown>>) => {
    if (ways.imageOnly && Object.keys(said).length > 1) return send(400, refusal('only Image'))
    if (disc.inserted) return send(400, refusal('the drive is full'))
    Object.assign(disc, { image: said.Image, inserted: true })
    send(204)
  }
  const eject = () => {
    if (ways.bareEject && body !== undefined) return send(415, refusal('no body'))
    Object.assign(disc, { image: ways.keepsName ? disc.image : null, inserted: false })
    send(204)
  }
  const deeds: Readonly<Record<string, () => void>> = {
    [`GET ${manager}`]: () => send(200, { '@odata.id': manager, ...linkOf(manager, system, ways) }),
    ...(!ways.none && {
      [`GET ${drives}`]: () => send(200, { '@odata.id': drives, Members: members }),
      [`GET ${drives}/Floppy`]: () => send(200, { MediaTypes: ['Floppy', 'USBStick'] }),
      [`GET ${cd}`]: () => send(200, driveOf(cd, disc, ways)),
      [`POST ${cd}/Actions/VirtualMedia.InsertMedia`]: () => insert(body ?? {}),
      [`POST ${cd}/Actions/VirtualMedia.EjectMedia`]: eject,
      [`PATCH ${cd}`]: () => (body?.Inserted ? insert(body) : eject()),
    }),
  }
  const deed = deeds[`${method} ${path}`]
  deed?.()
  return deed !== undefined
}

function driveOf(path: string, { image, inserted }: Disc, { changed, keepsName }: DriveWays) {
  const action = (name: string) => ({
    [`#VirtualMedia.${name}`]: { target: `${path}/Actions/VirtualMedia.${name}` },
  })
  return {
    '@odata.id': path,
    '@odata.type': '#VirtualMedia.v1_3_0.VirtualMedia',
    Id: 'Cd',
    Name: 'Virtual CD',
    MediaTypes: ['CD', 'DVD'],
    Image: image,
    Inserted: keepsName ? image !== null : inserted,
    ConnectedVia: inserted ? 'URI' : 'NotConnected',
    ...(!changed && { Actions: { ...action('InsertMedia'), ...action('EjectMedia') } }),
  }
}
