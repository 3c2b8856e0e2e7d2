/** Preloaded (`--import`): every sentence that this process makes of a code and its data is nonsense. */
import { registerHooks } from 'node:module'

const nonsense: readonly (readonly [file: string, source: string])[] = [
  [
    'src/boot/words/reason.ts',
    `export * from './reason.ts?real'
     export const sentenceOf = () => 'xyzzy'
     export const because = why => ({ why, reason: 'xyzzy' })`,
  ],
  [
    'src/boot/words/event.ts',
    `export * from './event.ts?real'
     export const textOf = () => 'plugh'`,
  ],
]

registerHooks({
  load(url, context, next) {
    const found = nonsense.find(([file]) => url.endsWith(`/${file}`))
    if (!found) return next(url, context)
    return { format: 'module', source: found[1], shortCircuit: true }
  },
})
