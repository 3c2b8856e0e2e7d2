import { execFileSync } from 'node:child_process'

/** The parts of a CycloneDX document that are changed here. */
interface Bom {
  serialNumber?: string
  readonly metadata: {
    timestamp: string
    readonly component: { name: string; type: string; properties?: unknown }
  }
  readonly components: Component[]
}

interface Component {
  readonly 'bom-ref': string
  readonly type: string
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly licenses?: readonly object[]
}

/**
 * The bill of materials of what the lock file holds for production, as npm writes it, without what
 * would differ from one build to the next. `seconds`: the time that the package is of.
 */
export function sbomOf(root: string, seconds: number): string {
  const how = ['--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only']
  const bom: Bom = JSON.parse(npmSbom(root, how))
  delete bom.serialNumber
  bom.metadata.timestamp = new Date(seconds * 1000).toISOString()
  // npm takes the folder for the name.
  Object.assign(bom.metadata.component, { name: 'bootwright', type: 'application' })
  delete bom.metadata.component.properties
  return `${JSON.stringify(bom, null, 2)}\n`
}

function npmSbom(root: string, how: readonly string[]): string {
  const npm = (...words: string[]) => execFileSync('npm', words, { cwd: root, encoding: 'utf8' })
  const version = npm('--version').trim()
  // An older one says that it does not know the command, and that this is no error.
  if (Number.parseInt(version, 10) < 10) {
    throw new Error(`npm 10 or newer makes the SBOM, and this is ${version}: npm install -g npm@10`)
  }
  return npm('sbom', ...how)
}

/** The same for a package that has Node in it. */
export function withNode(text: string, version: string): string {
  const bom: Bom = JSON.parse(text)
  bom.components.push({
    'bom-ref': `node@${version}`,
    type: 'platform',
    name: 'node',
    version,
    purl: `pkg:generic/node@${version}`,
    licenses: [{ license: { id: 'MIT' } }],
  })
  return `${JSON.stringify(bom, null, 2)}\n`
}
