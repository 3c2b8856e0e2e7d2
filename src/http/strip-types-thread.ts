import { stripTypeScriptTypes } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

/** Sources by their names come in as `workerData`; the same without types goes out as one message. */
const sources: ReadonlyMap<string, string> = workerData
const stripped = [...sources].map(([name, source]) => [name, stripTypeScriptTypes(source)] as const)
parentPort?.postMessage(new Map(stripped))
