/**
 * The text form of filters, as the server reads it (`assay.server.compute.expressions`, `docs/reference/expressions.md`): the builder
 * and the text are one tree. `parseFilter` and `formatFilter` are inverse; `tests/vectors/filters.json` holds both sides to the same.
 */

import { explain, type FilterFault, FilterError } from './filterFaults'

export { FilterError, type FilterFault }

export type FilterOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'has' | '~' | 'exists'
/** A whole number beyond 2^53 is a bigint: it keeps its digits. */
export type FilterScalar = string | number | bigint | boolean | null
export type FilterSection = 'run' | 'config' | 'summary' | 'metrics' | 'tags'

export interface FilterField {
  section: FilterSection
  path: string
  /** Of a metric: last, min, max, mean, first, count. */
  aggregate?: string
}

export interface Condition {
  field: FilterField
  operator: FilterOperator
  /** A list with `in`, absent with `exists`. Times are seconds since the epoch. */
  value?: FilterScalar | FilterScalar[]
  /** An age as it was written, `now-7d`: it moves with the clock, its `value` is of the moment it was read. */
  age?: string
}

export type Filter = { and: Filter[] } | { or: Filter[] } | { not: Filter } | Condition

export const RUN_FIELDS: Record<string, 'text' | 'list' | 'time' | 'number'> = {
  id: 'text',
  name: 'text',
  state: 'text',
  user: 'text',
  group: 'text',
  job_type: 'text',
  notes: 'text',
  host: 'text',
  program: 'text',
  tags: 'list',
  created_at: 'time',
  started_at: 'time',
  heartbeat_at: 'time',
  finished_at: 'time',
  duration_s: 'number',
  exit_code: 'number',
  ordinal: 'number',
  last_step: 'number',
}
export const AGGREGATES = ['last', 'min', 'max', 'mean', 'first', 'count'] as const

export const isAnd = (filter: Filter): filter is { and: Filter[] } => 'and' in filter
export const isOr = (filter: Filter): filter is { or: Filter[] } => 'or' in filter
export const isNot = (filter: Filter): filter is { not: Filter } => 'not' in filter
export const isCondition = (filter: Filter): filter is Condition => 'field' in filter

// ---- keys

/** The field that a key means: `name`, `config.lr`, `metrics.loss.min`, else `summary.KEY`. */
export function fieldOf(key: string): FilterField {
  const dot = key.indexOf('.')
  const [section, path] = dot < 0 ? [key, ''] : [key.slice(0, dot), key.slice(dot + 1)]
  if (path === '' || !['run', 'config', 'summary', 'metrics', 'tags'].includes(section)) {
    return { section: Object.hasOwn(RUN_FIELDS, key) ? 'run' : 'summary', path: key }
  }
  if (section === 'metrics') {
    const last = path.lastIndexOf('.')
    const aggregate = path.slice(last + 1)
    return last > 0 && (AGGREGATES as readonly string[]).includes(aggregate)
      ? { section, path: path.slice(0, last), aggregate }
      : { section, path, aggregate: 'last' }
  }
  if (section === 'run') return Object.hasOwn(RUN_FIELDS, path) ? { section, path } : { section: 'summary', path: key }
  return { section: section as FilterSection, path }
}

/** The key that `fieldOf` reads as `field`. */
export function keyOf(field: FilterField): string {
  if (field.section === 'run') return field.path
  return `${field.section}.${field.path}${field.section === 'metrics' ? `.${field.aggregate ?? 'last'}` : ''}`
}

/** The shortest key that means the field: a summary value goes by its bare name where that is no other field's. */
export function shortKeyOf(field: FilterField): string {
  if (field.section !== 'summary') return keyOf(field)
  const again = fieldOf(field.path)
  return again.section === 'summary' && again.path === field.path ? field.path : keyOf(field)
}

const KEYWORDS = new Set([
  'and',
  'or',
  'not',
  'in',
  'has',
  'exists',
  'true',
  'false',
  'AND',
  'OR',
  'NOT',
  'IN',
  'HAS',
  'EXISTS',
])
const NAME = /[\p{L}\p{M}_][\p{L}\p{M}\p{N}_/.-]*/uy
const NAME_WHOLE = /^[\p{L}\p{M}_][\p{L}\p{M}\p{N}_/.-]*$/u

