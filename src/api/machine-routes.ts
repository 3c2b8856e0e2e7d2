import Type from 'typebox'
import * as bmc from './bmc.ts'
import * as consoles from './console.ts'
import * as installs from './installs.ts'
import * as power from './power.ts'
import { type OtherResponse, refusals } from './refusals.ts'
import { nameParam, type RouteSchema } from './route-schema.ts'

const consoleStream: OtherResponse = {
  description: 'What is kept, or a stream for who accepts text/event-stream.',
  content: {
    'application/json': { schema: consoles.consoleAnswer },
    'text/event-stream': { schema: Type.String() },
  },
}
/** What is asked of the machines themselves: their power, BMCs and consoles. */
export const machineRoutes = {
  powerStatus: {
    tags: ['hosts'],
    summary: 'Whether machines are on: asked now',
    description: 'Each machine is asked, so that it may take seconds where one does not answer.',
    querystring: installs.choiceQuery,
    response: { 200: power.powerAnswer, ...refusals },
  },
  power: {
    tags: ['hosts'],
    summary: 'Switch machines on or off, or reset them',
    description:
      'Needs the scope admin. Answers when each is so, or with the reason why not; so many at the same time as `installs.powerUp` says.',
    body: power.powerBody,
    response: { 200: power.powerAnswer, ...refusals },
  },
  bmcCertificates: {
    tags: ['hosts'],
    summary: 'The certificates that BMCs show, and those that are kept',
    description: 'Each BMC is asked now; nothing secret is sent to it.',
    querystring: installs.choiceQuery,
    response: { 200: bmc.certificatesAnswer, ...refusals },
  },
  bmcTrust: {
    tags: ['hosts'],
    summary: 'Trust a BMC with a certificate',
    description: 'Needs the scope admin. From now on it must show this one.',
    body: bmc.trustBody,
    response: { 200: bmc.trustAnswer, ...refusals },
  },
  console: {
    tags: ['hosts'],
    summary: 'The serial console of a host: what is kept, or a stream',
    description:
      'With `Accept: text/event-stream` a stream of server-sent events that begins with what is kept, or behind `Last-Event-ID`, and goes on; it keeps the console open. Each message is `{ text }`, `{ dropped }` or `{ status }`.',
    params: nameParam,
    querystring: consoles.consoleQuery,
    response: { 200: consoleStream, ...refusals },
  },
  consoleType: {
    tags: ['hosts'],
    summary: 'Type at the serial console of a host',
    description: 'Needs the scope admin, and somebody who follows it: 409 where it is not open.',
    params: nameParam,
    body: consoles.consoleBody,
    response: { 200: consoles.typedAnswer, ...refusals },
  },
} satisfies Record<string, RouteSchema>
