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

interface Group {
  path?: unknown[]
  keys?: Record<string, unknown>
  groups?: Group[]
}

interface Parsed {
  config?: Record<string, unknown> // of those who ask for it
  summary?: Record<string, unknown>
  /** Of the columns asked for, in the grammar of filters. */
  values?: Record<string, unknown>
  /** All digits of those values that JavaScript has rounded. */
  digits?: Record<string, string>
}

type WholeRun = Parsed & { config: Record<string, unknown>; summary: Record<string, unknown> }

/** JSON with exact whole numbers. Read twice only where something has so many digits. */
export function parseExact(text: string): unknown {
  return LONG.test(text) ? exactly(text) : JSON.parse(text)
}

/** An answer of which only the part `name` keeps its whole numbers exact. */
export const parseExactIn =
  (name: string) =>
  (text: string): unknown => {
    const plain = JSON.parse(text) as Record<string, unknown>
    return LONG.test(text) ? { ...plain, [name]: (exactly(text) as Record<string, unknown>)[name] } : plain
  }

/** A run as it came, the whole numbers of its config and summary exact. */
export function parseRun(text: string): WholeRun {
  const run = JSON.parse(text) as WholeRun
  return LONG.test(text) ? withExact(run, exactly(text) as WholeRun) : run
}

/** The same of a page of runs, or of groups of them. */
export function parseRuns(text: string): { runs: Parsed[]; groups?: Group[] } {
  const page = JSON.parse(text) as { runs: Parsed[]; groups?: Group[] }
  if (!LONG.test(text)) return page
  const exact = exactly(text) as { runs: Parsed[]; groups?: Group[] }
  return {
    ...page,
    runs: page.runs.map((run, at) => withExact(run, exact.runs[at]!)),
    ...(page.groups ? { groups: exactGroups(page.groups, exact.groups ?? []) } : {}),
  }
}

/** A number, exact or not, as one to reckon with; what is none stays as it is. */
export const asNumber = (value: unknown): unknown => (value instanceof ExactInteger ? Number(value.toString()) : value)

/** A value as a person would type it: texts as they are, anything else as JSON, with all its digits in every browser. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' || value instanceof ExactInteger ? String(value) : JSON.stringify(value)

/** `a` − `b`, of whole numbers exactly; NaN where one is no number. */
export function difference(a: unknown, b: unknown): number {
  const whole = wholeDifference(a, b)
  if (whole !== null) return Number(whole)
  const [one, other] = [asNumber(a), asNumber(b)]
  return typeof one === 'number' && typeof other === 'number' ? one - other : Number.NaN
}

/** The same with all its digits; null where one is no whole number, or is not known exactly. */
export function wholeDifference(a: unknown, b: unknown): bigint | null {
  const isWhole = (value: unknown): boolean => value instanceof ExactInteger || Number.isSafeInteger(value)
  return isWhole(a) && isWhole(b) ? BigInt(String(a)) - BigInt(String(b)) : null
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
    ...(exact.summary ? { summary: exact.summary } : {}),
    ...(digits.length > 0 ? { digits: Object.fromEntries(digits.map(([key, value]) => [key, String(value)])) } : {}),
  }
}

/** What groups are called by is exact, so that two long seeds are two groups; what is reckoned of them are numbers. */
function exactGroups(groups: readonly Group[], exact: readonly Group[]): Group[] {
  return groups.map((group, at) => ({
    ...group,
    ...(exact[at]?.path ? { path: exact[at].path } : {}),
    ...(exact[at]?.keys ? { keys: exact[at].keys } : {}),
    ...(group.groups ? { groups: exactGroups(group.groups, exact[at]?.groups ?? []) } : {}),
  }))
}
