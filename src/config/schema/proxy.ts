import Type, { type Static } from 'typebox'
import * as v from './values.ts'

// User and password are refused later, by a sentence that does not show them.
const pattern = '^https?://[^\\s/?#]+/?$'

const url = Type.String({
  title: 'the URL of a proxy, without user, password and path',
  pattern,
  examples: ['http://proxy.lab.example:3128'],
})

const urls = v.knownKeys(
  {
    http: v.described(url, { description: 'For http:// URLs, and for https:// without `https`.' }),
    https: v.key(url, 'For https:// URLs. Default: as `http`.'),
    except: v.key(
      Type.Array(
        Type.String({
          title: 'a name, an address, a subnet or *',
          pattern: '^(?:\\*|\\*?\\.?[A-Za-z0-9][A-Za-z0-9._:/-]{0,252})$',
          examples: ['.lab.example'],
        }),
        { title: 'a list of names and subnets', maxItems: 100, examples: ['[.lab.example]'] },
      ),
      'What is reached without it: names with all below them, addresses, subnets. We ourselves always are.',
      [],
    ),
  },
  { title: 'a map with `http`', examples: ['{ http: "http://proxy.lab.example:3128" }'] },
)

/** A proxy, or `none` where a profile or host is to have none. */
export const proxy = Type.Union(
  [
    Type.String({
      title: 'the URL of a proxy (without user, password and path) or `none`',
      pattern: `${pattern}|^none$`,
      examples: ['http://proxy.lab.example:3128'],
    }),
    urls,
  ],
  { title: 'the URL of a proxy, { http, https, except } or `none`' },
)

export type RawProxy = Static<typeof proxy>

/** Where images are fetched from instead of their publishers, by their names in the catalogue. */
export const mirror = v.mapOf(
  v.name,
  Type.String({
    title: 'the URL of a mirror',
    pattern: '^https?://[^\\s?#]+$',
    examples: ['http://mirror.lab.example/debian'],
  }),
  { title: 'a map of mirrors', examples: ['{ debian: "http://mirror.lab.example/debian" }'] },
)
