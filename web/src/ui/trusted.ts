/**
 * The page's one policy of trusted types. The browser lets nothing else make markup out of text, and this one is for the sanitiser
 * alone: it parses text into a document that runs nothing, and takes out what could.
 */

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
