// The same by Node's own sockets.
process.env.TFTP_ENGINE = 'dgram'
await import('./ipv6.test.ts')
