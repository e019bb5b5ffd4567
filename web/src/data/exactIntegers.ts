/** Whole numbers beyond 2^53, as a seed may be: a JavaScript number would show other digits than the run was given. */

export class ExactInteger {
  // Private, so that it has no keys: whoever walks a config takes it for a leaf.
  readonly #digits: string

  constructor(digits: string) {
    this.#digits = digits
  }

  toString(): string {
    return this.#digits
  }

  /** Its own digits in JSON; the nearest number where the browser cannot write them. */
  toJSON(): unknown {
    const { rawJSON } = JSON as { rawJSON?: (text: string) => unknown }
    return rawJSON ? rawJSON(this.#digits) : Number(this.#digits)
  }
}

const LONG = /\d{16}/
const INTEGER = /^-?\d+$/

interface Parsed {
  config: Record<string, unknown>
}

/** A run as it came, its config's whole numbers exact. Read twice only where something has so many digits. */
export function parseRun(text: string): Parsed {
  const run = JSON.parse(text) as Parsed
  if (!LONG.test(text)) return run
  const exact = JSON.parse(text, (_, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && INTEGER.test(context?.source ?? '')
      ? new ExactInteger(context?.source as string)
      : value,
  ) as Parsed
  return { ...run, config: exact.config }
}
