/** How many machines are in a state at each moment. */
export interface Layer {
  readonly name: string
  readonly colour: string
  /** One number for each moment, at equal distances. */
  readonly counts: readonly number[]
}

const width = 900
const height = 360
const left = 50
const top = 30
const legend = 130

/** Machines by state over time as an SVG: layers on top of each other, the first at the bottom. */
export function plot(title: string, seconds: number, layers: readonly Layer[]): string {
  const moments = layers[0]?.counts.length ?? 0
  const most = Math.max(...sums(layers, layers.length))
  const x = (n: number) => (left + (n / (moments - 1)) * width).toFixed(1)
  const y = (count: number) => (top + height - (count / most) * height).toFixed(1)
  const areas = layers.map(({ colour }, n) => {
    const upper = sums(layers, n + 1).map((count, at) => `${x(at)},${y(count)}`)
    const lower = sums(layers, n).map((count, at) => `${x(at)},${y(count)}`)
    return `<polygon fill="${colour}" points="${[...upper, ...lower.toReversed()].join(' ')}"/>`
  })
  const names = layers.toReversed().flatMap(({ name, colour }, n) => {
    const at = top + 20 + n * 22
    return [
      `<rect x="${left + width + 15}" y="${at - 11}" width="14" height="14" fill="${colour}"/>`,
      `<text x="${left + width + 36}" y="${at}">${name}</text>`,
    ]
  })
  const ticks = Array.from({ length: 6 }, (_, n) => {
    const along = left + (n / 5) * width
    const up = top + height - (n / 5) * height
    return [
      `<text x="${along}" y="${top + height + 18}" text-anchor="middle">${((n / 5) * seconds).toFixed(0)} s</text>`,
      `<text x="${left - 6}" y="${up + 4}" text-anchor="end">${Math.round((n / 5) * most)}</text>`,
    ].join('')
  })
  const [w, h] = [left + width + legend, top + height + 30]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" font-family="sans-serif" font-size="13">`,
    `<title>${title}</title>`,
    `<rect width="${w}" height="${h}" fill="white"/>`,
    `<text x="${left}" y="20" font-size="15">${title}</text>`,
    ...areas,
    ...names,
    ...ticks,
    '</svg>',
    '',
  ].join('\n')
}

/** For each moment the sum of the lowest layers. */
function sums(layers: readonly Layer[], lowest: number): number[] {
  const moments = layers[0]?.counts.length ?? 0
  return Array.from({ length: moments }, (_, at) =>
    layers.slice(0, lowest).reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0),
  )
}