/** A key as it stands in a filter's text: bare where it may be. */
export function quoteKey(key: string): string {
  return NAME_WHOLE.test(key) && !KEYWORDS.has(key) ? key : `\`${key.replaceAll('`', '``')}\``
}

// ---- reading

type Kind = 'number' | 'inf' | 'date' | 'age' | 'text' | 'quoted' | 'compare' | 'word' | 'mark'

interface Token {
  kind: Kind
  text: string
  at: number
  end: number
}

const COMPARE = /<=|>=|!=|=|<|>/y
const DATE = /\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?)?/y
const AGE = /now(?:[+-]\d+(?:\.\d+)?[smhdw])?(?![\p{L}\p{N}_])/uy
const INF = /-?inf(?![\p{L}\p{N}_])/uy
const NUMBER = /-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_.])/uy
const TEXT = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y
const QUOTED = /`(?:[^`]|``)+`/y
const SPACE = /\s*/y
const UNIT_S: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const DEPTH_MAX = 64
const NODES_MAX = 1000
const CHARS_MAX = 65_536

class Reader {
  readonly text: string
  private readonly now: number
  private readonly isTrial: boolean
  private at = 0
  private depth = 0
  private nodes = 0

  /** `isTrial`: whether the text reads is all that is asked, so a fault is not explained. */
  constructor(text: string, now: number, isTrial = false) {
    this.text = text
    this.now = now
    this.isTrial = isTrial
  }

  whole(): Filter {
    this.space()
    if (this.at >= this.text.length) return { and: [] }
    const filter = this.any()
    if (this.at < this.text.length) this.fail('more')
    return filter
  }

  private any(): Filter {
    const parts = [this.all()]
    while (this.word('or')) parts.push(this.all())
    return parts.length === 1 ? (parts[0] as Filter) : this.counted({ or: parts })
  }

  private all(): Filter {
    const parts = [this.negation()]
    while (this.word('and')) parts.push(this.negation())
    return parts.length === 1 ? (parts[0] as Filter) : this.counted({ and: parts })
  }

  private negation(): Filter {
    if (++this.depth > DEPTH_MAX * 4) this.refuse(0, `it is too nested; the limit is ${DEPTH_MAX} (FILTER_DEPTH)`, '')
    try {
      if (this.word('not')) return this.counted({ not: this.negation() })
      if (this.mark('(')) {
        const inner = this.any()
        if (!this.mark(')')) this.fail('more')
        return inner
      }
      const key = this.key()
      if (!key) return this.fail('key')
      if (key.kind === 'word' && key.text === 'true') return this.counted({ and: [] })
      if (key.kind === 'word' && key.text === 'false') return this.counted({ or: [] })
      return this.counted(this.condition(key))
    } finally {
      this.depth--
    }
  }

  private condition(token: Token): Filter {
    const name =
      token.kind === 'quoted'
        ? token.text.slice(1, -1).replaceAll('``', '`')
        : token.kind === 'text'
          ? unescape(token.text)
          : token.text
    if (name === '') this.refuse(token.at, 'a key cannot be empty', "Put the key's name there, as in `lr > 0.1`.")
    const field = fieldOf(name)
    if (this.word('exists')) return { field, operator: 'exists' }
    if (this.word('has')) {
      const { value, age } = this.scalar() ?? this.fail('value')
      return { field, operator: 'has', value, ...(age ? { age } : {}) }
    }
    if (this.mark('~')) return { field, operator: '~', value: this.pattern() }
    if (this.word('not')) {
      if (!this.word('in')) this.fail('operator')
      return { not: this.among(field, token) }
    }
    if (this.word('in')) return this.among(field, token)
    const operator = this.take(COMPARE, 'compare')
    if (!operator) return this.fail('operator')
    const value = this.scalar() ?? this.fail('value')
    const fitting = this.fitting(field, token, operator.text, value)
    return {
      field,
      operator: operator.text as FilterOperator,
      value: fitting,
      ...(value.age ? { age: value.age } : {}),
    }
  }

  private among(field: FilterField, token: Token): Condition {
    if (!this.mark('[')) this.fail('list')
    const values: FilterScalar[] = []
    while (!this.mark(']')) {
      if (values.length > 0 && !this.mark(',')) this.fail('more')
      if (this.mark(']')) break
      const value = this.scalar() ?? this.fail('value')
      values.push(this.fitting(field, token, 'in', value))
    }
    return { field, operator: 'in', value: values }
  }

  private pattern(): string {
    const token = this.take(TEXT, 'text')
    if (!token) return this.fail('pattern')
    const pattern = unescape(token.text)
    const fault = patternFault(pattern)
    if (fault !== null) {
      const hint =
        "The syntax is RE2's: no look-around, no back-references. Put \\ before . * + ? ( ) [ ] { } | ^ $ to find them."
      this.refuse(token.at, `'${pattern}' is not a regular expression (${fault})`, hint)
    }
    return pattern
  }

  private scalar(): (Token & { value: FilterScalar; age?: string }) | null {
    const date = this.take(DATE, 'date')
    if (date) {
      const value = parseTime(date.text)
      const hint = 'Dates look like 2026-01-31 or 2026-01-31T12:00Z.'
      return value === null ? this.refuse(date.at, `${date.text} is not a date`, hint) : { ...date, value }
    }
    const age = this.take(AGE, 'age')
    if (age) return { ...age, value: ageAt(age.text, this.now), age: age.text }
    const inf = this.take(INF, 'inf')
    if (inf) return { ...inf, value: inf.text.startsWith('-') ? -Infinity : Infinity }
    const number = this.take(NUMBER, 'number')
    if (number) return { ...number, value: numberOf(number.text) }
    const text = this.take(TEXT, 'text')
    if (text) return { ...text, value: unescape(text.text) }
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      const at = this.at
      if (this.word(word, false)) return { kind: 'word', text: word, at, end: at + word.length, value }
    }
    return null
  }

  /** The value as the field's kind has it; a comparison with a run field that can never be true is refused. */
  private fitting(
    field: FilterField,
    key: Token,
    operator: string,
    token: Token & { value: FilterScalar },
  ): FilterScalar {
    const { value } = token
    // What a tag says is text, and people write `tags.fold = 3`.
    if (field.section === 'tags') return typeof value === 'string' || value === null ? value : token.text
    if (field.section !== 'run') return value
    const kind = RUN_FIELDS[field.path]
    if (kind === 'list') {
      const better = operator === '=' ? this.with(key.at, token.end, `${key.text} has ${token.text}`) : ''
      this.refuse(
        key.end,
        `${key.text} is a list, which ${operator} cannot compare`,
        `Use \`${key.text} has ...\`.`,
        better,
      )
    }
    if (kind === 'text' && typeof value !== 'string') {
      this.refuse(
        token.at,
        `${key.text} is text and ${token.text} is not`,
        '',
        this.with(token.at, token.end, `"${token.text}"`),
      )
    }
    if (kind === 'time' && typeof value === 'string') {
      const time = parseTime(value)
      const hint = 'Write a date, 2026-01-31 or 2026-01-31T12:00Z, or an age, now-7d.'
      return time ?? this.refuse(token.at, `${token.text} is not a time`, hint)
    }
    if (typeof value === 'bigint') return Number(value)
    if ((kind === 'time' || kind === 'number') && typeof value !== 'number') {
      const hint = kind === 'time' ? 'Write a date or an age such as now-7d.' : 'Write a number.'
      this.refuse(token.at, `${key.text} is a number and ${token.text} is not`, hint)
    }
    return value
  }

  private key(): Token | null {
    return this.take(QUOTED, 'quoted') ?? this.take(TEXT, 'text') ?? this.name()
  }

  private name(): Token | null {
    const at = this.at
    const token = this.take(NAME, 'word')
    if (!token) return null
    if (KEYWORDS.has(token.text) && token.text !== 'true' && token.text !== 'false') {
      this.at = at
      return null
    }
    return token
  }

  private take(pattern: RegExp, kind: Kind): Token | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (!found || found[0] === '') return null
    const token = { kind, text: found[0], at: this.at, end: this.at + found[0].length }
    this.at = token.end
    this.space()
    return token
  }

  private word(word: string, hasUpper = true): boolean {
    for (const spelling of hasUpper ? [word, word.toUpperCase()] : [word]) {
      const next = this.text[this.at + spelling.length] ?? ' '
      if (this.text.startsWith(spelling, this.at) && !/[\p{L}\p{N}_/.-]/u.test(next)) {
        this.at += spelling.length
        this.space()
        return true
      }
    }
    return false
  }

  private mark(mark: string): boolean {
    if (this.text[this.at] !== mark) return false
    this.at++
    this.space()
    return true
  }

  private space(): void {
    SPACE.lastIndex = this.at
    this.at += SPACE.exec(this.text)?.[0].length ?? 0
  }

  private counted<T extends Filter>(filter: T): T {
    if (++this.nodes > NODES_MAX) {
      this.refuse(
        0,
        `it is too long; the limit is ${NODES_MAX} (FILTER_NODES)`,
        'Use `in [...]` for many values of one key.',
      )
    }
    return filter
  }

  private with(from: number, to: number, better: string): string {
    return this.text.slice(0, from) + better + this.text.slice(to)
  }

  private fail(expected: 'key' | 'operator' | 'value' | 'list' | 'pattern' | 'more'): never {
    if (this.isTrial) throw new Unread()
    throw new FilterError(explain(this.text, this.at, expected, isFilter))
  }

  private refuse(at: number, detail: string, hint: string, better = ''): never {
    throw new FilterError({ at, detail, hint: better ? `Did you mean \`${better}\`?` : hint, better })
  }
}

