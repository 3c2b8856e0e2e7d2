/** A name that a file of src declares at its top. */
interface Declared {
  readonly file: string
  readonly name: string
  readonly isExported: boolean
}

const declaring =
  /^(export )?(?:default )?(?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type) +(\w+)/gm
/** `export const { a, b: c } = …` */
const taking = /^export const [{[]([^}\]]*)[}\]]/gm

function declaredIn(file: string, text: string): Declared[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '')
  const one = [...code.matchAll(declaring)].map(([, exported, name = '']) => {
    return { file, name, isExported: exported !== undefined }
  })
  const taken = [...code.matchAll(taking)].flatMap(([, names = '']) =>
    names.split(',').map(part => {
      return { file, name: part.split(':').at(-1)?.trim() ?? '', isExported: true }
    }),
  )
  return [...one, ...taken].filter(({ name }) => name !== '')
}

/** Types and components begin with a capital, and are spoken of wherever they are declared. */
const isNoun = (name: string) => /^[A-Z]/.test(name)

/** The one face of the files behind commands: the list of commands loads it by the file's own name. */
const isCommand = ({ file, name }: Declared) => name === 'run' && /^src\/cli\//.test(file)

/**
 * Names with two meanings, each with the files that declare it: a type or component of any two files,
 * or what two files export. What a file keeps for itself in small letters is its own affair.
 *
 * @param texts sources by their paths
 */
export function ambiguousNames(texts: ReadonlyMap<string, string>): string[] {
  const all = [...texts].flatMap(([file, text]) => declaredIn(file, text))
  const counted = all.filter(one => (one.isExported || isNoun(one.name)) && !isCommand(one))
  const files = Map.groupBy(counted, ({ name }) => name)
  return [...files].flatMap(([name, places]) => {
    const different = [...new Set(places.map(({ file }) => file))]
    return different.length > 1 ? [`${name}: ${different.join(', ')}`] : []
  })
}
