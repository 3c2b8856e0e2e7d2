import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Catalogue, readCatalogues } from './catalogue.ts'

/** The folder of the catalogue that comes with the program, and of the answer files it names. */
export const ourConfig = fileURLToPath(new URL('../../config/', import.meta.url))

/**
 * The catalogue that comes with the program, and one of the operator's own, which wins.
 *
 * @throws PullError where one cannot be read or is wrong
 */
export function readCatalogue(own?: string): Catalogue {
  return readCatalogues([join(ourConfig, 'catalogue.yaml'), ...(own === undefined ? [] : [own])])
}
