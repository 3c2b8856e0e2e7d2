// The same by Node's own sockets.
process.env.TFTP_ENGINE = 'dgram'
await import('./interop.test.ts')
