/**
 * The page's one policy of trusted types. The browser lets nothing else make markup out of text, and this one is for the sanitiser
 * alone: it parses text into a document that runs nothing, and takes out what could.
 */

const ENTITY = /^&#?\w+;$/
let areEntitiesAllowed = false

/**
 * From here on an element may be emptied and may be given a single entity (`&nbsp;`) as markup, which is no way to bring in anything
 * else: a library that draws pictures does both. All other markup stays refused.
 */
export function allowEntities(): void {
  const own = Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML')
  if (areEntitiesAllowed || !own?.set) return
  areEntitiesAllowed = true
  Object.defineProperty(Element.prototype, 'innerHTML', {
    ...own,
    set(this: Element, text: unknown) {
      if (text === '') this.replaceChildren()
      else if (typeof text === 'string' && ENTITY.test(text))
        own.set?.call(this, sanitiserPolicy()?.createHTML(text) ?? text)
      else own.set?.call(this, text)
    },
  })
}

export interface TrustedPolicy {
  createHTML: (text: string) => string
  createScriptURL: (url: string) => string
}

let made: TrustedPolicy | undefined

/** Undefined where the browser has no trusted types. */
export function sanitiserPolicy(): TrustedPolicy | undefined {
  const factory = (
    globalThis as { trustedTypes?: { createPolicy: (name: string, rules: TrustedPolicy) => TrustedPolicy } }
  ).trustedTypes
  made ??= factory?.createPolicy('assay', {
    createHTML: text => text,
    createScriptURL: url => {
      throw new Error(`No script is loaded by the sanitiser: ${url}`)
    },
  })
  return made
}
