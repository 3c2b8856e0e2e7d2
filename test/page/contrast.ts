/**
 * Texts of the page in sight whose contrast is below 4.5 to 1 (WCAG 2.1, 1.4.3), disabled controls left
 * out. Runs inside the browser, so that everything it needs is in it.
 */
export function faintTexts(): string[] {
  const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgba = (colour: string): number[] => {
    if (!paint) throw new Error('this browser has no canvas')
    paint.clearRect(0, 0, 1, 1)
    paint.fillStyle = colour
    paint.fillRect(0, 0, 1, 1)
    return [...paint.getImageData(0, 0, 1, 1).data]
  }
  const luminance = (colour: readonly number[]): number => {
    const [r = 0, g = 0, b = 0] = colour.map(value => {
      const part = value / 255
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element: Element | null): number[] => {
    if (!element) return [255, 255, 255, 255]
    const colour = rgba(getComputedStyle(element).backgroundColor)
    return colour[3] === 255 ? colour : behind(element.parentElement)
  }
  const faint = new Set<string>()
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement
    const text = node.textContent?.trim()
    if (!element || !text || !element.checkVisibility() || element.closest(':disabled')) continue
    const colours = [rgba(getComputedStyle(element).color), behind(element)]
    const [light = 0, dark = 0] = colours.map(luminance).sort((a, b) => b - a)
    const ratio = (light + 0.05) / (dark + 0.05)
    if (ratio < 4.5) faint.add(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`)
  }
  return [...faint]
}
