import type { Caller, Delivered } from '../boot/deliver.ts'
import type { LoaderKind } from '../boot/loaders/kind.ts'
import { kindOf, type Speaks, speaks } from '../boot/loaders/table.ts'
import type { Answers } from './boot-desk.ts'
import type { MenuChoice, Menus } from './menus.ts'

interface Named {
  readonly choice: MenuChoice
  readonly kind: LoaderKind
}

/** A choice, by the name that its loader asks by; undefined where it is none, or good no more. */
export function choiceNamed(name: string, caller: Caller, menus: Menus): Named | undefined {
  const [, token = '', profile = '', language] = /^menu\/([\w-]+)\/(.+)\.(\w+)$/.exec(name) ?? []
  const spoken = speaks.find((one): one is Speaks => one === language)
  const choice = spoken && menus.choiceOf(token, profile, caller.address)
  if (!spoken || !choice) return undefined
  return { choice, kind: kindOf(spoken) }
}

/** What comes of it where it is asked for by TCP. */
export async function chooseFromMenu(
  name: string,
  caller: Caller,
  { menus, answers }: { readonly menus: Menus; readonly answers: Answers },
): Promise<{ kind: LoaderKind; delivered: Delivered } | undefined> {
  const named = choiceNamed(name, caller, menus)
  if (!named) return undefined
  const { choice, kind } = named
  return { kind, delivered: await answers.choose(choice, caller, kind) }
}
