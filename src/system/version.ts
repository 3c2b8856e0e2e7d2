import { existsSync, readFileSync } from 'node:fs'

/** The version in package.json. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** The bill of materials of a package, CycloneDX as JSON; undefined in a checkout. */
export function sbom(): string | undefined {
  const file = new URL('../../sbom.cdx.json', import.meta.url)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