/** The tree that `text` spells; no text means every run. Ages count from `now`. Throws FilterError with place and remedy. */
export function parseFilter(text: string, now = Date.now() / 1000): Filter {
  if (text.length > CHARS_MAX) {
    const detail = `the text has ${text.length} characters; the limit is ${CHARS_MAX} (FILTER_CHARS)`
    throw new FilterError({ at: CHARS_MAX, detail, hint: 'Shorten it.', better: '' })
  }
  return new Reader(text, now).whole()
}

class Unread extends Error {}

/** Whether a text reads as far as its form goes; what it means is not looked at. */
function isFilter(text: string): boolean {
  try {
    new Reader(text, 0, true).whole()
    return true
  } catch (error) {
    return !(error instanceof Unread)
  }
}

const ESCAPED: Record<string, string> = { n: '\n', t: '\t', r: '\r', '"': '"', "'": "'", '\\': '\\' }

/** The text between quotes; escapes that are not known stay, so that `\d` need not be doubled. */
function unescape(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(/\\(u[0-9a-fA-F]{4}|[^])/g, (all, code: string) =>
      code.length === 5 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPED[code] ?? all),
    )
}

/** Why RE2 would refuse the pattern, as far as the browser can tell; null where it would not. */
function patternFault(pattern: string): string | null {
  if (/\(\?(?:[=!]|<[=!])/.test(pattern)) return 'look-around'
  if (/(?<!\\)(?:\\\\)*\\[1-9]/.test(pattern)) return 'a back-reference'
  try {
    // RE2's flags and named groups, in the browser's spelling.
    void new RegExp(
      pattern
        .replace(/\(\?[imsU-]+\)/g, '')
        .replaceAll('(?P<', '(?<')
        .replaceAll(/\(\?[imsU-]+:/g, '(?:'),
    )
    return null
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression: \/.*\/\w*: /, '').toLowerCase()
  }
}

/** Seconds since the epoch of an ISO date or time, UTC unless it says otherwise; null where it is none. */
export function parseTime(text: string): number | null {
  const match =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}:\d{2})?)?$/.exec(
      text.trim(),
    )
  if (!match) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  const date = new Date(ms)
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) && Number(hour) < 24
  if (!isReal || Number(minute) > 59 || Number(second) > 59) return null
  const sign = zone.startsWith('-') ? 1 : -1
  const offset = zone === 'Z' ? 0 : sign * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(4, 6)) * 60)
  return ms / 1000 + offset + (fraction ? Number(`0.${fraction}`) : 0)
}

