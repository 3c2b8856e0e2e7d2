/*
 * xterm.js writes its styles as the text of <style> elements and as `style` attributes, which the page's policy
 * (`style-src 'self'`) forbids, since that is how text that got into a page as markup would draw over it. It takes no
 * nonce, and makes most of its elements by the global `document`. The same styles set by a script, as constructed style
 * sheets and as `element.style`, are no inline styles (CSP3 section 6.1.13, CSSOM section 6.1): so the policy stays as
 * it is.
 */

let users = 0

/** From now on until what it returns is called `document.createElement` makes elements whose styles are allowed. */
export function allowStyles(): () => void {
  if (users === 0) document.createElement = createAllowed as Document['createElement']
  users += 1
  return () => {
    users -= 1
    // The method of all documents is there again.
    if (users === 0) Reflect.deleteProperty(document, 'createElement')
  }
}

function createAllowed(name: string): HTMLElement {
  const create = (name: string) => Document.prototype.createElement.call(document, name)
  return name === 'style' ? sheetIn(create('span')) : styledByScript(create(name))
}

/** An element that stands for a <style>: its text is a style sheet as long as it is not removed. */
function sheetIn(element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet()
  document.adoptedStyleSheets.push(sheet)
  element.hidden = true
  Object.defineProperties(element, {
    textContent: { set: (text: string) => sheet.replaceSync(text) },
    remove: {
      value() {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter(one => one !== sheet)
        Element.prototype.remove.call(element)
      },
    },
  })
  return element
}

function styledByScript(element: HTMLElement): HTMLElement {
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value
    else Element.prototype.setAttribute.call(element, name, value)
  }
  return element
}
