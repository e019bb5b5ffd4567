/**
 * Numbers that JSON has no form for come as words, `NaN`, `Infinity` and `-Infinity`, and are numbers from here on. A text that
 * is such a word comes with a backslash in front (`assay.wire.odd_numbers`).
 */

const WORD = /^(\\*)(NaN|-?Infinity)$/
const PARTS = ['config', 'summary', 'values'] as const

/** `run`, whose config, summary and values are changed in place: it is fresh from the server. */
export function withNumbers<T extends object>(run: T): T {
  for (const part of PARTS) revive((run as Record<string, unknown>)[part])
  return run
}

/** JSON to read and to keep, with the same words: plain JSON would say null of a loss that was NaN. */
export function jsonText(value: unknown): string {
  return JSON.stringify(
    value,
    (_, one: unknown) => (typeof one === 'number' && !Number.isFinite(one) ? String(one) : one),
    2,
  )
}

function revive(tree: unknown): void {
  if (typeof tree !== 'object' || tree === null) return
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') {
      const found = WORD.exec(value)
      if (found) (tree as Record<string, unknown>)[key] = found[1] === '' ? Number(value) : value.slice(1)
    } else revive(value)
  }
}
