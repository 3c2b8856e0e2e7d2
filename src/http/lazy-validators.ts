import { createRequire } from 'node:module'
import type { BuildCompilerFromPool } from '@fastify/ajv-compiler'

/** True for a value that is right; of one that is not, it says then what is wrong. */
interface Validate {
  (value: unknown): unknown
  errors?: unknown
}
type Compile = (route: unknown) => Validate

const load = createRequire(import.meta.url)

/**
 * Fastify's own validators, each made when its route is first asked, and what makes them loaded by the first
 * of all: together they were a seventh of a daemon's start.
 */
export const lazyValidators = ((schemas, options) => {
  let compile: Compile | undefined
  return (route: unknown) => {
    let made: Validate | undefined
    const validate: Validate = value => {
      compile ??= load('@fastify/ajv-compiler')()(schemas, options) as Compile
      made ??= compile(route)
      const isGood = made(value)
      validate.errors = made.errors
      return isGood
    }
    return validate
  }
}) as BuildCompilerFromPool

/** How the fields of a request are held against the schema of its route. */
export const validation = {
  schemaController: { compilersFactory: { buildValidator: lazyValidators } },
  // Unknown keys and other types are mistakes to be told, not to be dropped or bent.
  ajv: {
    customOptions: {
      removeAdditional: false,
      coerceTypes: false,
      allowUnionTypes: true,
      verbose: true,
    },
  },
} as const
