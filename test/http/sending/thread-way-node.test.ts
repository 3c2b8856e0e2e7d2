// The same by Node alone.
process.env.HTTP_SENDER = 'node'
await import('./thread-way.test.ts')
