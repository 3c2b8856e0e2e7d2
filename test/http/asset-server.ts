import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import type { Test } from 'tap'
import { createLoopTurns } from '../../src/base/loop-turns.ts'
import { normaliseUrl } from '../../src/http/files/asset-path.ts'
import { type AssetDeps, assetRoutes, type SentEvent } from '../../src/http/files/asset-routes.ts'
import { createNodeWay } from '../../src/http/files/send-file.ts'
import { createSliceCache } from '../../src/http/files/slice-cache.ts'
import { createPlaces } from '../../src/http/places.ts'
import { createThreadWay } from '../../src/http/sending/thread-way.ts'
import { createSendingThreads } from '../../src/http/sending/threads.ts'
import { TitleCaseResponse } from '../../src/http/title-case.ts'

/** Threads send, or Node alone where a file says so before it imports its tests. */
async function wayOf() {
  const byNode = createNodeWay(createSliceCache(64 * 2 ** 20))
  if (process.env.HTTP_SENDER === 'node') return byNode
  const threads = createSendingThreads({ reportMs: 500 })
  if (!(await threads.begun())) throw new Error('no thread sends files here')
  return createThreadWay(byNode, threads)
}

/** Serves assets on a free port of 127.0.0.1; `sent` gathers what is told of downloads. */
export async function startAssets(t: Test, deps: Partial<AssetDeps>) {
  const sent: SentEvent[] = []
  const app = fastify({
    rewriteUrl: request => normaliseUrl(request.url ?? ''),
    serverFactory: handler => createServer({ ServerResponse: TitleCaseResponse }, handler),
  })
  assetRoutes(app, {
    assets: { folder: '/nonexistent', allowedRoots: [] },
    published: () => undefined,
    loaders: () => new Map(),
    files: await wayOf(),
    turn: createLoopTurns(),
    places: createPlaces({ most: 100, perAddress: 100 }, performance.now.bind(performance)),
    sent: event => sent.push(event),
    ended: () => {},
    missed: () => {},
    ...deps,
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const { port } = app.server.address() as AddressInfo
  return { port, sent }
}
