import { configSchema } from './config.ts'

/** The JSON Schema of the config, for editors. */
export function jsonSchema(): Record<string, unknown> {
  const plain = JSON.parse(JSON.stringify(configSchema)) as Record<string, unknown>
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:bootwright:config',
    ...plain,
  }
}
