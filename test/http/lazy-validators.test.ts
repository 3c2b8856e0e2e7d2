import fastify from 'fastify'
import t from 'tap'
import { lazyValidators } from '../../src/http/lazy-validators.ts'

/** A route with this schema for its query; ajv's words for a mistake in it. */
async function appWith(schema: object) {
  const app = fastify({
    schemaController: { compilersFactory: { buildValidator: lazyValidators } },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  })
  app.get('/', { schema: { querystring: schema } }, async () => 'good')
  await app.ready()
  return app
}

const query = {
  type: 'object',
  properties: { day: { enum: ['mon', 'tue'] } },
  additionalProperties: false,
}

t.test('what a route says of its fields is held, at the first request and later', async t => {
  const app = await appWith(query)
  for (const _ of ['first', 'second']) {
    t.match(await app.inject('/?day=wed'), { statusCode: 400, body: /must be equal to one of/ })
    t.match(await app.inject('/?days=mon'), { statusCode: 400, body: /additional properties/ })
    t.match(await app.inject('/?day=mon'), { statusCode: 200, body: 'good' })
  }
})

t.test(
  'a schema that is none is told by the request that needs it, and nothing passes',
  async t => {
    const app = await appWith({ type: 'object', properties: { day: { type: 'weekday' } } })
    t.match(await app.inject('/?day=mon'), { statusCode: 500, body: /schema is invalid/ })
  },
)
