// The same by Node alone.
process.env.HTTP_SENDER = 'node'
await import('./asset-downloads.test.ts')