function ageAt(age: string, now: number): number {
  return age === 'now' ? now : now + Number(age.slice(3, -1)) * (UNIT_S[age.at(-1) ?? 's'] ?? 1)
}

// ---- writing

export interface FormatOptions {
  /** Ages stay ages, and summary values go by their bare names: as a person writes. */
  isForPeople?: boolean
}

/** The text that `parseFilter` reads as the tree. Empty for every run. */
export function formatFilter(filter: Filter, options: FormatOptions = {}): string {
  return isAnd(filter) && filter.and.length === 0 ? '' : format(filter, 0, options)
}

/** `binding`: 0 where `or` may stand bare, 1 where `and` may, 2 where neither. */
function format(filter: Filter, binding: number, options: FormatOptions): string {
  if (isNot(filter)) return `not ${format(filter.not, 2, options)}`
  if (isCondition(filter)) return formatCondition(filter, options)
  const parts = isAnd(filter) ? filter.and : filter.or
  if (parts.length === 0) return isAnd(filter) ? 'true' : 'false'
  if (parts.length === 1) return format(parts[0] as Filter, binding, options)
  const own = isAnd(filter) ? 2 : 1
  const text = parts.map(part => format(part, own, options)).join(isAnd(filter) ? ' and ' : ' or ')
  return binding >= own ? `(${text})` : text
}

