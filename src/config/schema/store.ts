import * as v from './values.ts'

/** Where what the daemon remembers is kept. */
export const store = v.knownKeys({
  postgres: v.described(
    v.knownKeys({
      urlFile: v.described(v.path, {
        description: 'File with one line like postgres://user:password@db1,db2/bootwright.',
      }),
    }),
    { description: 'PostgreSQL, where it is to be kept there.' },
  ),
})
