import type { Ways } from './redfish-service.ts'

type Answer = NonNullable<Ways['answer']>

/** What a BMC can do instead of an answer, and what is said of it. */
export interface BadBmc {
  readonly what: string
  readonly answer: Answer
  readonly sentence: RegExp
}

const hundredMegabytes: Answer = (_request, response) => {
  const piece = Buffer.alloc(1 << 20, ' ')
  let sent = 0
  const write = () => {
    while (sent < 100 && !response.destroyed) {
      sent += 1
      if (!response.write(piece)) break
    }
    if (!response.destroyed) response.once('drain', write)
  }
  response.on('error', () => {})
  write()
  return true
}

export const badBmcs: readonly BadBmc[] = [
  {
    what: 'answers with 100 MB',
    answer: hundredMegabytes,
    sentence: /answers with more than 1024 KiB: it was not read on$/,
  },
  {
    what: 'sends us on to somebody else',
    answer(_request, response) {
      response.writeHead(302, { Location: 'https://198.51.100.7/redfish/v1/' }).end()
      return true
    },
    sentence: /sends us on to 198.51.100.7, where nothing is sent$/,
  },
  {
    what: 'sends control codes',
    answer(_request, response) {
      const info = { Message: '\u001b[2Jgone\r\n\u0007now' }
      const body = { error: { '@Message.ExtendedInfo': [info] } }
      response.writeHead(503).end(JSON.stringify(body))
      return true
    },
    sentence: /refuses Redfish: \[2Jgone now$/,
  },
  {
    what: 'speaks no JSON',
    answer(_request, response) {
      response.end('<html>')
      return true
    },
    sentence: /refuses Redfish: what it answers is no JSON$/,
  },
  {
    what: 'breaks off',
    answer(request) {
      request.socket.destroy()
      return true
    },
    sentence: /cannot be reached: it broke the connection off$/,
  },
]

/** Those that keep one waiting. */
export const endlessBmcs: readonly BadBmc[] = [
  {
    what: 'says nothing',
    answer: () => true,
    sentence: /gave no whole answer within 20 s$/,
  },
  {
    what: 'never ends its answer',
    answer(_request, response) {
      response.on('error', () => {})
      const drip = setInterval(() => response.write(' '), 100)
      response.on('close', () => clearInterval(drip))
      return true
    },
    sentence: /gave no whole answer within 20 s$/,
  },
]