export function formatCondition(condition: Condition, options: FormatOptions = {}): string {
  const { field, operator, value, age } = condition
  const key = quoteKey(options.isForPeople ? shortKeyOf(field) : keyOf(field))
  if (operator === 'exists') return `${key} exists`
  if (Array.isArray(value)) return `${key} in [${value.map(each => formatScalar(each, field)).join(', ')}]`
  const text = age && options.isForPeople ? age : formatScalar(value ?? null, field)
  return `${key} ${operator} ${text}`
}

/** A value as a filter's text has it. */
export function formatScalar(value: FilterScalar, field?: FilterField): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return `"${Array.from(value, escaped).join('')}"`
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (field?.section === 'run' && RUN_FIELDS[field.path] === 'time') return formatTime(value)
  return formatNumber(value)
}

function escaped(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`
  const code = character.charCodeAt(0)
  const isLone = character.length === 1 && code >= 0xd800 && code <= 0xdfff
  if (code >= 32 && !isLone) return character
  return { '\n': '\\n', '\t': '\\t', '\r': '\\r' }[character] ?? `\\u${code.toString(16).padStart(4, '0')}`
}

function numberOf(text: string): number | bigint {
  const value = Number(text)
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(text) ? BigInt(text) : value
}

/** As Python writes it, so that both sides spell a number alike. */
function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'null'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const size = Math.abs(value)
  if (value === 0 || (size >= 1e-4 && size < 1e16)) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

/** A date where one says exactly the same, else the number. */
function formatTime(seconds: number): string {
  const ms = seconds * 1000
  if (!Number.isInteger(ms) || Math.abs(ms) > 8.64e15) return formatNumber(seconds)
  const text = new Date(ms)
    .toISOString()
    .replace(/\.000Z$/, 'Z')
    .replace(/T00:00:00Z$/, '')
  return /^\d{4}-/.test(text) && parseTime(text) === seconds ? text : formatNumber(seconds)
}

// ---- walking

/** Every condition of the tree, left to right. */
export function conditionsOf(filter: Filter): Condition[] {
  if (isCondition(filter)) return [filter]
  if (isNot(filter)) return conditionsOf(filter.not)
  return (isAnd(filter) ? filter.and : filter.or).flatMap(conditionsOf)
}

/** Filters joined by `and`, flat, in their text form; empty ones are left out. */
export function andTexts(...texts: (string | undefined)[]): string {
  const parts = texts.map(text => text?.trim() ?? '').filter(Boolean)
  return parts.length <= 1 ? (parts[0] ?? '') : parts.map(part => `(${part})`).join(' and ')
}
