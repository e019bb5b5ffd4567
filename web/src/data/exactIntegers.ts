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

/** As far as a look tells: fractions of many digits are common, and reading everything twice costs. */
const LONG = /(?<![.\d])\d{16,}(?![.\de])/i
const INTEGER = /^-?\d+$/

interface Parsed {
  config?: Record<string, unknown> // of those who ask for it
  /** Of the columns asked for, in the grammar of filters. */
  values?: Record<string, unknown>
  /** All digits of those values that JavaScript has rounded. */
  digits?: Record<string, string>
}

type WholeRun = Parsed & { config: Record<string, unknown> }

/** A run as it came, its config's whole numbers exact. Read twice only where something has so many digits. */
export function parseRun(text: string): WholeRun {
  const run = JSON.parse(text) as WholeRun
  return LONG.test(text) ? withExact(run, exactly(text) as WholeRun) : run
}

/** The same of a page of runs. */
export function parseRuns(text: string): { runs: Parsed[] } {
  const page = JSON.parse(text) as { runs: Parsed[] }
  if (!LONG.test(text)) return page
  const exact = exactly(text) as { runs: Parsed[] }
  return { ...page, runs: page.runs.map((run, at) => withExact(run, exact.runs[at]!)) }
}

const exactly = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && INTEGER.test(context?.source ?? '')
      ? new ExactInteger(context?.source as string)
      : value,
  )

/** Values of columns stay numbers, beside their digits: they are drawn and subtracted too. */
function withExact<T extends Parsed>(run: T, exact: T): T {
  const digits = Object.entries(exact.values ?? {}).filter(([, value]) => value instanceof ExactInteger)
  return {
    ...run,
    ...(exact.config ? { config: exact.config } : {}),
    ...(digits.length > 0 ? { digits: Object.fromEntries(digits.map(([key, value]) => [key, String(value)])) } : {}),
  }
}
