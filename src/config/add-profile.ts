import { isMap, parseDocument } from 'yaml'

/**
 * The text of a config with one more profile: comments and order of the rest stay. Undefined where there is a profile
 * of that name already, or the text is no map. Pure.
 */
export function addProfile(
  text: string,
  name: string,
  profile: Readonly<Record<string, unknown>>,
): string | undefined {
  const document = parseDocument(text)
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined
  if (document.hasIn(['profiles', name])) return undefined
  const profiles = document.get('profiles')
  if (!isMap(profiles)) document.set('profiles', document.createNode({}))
  document.setIn(['profiles', name], document.createNode(profile))
  const all = document.get('profiles')
  // `profiles: {}` of a first config would go on as one line.
  if (isMap(all)) all.flow = false
  return document.toString({ lineWidth: 0 })
}
